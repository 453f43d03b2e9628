use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::private_file;
use crate::record;

/// A file of frames, beginning at a position of the log.
///
/// ```text
///  0  8 B  TXGSPOOL
///  8  u16  version of this format, 1
/// 10  u8   version of the records
/// 11  u8   1 where everything in it is settled or was told as lost, and nothing follows; else 0
/// 12  u64  position of the first frame
/// 20  u64  where the segment before it ended: what lies between was delivered, and never written
/// 28  u32  crc-32 of all before
/// 32       frames
/// ```
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) path: Arc<Path>,
    /// Where the one before it ended.
    pub(super) before: u64,
    /// Positions of the first frame, and behind the last.
    pub(super) start: u64,
    pub(super) end: u64,
    /// Everything in it is settled or was told as lost, and its file holds nothing more.
    pub(super) is_dropped: bool,
}

/// What the header of a segment says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Where the segment before it ended, where its own frames begin, and whether they were dropped.
    Start(u64, u64, bool),
    /// It was written by another version of this crate.
    Foreign,
    /// It is no header.
    Damaged,
}

const MAGIC: &[u8; 8] = b"TXGSPOOL";
const FORMAT: u16 = 1;
/// Bytes before the first frame.
pub(super) const HEADER: usize = 32;
/// Bytes of it before the checksum.
const SAID: usize = 28;
/// Files of segments are called so, after their position.
const EXTENSION: &str = "segment";

impl Segment {
    /// Makes the file of a segment that begins at this position, behind one that ended at that; where there is one, it
    /// is begun anew.
    pub(super) fn create(folder: &Path, before: u64, start: u64) -> io::Result<(Self, File)> {
        let path: Arc<Path> = folder.join(format!("{start:020}.{EXTENSION}")).into();
        let mut file = private_file().write(true).create(true).truncate(true).open(&path)?;
        file.write_all(&header(before, start, false))?;
        Ok((Self { path, before, start, end: start, is_dropped: false }, file))
    }

    /// Gives back what the file takes. That nothing is missed there stays to be seen.
    pub(super) fn drop_frames(&mut self) -> io::Result<()> {
        let mut file = private_file().write(true).open(&self.path)?;
        file.write_all(&header(self.before, self.start, true))?;
        file.set_len(HEADER as u64)?;
        self.is_dropped = true;
        Ok(())
    }

    /// Whether somebody has removed the file.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    /// Reads what lies from this position on, at most so many bytes.
    pub(super) fn read(&self, position: u64, longest: u64) -> Result<Vec<u8>, Unreadable> {
        let longest = longest.min(self.end.saturating_sub(position));
        let mut file = File::open(&self.path).map_err(|problem| match problem.kind() {
            io::ErrorKind::NotFound => Unreadable::Gone,
            _ => Unreadable::Closed(problem.to_string()),
        })?;
        let mut read = || {
            file.seek(SeekFrom::Start(position - self.start + HEADER as u64))?;
            let mut bytes = Vec::with_capacity(usize::try_from(longest).unwrap_or_default());
            (&mut file).take(longest).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|_: io::Error| Unreadable::Gone)
    }
}

/// Why a part of a segment was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// There is no such file, or the disk does not answer for that part of it.
    Gone,
    /// It cannot be opened now: the process has used up its files, say. What it holds is there.
    Closed(String),
}

/// The files of a folder that are called as segments are, by name and so by position.
pub(super) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn header(before: u64, start: u64, is_dropped: bool) -> [u8; HEADER] {
    header_of(FORMAT, [record::VERSION, u8::from(is_dropped)], before, start)
}

fn header_of(format: u16, records: [u8; 2], before: u64, start: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..10].copy_from_slice(&format.to_le_bytes());
    header[10..12].copy_from_slice(&records);
    header[12..20].copy_from_slice(&start.to_le_bytes());
    header[20..SAID].copy_from_slice(&before.to_le_bytes());
    let crc = crc32fast::hash(&header[..SAID]);
    header[SAID..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// Reads the header that a segment begins with.
pub(super) fn read_header(bytes: &[u8]) -> Header {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return Header::Damaged };
    let (said, crc) = header.split_at(SAID);
    // Another format may keep its checksum elsewhere: what it is counts before whether it is whole.
    if &said[..8] == MAGIC && said[8..10] != FORMAT.to_le_bytes() {
        return Header::Foreign;
    }
    if &said[..8] != MAGIC || crc != crc32fast::hash(said).to_le_bytes() {
        return Header::Damaged;
    }
    if said[10] != record::VERSION {
        return Header::Foreign;
    }
    let number = |at: usize| said[at..at + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Header::Start(number(20), number(12), said[11] == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_where_it_begins_and_whether_it_is_ours() {
        for start in [0, 1, u64::MAX / 3] {
            for is_dropped in [false, true] {
                let header = header(start / 2, start, is_dropped);
                assert_eq!(read_header(&header), Header::Start(start / 2, start, is_dropped));
            }
        }
        assert_eq!(read_header(&header_of(FORMAT, [record::VERSION + 1, 0], 7, 7)), Header::Foreign);
        assert_eq!(read_header(&header_of(FORMAT + 1, [record::VERSION, 0], 7, 7)), Header::Foreign);
        assert_eq!(read_header(&header(7, 7, false)[..HEADER - 1]), Header::Damaged);
        for at in (0..HEADER).filter(|at| !(8..10).contains(at)) {
            let mut header = header(7, 7, false);
            header[at] ^= 1;
            assert_eq!(read_header(&header), Header::Damaged, "{at}");
        }
    }
}
