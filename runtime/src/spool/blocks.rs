use std::vec;

use super::frame::{self, Next};
use super::segment::{Segment, Unreadable};

/// Reads a part of the log from disk, block by block; with nothing locked.
pub(crate) struct Blocks {
    segments: vec::IntoIter<Segment>,
    /// The segment that is being read.
    segment: Option<Segment>,
    /// The position of the next block.
    at: u64,
    until: u64,
    /// Where no frame could be read, and how many bytes.
    pub(crate) damage: Vec<(u64, u64)>,
    /// Why it ended before a file that cannot be opened now.
    closed: Option<String>,
}

/// Why there is no block at a position.
enum Gap {
    /// No frame can be read before this one.
    Until(u64),
    Closed(String),
}

/// Whole frames that follow one another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) start: u64,
    pub(crate) bytes: Vec<u8>,
}

const BLOCK: u64 = 256 * 1024;

impl Blocks {
    pub(super) fn new(segments: Vec<Segment>, from: u64, until: u64) -> Self {
        Self { segments: segments.into_iter(), segment: None, at: from, until, damage: Vec::new(), closed: None }
    }

    /// Where what has not been read yet begins.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Why it ended before a file that cannot be opened now.
    pub(crate) fn closed(&self) -> Option<&str> {
        self.closed.as_deref()
    }

    /// Whether it did.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Whole frames at the position.
    fn read(&self, segment: &Segment) -> Result<Vec<u8>, Gap> {
        let rest = segment.end - self.at;
        let read = |longest| {
            segment.read(self.at, longest).map_err(|problem| match problem {
                // A disk that does not answer for a part of a file is not asked for each of its records.
                Unreadable::Gone => Gap::Until(segment.end),
                Unreadable::Closed(problem) => Gap::Closed(problem),
            })
        };
        let mut bytes = read(BLOCK)?;
        if let Next::Cut(needs) = frame::next(&bytes)
            && needs as u64 <= rest
        {
            bytes = read((needs as u64).max(BLOCK))?;
        }
        let whole = frame::whole(&bytes);
        if whole > 0 {
            bytes.truncate(whole);
            return Ok(bytes);
        }
        let rest = read(rest)?;
        Err(Gap::Until(frame::find(&rest).map_or(segment.end, |length| self.at + length as u64)))
    }

    fn skip_to(&mut self, position: u64) {
        if position > self.at {
            self.damage.push((self.at, position - self.at));
            self.at = position;
        }
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        while self.closed.is_none() {
            let begun = self.segment.take().filter(|segment| segment.end > self.at);
            let Some(segment) = begun.or_else(|| self.segments.next()) else {
                self.skip_to(self.until);
                return None;
            };
            // What lies between two segments and was never written is missed by nobody.
            self.skip_to(segment.before.min(segment.start));
            self.at = self.at.max(segment.start);
            if segment.is_dropped {
                self.at = self.at.max(segment.end);
            }
            if segment.end <= self.at {
                continue;
            }
            match self.read(&segment) {
                Ok(bytes) => {
                    let start = self.at;
                    self.at += bytes.len() as u64;
                    self.segment = Some(segment);
                    return Some(Block { start, bytes });
                }
                Err(Gap::Until(next)) => {
                    self.skip_to(next);
                    self.segment = Some(segment);
                }
                Err(Gap::Closed(problem)) => self.closed = Some(problem),
            }
        }
        None
    }
}
