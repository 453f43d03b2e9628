use crc32fast::Hasher;

use super::Machine;
use super::deflate::Deflate;

/// `gzip` (RFC 1952): deflate between ends of our own, because the checksum of zlib-rs takes as long as a third of the
/// packing.
pub(super) struct Gzip(Deflate);

/// Deflate, with no name, time or comment, from a system that is not said.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

impl Gzip {
    pub(super) fn new() -> Self {
        Self(Deflate::raw())
    }
}

impl Machine for Gzip {
    fn pack(&mut self, parts: &[&[u8]], packed: &mut Vec<u8>) -> Option<()> {
        packed.extend_from_slice(&HEAD);
        self.0.pack(parts, packed)?;
        let mut checksum = Hasher::new();
        for part in parts {
            checksum.update(part);
        }
        let length: usize = parts.iter().map(|part| part.len()).sum();
        packed.extend_from_slice(&checksum.finalize().to_le_bytes());
        // Of a longer body only the lower four bytes are said.
        packed.extend_from_slice(&(length as u64).to_le_bytes()[..4]);
        Some(())
    }
}
