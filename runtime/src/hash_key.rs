use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::json::HEX;
use crate::value::{Value, ValueWriter};

/// The key of the hashes that stand in for what a destination may not see. It is shown nowhere.
#[derive(Clone)]
pub(crate) struct HashKey(Hmac<Sha256>);

/// Where a client has its key from.
#[derive(Clone, Default)]
pub(crate) enum KeySource {
    /// The variable `TAXOGEN_HASH_KEY`, when the client is built.
    #[default]
    Environment,
    Given(Option<HashKey>),
}

impl KeySource {
    pub(crate) fn key(self) -> Option<HashKey> {
        match self {
            Self::Environment => HashKey::new(std::env::var_os("TAXOGEN_HASH_KEY")?.as_encoded_bytes()),
            Self::Given(key) => key,
        }
    }
}

/// What stands in for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    /// The first 128 bits of HMAC-SHA-256, in hex.
    Digits([u8; 32]),
    /// Nothing is there to be hidden.
    Null,
}

impl HashKey {
    /// `None` for an empty key, which is none.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        if key.is_empty() { None } else { Hmac::new_from_slice(key).ok().map(Self) }
    }

    /// The hash of a value: of a text its bytes, of all else its JSON.
    pub(crate) fn hash_json(&self, json: &[u8]) -> Hash {
        match json {
            b"null" => Hash::Null,
            [b'"', plain @ .., b'"'] if !plain.contains(&b'\\') => self.hash(plain),
            [b'"', ..] => self.hash(serde_json::from_slice::<String>(json).as_deref().map_or(json, str::as_bytes)),
            _ => self.hash(json),
        }
    }

    fn hash(&self, text: &[u8]) -> Hash {
        let digest = self.0.clone().chain_update(text).finalize().into_bytes();
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
            pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        Hash::Digits(digits)
    }
}

impl Value for Hash {
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self {
            Self::Digits(digits) => out.text(std::str::from_utf8(digits).unwrap_or_default()),
            Self::Null => out.null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(key: &[u8], json: &str) -> String {
        match HashKey::new(key).unwrap().hash_json(json.as_bytes()) {
            Hash::Digits(digits) => String::from_utf8(digits.to_vec()).unwrap(),
            Hash::Null => "null".to_owned(),
        }
    }

    #[test]
    fn a_hash_is_the_first_half_of_hmac_sha_256() {
        // RFC 4231, test cases 2, 1 and 6.
        assert_eq!(hash(b"Jefe", "\"what do ya want for nothing?\""), "5bdcc146bf60754e6a042426089575c7");
        assert_eq!(hash(&[0x0b; 20], "\"Hi There\""), "b0344c61d8db38535ca8afceaf0bf12b");
        let long = "\"Test Using Larger Than Block-Size Key - Hash Key First\"";
        assert_eq!(hash(&[0xaa; 131], long), "60e431591ee0b67f0d8a26aacbf5b77f");
        assert!(HashKey::new(b"").is_none());
    }

    #[test]
    fn a_text_is_hashed_as_it_is_and_all_else_as_json() {
        assert_eq!(hash(b"k", r#""a\"\u0001b""#), hash(b"k", "a\"\u{1}b"), "unescaped");
        assert_eq!(hash(b"k", "42"), hash(b"k", "\"42\""));
        assert_ne!(hash(b"k", "42"), hash(b"l", "42"));
        assert_eq!(hash(b"k", "null"), "null");
        assert_ne!(hash(b"k", "\"null\""), "null");
    }
}
