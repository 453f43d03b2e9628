use std::path::{Path, PathBuf};
use std::time::Duration;

/// A log on disk: what is captured is in the hands of the system before `capture` returns, and is delivered after a
/// restart if the process is killed before.
///
/// A process that is killed may have delivered what it could not note any more: the next one delivers it again, under the
/// same ids, by which the vendors know it. What earlier processes left does not hold up what is captured now, and so may
/// arrive after it.
///
/// The directory may be shared by any number of processes and clients, each of which has a folder in it; who starts
/// delivers also what processes that are no more have left there. It must be on a disk of this machine, where files
/// can be locked. Folders and files are readable by their owner alone; what they hold is not encrypted.
///
/// ```
/// use taxogen::{Client, Fsync, Spool};
///
/// # fn main() -> Result<(), taxogen::Error> {
/// # let directory = std::env::temp_dir().join("taxogen-doc-spool");
/// let spool = Spool::new(&directory).bytes(256 << 20).fsync(Fsync::EverySecond);
/// let client = Client::builder().spool(spool).build()?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "it is used where a client is built with it"]
pub struct Spool {
    pub(crate) directory: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) fsync: Fsync,
    pub(crate) orphan_after: Duration,
}

/// How soon what is captured is safe from a loss of power; from the end of the process it always is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fsync {
    /// When the system sees fit, often half a minute later.
    Never,
    /// Within about a second, unless the disk is slower.
    #[default]
    EverySecond,
    /// Before `capture` returns, which then takes as long as the disk does: milliseconds, often. Threads that capture at
    /// the same time share one.
    Always,
}

impl Spool {
    /// A log in this directory, which is made where there is none.
    pub fn new(directory: impl AsRef<Path>) -> Self {
        Self {
            directory: directory.as_ref().to_owned(),
            bytes: 1 << 30,
            fsync: Fsync::default(),
            orphan_after: Duration::from_secs(7 * 24 * 60 * 60),
        }
    }

    /// How many bytes may wait for the slowest destination, those that earlier processes left included; 1 GiB unless set,
    /// at least 1 MiB. What happens when they are used up says [`Builder::overflow`](crate::Builder::overflow); the oldest
    /// is then dropped by the sixteenth part of it, 8 MiB at most.
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes.max(1 << 20);
        self
    }

    /// How soon what is captured is safe from a loss of power; [`Fsync::EverySecond`] unless set.
    pub fn fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
        self
    }

    /// How long what an earlier process kept for a destination, that this client does not have any more, waits for one
    /// that does; 7 days unless set. Then it is lost as [`LossReason::Orphaned`](crate::LossReason::Orphaned).
    ///
    /// A destination is the same while its key and host are.
    pub fn orphan_after(mut self, time: Duration) -> Self {
        self.orphan_after = time;
        self
    }
}
