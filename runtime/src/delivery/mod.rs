//! Delivery: one thread, on which each lane carries records from the log to an endpoint of a vendor.

mod body;
mod books;
mod http;
mod lane;
mod orders;
mod pending;
#[cfg(feature = "posthog")]
mod question;
mod race;
mod retry;
mod screen;
mod tls;

#[cfg(feature = "posthog")]
pub(crate) use http::{Failure, Response};
pub(crate) use pending::{Pending, Waited};

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tokio::runtime::{self, Handle};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::{Error, Kind};
use crate::hooks::{self, Hooks};
use crate::log::{Appended, LaneId, LaneSettings, Log, Overflow, RecordRef, Wake};
use crate::opt_out::OptOuts;
use crate::report::{Ledger, LossReason, Report};
#[cfg(feature = "posthog")]
use crate::transport::Project;
use crate::transport::{Batch, Destination, Endpoint, Share};
use body::Packer;
use books::Books;
use http::Http;
use lane::Lane;
use orders::Orders;
use pending::after;
use screen::Screen;

/// The times of delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long the first record of a batch waits for others.
    pub(crate) linger: Duration,
    /// How long a request may take, and each of its connections.
    pub(crate) request_timeout: Duration,
    /// What happens when the log is full.
    pub(crate) overflow: Overflow,
}

impl Default for Settings {
    fn default() -> Self {
        Self { linger: Duration::from_secs(1), request_timeout: Duration::from_secs(30), overflow: Overflow::default() }
    }
}

/// The delivery thread, seen from all others. Dropping it tries once more for a moment and waits for nothing.
pub(crate) struct Delivery {
    /// What this client captures.
    pub(crate) log: Arc<Log>,
    /// First those of that log, in the order of its lanes.
    lanes: Vec<Outlet>,
    /// The first PostHog project among the destinations: flags are asked there.
    #[cfg(feature = "posthog")]
    pub(crate) posthog: Option<Project>,
    ledger: Arc<Ledger>,
    http: Http,
    runtime: Handle,
    thread: ThreadId,
    stop: Arc<Notify>,
    /// Whether somebody has called `shutdown`.
    closed: AtomicBool,
}

/// A lane, seen from other threads.
struct Outlet {
    post: Post,
    log: Arc<Log>,
    /// In that log.
    id: LaneId,
    orders: Arc<Orders>,
}

