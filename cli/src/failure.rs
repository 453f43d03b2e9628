//! Why a command could not do its work; all of these end with 2.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use taxogen_compiler::day::BadEpoch;
use taxogen_compiler::source::ReadError;

#[derive(Debug)]
pub(crate) enum Failure {
    /// No plan was named, and there is none in this folder or above.
    NoPlan,
    Read(ReadError),
    Epoch(BadEpoch),
    /// A file of data, or stdin.
    Unreadable {
        name: String,
        error: io::Error,
    },
    Write {
        path: PathBuf,
        error: io::Error,
    },
    /// What the caller asked for does not go.
    Usage {
        message: String,
        help: String,
    },
    /// What is printed does not arrive.
    Print(io::Error),
    Sandbox(io::Error),
    Signal(ctrlc::Error),
}

impl Failure {
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Write { path: path.to_owned(), error }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> Option<&str> {
        match self {
            Self::NoPlan => Some("`taxogen init` writes a plan to begin with; a path names one elsewhere"),
            Self::Usage { help, .. } => Some(help),
            Self::Sandbox(_) => Some("leave out `--port` to take a free one"),
            Self::Epoch(_) => Some("set it to the time of the last commit, or unset it to ask the clock"),
            Self::Read(_) | Self::Unreadable { .. } | Self::Write { .. } | Self::Print(_) | Self::Signal(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlan => f.write_str("there is no `taxonomy.yaml` in this folder or above"),
            Self::Read(error) => error.fmt(f),
            Self::Epoch(error) => error.fmt(f),
            Self::Unreadable { name, error } if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "there is no file `{name}`")
            }
            Self::Unreadable { name, error } => write!(f, "`{name}` cannot be read: {error}"),
            Self::Write { path, error } => write!(f, "`{}` cannot be written: {error}", path.display()),
            Self::Usage { message, .. } => f.write_str(message),
            Self::Print(error) => write!(f, "the output cannot be written: {error}"),
            Self::Sandbox(error) => write!(f, "the sandbox cannot start: {error}"),
            Self::Signal(error) => write!(f, "Ctrl-C cannot be listened for: {error}"),
        }
    }
}
