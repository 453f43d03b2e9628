//! Delivery: one thread, on which each lane carries records from the log to an endpoint of a vendor.

mod beside;
mod body;
mod books;
#[cfg(feature = "redis")]
mod fleet;
#[cfg(not(feature = "redis"))]
#[path = "no_fleet.rs"]
#[expect(clippy::unused_self, reason = "a fleet has something to say")]
mod fleet;
mod flush;
#[cfg(feature = "metrics")]
mod gauges;
mod home;
mod http;
mod intake;
#[cfg(feature = "spool")]
mod keeper;
mod lane;
mod orders;
mod outlet;
mod pending;
#[cfg(feature = "posthog")]
mod question;
mod race;
pub(crate) mod retry;
mod screen;
mod settings;
mod standing;
mod store;
mod tally;
mod thread;
mod tls;
mod watch;

pub(crate) use flush::flushed;
pub(crate) use http::Http;
#[cfg(feature = "posthog")]
pub(crate) use http::{Failure, Response};
pub(crate) use intake::Intake;
#[cfg(feature = "posthog")]
pub(crate) use lane::jitter;
pub(crate) use pending::Pending;
#[cfg(feature = "posthog")]
pub(crate) use pending::Waited;
#[cfg(feature = "redis")]
pub(crate) use race::{Won, race};
pub(crate) use settings::{Settings, Storage};
pub(crate) use watch::Watch;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::dedup::Memory;
#[cfg(feature = "redis")]
use crate::dedup::RedisFleet;
use crate::error::Error;
use crate::hooks::{self, Hooks};
use crate::id::EventId;
use crate::opt_out::OptOuts;
use crate::report::{Ledger, LossReason, Queued, Report};
use crate::telemetry;
use crate::transport::Destination;
#[cfg(feature = "posthog")]
use crate::transport::Project;
use beside::Beside;
use books::Books;
use home::{FORKED, Home};
use outlet::{Outlet, Post};
use pending::after;
use screen::Screen;
use standing::Standing;
use store::Store;
use tally::Tally;
use watch::Watches;

/// The delivery thread, seen from all others. Dropping it is a short `shutdown`, so that what is left is told before the
/// program can end.
pub(crate) struct Delivery {
    store: Store,
    intake: Intake,
    /// Asked before the log.
    #[cfg(feature = "redis")]
    fleet: Option<Arc<RedisFleet>>,
    /// The first PostHog project among the destinations: flags are asked there.
    #[cfg(feature = "posthog")]
    pub(crate) posthog: Option<Project>,
    ledger: Arc<Ledger>,
    hooks: Arc<Hooks>,
    watches: Arc<Watches>,
    home: Arc<Home>,
    http: Http,
    runtime: Handle,
    thread: ThreadId,
    stop: Arc<Notify>,
    settings: Settings,
    /// What runs beside the lanes.
    beside: Beside,
    /// Whether somebody has called `shutdown`.
    closed: AtomicBool,
}

/// How long dropping a client without `shutdown` waits for delivery.
const AFTER_DROP: Duration = Duration::from_secs(2);
/// The same on a thread of a tokio runtime.
const ON_RUNTIME: Duration = Duration::from_millis(500);
/// How much later than its deadline the delivery thread may answer.
const GRACE: Duration = Duration::from_secs(1);

impl Delivery {
    /// Starts the thread and a lane for every endpoint of every destination.
    ///
    /// # Errors
    ///
    /// When a key, a host or a region cannot be used, when the system has no certificates to trust, or when
    /// it gives no thread.
    pub(crate) fn start(
        destinations: &[Destination],
        storage: &Storage,
        settings: Settings,
        ledger: &Arc<Ledger>,
        hooks: &Arc<Hooks>,
        opt_outs: &Arc<OptOuts>,
        memory: &Arc<Memory>,
    ) -> Result<Self, Error> {
        EventId::begin_anew();
        let (home, watches) = (Arc::<Home>::default(), Arc::<Watches>::default());
        let mut posts = Vec::new();
        for (destination, config) in destinations.iter().enumerate() {
            let standing = Arc::<Standing>::default();
            for endpoint in config.endpoints()? {
                let (ledger, hooks, watches) = (Arc::clone(ledger), Arc::clone(hooks), Arc::clone(&watches));
                let books = Books { ledger, hooks, watches, memory: Arc::clone(memory), destination };
                let screen = Screen::new(config, opt_outs);
                posts.push(Post { endpoint: Arc::new(endpoint), standing: Arc::clone(&standing), books, screen });
            }
        }
        let secure = posts.iter().any(|post| post.endpoint.url.scheme() == "https");
        let http = Http::new(&settings, secure)?;
        let store = Store::open(storage, &posts, &home, &settings)?;
        let stop = Arc::<Notify>::default();
        let intake = Intake { log: Arc::clone(&store.log), posts: posts.into(), home: Arc::clone(&home) };
        #[cfg(feature = "redis")]
        let asking = fleet::share(memory, &intake, ledger, hooks, settings.haste)?;
        let (runtime, thread) = thread::spawn(Arc::clone(&stop))?;
        store.start(&runtime, &http, &settings);
        #[cfg(feature = "redis")]
        let fleet = asking.map(|(fleet, worker)| {
            runtime.spawn(worker.run());
            fleet
        });
        telemetry::describe();
        #[cfg(feature = "metrics")]
        runtime.spawn(gauges::run(gauges::Gauges::of(&store.lanes, settings)));
        Ok(Self {
            store,
            intake,
            #[cfg(feature = "redis")]
            fleet,
            #[cfg(feature = "posthog")]
            posthog: destinations.iter().find_map(Destination::posthog).transpose()?,
            ledger: Arc::clone(ledger),
            hooks: Arc::clone(hooks),
            watches,
            home,
            http,
            runtime,
            thread,
            stop,
            settings,
            beside: Beside::default(),
            closed: AtomicBool::new(false),
        })
    }

