use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a spool has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It cannot be written: what is captured lies in memory until it can.
    Unwritable(String),
    /// It can be written again, and what lay in memory has been.
    Writable,
    /// What is written cannot be made safe from a loss of power.
    Unsafe(String),
    /// The last bytes of a log were no whole record, and have been cut off.
    Torn { folder: PathBuf, bytes: u64 },
    /// Bytes in the middle of a log cannot be read, and with them whatever records they were.
    Damaged { folder: PathBuf, bytes: u64 },
    /// Another version of this crate wrote it: it is left as it is.
    Foreign { folder: PathBuf },
    /// It cannot be opened: it is left as it is.
    Closed { folder: PathBuf, problem: String },
    /// It holds something for a destination that the client does not have.
    Orphan { lane: String, events: u64, left: Duration },
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwritable(problem) => {
                write!(
                    formatter,
                    "the spool cannot be written ({problem}): what is captured is kept in memory meanwhile"
                )
            }
            Self::Writable => formatter.write_str("the spool can be written again, and holds what was kept in memory"),
            Self::Unsafe(problem) => write!(
                formatter,
                "the spool cannot be made safe from a loss of power ({problem}): from the end of the process it is"
            ),
            Self::Torn { folder, bytes } => {
                write!(
                    formatter,
                    "the last {bytes} bytes of `{}` are no whole record and were cut off",
                    folder.display()
                )
            }
            Self::Damaged { folder, bytes } => {
                write!(formatter, "{bytes} bytes of `{}` are damaged, and what they held is lost", folder.display())
            }
            Self::Foreign { folder } => write!(
                formatter,
                "`{}` was written by another version of taxogen and is left as it is: start that version to have it \
                 delivered, or remove it",
                folder.display()
            ),
            Self::Closed { folder, problem } => {
                write!(formatter, "`{}` cannot be opened and is left as it is: {problem}", folder.display())
            }
            Self::Orphan { lane, events, left } => write!(
                formatter,
                "{events} events are kept for `{lane}`, which this client does not deliver to: in {} hours they are given up",
                left.as_secs() / 3600
            ),
        }
    }
}

/// What a log has to tell, until somebody takes it.
#[derive(Debug, Default)]
pub(super) struct Notices {
    untold: Vec<Notice>,
    /// Where something could not be read and was told.
    damaged: BTreeSet<u64>,
    /// Whether it was told that nothing is safe from a loss of power.
    is_unsafe: bool,
    /// Whether it was told that a file cannot be opened.
    is_closed: bool,
}

impl Notices {
    pub(super) fn new(untold: Vec<Notice>) -> Self {
        Self { untold, ..Self::default() }
    }

    pub(super) fn push(&mut self, notice: Notice) {
        self.untold.push(notice);
    }

    /// So many bytes at a position cannot be read: told once, however many lanes come by.
    pub(super) fn damaged(&mut self, folder: &Path, position: u64, bytes: u64) {
        if self.damaged.insert(position) {
            self.push(Notice::Damaged { folder: folder.to_owned(), bytes });
        }
    }

    /// A file cannot be opened now: told once.
    pub(super) fn closed(&mut self, folder: &Path, problem: &str) {
        if !std::mem::replace(&mut self.is_closed, true) {
            self.push(Notice::Closed { folder: folder.to_owned(), problem: problem.to_owned() });
        }
    }

    /// What is written is not safe from a loss of power: told once.
    pub(super) fn not_safe(&mut self, problem: String) {
        if !std::mem::replace(&mut self.is_unsafe, true) {
            self.push(Notice::Unsafe(problem));
        }
    }

    pub(super) fn take(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.untold)
    }
}
