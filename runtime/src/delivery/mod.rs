//! Delivery: one thread, on which each lane carries records from the log to an endpoint of a vendor.

mod body;
mod books;
#[cfg(feature = "metrics")]
mod gauges;
mod http;
#[cfg(feature = "spool")]
mod keeper;
mod lane;
mod orders;
mod outlet;
mod pending;
#[cfg(feature = "posthog")]
mod question;
mod race;
mod retry;
mod screen;
mod settings;
mod standing;
mod store;
mod tally;
mod thread;
mod tls;

#[cfg(feature = "posthog")]
pub(crate) use http::{Failure, Response};
pub(crate) use pending::{Pending, Waited};
pub(crate) use settings::{Settings, Storage};

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::{Error, Kind};
use crate::hooks::{self, Hooks};
use crate::log::{Appended, LaneId, RecordRef};
use crate::opt_out::OptOuts;
use crate::report::{Ledger, LossReason, Queued, Report};
use crate::telemetry;
use crate::transport::Destination;
#[cfg(feature = "posthog")]
use crate::transport::Project;
use books::Books;
use http::Http;
use orders::End;
use outlet::{Outlet, Post};
use pending::after;
use screen::Screen;
use standing::Standing;
use store::Store;
use tally::Tally;

/// The delivery thread, seen from all others. Dropping it tries once more for a moment and waits for nothing.
pub(crate) struct Delivery {
    store: Store,
    /// The first PostHog project among the destinations: flags are asked there.
    #[cfg(feature = "posthog")]
    pub(crate) posthog: Option<Project>,
    ledger: Arc<Ledger>,
    http: Http,
    runtime: Handle,
    thread: ThreadId,
    stop: Arc<Notify>,
    settings: Settings,
    /// Whether somebody has called `shutdown`.
    closed: AtomicBool,
}