    /// Takes nothing more, delivers what is there, and gives up at the deadline what is left.
    pub(crate) fn shutdown(&self, deadline: Duration) -> Pending<()> {
        self.closed.store(true, Ordering::Release);
        self.beside.end();
        if self.is_forked() {
            return Pending::answered(self.thread, ());
        }
        let (log, end) = (Arc::clone(&self.store.log), after(deadline));
        let lanes: Vec<_> = self.store.lanes.iter().map(|lane| Arc::clone(&lane.orders)).collect();
        let drain = move || {
            log.close();
            lanes.iter().map(|lane| lane.drain(end)).collect::<Vec<_>>()
        };
        // What waits for the fleet's answer comes into the log first.
        let asked = self.close_fleet(deadline);
        let ended = asked.is_none().then(&drain);
        let (stop, finish, told) = (Arc::clone(&self.stop), self.store.finish(), self.finish_fleet());
        let stopped = self.runtime.spawn(async move {
            if let Some(asked) = asked {
                let _ = asked.await;
            }
            for lane in ended.unwrap_or_else(drain) {
                let _ = lane.await;
            }
            finish();
            told.await;
            stop.notify_one();
        });
        // Another shutdown may have given the lanes longer than this one waits.
        self.on_thread(async move {
            let _ = timeout(deadline.saturating_add(GRACE), stopped).await;
        })
    }

    /// [`shutdown`](Self::shutdown), waited for.
    pub(crate) fn shutdown_blocking(&self, deadline: Duration) {
        self.shutdown(deadline).wait(deadline.saturating_add(GRACE));
    }

    /// Whether this process is a fork of the one that delivers, which is told.
    pub(crate) fn is_forked(&self) -> bool {
        let is_forked = self.home.look();
        if is_forked {
            self.home.tell(&self.hooks);
        }
        is_forked
    }

    /// Whether it was found out that nobody delivers here.
    pub(crate) fn is_left(&self) -> bool {
        let is_left = self.home.is_left();
        if is_left {
            self.home.tell(&self.hooks);
        }
        is_left
    }

    /// Appends a record to the log.
    pub(crate) fn append(&self, record: &[u8]) -> Result<(), LossReason> {
        if self.is_left() {
            return Err(LossReason::Forked);
        }
        // The delivery thread would wait for itself, and so would a hook that holds what it needs.
        let may_wait = || std::thread::current().id() != self.thread && !hooks::is_inside();
        self.intake.append(record, may_wait).inspect_err(|reason| {
            if *reason == LossReason::Forked {
                self.home.tell(&self.hooks);
            }
        })
    }

    /// What became of everything so far.
    pub(crate) fn report(&self) -> Report {
        let (now, is_forked) = ((self.settings.clock)(), self.is_forked());
        self.ledger.report(|destination| {
            let lanes = || self.store.lanes.iter().filter(|lane| lane.post.books.destination == destination);
            let mut tally = Tally::default();
            lanes().for_each(|lane| tally.add_all(lane.tally()));
            let Tally { records, parts, bytes, oldest } = tally;
            let oldest = oldest.map(|captured| settings::age(captured, now));
            let paused = if is_forked { Some(FORKED.to_owned()) } else { lanes().find_map(Outlet::paused) };
            let trouble = lanes().find_map(|lane| lane.orders.trouble());
            Queued { records, parts, bytes, oldest, paused, trouble }
        })
    }

    /// Has the delivery thread answer.
    pub(crate) fn on_thread<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Pending<T> {
        let (answer, pending) = Pending::new(self.thread);
        self.runtime.spawn(async move {
            let _ = answer.send(future.await);
        });
        pending
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.closed.load(Ordering::Acquire) {
            // What a runtime's thread waits for, its other tasks wait for too.
            let longest = if Handle::try_current().is_ok() { ON_RUNTIME } else { AFTER_DROP };
            self.shutdown_blocking(longest);
        }
    }
}
