//! Files that are read again when they change.

mod file;
mod watcher;

pub(crate) use file::WatchedFile;
pub(crate) use watcher::Watcher;
