//! What fills the shelf of a client.

use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::Definitions;

use super::cause::Cause;
use super::file::DefinitionsFile;
#[cfg(feature = "posthog")]
use super::poller::Poller;
use super::settings::{LocalFlags, Origin};
use super::shelf::Shelf;
use super::status::DefinitionsSource;
use super::watch;
use crate::client::Sink;
#[cfg(feature = "http")]
use crate::error::{Error, Kind};
use crate::hooks::Hooks;
use crate::value::Timestamp;

/// A shelf with what could be read at once, before there is a thread that goes on.
pub(crate) struct Supply {
    shelf: Arc<Shelf>,
    from: From,
    interval: Duration,
    /// Why it is empty, where it need not be.
    problem: Option<Cause>,
}

enum From {
    /// Nobody: it stays as it is.
    Nobody,
    #[cfg(feature = "posthog")]
    Poll(String),
    Watch(DefinitionsFile),
}

impl Supply {
    /// Reads a file, takes bytes, and asks nobody yet.
    pub(crate) fn open(settings: Option<LocalFlags>, hooks: &Arc<Hooks>) -> Self {
        let Some(settings) = settings else {
            let shelf = Arc::new(Shelf::empty());
            return Self { shelf, from: From::Nobody, interval: Duration::MAX, problem: None };
        };
        let interval = settings.interval();
        let shelf = |source| Arc::new(Shelf::new(source, hooks));
        let (shelf, from, read) = match settings.origin {
            #[cfg(feature = "posthog")]
            Origin::Polled(key) => (shelf(DefinitionsSource::Polled), From::Poll(key), Ok(None)),
            Origin::File(path) => {
                let mut file = DefinitionsFile::new(path);
                let read = file.read();
                (shelf(DefinitionsSource::File), From::Watch(file), read)
            }
            Origin::Bytes(bytes) => {
                let read = Definitions::parse(&bytes).map(Some).map_err(|error| unusable(&error.to_string()));
                (shelf(DefinitionsSource::Bytes), From::Nobody, read)
            }
        };
        let problem = match read {
            Ok(definitions) => {
                if let Some(definitions) = definitions {
                    shelf.put(definitions, Timestamp::now());
                }
                None
            }
            Err(cause) => Some(cause),
        };
        Self { shelf, from, interval, problem }
    }

    /// # Errors
    ///
    /// When what was to be read at once cannot be.
    #[cfg(feature = "http")]
    pub(crate) fn check(self) -> Result<Self, Error> {
        match self.problem {
            Some(cause) => Err(Error::new(Kind::Configuration, cause.to_string())),
            None => Ok(self),
        }
    }

    /// Has it kept up to date as long as the client lives, by its delivery thread where it has one. Without a
    /// destination nobody is asked.
    pub(crate) fn start(self, sink: &Sink) -> Arc<Shelf> {
        let Self { shelf, from, interval, problem } = self;
        if let Some(cause) = problem {
            shelf.fail(cause);
        }
        match (from, sink) {
            (From::Nobody, _) => {}
            #[cfg(feature = "posthog")]
            (From::Poll(key), Sink::Delivery(delivery)) => match &delivery.posthog {
                Some(project) => delivery.beside(Poller::new(delivery, project, &key, interval, &shelf).run()),
                None => {
                    shelf.fail(Cause::NoProject);
                }
            },
            #[cfg(feature = "posthog")]
            (From::Poll(_), Sink::Recorder(_) | Sink::Nothing) => return Arc::new(Shelf::empty()),
            #[cfg(feature = "http")]
            (From::Watch(file), Sink::Delivery(delivery)) => {
                delivery.beside(watch::beside(file, Arc::clone(&shelf), interval));
            }
            (From::Watch(file), Sink::Recorder(_) | Sink::Nothing) => watch::alone(file, &shelf, interval),
        }
        shelf
    }
}

fn unusable(why: &str) -> Cause {
    Cause::Unusable(format!(
        "the definitions of local flags that were given cannot be used: {why}; give what `/flags/definitions` of posthog \
         answers"
    ))
}
