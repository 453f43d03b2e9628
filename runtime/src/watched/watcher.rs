use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use super::WatchedFile;

/// A small thread that looks at a file again and again. It ends soon after this is dropped.
#[derive(Debug)]
pub(crate) struct Watcher(Sender<Duration>);

/// However impatient somebody is: looking costs little, and not nothing.
const SHORTEST: Duration = Duration::from_millis(10);

impl Watcher {
    /// Looks at the file each time that this interval has passed, and gives what is new to `on_change`, on the thread.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub(crate) fn start(
        name: &str,
        mut file: WatchedFile,
        mut interval: Duration,
        on_change: impl Fn(io::Result<Vec<u8>>) + Send + 'static,
    ) -> io::Result<Self> {
        let (watcher, asked) = mpsc::channel();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            loop {
                match asked.recv_timeout(interval.max(SHORTEST)) {
                    Ok(other) => interval = other,
                    Err(RecvTimeoutError::Timeout) => {
                        file.read_again(SystemTime::now()).into_iter().for_each(&on_change);
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self(watcher))
    }

    /// Looks at this interval from now on.
    pub(crate) fn every(&self, interval: Duration) {
        // It fails only where the thread has ended, by a panic of `on_change`.
        let _ = self.0.send(interval);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_new_is_told_until_nobody_watches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        fs::write(&path, "one").unwrap();
        let (sender, told) = mpsc::channel();
        let file = WatchedFile::new(&path, 100);
        let hour = Duration::from_secs(3600);
        let watcher = Watcher::start("watched", file, hour, move |read| sender.send(read.unwrap()).unwrap()).unwrap();
        watcher.every(Duration::ZERO);
        assert_eq!(told.recv().unwrap(), b"one");
        fs::write(folder.path().join("next"), "two").unwrap();
        fs::rename(folder.path().join("next"), &path).unwrap();
        assert_eq!(told.recv().unwrap(), b"two");
        drop(watcher);
        // The thread has ended, and what it called with it.
        assert!(told.recv().is_err());
    }
}
