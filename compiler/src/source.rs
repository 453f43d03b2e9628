//! The texts that a plan was read from, and places in them.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The most bytes that one file of a plan may have: 64 MiB, beyond any plan that a person reviews.
pub const MAX_BYTES: u64 = 64 << 20;

const BYTE_ORDER_MARK: &str = "\u{feff}";

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
    /// Where it was read from.
    pub path: PathBuf,
    /// The whole text, without a byte order mark.
    pub text: String,
    line_starts: Vec<u32>,
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

/// Why a plan could not be read at all.
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
    /// The place of the first byte that is no UTF-8.
    NotUtf8(Location),
    /// More bytes than a plan may have.
    TooLarge {
        /// How many there are, as far as they were counted.
        bytes: u64,
    },
    /// The system refuses it.
    Unreadable(std::io::Error),
}

/// Reads a plan from `path`; diagnostics call it `name`.
///
/// # Errors
/// When the file is missing, a directory, no UTF-8, larger than [`MAX_BYTES`], or unreadable.
pub fn read(path: &Path, name: &str) -> Result<Source, ReadError> {
    let text = read_text(path).map_err(|kind| ReadError { path: path.to_owned(), kind })?;
    let mut source = Source::default();
    source.add(name, path, text);
    Ok(source)
}

fn read_text(path: &Path) -> Result<String, ReadErrorKind> {
    let io_error = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadErrorKind::Missing,
        ErrorKind::IsADirectory => ReadErrorKind::Directory,
        _ => ReadErrorKind::Unreadable(error),
    };
    if path.as_os_str() == OsStr::new("") {
        return Err(ReadErrorKind::Missing);
    }
    let metadata = fs::metadata(path).map_err(io_error)?;
    if metadata.is_dir() {
        return Err(ReadErrorKind::Directory);
    }
    // The length of the metadata is not to be trusted: a pipe has none, and a file may grow.
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(io_error)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadErrorKind::TooLarge { bytes: metadata.len().max(bytes.len() as u64) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        ReadErrorKind::NotUtf8(location_after(&String::from_utf8_lossy(&error.as_bytes()[..valid])))
    })
}

/// Where the next character stands behind `text`.
fn location_after(text: &str) -> Location {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    Location { line: text.matches('\n').count() + 1, column: text[line_start..].chars().count() + 1 }
}

impl Source {
    /// A source of one text that stands in no file, as tests and tools need it.
    #[must_use]
    pub fn from_text(name: &str, text: impl Into<String>) -> Self {
        let mut source = Self::default();
        source.add(name, Path::new(name), text.into());
        source
    }

    /// Adds a file and gives its index, the `file` of its spans. A byte order mark is skipped.
    pub fn add(&mut self, name: &str, path: &Path, text: String) -> u16 {
        let index = u16::try_from(self.files.len()).expect("a plan has fewer than 65,536 files");
        self.files.push(File::new(name, path, text));
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

    /// A fingerprint of the texts, 16 lower-case hex digits: FNV-1a, which will never change.
    #[must_use]
    pub fn hash(&self) -> String {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        // No UTF-8 holds the byte 0xff, so it separates the files.
        let hash = self.files.iter().fold(OFFSET, |hash, file| mix(file.text.bytes().fold(hash, mix), 0xff));
        format!("{hash:016x}")
    }
}

impl File {
    fn new(name: &str, path: &Path, mut text: String) -> Self {
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| offset(at + 1))).collect();
        let is_ascii = text.is_ascii();
        Self { name: name.to_owned(), path: path.to_owned(), text, line_starts, is_ascii }
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
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The text of a line, from 1, without its line break.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_start(line);
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The offset of a line's first byte.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts[line - 1] as usize
    }

    /// How many lines there are; behind a last line break stands one more, empty.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a file of a plan has at most 64 MiB")
}

impl Span {
    /// The stretch from `start` to `end`, in bytes.
    #[must_use]
    pub fn new(file: u16, start: usize, end: usize) -> Self {
        Self { file, start: offset(start), end: offset(end) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ReadErrorKind::Missing => write!(f, "there is no file `{path}`"),
            ReadErrorKind::Directory => write!(f, "`{path}` is a directory, not a plan"),
            ReadErrorKind::NotUtf8(at) => {
                write!(f, "`{path}` is not UTF-8: the first wrong byte stands at {at}; save the file as UTF-8")
            }
            ReadErrorKind::TooLarge { bytes } => {
                let limit = MAX_BYTES >> 20;
                write!(f, "`{path}` has {bytes} bytes; a plan has at most {limit} MiB")
            }
            ReadErrorKind::Unreadable(error) => write!(f, "`{path}` cannot be read: {error}"),
        }
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

    #[test]
    fn the_hash_depends_on_every_text_and_where_it_ends() {
        let hash = |texts: &[&str]| {
            let mut source = Source::default();
            for text in texts {
                source.add("p", Path::new("p"), (*text).to_owned());
            }
            source.hash()
        };
        assert_eq!(hash(&["a: 1\n"]), hash(&["a: 1\n"]));
        let different = [hash(&[]), hash(&[""]), hash(&["ab"]), hash(&["a", "b"]), hash(&["", "ab"]), hash(&["ac"])];
        let distinct: std::collections::BTreeSet<_> = different.iter().collect();
        assert_eq!(distinct.len(), different.len());
        assert!(different.iter().all(|hash| hash.len() == 16));
    }

    #[test]
    fn a_file_that_is_no_plan_says_why() {
        let folder = std::env::temp_dir().join(format!("taxogen-source-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let latin = folder.join("latin.yaml");
        fs::write(&latin, b"a: \xc3\xbc\nb: \xfc\n").unwrap();
        let missing = folder.join("missing.yaml");
        let message = |path: &Path| read(path, "p").unwrap_err().to_string();
        let shown = |path: &Path| path.display().to_string();
        assert_eq!(message(&missing), format!("there is no file `{}`", shown(&missing)));
        assert_eq!(message(&folder), format!("`{}` is a directory, not a plan", shown(&folder)));
        let not_utf8 = "is not UTF-8: the first wrong byte stands at 2:4; save the file as UTF-8";
        assert_eq!(message(&latin), format!("`{}` {not_utf8}", shown(&latin)));
        fs::remove_dir_all(&folder).unwrap();
    }
}
