//! The spool: the log in segments on disk.
//!
//! ```text
//! directory/
//!   0192e4a0-76fb-7147-9f75-9919275ee428/    one client of one process, named after the moment it began
//!     lock                                   held while that process lives
//!     00000000000000000000.segment           records, from this position on
//!     00000000000008388571.segment
//!     posthog-batch-e94af0af287d3424.lane    how far this lane is
//! ```
//!
//! A folder is written by one process and never again: who starts begins a new one, and delivers what lies in those whose
//! lock is free.

mod blocks;
mod cursor;
mod disk;
mod folder;
mod frame;
mod notice;
mod older;
mod recover;
mod segment;
mod settings;

pub(crate) use blocks::Blocks;
pub(crate) use disk::{Disk, Part};
pub(crate) use frame::{HEAD, head};
pub(crate) use notice::Notice;
pub(crate) use recover::Recovered;
pub use settings::{Fsync, Spool};