/// Where a lane delivers to.
#[derive(Clone)]
struct Post {
    endpoint: Arc<Endpoint>,
    books: Books,
    screen: Screen,
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
        log_bytes: usize,
        settings: Settings,
        ledger: &Arc<Ledger>,
        hooks: &Arc<Hooks>,
        opt_outs: &Arc<OptOuts>,
    ) -> Result<Self, Error> {
        let mut posts = Vec::new();
        for (destination, config) in destinations.iter().enumerate() {
            for endpoint in config.endpoints()? {
                let books = Books { ledger: Arc::clone(ledger), hooks: Arc::clone(hooks), destination };
                let screen = Screen::new(config, opt_outs);
                posts.push(Post { endpoint: Arc::new(endpoint), books, screen });
            }
        }
        let secure = posts.iter().any(|post| post.endpoint.url.scheme() == "https");
        let http = Http::new(&settings, secure)?;
        let (log, lanes) = Outlet::all(&posts, |lanes| Log::new(log_bytes, lanes).with_overflow(settings.overflow));
        let stop = Arc::<Notify>::default();
        let (runtime, thread) = spawn_thread(Arc::clone(&stop))?;
        for lane in &lanes {
            runtime.spawn(lane.start(&http, &settings).run());
        }
        Ok(Self {
            log,
            lanes,
            #[cfg(feature = "posthog")]
            posthog: destinations.iter().find_map(Destination::posthog).transpose()?,
            ledger: Arc::clone(ledger),
            http,
            runtime,
            thread,
            stop,
            closed: AtomicBool::new(false),
        })
    }

    /// Delivers what is in the log now; `true` when all of it was settled before the deadline.
    pub(crate) fn flush(&self, deadline: Duration) -> Pending<bool> {
        let end = self.log.end();
        let own = self.lanes.iter().filter(|lane| Arc::ptr_eq(&lane.log, &self.log));
        let settled: Vec<_> = own.map(|lane| lane.orders.flush(end)).collect();
        self.on_thread(async move {
            let all = async {
                for lane in settled {
                    // A lane that has ended has nothing left.
                    let _ = lane.await;
                }
            };
            timeout(deadline, all).await.is_ok()
        })
    }

    /// Takes nothing more, delivers what is there, and gives up at the deadline what is left.
    pub(crate) fn shutdown(&self, deadline: Duration) -> Pending<()> {
        self.closed.store(true, Ordering::Release);
        self.log.close();
        let end = after(deadline);
        let ended: Vec<_> = self.lanes.iter().map(|lane| lane.orders.drain(end)).collect();
        let stop = Arc::clone(&self.stop);
        let stopped = self.runtime.spawn(async move {
            for lane in ended {
                let _ = lane.await;
            }
            stop.notify_one();
        });
        // Another shutdown may have given the lanes longer than this one waits.
        self.on_thread(async move {
            let _ = timeout(deadline.saturating_add(GRACE), stopped).await;
        })
    }

    /// [`flush`](Self::flush), waited for.
    pub(crate) fn flush_blocking(&self, deadline: Duration) -> bool {
        match self.flush(deadline).wait(deadline.saturating_add(GRACE)) {
            Waited::Answered(settled) => settled,
            // After a shutdown nothing is left.
            Waited::Ended => true,
            Waited::Late => false,
        }
    }

    /// [`shutdown`](Self::shutdown), waited for.
    pub(crate) fn shutdown_blocking(&self, deadline: Duration) {
        self.shutdown(deadline).wait(deadline.saturating_add(GRACE));
    }

    /// Appends a record to the log.
    pub(crate) fn append(&self, record: &[u8]) -> Appended {
        // The delivery thread would wait for itself, and so would a hook that holds what it needs.
        self.log.append(record, || thread::current().id() != self.thread && !hooks::is_inside())
    }

    /// Records that a lane lost because the log was full.
    pub(crate) fn log_full(&self, lane: LaneId, records: &[RecordRef]) {
        let Post { endpoint, books, .. } = &self.lanes[lane.0].post;
        let shares = records.iter().map(|record| (record, endpoint.dialect.share(&record.read())));
        books.lost(LossReason::LogFull, "", shares);
    }

    /// What became of everything so far.
    pub(crate) fn report(&self) -> Report {
        self.ledger.report(|destination| {
            self.lanes.iter().filter(|lane| lane.post.books.destination == destination).map(Outlet::kept).sum()
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

impl Outlet {
    /// A lane for each of these, and the log that they read.
    fn all(posts: &[Post], log: impl FnOnce(Vec<LaneSettings>) -> Log) -> (Arc<Log>, Vec<Self>) {
        let orders: Vec<_> = posts.iter().map(|_| Arc::<Orders>::default()).collect();
        let log = Arc::new(log(posts.iter().zip(&orders).map(|(post, orders)| post.lane(orders)).collect()));
        let outlet = |(place, (post, orders)): (usize, (&Post, Arc<Orders>))| Self {
            post: post.clone(),
            log: Arc::clone(&log),
            id: LaneId(place),
            orders,
        };
        let outlets = posts.iter().zip(orders).enumerate().map(outlet).collect();
        (log, outlets)
    }

    fn kept(&self) -> u64 {
        self.log.unread(self.id).records + self.orders.in_flight.load(Ordering::Relaxed)
    }

    fn start(&self, http: &Http, settings: &Settings) -> Lane {
        let Post { endpoint, books, screen } = self.post.clone();
        Lane {
            id: self.id,
            log: Arc::clone(&self.log),
            packer: Packer::new(endpoint.encoding),
            endpoint,
            http: http.clone(),
            orders: Arc::clone(&self.orders),
            books,
            screen,
            linger: settings.linger,
            waiting: VecDeque::new(),
            batches: VecDeque::new(),
            spare: Batch::default(),
            attempts: 0,
            trouble: String::new(),
            lone_refusals: 0,
        }
    }
}

impl Post {
    /// What the log is told of a lane to here.
    fn lane(&self, orders: &Arc<Orders>) -> LaneSettings {
        let (wants, counts) = (Arc::clone(&self.endpoint), Arc::clone(&self.endpoint));
        LaneSettings {
            wants: Arc::new(move |record| wants.dialect.share(record) != Share::Nothing),
            counts: Arc::new(move |record| counts.dialect.share(record) == Share::Whole),
            wake: Arc::clone(orders) as Arc<dyn Wake>,
        }
    }
}

/// Starts the thread that runs everything; it ends when it is told to stop.
///
/// The runtime is made and dropped there, because neither is allowed inside another runtime.
fn spawn_thread(stop: Arc<Notify>) -> Result<(Handle, ThreadId), Error> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let run = move || {
        let runtime = match runtime::Builder::new_current_thread().enable_all().thread_name("taxogen-dns").build() {
            Ok(runtime) => runtime,
            Err(problem) => return drop(sender.send(Err(problem))),
        };
        let _ = sender.send(Ok(runtime.handle().clone()));
        runtime.block_on(stop.notified());
        // A name that is still being looked up holds nobody.
        runtime.shutdown_background();
    };
    let failed = |problem: std::io::Error| {
        Error::new(Kind::Configuration, "the delivery thread cannot be started").with_source(problem)
    };
    let thread = thread::Builder::new().name("taxogen-delivery".to_owned()).spawn(run).map_err(failed)?;
    let handle = receiver.recv().map_err(|ended| failed(std::io::Error::other(ended)))?.map_err(failed)?;
    Ok((handle, thread.thread().id()))
}
