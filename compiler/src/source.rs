//! The texts that a plan was read from, and places in them.

use std::fmt;
use std::path::{Path, PathBuf};

/// Every file of one plan, in the order in which it was read; the first is the plan itself.
#[derive(Debug, Default)]
pub struct Source {
    files: Vec<File>,
}

/// One file: its name as the user gave it, its text and where its lines begin.
#[derive(Debug)]
pub struct File {
    /// As given on the command line or in the macro; what diagnostics print.
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    line_starts: Vec<u32>,
}

/// A stretch of bytes of one file. `end` is exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub file: u16,
    pub start: u32,
    pub end: u32,
}

/// A place for a person: both 1-based, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    pub line: usize,
    pub column: usize,
}

/// Why a plan could not be read at all.
#[derive(Debug)]
pub struct ReadError {
    pub path: PathBuf,
    pub kind: ReadErrorKind,
}

#[derive(Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    Missing,
    Directory,
    /// The place of the first byte that is no UTF-8.
    NotUtf8(Location),
    /// More bytes than a plan may have.
    TooLarge { bytes: u64 },
    Unreadable(std::io::Error),
}
