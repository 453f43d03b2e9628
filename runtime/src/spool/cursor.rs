use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::folder::private_file;
use crate::value::Timestamp;

/// How far a lane is, on disk.
///
/// The file has two slots, written in turn, so that one is whole whenever the process dies:
///
/// ```text
///  0  u64  how often it was written
///  8  u64  everything before this position is settled
/// 16  i64  since when nobody delivers for the lane, in milliseconds since 1970; 0 where somebody does
/// 24  u32  crc-32 of all before, and of `TXGC`
/// 28  u32  0
/// ```
#[derive(Debug)]
pub(super) struct Cursor {
    path: PathBuf,
    /// Of the client's own log. That of an earlier process is opened for each write: what many have left does not use up
    /// the files that this one may open.
    file: Option<File>,
    written: u64,
    pub(super) mark: Mark,
}

/// What a cursor says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) settled: u64,
    pub(super) orphan_since: Option<Timestamp>,
}

const SLOT: usize = 32;
const EXTENSION: &str = "lane";

impl Cursor {
    /// A new one, at the start of a log that begins.
    pub(super) fn create(folder: &Path, lane: &str) -> io::Result<Self> {
        let path = folder.join(format!("{lane}.{EXTENSION}"));
        let mut file = private_file().write(true).create(true).truncate(true).open(&path)?;
        // Both at once: later writes need no room, whatever else fills the disk.
        file.write_all(&[slot(0, Mark::default()), [0; SLOT]].concat())?;
        Ok(Self { path, file: Some(file), written: 0, mark: Mark::default() })
    }

    /// One that is there and can be written, and the name of its lane. Of one that cannot be read nothing is settled:
    /// better twice than never.
    pub(super) fn open(path: PathBuf) -> io::Result<(String, Self)> {
        let lane = path.file_stem().and_then(|lane| lane.to_str()).unwrap_or_default().to_owned();
        let mut file = private_file().read(true).write(true).open(&path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (written, mark) =
            bytes.chunks(SLOT).filter_map(read_slot).max_by_key(|(written, _)| *written).unwrap_or_default();
        Ok((lane, Self { path, file: None, written, mark }))
    }

    pub(super) fn write(&mut self, mark: Mark) -> io::Result<()> {
        let written = self.written + 1;
        let write = |mut file: &File| {
            file.seek(SeekFrom::Start(written % 2 * SLOT as u64))?;
            file.write_all(&slot(written, mark))
        };
        match &self.file {
            Some(file) => write(file)?,
            None => write(&private_file().write(true).open(&self.path)?)?,
        }
        (self.written, self.mark) = (written, mark);
        Ok(())
    }

    pub(super) fn remove(self) -> io::Result<()> {
        std::fs::remove_file(self.path)
    }
}

/// The cursors of a folder.
pub(super) fn list(folder: &Path) -> io::Result<Vec<(String, Cursor)>> {
    let mut cursors = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            cursors.push(Cursor::open(path)?);
        }
    }
    cursors.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(cursors)
}

fn slot(written: u64, mark: Mark) -> [u8; SLOT] {
    let orphan_since = mark.orphan_since.map_or(0, Timestamp::as_unix_millis);
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&written.to_le_bytes());
    slot[8..16].copy_from_slice(&mark.settled.to_le_bytes());
    slot[16..24].copy_from_slice(&orphan_since.to_le_bytes());
    let crc = checksum(&slot[..24]);
    slot[24..28].copy_from_slice(&crc.to_le_bytes());
    slot
}

fn read_slot(slot: &[u8]) -> Option<(u64, Mark)> {
    let (numbers, rest) = slot.split_first_chunk::<24>()?;
    let crc = rest.first_chunk::<4>()?;
    if checksum(numbers) != u32::from_le_bytes(*crc) {
        return None;
    }
    let number = |at: usize| numbers[at..at + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let orphan_since = Some(number(16).cast_signed()).filter(|since| *since != 0).map(Timestamp::from_unix_millis);
    Some((number(0), Mark { settled: number(8), orphan_since }))
}

fn checksum(numbers: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(numbers);
    hasher.update(b"TXGC");
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(settled: u64) -> Mark {
        Mark { settled, orphan_since: (settled > 2).then(|| Timestamp::from_unix_millis(7)) }
    }

    #[test]
    fn the_last_mark_comes_back_and_if_it_is_torn_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut cursor = Cursor::create(folder.path(), "posthog-batch-1").unwrap();
        for settled in 1..=5 {
            cursor.write(mark(settled)).unwrap();
            let (lane, again) = Cursor::open(cursor.path.clone()).unwrap();
            assert_eq!((lane.as_str(), again.mark), ("posthog-batch-1", mark(settled)));
        }
        let whole = std::fs::read(&cursor.path).unwrap();
        // The fifth write went into the second slot.
        for at in SLOT..SLOT + 28 {
            let mut torn = whole.clone();
            torn[at] ^= 0x10;
            std::fs::write(&cursor.path, torn).unwrap();
            assert_eq!(Cursor::open(cursor.path.clone()).unwrap().1.mark, mark(4), "{at}");
        }
        for length in 0..SLOT {
            std::fs::write(&cursor.path, &whole[..length]).unwrap();
            let (_, mut cursor) = Cursor::open(cursor.path.clone()).unwrap();
            assert_eq!(cursor.mark, if length < 28 { Mark::default() } else { mark(4) }, "{length}");
            cursor.write(mark(9)).unwrap();
            assert_eq!(Cursor::open(cursor.path.clone()).unwrap().1.mark, mark(9), "{length}");
        }
    }
}
