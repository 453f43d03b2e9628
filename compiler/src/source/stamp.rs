use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// The state of a file, by which a change of it is seen: its length and the time of its last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    length: u64,
    changed: SystemTime,
}

impl Stamp {
    /// The state of the file at `path` now; `None` where there is none.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { length: metadata.len(), changed: metadata.modified().ok()? })
    }
}
