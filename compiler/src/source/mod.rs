//! The texts that a plan was read from, and places in them.

mod disk;
mod error;
mod include;
mod memory;
mod path;
mod stamp;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use self::disk::read;
pub use self::error::{ReadError, ReadErrorKind};
pub use self::include::{Boundary, IncludeError, Unused};
pub use self::path::PathError;
pub use self::stamp::Stamp;
use crate::secret;
use crate::table::Table;

/// The most bytes that all files of a plan may have together: 64 MiB, beyond any plan that a person reviews.
pub const MAX_BYTES: u64 = 64 << 20;

/// The most files that a plan may have.
pub const MAX_FILES: usize = 10_000;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Every file of one plan: the plan itself, then each file that is included, before those that stand behind it.
#[derive(Debug, Default)]
pub struct Source {
    files: Vec<File>,
    /// What became of each entry of an `include`, by its place.
    includes: Table<Span, Result<u16, IncludeError>>,
    unused: Vec<Unused>,
    /// What is named and could not be read, with its state then.
    unread: Vec<(PathBuf, Option<Stamp>)>,
}

/// One file: its name as the user gave it, its text and where its lines begin.
#[derive(Debug)]
pub struct File {
    /// As given on the command line or in the macro; what diagnostics print.
    pub name: String,
    /// Where it was read from.
    pub path: PathBuf,
    /// The whole text, without a byte order mark, and with `*` for the letters of personal keys.
    pub text: String,
    /// The entry of another file that includes it; the plan itself has none.
    pub included_at: Option<Span>,
    /// The state of the file just before it was read; `None` where it stands in memory.
    stamp: Option<Stamp>,
    /// Where personal keys stand.
    secrets: Vec<Range<usize>>,
    /// Looked for when the first place is told to a person.
    line_starts: OnceLock<Vec<u32>>,
    /// Then a column is a difference, and need not be counted.
    is_ascii: bool,
}

/// A stretch of bytes of one file. `end` is exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The index of the file in its [`Source`].
    pub file: u16,
    /// The first byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

/// A place for a person: both 1-based, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// A plan of one text that stands in no file, as tests and tools need it.
    #[must_use]
    pub fn from_text(name: &str, text: impl Into<String>) -> Self {
        memory::read(name, text.into(), &[])
    }

    /// A plan of several texts in memory, each with its name: the first is the plan itself, the others are found where
    /// an `include` names them, relative to the folder of the first.
    ///
    /// # Panics
    /// When there is no text.
    #[must_use]
    pub fn from_texts(texts: &[(&str, &str)]) -> Self {
        let ((name, text), others) = texts.split_first().expect("a plan has a text");
        memory::read(name, (*text).to_owned(), others)
    }

    /// Adds a file and gives its index, the `file` of its spans.
    fn add(&mut self, file: File) -> u16 {
        let index = u16::try_from(self.files.len()).expect("a plan has at most 10,000 files");
        self.files.push(file);
        index
    }

    /// The files, the plan itself first.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file of that index.
    #[must_use]
    pub fn file(&self, index: u16) -> &File {
        &self.files[usize::from(index)]
    }

    /// The text under a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// Where a span begins.
    #[must_use]
    pub fn start(&self, span: Span) -> Location {
        self.file(span.file).location(span.start)
    }

    /// Where a span ends: the place behind its last character.
    #[must_use]
    pub fn end(&self, span: Span) -> Location {
        self.file(span.file).location(span.end)
    }

    /// What became of the entry of an `include` at that place: the file that it added, or why there is none.
    #[must_use]
    pub fn included(&self, place: Span) -> Option<&Result<u16, IncludeError>> {
        self.includes.get(&place)
    }

    /// Whether a file is named that is not there to be read.
    #[must_use]
    pub fn lacks_files(&self) -> bool {
        let is_there = |error: &IncludeError| matches!(error, IncludeError::Circle(_) | IncludeError::Twice(_));
        self.includes.values().iter().any(|outcome| outcome.as_ref().is_err_and(|error| !is_there(error)))
    }

    /// YAML files beside included ones which no file of the plan includes, in the order of their names.
    #[must_use]
    pub fn unused(&self) -> &[Unused] {
        &self.unused
    }

    /// Every path that was read, or that is named and could not be read.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| &*file.path).chain(self.unread.iter().map(|(path, _)| &**path))
    }

    /// Whether every file is as it was when it was read. A text in memory never is.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let same = |path: &Path, before| Stamp::of(path) == before;
        self.files.iter().all(|file| file.stamp.is_some() && same(&file.path, file.stamp))
            && self.unread.iter().all(|(path, before)| same(path, *before))
    }

    /// A fingerprint of the texts, 16 lower-case hex digits: FNV-1a, which will never change.
    ///
    /// It is the same wherever the plan was checked out: a line break counts as one byte however it is written, and
    /// the names of included files stand in the texts that include them.
    #[must_use]
    pub fn hash(&self) -> String {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        let mut hash = OFFSET;
        for file in &self.files {
            let bytes = file.text.as_bytes();
            for (at, byte) in bytes.iter().enumerate() {
                if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
                    hash = mix(hash, *byte);
                }
            }
            // No UTF-8 holds the byte 0xff, so it separates the files.
            hash = mix(hash, 0xff);
        }
        format!("{hash:016x}")
    }
}