/// How long a client that was dropped without `shutdown` still tries.
const AFTER_DROP: Duration = Duration::from_secs(2);
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
    ) -> Result<Self, Error> {
        let mut posts = Vec::new();
        for (destination, config) in destinations.iter().enumerate() {
            let standing = Arc::<Standing>::default();
            for endpoint in config.endpoints()? {
                let books = Books { ledger: Arc::clone(ledger), hooks: Arc::clone(hooks), destination };
                let screen = Screen::new(config, opt_outs);
                posts.push(Post { endpoint: Arc::new(endpoint), standing: Arc::clone(&standing), books, screen });
            }
        }
        let secure = posts.iter().any(|post| post.endpoint.url.scheme() == "https");
        let http = Http::new(&settings, secure)?;
        let store = Store::open(storage, &posts, &settings)?;
        let stop = Arc::<Notify>::default();
        let (runtime, thread) = thread::spawn(Arc::clone(&stop))?;
        store.start(&runtime, &http, &settings);
        telemetry::describe();
        #[cfg(feature = "metrics")]
        runtime.spawn(gauges::run(gauges::Gauges::of(&store.lanes, settings)));
        Ok(Self {
            store,
            #[cfg(feature = "posthog")]
            posthog: destinations.iter().find_map(Destination::posthog).transpose()?,
            ledger: Arc::clone(ledger),
            http,
            runtime,
            thread,
            stop,
            settings,
            closed: AtomicBool::new(false),
        })
    }

    /// Delivers what is in the log now; an error says why not all of it was settled before the deadline.
    pub(crate) fn flush(&self, deadline: Duration) -> Pending<Result<(), Error>> {
        if let Some(ended) = self.ended() {
            return Pending::answered(self.thread, ended);
        }
        let end = self.store.log.end();
        let flushed = |lane: &Outlet| (lane.post.books.name(), Arc::clone(&lane.post.standing), lane.orders.flush(end));
        let answers: Vec<_> = self.own_lanes().map(flushed).collect();
        self.on_thread(async move {
            let all = async {
                let mut result = Ok(());
                for (name, standing, answer) in answers {
                    let settled = answer.await.unwrap_or(false);
                    if !settled && result.is_ok() {
                        result = Err(not_settled(name, &standing));
                    }
                }
                result
            };
            timeout(deadline, all).await.unwrap_or_else(|_| Err(late()))
        })
    }

    /// What is to be said of a flush after the end of all lanes: there is no thread to ask.
    fn ended(&self) -> Option<Result<(), Error>> {
        let mut result = Ok(());
        for lane in self.own_lanes() {
            let end = lane.orders.ended()?;
            if end != End::Settled && result.is_ok() {
                result = Err(not_settled(lane.post.books.name(), &lane.post.standing));
            }
        }
        Some(result)
    }

    /// Those that read what this client captures.
    fn own_lanes(&self) -> impl Iterator<Item = &Outlet> {
        self.store.lanes.iter().filter(|lane| Arc::ptr_eq(&lane.log, &self.store.log))
    }

    /// Takes nothing more, delivers what is there, and gives up at the deadline what is left.
    pub(crate) fn shutdown(&self, deadline: Duration) -> Pending<()> {
        self.closed.store(true, Ordering::Release);
        self.store.log.close();
        let end = after(deadline);
        let ended: Vec<_> = self.store.lanes.iter().map(|lane| lane.orders.drain(end)).collect();
        let (stop, finish) = (Arc::clone(&self.stop), self.store.finish());
        let stopped = self.runtime.spawn(async move {
            for lane in ended {
                let _ = lane.await;
            }
            finish();
            stop.notify_one();
        });
        // Another shutdown may have given the lanes longer than this one waits.
        self.on_thread(async move {
            let _ = timeout(deadline.saturating_add(GRACE), stopped).await;
        })
    }

    /// [`flush`](Self::flush), waited for.
    pub(crate) fn flush_blocking(&self, deadline: Duration) -> Result<(), Error> {
        flushed(self.flush(deadline).wait(deadline.saturating_add(GRACE)))
    }

    /// [`shutdown`](Self::shutdown), waited for.
    pub(crate) fn shutdown_blocking(&self, deadline: Duration) {
        self.shutdown(deadline).wait(deadline.saturating_add(GRACE));
    }

    /// Appends a record to the log.
    pub(crate) fn append(&self, record: &[u8]) -> Appended {
        // The delivery thread would wait for itself, and so would a hook that holds what it needs.
        self.store.log.append(record, || std::thread::current().id() != self.thread && !hooks::is_inside())
    }

    /// Records that a lane lost because the log was full.
    pub(crate) fn log_full(&self, lane: LaneId, records: &[RecordRef]) {
        let Post { endpoint, books, .. } = &self.store.lanes[lane.0].post;
        let shares = records.iter().map(|record| (record, endpoint.dialect.share(&record.read())));
        books.lost_unread(LossReason::LogFull, "", shares);
    }

    /// What became of everything so far.
    pub(crate) fn report(&self) -> Report {
        let now = (self.settings.clock)();
        self.ledger.report(|destination| {
            let lanes = || self.store.lanes.iter().filter(|lane| lane.post.books.destination == destination);
            let mut tally = Tally::default();
            lanes().for_each(|lane| tally.add_all(lane.tally()));
            let Tally { records, parts, bytes, oldest } = tally;
            let oldest = oldest.map(|captured| settings::age(captured, now));
            Queued { records, parts, bytes, oldest, paused: lanes().find_map(Outlet::paused) }
        })
    }

    fn on_thread<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Pending<T> {
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
            drop(self.shutdown(AFTER_DROP));
        }
    }
}

/// What came of waiting for a flush.
pub(crate) fn flushed(waited: Waited<Result<(), Error>>) -> Result<(), Error> {
    match waited {
        Waited::Answered(settled) => settled,
        // The thread has ended since the flush began.
        Waited::Ended | Waited::Late => Err(late()),
    }
}

fn late() -> Error {
    Error::new(Kind::Timeout, "not everything was delivered in time: what is left stays in the log")
}

/// Why a destination did not settle what was asked for.
fn not_settled(name: &str, standing: &Standing) -> Error {
    match standing.why() {
        Some(why) => {
            let sentence = format!("{name} refuses the key ({why}): what is captured for it stays in the log");
            Error::new(Kind::Network, sentence)
        }
        None => late(),
    }
}
