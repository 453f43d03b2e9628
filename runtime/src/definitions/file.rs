//! Definitions in a file, and whether it has changed.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::SystemTime;

use taxogen_flags::Definitions;

use super::cause::Cause;
use super::shelf::Shelf;
use crate::value::Timestamp;
use crate::watched::WatchedFile;

/// What is read of a file, in bytes.
const LIMIT: u64 = 32 << 20;

/// A file of definitions, and what it was like when it was last read.
pub(super) struct DefinitionsFile {
    path: PathBuf,
    file: WatchedFile,
}

impl DefinitionsFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { file: WatchedFile::new(&path, LIMIT), path }
    }

    /// Looks whether it has changed, and puts what it holds where it has.
    pub(super) fn look(&mut self, onto: &Shelf, now: Timestamp) {
        Self::heed(self.read(), onto, now);
    }

    /// Puts what was read of it. Those in use stay where it holds none.
    pub(super) fn heed(read: Result<Option<Definitions>, Cause>, onto: &Shelf, now: Timestamp) {
        match read {
            Ok(None) => {
                if onto.cause().is_none() {
                    onto.confirm(now);
                }
            }
            Ok(Some(definitions)) => onto.put(definitions, now),
            Err(cause) => {
                onto.fail(cause);
            }
        }
    }

    /// What it holds; `None` where nothing is new, also where it still cannot be read.
    pub(super) fn read(&mut self) -> Result<Option<Definitions>, Cause> {
        match self.file.read_again(SystemTime::now()) {
            None => Ok(None),
            Some(Ok(bytes)) => Definitions::parse(&bytes).map(Some).map_err(|error| self.unusable(&error)),
            Some(Err(why)) => Err(self.unreadable(&why)),
        }
    }

    fn unreadable(&self, why: &io::Error) -> Cause {
        if why.kind() == ErrorKind::FileTooLarge {
            return self.unusable(&"there are more than 32 MiB of them: archive flags");
        }
        Cause::FileGone(format!(
            "the definitions of local flags in `{}` cannot be read: {why}; put a file there, as \
             `/flags/definitions` of posthog answers it",
            self.path.display()
        ))
    }

    fn unusable(&self, why: &dyn fmt::Display) -> Cause {
        Cause::Unusable(format!(
            "the definitions of local flags in `{}` cannot be used: {why}; put there what `/flags/definitions` of \
             posthog answers",
            self.path.display()
        ))
    }
}
