//! Waiting for definitions, and asking about them.

use std::time::Duration;

use super::DefinitionsStatus;
use super::cause::Cause;
use super::shelf::Shelf;
use crate::client::Client;
#[cfg(feature = "posthog")]
use crate::client::Sink;
#[cfg(feature = "posthog")]
use crate::delivery::{Pending, Waited};
use crate::error::{Error, Kind};
use crate::value::Timestamp;

/// How much later than its deadline the delivery thread may answer.
#[cfg(feature = "posthog")]
const GRACE: Duration = Duration::from_secs(1);

/// Definitions of flags that are decided in this process.
impl Client {
    /// Waits until the definitions of local flags are loaded, at most until the deadline: for the start of a program
    /// that is to decide by them from its first request on. It blocks the thread.
    ///
    /// Where there is nothing to wait for it returns at once: definitions of a file or of bytes are there when the client
    /// is built, and a client without [`Builder::local_flags`](crate::Builder::local_flags), a recorder and a disabled
    /// client load none, which is no error. Without definitions flags answer by what else is known of them, in the end
    /// by the plan's default; they are loaded later all the same, so that a program may go on after an error.
    ///
    /// ```no_run
    /// # #[cfg(feature = "posthog")]
    /// # fn main() -> Result<(), taxogen::Error> {
    /// use std::time::Duration;
    /// use taxogen::{Client, LocalFlags, PostHog};
    ///
    /// let client = Client::builder()
    ///     .to(PostHog::new("phc_your_project_key"))
    ///     .local_flags(LocalFlags::polled("phx_your_personal_key"))
    ///     .build()?;
    /// if let Err(error) = client.flags_ready(Duration::from_secs(2)) {
    ///     eprintln!("flags answer their defaults for now: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "posthog"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// At once where waiting longer changes nothing: PostHog refuses the key, has no such project, or the quota is used
    /// up; the file cannot be read; no destination is a PostHog project; after `shutdown`; in a fork of the process. At
    /// the deadline otherwise ([`Error::is_timeout`]), with what stands in the way. On the delivery thread, in a hook,
    /// that is at once too.
    pub fn flags_ready(&self, deadline: Duration) -> Result<(), Error> {
        if let Some(ready) = readiness(&self.core.definitions) {
            return ready;
        }
        #[cfg(feature = "posthog")]
        if let Some(pending) = self.wait_for_definitions(deadline)? {
            return match pending.wait(deadline.saturating_add(GRACE)) {
                Waited::Answered(ready) => ready,
                Waited::Ended => Err(failed(&Cause::Ended)),
                Waited::Late => Err(late(&self.core.definitions)),
            };
        }
        let _ = deadline;
        Err(late(&self.core.definitions))
    }

    /// [`flags_ready`](Self::flags_ready) for code that awaits, on any runtime. The deadline counts from now.
    ///
    /// # Errors
    ///
    /// As [`flags_ready`](Self::flags_ready).
    #[cfg(feature = "http")]
    pub fn flags_ready_async(&self, deadline: Duration) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let ready = readiness(&self.core.definitions);
        #[cfg(feature = "posthog")]
        let pending = if ready.is_some() { Ok(None) } else { self.wait_for_definitions(deadline) };
        let core = std::sync::Arc::clone(&self.core);
        let _ = deadline;
        async move {
            if let Some(ready) = ready {
                return ready;
            }
            #[cfg(feature = "posthog")]
            if let Some(pending) = pending? {
                return pending.await.unwrap_or_else(|| Err(failed(&Cause::Ended)));
            }
            Err(late(&core.definitions))
        }
    }

    /// What is known of the definitions of local flags: how many, since when, and what stands in the way of newer ones.
    ///
    /// ```
    /// use taxogen::{Client, DefinitionsSource};
    ///
    /// let (client, _) = Client::recorder();
    /// let status = client.flag_definitions();
    /// assert_eq!((status.source, status.flags), (DefinitionsSource::None, None));
    /// ```
    #[must_use]
    pub fn flag_definitions(&self) -> DefinitionsStatus {
        self.core.definitions.status(Timestamp::now())
    }

    #[cfg(feature = "posthog")]
    fn wait_for_definitions(&self, deadline: Duration) -> Result<Option<Pending<Result<(), Error>>>, Error> {
        let Sink::Delivery(delivery) = &self.core.sink else { return Ok(None) };
        if delivery.is_forked() {
            let sentence = "a fork of the process asks for no definitions: build a client after the fork";
            return Err(Error::new(Kind::Network, sentence));
        }
        let awaited = std::sync::Arc::clone(&self.core.definitions);
        Ok(Some(delivery.on_thread(async move {
            let ready = tokio::time::timeout(deadline, awaited.until(|| readiness(&awaited))).await;
            ready.unwrap_or_else(|_| Err(late(&awaited)))
        })))
    }
}

/// Whether there is nothing to wait for; `None` where there is.
fn readiness(shelf: &Shelf) -> Option<Result<(), Error>> {
    if !shelf.is_used() || shelf.peek().is_some() {
        return Some(Ok(()));
    }
    shelf.cause().filter(Cause::is_final).map(|cause| Err(failed(&cause)))
}

fn failed(cause: &Cause) -> Error {
    let kind = match cause {
        Cause::NoProject | Cause::FileGone(_) | Cause::Unusable(_) => Kind::Configuration,
        _ => Kind::Network,
    };
    Error::new(kind, cause.to_string())
}

fn late(shelf: &Shelf) -> Error {
    let why = shelf.cause().map_or_else(|| "posthog has not answered yet".to_owned(), |cause| cause.to_string());
    Error::new(Kind::Timeout, format!("the definitions of local flags were not loaded in time: {why}"))
}
