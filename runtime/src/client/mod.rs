mod builder;
mod core;
mod entry;
#[cfg(feature = "http")]
mod env;
mod exposures;
mod now;
mod wait;

pub use builder::Builder;
pub(crate) use core::{Core, Sink};
pub(crate) use entry::Entry;
pub use now::CaptureNow;
pub(crate) use now::Notice;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "redis")]
use crate::dedup::FleetReport;
use crate::error::Error;
use crate::event::SuperProperties;
use crate::flag::{FixedFlags, FlagReport};
use crate::invalids::InvalidCount;
use crate::recorder::Recorder;
use crate::report::Report;
use crate::user::User;

/// Takes what the code captures, and delivers it in the background.
///
/// A clone is another handle of the same client. The client is `Send + Sync`, needs no async runtime and
/// never blocks in `capture`: what is captured goes into a log in memory, and one thread delivers it.
///
/// Call [`shutdown`](Self::shutdown) before the program ends. Dropping the last handle does the same in short: it waits at
/// most two seconds (half a second on a thread of a tokio runtime), and hands what it could not deliver to `on_loss`.
/// A program that ends by `std::process::exit`, or while another thread holds a handle, drops nothing and tells nothing.
///
/// A fork of the process has no delivery thread: `flush` says so in an error, [`report`](Self::report) in
/// [`paused`](crate::DestinationReport::paused), and what is captured there is lost, counted and told
/// ([`LossReason::Forked`](crate::LossReason::Forked)). What the log held at the fork is delivered by the first process.
///
/// ```
/// let client = taxogen::Client::disabled();
/// let user = client.user("user_123");
/// # let _ = user;
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) core: Arc<Core>,
    /// What flags are in the scope of this handle of the client, whatever anybody says.
    pub(crate) overrides: Option<Arc<FixedFlags>>,
}

impl Client {
    /// A client of your own settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A client that takes everything and delivers nothing, for programs that run without analytics.
    ///
    /// It counts nothing either, and tells nothing to the hooks: its report stays empty.
    #[must_use]
    pub fn disabled() -> Self {
        Builder::default().without_delivery(Sink::Nothing)
    }

    /// A client that keeps what is captured, as it was encoded, for your own tests; it has no thread.
    ///
    /// Two recorders know nothing of each other, so tests run side by side.
    ///
    /// ```
    /// let (client, recorder) = taxogen::Client::recorder();
    /// client.user("user_123").alias("anonymous_7");
    /// assert_eq!(recorder.len(), 1);
    /// ```
    #[must_use]
    pub fn recorder() -> (Self, Recorder) {
        Builder::default().recorder()
    }

    /// A handle of one person, by the distinct id under which your product knows them.
    ///
    /// What a person with an empty id captures, or with one of nothing but spaces, goes nowhere: it is counted as
    /// [`LossReason::EmptyId`](crate::LossReason::EmptyId) and told to `on_loss`.
    #[must_use]
    pub fn user(&self, distinct_id: impl Into<String>) -> User {
        User::new(self.clone(), distinct_id.into(), false)
    }

    /// A handle of somebody whom your product does not know yet, by an id of your own making: a cookie, a device.
    ///
    /// Segment gets it as `anonymousId`, Mixpanel as `$device_id`, and PostHog, which knows no difference, as
    /// `distinct_id`. When they log in, [`User::with_anonymous_id`] and `identify` make the two one person. An empty
    /// id is nobody's, as with [`user`](Self::user).
    ///
    /// ```
    /// let (client, recorder) = taxogen::Client::recorder();
    /// client.anonymous("cookie_7").unset(&["coupon"]);
    /// assert_eq!(recorder.all()[0].anonymous_id().as_deref(), Some("cookie_7"));
    /// ```
    #[must_use]
    pub fn anonymous(&self, id: impl Into<String>) -> User {
        User::new(self.clone(), id.into(), true)
    }

