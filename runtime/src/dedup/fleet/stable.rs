use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};

/// The first 128 bits of a SHA-256 of what a value is made of: the same in every process of a fleet, on every machine.
///
/// What an id hashes to says nothing of the id to who cannot guess it. `Hash` writes the same bytes for texts, numbers and
/// tuples since there is Rust; a test would tell otherwise.
pub(super) fn fingerprint(of: &impl Hash) -> u128 {
    let mut hasher = Stable(Sha256::new());
    of.hash(&mut hasher);
    let digest = <[u8; 32]>::from(hasher.0.finalize());
    digest[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

struct Stable(Sha256);

/// Numbers are little-endian, and sizes 64 bits, whatever the machine.
impl Hasher for Stable {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_i64(number as i64);
    }

    /// Nobody asks for 64 bits of it.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_of_many_machines_and_compilers_agrees() {
        let bytes = [
            b"user:\xc3\xa4\xff".as_slice(),
            &[1, 0, 0, 0, 0, 0, 0, 0],
            b"flag\xff",
            &[0, 0, 0, 0, 0, 0, 0, 0],
            &[1],
            &[7, 0, 0, 0],
            &[2, 0, 0, 0, 0, 0, 0, 0],
            b"a\xffb\xffc\xffd\xff",
        ];
        let digest: [u8; 32] = Sha256::digest(bytes.concat()).into();
        let groups = vec![("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())];
        let key = ("user:ä", Some("flag"), None::<&str>, true, 7_u32, groups.as_slice());
        assert_eq!(fingerprint(&key).to_be_bytes(), digest[..16]);
        assert_ne!(fingerprint(&("a:b", "c")), fingerprint(&("a", "b:c")));
    }
}
