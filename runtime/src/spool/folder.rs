use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::notice::Notice;
use crate::id::EventId;
use crate::value::Timestamp;

/// The folder of one client in the spool's directory, locked for as long as this is held.
///
/// It is called after the moment in which it was made, so that the oldest comes first.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Its lock ends with the process, however that ends.
    lock: File,
}

const LOCK: &str = "lock";

impl Folder {
    /// A new one.
    pub(super) fn create(directory: &Path) -> io::Result<Self> {
        private_folders().recursive(true).create(directory)?;
        loop {
            let path = directory.join(EventId::new(Timestamp::now()).to_string());
            private_folders().create(&path)?;
            match Self::lock(path) {
                Ok(Some(folder)) => return Ok(folder),
                // Somebody who starts at this moment took it for one that is left over, and removes it.
                Ok(None) => {}
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
                Err(problem) => return Err(problem),
            }
        }
    }

    /// Those of processes that are no more, oldest first, and what is to be told of those that cannot be opened.
    pub(super) fn adopt_all(directory: &Path) -> io::Result<(Vec<Self>, Vec<Notice>)> {
        let mut paths = Vec::new();
        private_folders().recursive(true).create(directory)?;
        for entry in directory.read_dir()? {
            let entry = entry?;
            // Whatever else lies there is not ours.
            if entry.file_type()?.is_dir() && entry.file_name().to_str().is_some_and(is_ours) {
                paths.push(entry.path());
            }
        }
        paths.sort();
        let (mut folders, mut notices) = (Vec::new(), Vec::new());
        for path in paths {
            match Self::lock(path.clone()) {
                Ok(folder) => folders.extend(folder),
                // Its owner has removed it meanwhile.
                Err(problem) if problem.kind() == io::ErrorKind::NotFound => {}
                Err(problem) => notices.push(Notice::Closed { folder: path, problem: problem.to_string() }),
            }
        }
        Ok((folders, notices))
    }

    /// `None` where somebody else has it.
    fn lock(path: PathBuf) -> io::Result<Option<Self>> {
        let lock = private_file().write(true).create(true).truncate(false).open(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { path, lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(problem)) => Err(problem),
        }
    }

    /// Removes the lock and the folder itself, which must be empty but for it.
    pub(super) fn remove(self) -> io::Result<()> {
        let Self { path, lock } = self;
        fs::remove_file(path.join(LOCK))?;
        // While it is open some systems keep the folder.
        drop(lock);
        fs::remove_dir(path)
    }
}

/// `0192e4a0-76fb-7147-9f75-9919275ee428`
fn is_ours(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// How files are opened: a new one only its owner may read.
pub(super) fn private_file() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "elsewhere they are as private as their folder"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn private_folders() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "elsewhere they are as private as their folder"))]
    let mut folders = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders
}
