use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::document::Document;
use super::given::Given;
use super::{FlagLayer, FlagQuestion, FlagSource, LayerAnswer};
use crate::error::{Error, Kind};
use crate::watched::{WatchedFile, Watcher};

/// How often a file is looked at, unless told.
const INTERVAL: Duration = Duration::from_millis(500);
/// What is read of a file at most, in bytes.
const LIMIT: u64 = 4 << 20;

type Tell = dyn Fn(&str) + Send + Sync;

/// Flags that a file sets, for development: it is read again when it changes, while the program runs.
///
/// ```json
/// {
///   "new-dashboard-v2": true,
///   "checkout-experiment": "test",
///   "checkout-limits": {"payload": {"max_cents": 100}},
///   "pricing": {"value": "bold", "payload": {"headline": "Now"}},
///   "said-by-others": null
/// }
/// ```
///
/// A flag is `true`, `false`, the name of a variant, or an object with `value`, `payload` or both: a payload alone is on.
/// `null` says nothing, as if the flag were not there.
///
/// A small thread of its own looks at the file twice a second, and ends when the last clone of this is dropped: a client
/// holds one. The file may be replaced by another under its name, as editors do it. While it cannot be read or is wrong,
/// or when it is taken away, what it said before counts; what is wrong is told once, with line and column, to
/// [`on_problem`](Self::on_problem) or on stderr.
///
/// ```
/// use taxogen::{Client, Flag, FlagFile, FlagSource};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard-v2", false);
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("flags.json");
/// std::fs::write(&path, r#"{"new-dashboard-v2": true}"#)?;
/// let (client, _recorder) = Client::builder().flags_from(FlagFile::open(&path)?).recorder();
/// let answer = client.user("user_123").evaluate(NEW_DASHBOARD);
/// assert_eq!((answer.value, answer.source), (true, FlagSource::File));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FlagFile {
    state: Arc<State>,
    watcher: Arc<Watcher>,
}

struct State {
    path: PathBuf,
    document: RwLock<Document>,
    problem: Mutex<Option<String>>,
    tell: RwLock<Arc<Tell>>,
}

impl FlagFile {
    /// The flags of this file, which is watched from now on.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no file, has more than 4 MiB, or is not what a flag file is; when the system gives no
    /// thread. The message says where and what to do.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::watch(path.as_ref(), false)
    }

    /// The same of a file that need not be there: until it is, nothing is said.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), but for a file that is not there.
    pub fn when_there(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::watch(path.as_ref(), true)
    }

    fn watch(path: &Path, may_be_missing: bool) -> Result<Self, Error> {
        // The program may go to another folder.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut file = WatchedFile::new(&path, LIMIT);
        let document = match file.read_again(SystemTime::now()) {
            Some(Err(error)) if may_be_missing && error.kind() == ErrorKind::NotFound => Document::default(),
            Some(read) => parse(read).map_err(|why| Error::new(Kind::Configuration, sentence(&path, &why)))?,
            None => Document::default(),
        };
        let state = Arc::new(State {
            path,
            document: RwLock::new(document),
            problem: Mutex::default(),
            tell: RwLock::new(Arc::new(|problem| eprintln!("taxogen: {problem}"))),
        });
        let changed = Arc::clone(&state);
        let watcher = Watcher::start("taxogen-flag-file", file, INTERVAL, move |read| changed.changed(read));
        let watcher = watcher.map_err(|error| {
            Error::new(Kind::Configuration, "the thread that watches the flag file cannot be started")
                .with_source(error)
        })?;
        Ok(Self { state, watcher: Arc::new(watcher) })
    }

    /// Looks at the file this often; twice a second unless set, and at most a hundred times.
    #[must_use = "it is what looks at the file"]
    pub fn every(self, interval: Duration) -> Self {
        self.watcher.every(interval);
        self
    }

    /// Called with a sentence when the file cannot be used any more, once until that changes; unless set, it is printed
    /// on stderr. It runs on the thread that watches, which a panic ends.
    #[must_use = "it is what looks at the file"]
    pub fn on_problem(self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        *self.state.tell.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tell);
        self
    }

    /// Why the file cannot be used now; `None` where what it says counts.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.state.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    fn changed(&self, read: io::Result<Vec<u8>>) {
        let problem = match parse(read) {
            Ok(document) => {
                *self.document.write().unwrap_or_else(PoisonError::into_inner) = document;
                None
            }
            Err(why) => Some(format!("{}: what it said before counts until then", sentence(&self.path, &why))),
        };
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&problem);
        if let Some(problem) = problem {
            let tell = Arc::clone(&self.tell.read().unwrap_or_else(PoisonError::into_inner));
            tell(&problem);
        }
    }
}

