//! Definitions in a file, and whether it has changed.

use std::fmt;
use std::fs::{self, Metadata};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use taxogen_flags::Definitions;

use super::cause::Cause;
use super::shelf::Shelf;
use crate::value::Timestamp;

/// What is read of a file, in bytes.
const LIMIT: u64 = 32 << 20;
/// A file that changed so short a time before it was read may change again without looking otherwise: the clocks of file
/// systems are coarse.
const RECENT: Duration = Duration::from_secs(2);

/// A file, and what it was like when it was last read.
pub(super) struct WatchedFile {
    path: PathBuf,
    seen: Option<Stamp>,
    /// Of what it held.
    content: Option<u64>,
    hasher: RandomState,
}

/// By what a file that has changed is told without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// A file that was put in its place is another one.
    number: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), length: metadata.len(), number: number(metadata) }
    }

    /// Whether a change after this one would be seen.
    fn is_settled(&self, now: SystemTime) -> bool {
        let age = |modified| now.duration_since(modified).ok();
        self.modified.and_then(age).is_some_and(|age| age > RECENT)
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

impl WatchedFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, seen: None, content: None, hasher: RandomState::new() }
    }

    /// Looks whether it has changed, and puts what it holds where it has. Those in use stay where it holds none.
    pub(super) fn look(&mut self, shelf: &Shelf, now: Timestamp) {
        match self.read() {
            Ok(None) => {
                if shelf.cause().is_none() {
                    shelf.confirm(now);
                }
            }
            Ok(Some(definitions)) => shelf.put(definitions, now),
            Err(cause) => {
                shelf.fail(cause);
            }
        }
    }

    /// What it holds; `None` where it has not changed since.
    pub(super) fn read(&mut self) -> Result<Option<Definitions>, Cause> {
        let metadata = fs::metadata(&self.path).map_err(|why| self.gone(&why))?;
        if !metadata.is_file() {
            // A pipe would be waited for.
            return Err(self.gone(&"it is no file"));
        }
        let stamp = Stamp::of(&metadata);
        if self.seen == Some(stamp) {
            return Ok(None);
        }
        let bytes = read(&self.path).map_err(|why| self.gone(&why))?;
        let content = self.hasher.hash_one(&bytes);
        self.seen = Some(stamp).filter(|stamp| stamp.is_settled(SystemTime::now()));
        if self.content == Some(content) {
            return Ok(None);
        }
        self.content = Some(content);
        if bytes.len() as u64 > LIMIT {
            return Err(self.unusable("there are more than 32 MiB of them: archive flags"));
        }
        Definitions::parse(&bytes).map(Some).map_err(|error| self.unusable(&error.to_string()))
    }

    fn gone(&mut self, why: &dyn fmt::Display) -> Cause {
        (self.seen, self.content) = (None, None);
        Cause::FileGone(format!(
            "the definitions of local flags in `{}` cannot be read: {why}; put a file there, as \
             `/flags/definitions` of posthog answers it",
            self.path.display()
        ))
    }

    fn unusable(&self, why: &str) -> Cause {
        Cause::Unusable(format!(
            "the definitions of local flags in `{}` cannot be used: {why}; put there what `/flags/definitions` of \
             posthog answers",
            self.path.display()
        ))
    }
}

/// One byte more than is taken tells what is too long.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
