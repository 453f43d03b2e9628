//! How records lie in a segment: each in a frame that says how long it is and whether it is whole.
//!
//! ```text
//! 0  u32  length of the record
//! 4  u32  crc-32 (IEEE) of those four bytes and the record
//! 8       the record, which begins with its length once more, whatever its version
//! ```
//!
//! All numbers are little-endian.

/// Bytes of a frame before its record.
pub(crate) const HEAD: usize = 8;

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A frame of so many bytes, its head included.
    Whole(usize),
    /// The start of a frame that may be whole with so many bytes.
    Cut(usize),
    /// No frame.
    Damaged,
}

/// What stands before a record in its frame.
pub(crate) fn head(record: &[u8]) -> [u8; HEAD] {
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&length);
    head[4..].copy_from_slice(&checksum(length, record).to_le_bytes());
    head
}

fn checksum(length: [u8; 4], record: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(record);
    hasher.finalize()
}

/// Looks at the first frame of `bytes`.
pub(super) fn next(bytes: &[u8]) -> Next {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else { return Next::Cut(HEAD) };
    let ([a, b, c, d], crc) = ([head[0], head[1], head[2], head[3]], [head[4], head[5], head[6], head[7]]);
    let said = [a, b, c, d];
    // Also where the rest is not there yet: a length that is none would be waited for in vain.
    if rest.get(..4).is_some_and(|inner| inner != said) {
        return Next::Damaged;
    }
    let Ok(length) = usize::try_from(u32::from_le_bytes(said)) else { return Next::Damaged };
    match rest.get(..length) {
        _ if length < 4 => Next::Damaged,
        None => Next::Cut(HEAD.saturating_add(length)),
        Some(record) if checksum(said, record) == u32::from_le_bytes(crc) => Next::Whole(HEAD + length),
        Some(_) => Next::Damaged,
    }
}

/// How many of the bytes are whole frames, one behind the other from the start.
pub(super) fn whole(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Next::Whole(length) = next(&bytes[at..]) {
        at += length;
    }
    at
}

/// Where behind the start the next whole frame begins.
///
/// What somebody captured cannot pass for one: texts of a record hold no byte below a space, and a length does.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    (1..bytes.len()).find(|at| matches!(next(&bytes[*at..]), Next::Whole(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Vec<u8> {
        let length = u32::try_from(4 + text.len()).unwrap();
        [&length.to_le_bytes(), text.as_bytes()].concat()
    }

    fn frames(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| [head(&record(text)).to_vec(), record(text)].concat()).collect()
    }

    #[test]
    fn a_frame_cut_anywhere_is_cut_and_never_whole() {
        let bytes = frames(&["hello"]);
        assert_eq!(next(&bytes), Next::Whole(bytes.len()));
        for length in 0..bytes.len() {
            let needs = if length < HEAD { HEAD } else { bytes.len() };
            assert_eq!(next(&bytes[..length]), Next::Cut(needs), "{length}");
        }
    }

    #[test]
    fn no_byte_can_be_another_without_notice() {
        let bytes = frames(&["hello"]);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1 << bit;
                assert_eq!(next(&bytes), Next::Damaged, "{at} {bit}");
            }
        }
        assert_eq!(next(&[0; 64]), Next::Damaged, "what a file system leaves where nothing was written");
    }

    #[test]
    fn behind_damage_the_next_whole_frame_is_found() {
        let (first, second) = (frames(&["hello"]), frames(&["my", "world"]));
        let mut bytes = [first.clone(), second.clone()].concat();
        assert_eq!(whole(&bytes), bytes.len());
        bytes[3] ^= 0x40;
        assert_eq!((whole(&bytes), find(&bytes)), (0, Some(first.len())));
        assert_eq!(whole(&bytes[first.len()..]), second.len());
        assert_eq!(find(&first), None);
    }
}