/// What a file says, or why it says nothing.
fn parse(read: io::Result<Vec<u8>>) -> Result<Document, String> {
    match read {
        Ok(bytes) => Document::parse(&bytes).map_err(|error| format!("{error}; correct it there")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("it is not there; write one, with `{}` where it says nothing".to_owned())
        }
        Err(error) => Err(format!("{error}; it has to be a file of JSON that can be read")),
    }
}

fn sentence(path: &Path, why: &str) -> String {
    format!("the flag file `{}` cannot be used: {why}", path.display())
}

impl FlagLayer for FlagFile {
    fn source(&self) -> FlagSource {
        FlagSource::File
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        let document = self.state.document.read().unwrap_or_else(PoisonError::into_inner);
        document.get(question.key()).map_or(LayerAnswer::Silent, Given::says)
    }

    fn keys(&self) -> Vec<String> {
        let document = self.state.document.read().unwrap_or_else(PoisonError::into_inner);
        document.keys().map(str::to_owned).collect()
    }
}

impl fmt::Debug for FlagFile {
    /// Without the values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.state.document.read().unwrap_or_else(PoisonError::into_inner);
        formatter
            .debug_struct("FlagFile")
            .field("path", &self.state.path)
            .field("flags", &document.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc;

    use taxogen_flags::FlagValue;

    use super::*;

    impl FlagFile {
        fn value(&self, key: &str) -> Option<FlagValue> {
            self.state.document.read().unwrap().get(key).map(|given| given.value.clone())
        }

        fn wait_for(&self, key: &str, value: Option<&str>) {
            while self.value(key).as_ref().map(ToString::to_string).as_deref() != value {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    #[test]
    fn a_file_is_followed_and_what_was_good_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        fs::write(&path, r#"{"a": true}"#).unwrap();
        let (sender, told) = mpsc::channel();
        let tell = move |problem: &str| sender.send(problem.to_owned()).unwrap();
        let file = FlagFile::open(&path).unwrap().on_problem(tell).every(Duration::from_millis(10));
        assert_eq!(file.value("a"), Some(true.into()));

        // Whole: half of a text would be told.
        let write = |text: &str| {
            fs::write(folder.path().join("next"), text).unwrap();
            fs::rename(folder.path().join("next"), &path).unwrap();
        };
        write(r#"{"a": "test"}"#);
        file.wait_for("a", Some("test"));
        let at = path.display();
        let begin = format!("the flag file `{at}` cannot be used: ");
        let end = "what it said before counts until then";
        for (text, why) in [
            ("{\"a\": true,\n}", "trailing comma at line 2 column 1; correct it there"),
            (
                "{\"a\": 1}",
                "flag `a`: invalid type: integer `1`, expected `true`, `false`, the name of a variant, or an object with \
                 `value` and `payload` at line 1 column 7; correct it there",
            ),
        ] {
            write(text);
            assert_eq!(told.recv().unwrap(), format!("{begin}{why}: {end}"));
            assert_eq!(file.value("a"), Some("test".into()));
        }
        fs::remove_file(&path).unwrap();
        let missing = format!("{begin}it is not there; write one, with `{{}}` where it says nothing: {end}");
        assert_eq!(told.recv().unwrap(), missing);
        assert_eq!(file.problem(), Some(missing));
        write("{}");
        file.wait_for("a", None);
        while file.problem().is_some() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(told.try_recv().is_err(), "each is told once");
        let shown = format!("{file:?}");
        assert_eq!(shown, format!("FlagFile {{ path: {path:?}, flags: [], .. }}"));
    }

    #[test]
    fn what_cannot_be_opened_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        let begin = format!("the flag file `{}` cannot be used: ", path.display());
        let error = FlagFile::open(&path).unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(error.to_string(), format!("{begin}it is not there; write one, with `{{}}` where it says nothing"));
        fs::write(&path, "{\"a\" true}").unwrap();
        let message = format!("{begin}flag `a`: expected `:` at line 1 column 6; correct it there");
        for error in [FlagFile::open(&path).unwrap_err(), FlagFile::when_there(&path).unwrap_err()] {
            assert_eq!(error.to_string(), message);
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let message = format!("{begin}it is no file; it has to be a file of JSON that can be read");
        assert_eq!(FlagFile::open(&path).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_file_may_come_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        let file = FlagFile::when_there(&path).unwrap().every(Duration::from_millis(10));
        assert_eq!((file.value("a"), file.problem()), (None, None));
        fs::write(&path, r#"{"a": false}"#).unwrap();
        file.wait_for("a", Some("false"));
    }
}
