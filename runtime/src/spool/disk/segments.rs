//! Which segments there are, which are read, and which are given back.

use std::collections::VecDeque;

use super::super::blocks::Blocks;
use super::super::segment::Segment;
use super::Disk;

/// A segment, or a part of it, to be read.
pub(crate) struct Part {
    pub(crate) start: u64,
    /// Whether it is all of a segment that is complete: what it holds stays as it is.
    pub(crate) is_whole: bool,
    pub(crate) blocks: Blocks,
}

impl Disk {
    /// The first position at or behind this one where a segment begins, or could.
    pub(crate) fn boundary(&mut self, position: u64) -> u64 {
        if let Some(segment) = self.segments.iter().find(|segment| segment.start >= position) {
            return segment.start;
        }
        // The next write begins one.
        self.file = None;
        self.written
    }

    /// What lies on disk between these positions, at which records begin: whole segments, until so many bytes are
    /// reached.
    pub(crate) fn blocks(&self, from: u64, until: u64, span: u64) -> Blocks {
        let first = self.segments.partition_point(|segment| segment.end <= from);
        let far = from.saturating_add(span).min(until);
        let segments = self.segments.range(first..).take_while(|segment| segment.start < far).cloned();
        let clipped: Vec<_> = segments.map(|segment| Segment { end: segment.end.min(until), ..segment }).collect();
        let until = match self.segments.get(first + clipped.len()) {
            Some(next) => next.before.min(until),
            None => until,
        };
        Blocks::new(clipped, from, until)
    }

    /// The same, segment by segment: each with where it begins, and whether that is all of it.
    pub(crate) fn parts(&self, from: u64, until: u64) -> Vec<Part> {
        let first = self.segments.partition_point(|segment| segment.end <= from);
        let segments = self.segments.range(first..).take_while(|segment| segment.start < until);
        let part = |segment: &Segment| {
            let (start, end) = (segment.start.max(from), segment.end.min(until));
            let is_open = self.file.is_some() && segment.end == self.written;
            let is_whole = (start, end) == (segment.start, segment.end) && !is_open;
            let blocks = Blocks::new(vec![Segment { end, ..segment.clone() }], start, end);
            Part { start, is_whole, blocks }
        };
        segments.map(part).collect()
    }

    /// Frees what lies in none of these ranges, as far as it is whole segments and not the one that is being written.
    ///
    /// What lies between others leaves one file that says that nothing is missed there.
    pub(crate) fn free(&mut self, needed: &[(u64, u64)]) {
        let open = usize::from(self.file.is_some());
        let closed = self.segments.len() - open.min(self.segments.len());
        for segment in self.segments.iter_mut().take(closed).filter(|segment| !segment.is_dropped) {
            if !needed.iter().any(|(from, until)| segment.start < *until && *from < segment.end) {
                let _ = segment.drop_frames();
            }
        }
        if !self.segments.iter().any(|segment| segment.is_dropped) {
            return;
        }
        let mut kept: VecDeque<Segment> = VecDeque::with_capacity(self.segments.len());
        for segment in self.segments.drain(..) {
            match kept.back_mut() {
                Some(last) if last.is_dropped && segment.is_dropped => last.end = segment.end,
                None if segment.is_dropped => {}
                _ => {
                    kept.push_back(segment);
                    continue;
                }
            }
            let _ = std::fs::remove_file(&segment.path);
        }
        self.segments = kept;
    }
}
