use sha2::{Digest, Sha256};

use super::Host;
use crate::json::HEX;

/// By what an endpoint is known again in another process: its kind, and a hash of key and host.
///
/// The hash is there to tell keys apart, not to hide a weak one; keys of vendors are random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    /// `batch`, `import`, `engage`...: what it takes, and not the path by which it does so.
    pub(crate) kind: &'static str,
    hash: [u8; 8],
}

impl Identity {
    pub(crate) fn new(kind: &'static str, key: &str, host: &Host) -> Self {
        let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(host.join("").as_str()).finalize();
        let mut hash = [0; 8];
        hash.copy_from_slice(&digest[..8]);
        Self { kind, hash }
    }

    /// `batch-1f2e3d4c5b6a7988`
    #[cfg_attr(not(feature = "spool"), allow(dead_code, reason = "a log in memory has no past"))]
    pub(crate) fn to_text(self) -> String {
        let digits = self.hash.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| HEX[usize::from(digit)]);
        self.kind.chars().chain(['-']).chain(digits.map(char::from)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(kind: &'static str, key: &str, host: &str) -> String {
        Identity::new(kind, key, &Host::read("segment", host).unwrap()).to_text()
    }

    #[test]
    fn another_kind_key_or_host_is_another_endpoint_and_the_same_is_the_same() {
        let one = identity("batch", "key", "https://api.segment.io");
        // What `printf 'key\0https://api.segment.io/' | sha256sum` says.
        assert_eq!(one, "batch-e94af0af287d3424");
        assert_eq!(one, identity("batch", "key", " HTTPS://api.segment.io/ "));
        for other in [
            identity("import", "key", "https://api.segment.io"),
            identity("batch", "yek", "https://api.segment.io"),
            identity("batch", "key", "https://api.segment.io/proxy"),
            identity("batch", "key", "https://api.segment.io:8443"),
        ] {
            assert_ne!(one, other);
        }
    }
}
