use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A file that is asked now and then whether it has changed. It is read again only where its time or its size say so.
#[derive(Debug)]
pub(crate) struct WatchedFile {
    path: PathBuf,
    /// What is read of it at most, in bytes.
    limit: u64,
    seen: Option<Seen>,
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Content(Stamp),
    Failed(ErrorKind),
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// A file that was put in its place is another one.
    number: u64,
    content: u64,
    /// Whether it was old when it was read: one that is written twice within a tick of the file system's clock has
    /// another content and the same time.
    is_settled: bool,
}

/// No file system's clock is coarser.
const TICK: Duration = Duration::from_secs(2);

impl WatchedFile {
    pub(crate) fn new(path: impl Into<PathBuf>, limit: u64) -> Self {
        Self { path: path.into(), limit, seen: None }
    }

    /// The content where it is another than last time, or why it cannot be read where that is another reason. `None`
    /// where nothing is new.
    pub(crate) fn read_again(&mut self, now: SystemTime) -> Option<io::Result<Vec<u8>>> {
        let read = self.metadata().and_then(|metadata| {
            if self.is_as_before(&metadata) {
                return Ok(None);
            }
            let bytes = self.content()?;
            Ok(Some((Stamp::of(&metadata, &bytes, now), bytes)))
        });
        match read {
            Ok(None) => None,
            Ok(Some((stamp, bytes))) => {
                let is_known = matches!(&self.seen, Some(Seen::Content(seen)) if seen.content == stamp.content);
                self.seen = Some(Seen::Content(stamp));
                (!is_known).then_some(Ok(bytes))
            }
            Err(error) => {
                let seen = Some(Seen::Failed(error.kind()));
                let is_known = self.seen == seen;
                self.seen = seen;
                (!is_known).then_some(Err(error))
            }
        }
    }

    fn is_as_before(&self, metadata: &Metadata) -> bool {
        let Some(Seen::Content(seen)) = &self.seen else { return false };
        let as_before = (metadata.modified().ok(), metadata.len(), number(metadata));
        seen.is_settled && (seen.modified, seen.length, seen.number) == as_before
    }

    /// Of a file: a pipe would be waited for, and a device may never end.
    fn metadata(&self) -> io::Result<Metadata> {
        let metadata = std::fs::metadata(&self.path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
        }
        Ok(metadata)
    }

    fn content(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(self.limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > self.limit) {
            let sentence = format!("it has more than {} bytes", self.limit);
            return Err(io::Error::new(ErrorKind::FileTooLarge, sentence));
        }
        Ok(bytes)
    }
}

impl Stamp {
    fn of(metadata: &Metadata, bytes: &[u8], now: SystemTime) -> Self {
        let modified = metadata.modified().ok();
        let age = modified.and_then(|modified| now.duration_since(modified).ok());
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self {
            modified,
            length: metadata.len(),
            number: number(metadata),
            content: hasher.finish(),
            is_settled: age.is_some_and(|age| age > TICK),
        }
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
const fn number(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn text(read: Option<io::Result<Vec<u8>>>) -> Option<Result<String, String>> {
        Some(match read? {
            Ok(bytes) => Ok(String::from_utf8(bytes).unwrap()),
            Err(error) => Err(error.to_string()),
        })
    }

    #[test]
    fn a_file_is_read_when_it_changes_and_a_reason_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        let mut file = WatchedFile::new(&path, 10);
        let mut read = || text(file.read_again(SystemTime::now()));

        assert!(matches!(read(), Some(Err(_))));
        assert_eq!(read(), None);
        fs::write(&path, "one").unwrap();
        assert_eq!(read(), Some(Ok("one".to_owned())));
        assert_eq!(read(), None);
        fs::write(&path, "two").unwrap();
        assert_eq!(read(), Some(Ok("two".to_owned())), "within one tick of the clock, and of the same size");
        fs::write(&path, "much too long").unwrap();
        assert_eq!(read(), Some(Err("it has more than 10 bytes".to_owned())));
        assert_eq!(read(), None);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(read(), Some(Err("it is no file".to_owned())));
    }

    #[test]
    fn a_file_that_is_old_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        fs::write(&path, "one").unwrap();
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        let mut file = WatchedFile::new(&path, 10);
        assert!(file.read_again(written + 2 * TICK).is_some());

        // The same time and size: nobody looks at what it holds.
        fs::write(&path, "two").unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
        assert!(file.read_again(written + 2 * TICK).is_none());
        File::options().write(true).open(&path).unwrap().set_modified(written + TICK).unwrap();
        assert_eq!(text(file.read_again(written + 4 * TICK)), Some(Ok("two".to_owned())));
    }
}