    /// Makes properties part of every event that is captured from now on, whoever captures it.
    ///
    /// A later call adds properties or replaces single ones; what it leaves unset stays. A person's own, of
    /// [`User::register`], lie over these, and what an event says itself lies over both. Also part of the events that
    /// the client makes by itself, `$feature_flag_called` and `Experiment Viewed`; no part of events whose plan says
    /// `super: false`, nor of `identify`, `set`, `unset`, `group` and `alias`.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn register(&self, properties: impl SuperProperties) {
        self.core.register(&properties);
    }

    /// Nothing of this person is recorded from now on, whoever asks for it, and what of them is in the log and not on its
    /// way yet is not sent.
    ///
    /// What is left out is counted ([`Report::dropped`](crate::Report::dropped)) and is no loss. An id is one person here:
    /// who is known under several, an anonymous one say, opts out under each. The client remembers it as long as it lives,
    /// so that a program names them again when it starts ([`Builder::opted_out`]); where consent is kept elsewhere, ask for it
    /// in [`Builder::before_capture`] instead. Flags are read as before, and loaded where the program asks for it, without a
    /// word of their properties.
    ///
    /// ```
    /// let (client, recorder) = taxogen::Client::recorder();
    /// let user = client.user("user_123");
    /// user.opt_out()?;
    /// user.alias("anonymous_7");
    /// assert!(recorder.is_empty());
    /// client.opt_in("user_123");
    /// user.alias("anonymous_7");
    /// assert_eq!((recorder.len(), client.report().dropped), (1, 1));
    /// # Ok::<(), taxogen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When 900,000 people have opted out already: the client remembers no more, and forgets nobody for another. They
    /// take nine megabytes.
    pub fn opt_out(&self, distinct_id: impl AsRef<str>) -> Result<(), Error> {
        self.core.opt_outs.add(distinct_id.as_ref())
    }

    /// What this person does is recorded again. What was captured before and is in the log still is sent.
    pub fn opt_in(&self, distinct_id: impl AsRef<str>) {
        self.core.opt_outs.remove(distinct_id.as_ref());
    }

    /// Delivers what was captured until now, and waits for it, at most until the deadline.
    ///
    /// # Errors
    ///
    /// When something was still undelivered at the deadline, or a destination refuses the key, which is not waited for;
    /// it stays in the log.
    pub fn flush(&self, deadline: Duration) -> Result<(), Error> {
        self.core.flush(deadline)
    }

    /// Takes nothing more, delivers what was captured, retries until the deadline, and reports.
    ///
    /// What could not be delivered is counted as [`kept`](crate::Report::kept); it ends with the process, so that
    /// `on_loss` gets it, as [`LossReason::Shutdown`](crate::LossReason::Shutdown). A destination that refuses the key is
    /// asked once more and not waited for.
    ///
    /// What is captured afterwards is lost, counted and told, unless the client is
    /// [`disabled`](Self::disabled); a recorder keeps none of it. A second call reports again.
    #[expect(clippy::must_use_candidate, reason = "who only wants everything to leave needs no report")]
    pub fn shutdown(&self, deadline: Duration) -> Report {
        self.core.shutdown(deadline)
    }

    /// [`flush`](Self::flush) for code that awaits, on any runtime. It begins now.
    ///
    /// Never block on it inside a hook: on the delivery thread it would wait for itself.
    ///
    /// # Errors
    ///
    /// When something was still undelivered at the deadline; it stays in the log.
    #[cfg(feature = "http")]
    pub fn flush_async(&self, deadline: Duration) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        self.core.flush_async(deadline)
    }

    /// [`shutdown`](Self::shutdown) for code that awaits, on any runtime. It begins now.
    ///
    /// Never block on it inside a hook: on the delivery thread it would wait for itself.
    #[cfg(feature = "http")]
    pub fn shutdown_async(&self, deadline: Duration) -> impl Future<Output = Report> + Send + 'static {
        self.core.shutdown_async(deadline)
    }

    /// What became of everything so far; exact after a `shutdown`, or a `flush` while nobody captures.
    #[must_use]
    pub fn report(&self) -> Report {
        self.core.report()
    }
}

impl Client {
    /// How often the plan's defaults stood in for answers about flags, and why.
    #[must_use]
    pub fn flag_report(&self) -> FlagReport {
        self.core.flags.report()
    }

    /// What the fleet said of this process's exposures, and why it gave no answer; `None` where the client asks none.
    #[cfg(feature = "redis")]
    #[must_use]
    pub fn fleet_report(&self) -> Option<FleetReport> {
        match &self.core.sink {
            Sink::Delivery(delivery) => delivery.fleet_report(),
            Sink::Recorder(_) | Sink::Nothing => None,
        }
    }

    /// Which properties were left out of which events, and why; how many they are in all stands in the
    /// [`Report`].
    ///
    /// A thousand kinds are told apart; of what comes later only the sum is kept.
    #[must_use]
    pub fn invalid_report(&self) -> Vec<InvalidCount> {
        self.core.ledger.invalid_report()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("sink", &self.core.sink).finish_non_exhaustive()
    }
}