impl File {
    fn new(name: String, path: PathBuf, mut text: String) -> Self {
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let secrets = secret::mask(&mut text);
        let is_ascii = text.is_ascii();
        Self { name, path, text, included_at: None, stamp: None, secrets, line_starts: OnceLock::new(), is_ascii }
    }

    /// Where personal keys stand, which are an error anywhere in a plan.
    pub(crate) fn secrets(&self) -> &[Range<usize>] {
        &self.secrets
    }

    /// Where the byte at `offset` stands.
    #[must_use]
    pub fn location(&self, offset: u32) -> Location {
        let line = self.line_of(offset);
        let before = &self.text[self.line_start(line)..offset as usize];
        let characters = if self.is_ascii { before.len() } else { before.chars().count() };
        Location { line, column: characters + 1 }
    }

    /// The line of the byte at `offset`, from 1.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|start| *start <= offset)
    }

    /// The text of a line, from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_start(line);
        let end = self.line_starts().get(line).map_or(self.text.len(), |next| *next as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The offset of a line's first byte.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts()[line - 1] as usize
    }

    /// How many lines there are; behind a last line break stands one more, empty.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts().len()
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| offset(at + 1))).collect()
        })
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a file of a plan has at most 64 MiB")
}

/// The places of a list in their order in the text; of equal ones, as they are in the list.
pub(crate) fn in_order(places: &[Span]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(places.len());
    // Most come in order.
    for (at, place) in places.iter().enumerate() {
        let behind = order.partition_point(|other| places[*other] <= *place);
        order.insert(behind, at);
    }
    order
}

impl Span {
    /// The stretch from `start` to `end`, in bytes.
    #[must_use]
    pub fn new(file: u16, start: usize, end: usize) -> Self {
        Self { file, start: offset(start), end: offset(end) }
    }

    /// Whether all of `other` lies in it.
    pub(crate) fn holds(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_lines_from_one() {
        let source = Source::from_text("p", "\u{feff}a: ü\r\nb: x\n");
        let file = source.file(0);
        let places = [0, 3, 5, 7, 8, 12].map(|offset| file.location(offset).to_string());
        assert_eq!(places, ["1:1", "1:4", "1:5", "2:1", "2:2", "3:1"]);
        assert_eq!([1, 2, 3].map(|line| file.line(line)), ["a: ü", "b: x", ""]);
    }

    fn hash(texts: &[&str]) -> String {
        let mut source = Source::default();
        for text in texts {
            source.add(File::new("p".to_owned(), PathBuf::from("p"), (*text).to_owned()));
        }
        source.hash()
    }

    #[test]
    fn the_hash_depends_on_every_text_and_where_it_ends() {
        assert_eq!(hash(&["a: 1\n"]), hash(&["a: 1\n"]));
        let different = [hash(&[]), hash(&[""]), hash(&["ab"]), hash(&["a", "b"]), hash(&["", "ab"]), hash(&["ac"])];
        let distinct: std::collections::BTreeSet<_> = different.iter().collect();
        assert_eq!(distinct.len(), different.len());
        assert!(different.iter().all(|hash| hash.len() == 16));
    }

    #[test]
    fn the_hash_does_not_depend_on_how_lines_are_checked_out() {
        assert_eq!(hash(&["a: 1\r\nb: 2\r\n"]), hash(&["a: 1\nb: 2\n"]));
        assert_eq!(hash(&["\u{feff}a: 1\n"]), hash(&["a: 1\n"]));
        assert_ne!(hash(&["a: 1\r"]), hash(&["a: 1"]));
        assert_ne!(hash(&["a\rb"]), hash(&["ab"]));
    }
}
