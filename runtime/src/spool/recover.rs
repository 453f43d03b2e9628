use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::blocks::Blocks;
use super::cursor::{self, Cursor};
use super::folder::Folder;
use super::notice::Notice;
use super::segment::{self, HEADER, Header, Segment};

/// What an earlier process has left in its folder.
pub(crate) struct Recovered {
    pub(super) folder: Folder,
    pub(super) segments: Vec<Segment>,
    pub(super) cursors: Vec<(String, Cursor)>,
    /// Behind the last record.
    pub(super) end: u64,
    pub(super) notices: Vec<Notice>,
}

impl Recovered {
    /// Everything that lies in a spool's directory and is nobody's, oldest first, and what is to be told of the rest.
    ///
    /// One in which no name of a lane could be read is for all of these.
    pub(crate) fn all(directory: &Path, lanes: &[String]) -> io::Result<(Vec<Self>, Vec<Notice>)> {
        let mut all = Vec::new();
        let (folders, mut notices) = Folder::adopt_all(directory)?;
        for folder in folders {
            let path = folder.path.clone();
            match Self::read(folder, lanes) {
                Ok(Some(recovered)) => all.push(recovered),
                Ok(None) => notices.push(Notice::Foreign { folder: path }),
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
                Err(problem) => notices.push(Notice::Closed { folder: path, problem: problem.to_string() }),
            }
        }
        Ok((all, notices))
    }

    /// `None` where another version of this crate wrote it.
    fn read(folder: Folder, lanes: &[String]) -> io::Result<Option<Self>> {
        let mut cursors = cursor::list(&folder.path)?;
        let mut notices = Vec::new();
        let mut segments: Vec<Segment> = Vec::new();
        let paths = segment::list(&folder.path)?;
        let last = paths.len().saturating_sub(1);
        for (place, path) in paths.into_iter().enumerate() {
            let (header, length) = read_header(&path)?;
            match header {
                Header::Foreign => return Ok(None),
                Header::Start(position, start, is_dropped) => {
                    let end = start + length.saturating_sub(HEADER as u64);
                    // One that is longer than up to the next, and so no longer what was written, ends there.
                    if let Some(before) = segments.last_mut() {
                        before.end = if before.is_dropped { position } else { before.end.min(start) };
                    }
                    segments.push(Segment { path: path.into(), before: position, start, end, is_dropped });
                }
                // The process died while it made it.
                Header::Damaged if place == last && length <= HEADER as u64 => {}
                // One in the middle is missed where its bytes are to be read.
                Header::Damaged if place == last || segments.is_empty() => {
                    notices.push(Notice::Damaged { folder: folder.path.clone(), bytes: length });
                }
                Header::Damaged => {}
            }
        }
        if let Some(last) = segments.last_mut() {
            let torn = cut(last)?;
            if torn > 0 {
                notices.push(Notice::Torn { folder: folder.path.clone(), bytes: torn });
            }
        }
        if cursors.is_empty() && !segments.is_empty() {
            for lane in lanes {
                cursors.push((lane.clone(), Cursor::create(&folder.path, lane)?));
            }
        }
        let end = segments.last().map_or(0, |last| last.end);
        Ok(Some(Self { folder, segments, cursors, end, notices }))
    }

    /// The names of the lanes that it is for.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = &str> {
        self.cursors.iter().map(|(lane, _)| lane.as_str())
    }

    /// The position from which on a lane has something to deliver.
    pub(crate) fn position(&self, lane: usize) -> u64 {
        let start = self.segments.first().map_or(self.end, |first| first.start);
        // Where the end was cut, or lost with the power, it may be further than there is anything.
        self.cursors.get(lane).map_or(start, |(_, cursor)| cursor.mark.settled.clamp(start, self.end))
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }
}

fn read_header(path: &PathBuf) -> io::Result<(Header, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    (&mut file).take(HEADER as u64).read_to_end(&mut bytes)?;
    Ok((segment::read_header(&bytes), length))
}

/// Cuts from the last segment what is no whole record, and no damage before one; says how many bytes that were.
fn cut(last: &mut Segment) -> io::Result<u64> {
    if last.is_dropped {
        last.end = last.start;
        return Ok(0);
    }
    let mut blocks = Blocks::new(vec![last.clone()], last.start, last.end);
    let mut whole = last.start;
    for block in &mut blocks {
        whole = block.start + block.bytes.len() as u64;
    }
    if let Some(problem) = blocks.closed() {
        return Err(io::Error::other(problem));
    }
    let torn = last.end - whole;
    if torn > 0 {
        last.end = whole;
        // On a disk that cannot be written it stays, and is not read.
        let cut = OpenOptions::new().write(true).open(&last.path);
        let _ = cut.and_then(|file| file.set_len(whole - last.start + HEADER as u64));
    }
    Ok(torn)
}
