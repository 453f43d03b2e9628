mod segments;

pub(crate) use segments::Part;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use super::cursor::{self, Cursor, Mark};
use super::folder::Folder;
use super::notice::{Notice, Notices};
use super::older::Older;
use super::recover::Recovered;
use super::segment::{self, HEADER, Segment};
use super::{Fsync, Spool};
use crate::value::Timestamp;

/// The part of a log that lies on disk. All of it is guarded by the log's lock.
#[derive(Debug)]
pub(crate) struct Disk {
    settings: Spool,
    /// The names of the lanes, in the order of the log's.
    lanes: Vec<String>,
    /// `None` before there was room to make it, and after it was released.
    folder: Option<Folder>,
    cursors: Vec<Cursor>,
    segments: VecDeque<Segment>,
    /// The last segment, open for writing.
    file: Option<Arc<File>>,
    is_released: bool,
    /// Whether the file may hold a part of what could not be written.
    torn: bool,
    /// Everything before this position is on disk.
    written: u64,
    /// Since it could not be written: when to try again.
    failing: Option<Instant>,
    /// Files that were written to since they were last made safe.
    unsafe_files: Vec<Arc<File>>,
    older: Older,
    notices: Notices,
    /// The process that writes. One that was forked from it must not.
    process: u32,
}

/// How long after a failure it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

impl Disk {
    /// A log that begins, with lanes of these names.
    ///
    /// Where the disk is full it begins in memory.
    pub(crate) fn create(settings: Spool, lanes: Vec<String>, older: Arc<AtomicU64>) -> io::Result<Self> {
        let mut disk = Self {
            settings,
            lanes,
            folder: None,
            cursors: Vec::new(),
            segments: VecDeque::new(),
            file: None,
            is_released: false,
            torn: false,
            written: 0,
            failing: None,
            unsafe_files: Vec::new(),
            older: Older::seen(older),
            notices: Notices::default(),
            process: std::process::id(),
        };
        match disk.make_folder() {
            Ok(()) => Ok(disk),
            Err(problem) if is_full(&problem) => {
                disk.failed(&problem);
                Ok(disk)
            }
            Err(problem) => Err(problem),
        }
    }

    /// A log that an earlier process has left.
    pub(crate) fn adopt(settings: Spool, recovered: Recovered) -> Self {
        let Recovered { folder, segments, cursors, end, notices } = recovered;
        let (lanes, cursors) = cursors.into_iter().unzip();
        Self {
            settings,
            lanes,
            folder: Some(folder),
            cursors,
            segments: segments.into(),
            file: None,
            is_released: false,
            torn: false,
            written: end,
            failing: None,
            unsafe_files: Vec::new(),
            older: Older::seen(Arc::default()),
            notices: Notices::new(notices),
            process: std::process::id(),
        }
    }

    fn make_folder(&mut self) -> io::Result<()> {
        let folder = Folder::create(&self.settings.directory)?;
        let cursors: io::Result<Vec<_>> = self.lanes.iter().map(|lane| Cursor::create(&folder.path, lane)).collect();
        match cursors {
            Ok(cursors) => {
                self.cursors = cursors;
                self.folder = Some(folder);
                Ok(())
            }
            Err(problem) => {
                // Without its cursors nobody would know whom it is for.
                let made = cursor::list(&folder.path).unwrap_or_default();
                let _ = remove_all(folder, made.into_iter().map(|(_, cursor)| cursor).collect());
                Err(problem)
            }
        }
    }

    /// Whether this process is another than the one that began it.
    pub(crate) fn is_forked(&self) -> bool {
        std::process::id() != self.process
    }

    /// Whether all of its files are where they were: somebody may have removed them.
    pub(crate) fn is_there(&self) -> bool {
        self.segments.iter().all(|segment| !segment.is_gone())
    }

    /// Writes no more into a file that somebody has removed, where nobody would find it.
    pub(crate) fn look(&mut self) {
        if self.file.is_some() && self.segments.back().is_some_and(Segment::is_gone) {
            self.file = None;
            self.failed(&io::Error::new(io::ErrorKind::NotFound, "its files were removed"));
        }
    }

    /// Everything before this position is on disk.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether there is any use in writing now.
    pub(crate) fn can_try(&self) -> bool {
        !self.is_released && self.failing.is_none_or(|again| again <= Instant::now())
    }

    /// Appends whole frames, which begin at this position. When that fails they have to be written later, before all
    /// others. What is left out before them is nobody's any more.
    pub(crate) fn write(&mut self, position: u64, frames: &[u8]) -> bool {
        if position > self.written {
            self.file = None;
            self.written = position;
        }
        match self.try_write(frames) {
            Ok(()) => {
                self.written += frames.len() as u64;
                if let Some(segment) = self.segments.back_mut() {
                    segment.end = self.written;
                }
                true
            }
            Err(problem) => {
                self.torn = true;
                self.failed(&problem);
                false
            }
        }
    }

    /// Everything is on disk.
    pub(crate) fn caught_up(&mut self) {
        if self.failing.take().is_some() {
            self.notices.push(Notice::Writable);
        }
    }

    fn failed(&mut self, problem: &io::Error) {
        if self.failing.replace(Instant::now() + PAUSE).is_none() {
            self.notices.push(Notice::Unwritable(problem.to_string()));
        }
    }

