use sha1::block_api::compress;
use sha1::{Digest, Sha1};

/// SHA-1 of nothing yet.
const START: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
const BLOCK: usize = 64;
/// What fits into one block beside the bit that ends the text and its length.
const LONGEST: usize = BLOCK - 9;

/// Where somebody stands in the rollout of a flag, from 0 to 1: always in the same place.
pub(crate) fn rollout(key: &str, identifier: &str) -> f64 {
    hash(&[key, ".", identifier])
}

/// Where somebody stands among the variants of a flag: another place than in its rollout.
pub(crate) fn variant(key: &str, identifier: &str) -> f64 {
    hash(&[key, ".", identifier, "variant"])
}

/// Where somebody stands in what is held out: the same place for all flags.
pub(crate) fn holdout(identifier: &str) -> f64 {
    hash(&["holdout-", identifier])
}

/// The first 60 bits of SHA-1, as a share of the largest such number.
fn hash(parts: &[&str]) -> f64 {
    let (high, low) = digest(parts);
    let bits = (u64::from(high) << 32 | u64::from(low)) >> 4;
    share(bits)
}

#[expect(clippy::cast_precision_loss, reason = "PostHog rounds both numbers to f64 before it divides them")]
fn share(bits: u64) -> f64 {
    const ALL: u64 = 0x0fff_ffff_ffff_ffff;
    bits as f64 / ALL as f64
}

/// The first 64 bits of SHA-1. A key and an identifier are short: they are one block, which is put together here
/// without the buffers of a hasher.
fn digest(parts: &[&str]) -> (u32, u32) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length > LONGEST {
        let mut hasher = Sha1::new();
        for part in parts {
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        let word = |at: usize| u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
        return (word(0), word(4));
    }
    let mut block = [0_u8; BLOCK];
    let mut at = 0;
    for part in parts {
        block[at..at + part.len()].copy_from_slice(part.as_bytes());
        at += part.len();
    }
    block[at] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
    let mut state = START;
    compress(&mut state, &[block]);
    (state[0], state[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_lengths_are_hashed_as_sha_1_does() {
        let long = "0123456789".repeat(13);
        for length in 0..long.len() {
            let text = &long[..length];
            let expected = Sha1::digest(text.as_bytes());
            let (high, low) = digest(&[&text[..length / 2], &text[length / 2..]]);
            assert_eq!([high.to_be_bytes(), low.to_be_bytes()].concat(), expected[..8], "{length} bytes");
        }
    }

    #[test]
    fn places_are_within_0_and_1() {
        assert!((share(0x0fff_ffff_ffff_ffff) - 1.0).abs() < f64::EPSILON);
        for place in [rollout("flag", "user"), variant("flag", "user"), holdout("user")] {
            assert!((0.0..=1.0).contains(&place), "{place}");
        }
    }
}
