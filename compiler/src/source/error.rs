use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{Location, MAX_BYTES};

/// Why a file could not be read at all.
#[derive(Debug)]
pub struct ReadError {
    /// The file that was asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: ReadErrorKind,
}

/// What is wrong with a file that could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// There is no such file.
    Missing,
    /// A directory stands there.
    Directory,
    /// A device, a pipe or a socket stands where a file is included.
    NotRegular,
    /// The place of the first byte that is no UTF-8.
    NotUtf8(Location),
    /// More bytes than a plan may have, with those that were read before.
    TooLarge {
        /// How many there are, as far as they were counted.
        bytes: u64,
    },
    /// The system refuses it.
    Unreadable(io::Error),
}

impl From<io::Error> for ReadErrorKind {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            io::ErrorKind::IsADirectory => Self::Directory,
            _ => Self::Unreadable(error),
        }
    }
}

impl ReadErrorKind {
    /// The sentence about the file that is called `name`.
    pub(crate) fn sentence(&self, name: &str) -> String {
        match self {
            Self::Missing => format!("there is no file `{name}`"),
            Self::Directory => format!("`{name}` is a directory, not a plan"),
            Self::NotRegular => format!("`{name}` is a device or a pipe, not a file"),
            Self::NotUtf8(at) => {
                format!("`{name}` is not UTF-8: the first wrong byte stands at {at}; save the file as UTF-8")
            }
            Self::TooLarge { bytes } => {
                format!("`{name}` has {bytes} bytes; a plan has at most {} MiB", MAX_BYTES >> 20)
            }
            Self::Unreadable(error) => format!("`{name}` cannot be read: {error}"),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.sentence(&self.path.display().to_string()))
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ReadErrorKind::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