    fn try_write(&mut self, frames: &[u8]) -> io::Result<()> {
        if self.folder.is_none() {
            self.make_folder()?;
        }
        let held = self.segments.back().map_or(0, |segment| segment.end - segment.start);
        let file = match &self.file {
            Some(file) if held == 0 || held + frames.len() as u64 <= self.segment_bytes() => Arc::clone(file),
            _ => self.begin_segment()?,
        };
        if self.torn {
            let end = self.segments.back().map_or(0, |segment| segment.end - segment.start) + HEADER as u64;
            file.set_len(end)?;
            (&*file).seek(SeekFrom::Start(end))?;
            self.torn = false;
        }
        (&*file).write_all(frames)?;
        self.note(file);
        Ok(())
    }

    /// Small enough that what is dropped at once, when the spool is full, is a small part of it.
    fn segment_bytes(&self) -> u64 {
        (self.settings.bytes / 16).min(8 << 20)
    }

    fn begin_segment(&mut self) -> io::Result<Arc<File>> {
        let Some(folder) = &self.folder else { return Err(io::ErrorKind::NotFound.into()) };
        let before = self.segments.back().map_or(self.written, |last| last.end);
        let (segment, file) = Segment::create(&folder.path, before, self.written)?;
        let file = Arc::new(file);
        self.segments.push_back(segment);
        self.file = Some(Arc::clone(&file));
        self.torn = false;
        // Where a folder can be opened it has to be made safe too, or the file may have no name after a loss of power.
        #[cfg(unix)]
        if let Ok(folder) = File::open(&folder.path) {
            self.note(Arc::new(folder));
        }
        Ok(file)
    }

    /// Notes that a file has to be made safe, where that is ever asked.
    fn note(&mut self, file: Arc<File>) {
        if self.settings.fsync != Fsync::Never && !self.unsafe_files.iter().any(|noted| Arc::ptr_eq(noted, &file)) {
            self.unsafe_files.push(file);
        }
    }

    /// Everything before this position is settled for a lane.
    pub(crate) fn settle(&mut self, lane: usize, position: u64) {
        if let Some(cursor) = self.cursors.get_mut(lane)
            && position > cursor.mark.settled
        {
            let mark = Mark { settled: position, ..cursor.mark };
            // Without it the lane would deliver some events twice after a restart, under the same ids.
            let _ = cursor.write(mark);
        }
    }

    /// Somebody delivers for a lane, or nobody does from now on, unless that was so before. Says since when nobody does.
    pub(crate) fn attend(&mut self, lane: usize, nobody: Option<Timestamp>) -> Option<Timestamp> {
        let cursor = self.cursors.get_mut(lane)?;
        let since = nobody.map(|now| cursor.mark.orphan_since.unwrap_or(now));
        if since != cursor.mark.orphan_since {
            // Without it the time begins anew at the next start.
            let _ = cursor.write(Mark { orphan_since: since, ..cursor.mark });
        }
        since
    }

    /// Removes everything.
    pub(crate) fn remove(&mut self) {
        self.file = None;
        self.unsafe_files.clear();
        self.segments.clear();
        let cursors = std::mem::take(&mut self.cursors);
        if let Some(folder) = self.folder.take() {
            // Where something else has come to lie there the folder stays, with nothing in it for us.
            let _ = remove_all(folder, cursors);
        }
        self.count(0);
    }

    /// Leaves everything to whoever starts next: from now on it is theirs.
    pub(crate) fn release(&mut self) {
        self.is_released = true;
        (self.file, self.folder) = (None, None);
        self.cursors.clear();
        self.segments.clear();
    }

    /// The files that have to be made safe, where anything was written since this was last asked.
    pub(crate) fn take_unsafe(&mut self) -> Vec<Arc<File>> {
        std::mem::take(&mut self.unsafe_files)
    }

    /// From now on what is left of this log is part of this sum.
    pub(crate) fn count_into(&mut self, sum: Arc<AtomicU64>) {
        self.older = Older::part(sum);
    }

    /// So many bytes of this log are still to be delivered.
    pub(crate) fn count(&mut self, bytes: u64) {
        self.older.count(bytes);
    }

    /// How many bytes the logs hold that are older than this one, of the client that writes it.
    pub(crate) fn older(&self) -> u64 {
        self.older.bytes()
    }

    /// So many bytes at a position cannot be read.
    pub(crate) fn is_damaged(&mut self, position: u64, bytes: u64) {
        if let Some(folder) = &self.folder {
            self.notices.damaged(&folder.path, position, bytes);
        }
    }

    /// A file cannot be opened now.
    pub(crate) fn is_closed(&mut self, problem: &str) {
        if let Some(folder) = &self.folder {
            self.notices.closed(&folder.path, problem);
        }
    }

    /// What is written cannot be made safe from a loss of power.
    pub(crate) fn is_unsafe(&mut self, problem: &io::Error) {
        self.notices.not_safe(problem.to_string());
    }

    pub(crate) fn settings(&self) -> &Spool {
        &self.settings
    }

    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        self.notices.take()
    }
}

fn remove_all(folder: Folder, cursors: Vec<Cursor>) -> io::Result<()> {
    // The cursors last: without them, everybody would get what is still there.
    segment::list(&folder.path)?.into_iter().try_for_each(std::fs::remove_file)?;
    cursors.into_iter().try_for_each(Cursor::remove)?;
    folder.remove()
}

/// Whether it may be otherwise in a while, without anybody changing a setting.
fn is_full(problem: &io::Error) -> bool {
    matches!(problem.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
