use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::{spawn_blocking, yield_now};
use tokio::time::sleep;

use super::books::Books;
use super::home::Home;
use super::orders::Orders;
use super::outlet::{Outlet, Post};
use super::settings::{self, Settings};
use crate::dedup::Memory;
use crate::error::{Error, Kind};
use crate::hooks::{Hooks, Trouble, TroubleKind};
use crate::log::{LaneId, LaneSettings, Log, NoWake, RecordRef, Skipped};
use crate::record::Record;
use crate::report::{Ledger, Loss, LostEvent};
use crate::spool::{Fsync, Notice, Recovered, Spool};
use crate::transport::{Endpoint, Share, stand_in};
use crate::value::Timestamp;

/// Looks after the logs on disk: tells what is lost there, writes what could not be written, gives up what nobody came
/// for, and makes files safe.
pub(super) struct Keeper {
    spool: Spool,
    clock: fn() -> Timestamp,
    /// The client's own first.
    logs: Vec<Kept>,
    ledger: Arc<Ledger>,
    hooks: Arc<Hooks>,
    memory: Arc<Memory>,
    /// To be told before anything else.
    notices: Vec<Notice>,
    has_begun: AtomicBool,
}

struct Kept {
    log: Arc<Log>,
    /// In the order of its lanes.
    accounts: Vec<Account>,
}

/// Who loses what a lane loses.
enum Account {
    Post(Post),
    Orphan(Arc<Orphan>),
}

/// A lane for which the client has no destination.
struct Orphan {
    /// `posthog-batch-e94af0af287d3424`
    lane: String,
    /// Says what it would have delivered; `None` where this build knows no such destination.
    endpoint: Option<Endpoint>,
}

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);

impl Keeper {
    /// Begins a log, and takes over those that earlier processes left.
    pub(super) fn open(
        spool: &Spool,
        memory: usize,
        posts: &[Post],
        home: &Arc<Home>,
        settings: &Settings,
    ) -> Result<(Arc<Log>, Vec<Outlet>, Self), Error> {
        let names = lane_names(posts);
        let (adopted, notices) = adopt(spool, &names, posts, settings).map_err(|problem| unusable(spool, problem))?;
        let older = adopted.iter().map(|(kept, _)| Arc::clone(&kept.log)).collect();
        let (log, mut lanes) = Outlet::all(posts, home, |lanes| {
            let lanes = names.iter().cloned().zip(lanes).collect();
            let log = Log::spooled(spool, memory, older, lanes).map_err(|problem| unusable(spool, problem))?;
            Ok(log.with_overflow(settings.overflow))
        })?;
        let accounts = posts.iter().cloned().map(Account::Post).collect();
        let mut logs = vec![Kept { log: Arc::clone(&log), accounts }];
        for (kept, outlets) in adopted {
            lanes.extend(outlets);
            logs.push(kept);
        }
        let Books { ledger, hooks, memory, .. } = posts.first().map(|post| post.books.clone()).expect("a destination");
        let has_begun = AtomicBool::new(false);
        let keeper =
            Self { spool: spool.clone(), clock: settings.clock, logs, ledger, hooks, memory, notices, has_begun };
        Ok((log, lanes, keeper))
    }

    pub(super) async fn run(self: Arc<Self>) {
        loop {
            self.begin();
            // However much there is to tell, and however long the application takes to hear it, the lanes have their turn,
            // and so has what else there is to do.
            let (begin, mut is_behind) = (Instant::now(), true);
            while is_behind && begin.elapsed() < PAUSE {
                is_behind = self.tell_skipped();
                yield_now().await;
            }
            self.tend();
            if self.spool.fsync == Fsync::EverySecond {
                let log = Arc::clone(&self.logs[0].log);
                // The disk may take its time, and delivery does not wait for it.
                let _ = spawn_blocking(move || log.make_safe(u64::MAX)).await;
            }
            if !is_behind {
                sleep(PAUSE).await;
            }
        }
    }

    /// All lanes have ended: leaves the logs to whoever starts next.
    pub(super) fn finish(&self) {
        self.look();
        for kept in &self.logs {
            kept.log.finish();
        }
        self.look();
    }

    fn look(&self) {
        self.begin();
        while self.tell_skipped() {}
        self.tend();
    }

    fn begin(&self) {
        if !self.has_begun.swap(true, Ordering::Relaxed) {
            self.notices.iter().for_each(|notice| self.tell(notice));
            self.tell_orphans();
        }
        for kept in &self.logs {
            for (lane, since) in kept.log.orphans() {
                if self.time_left(since).is_zero() {
                    kept.log.give_up(lane);
                }
            }
        }
    }

    /// Tells some of what lanes were moved past; `false` where there is nothing to tell.
    fn tell_skipped(&self) -> bool {
        let mut logs = self.logs.iter();
        let some = logs.find_map(|kept| kept.log.take_skipped().map(|(skipped, records)| (kept, skipped, records)));
        let Some((kept, skipped, records)) = some else { return false };
        self.lose(&kept.accounts[skipped.lane.0], skipped, &records);
        true
    }

    fn tend(&self) {
        for kept in &self.logs {
            kept.log.tend().iter().for_each(|notice| self.tell(notice));
        }
    }

    fn time_left(&self, since: Timestamp) -> Duration {
        self.spool.orphan_after.saturating_sub(settings::age(since, (self.clock)()))
    }

    /// Says what is kept for nobody, and until when.
    fn tell_orphans(&self) {
        for kept in &self.logs {
            for (lane, since) in kept.log.orphans() {
                let Account::Orphan(orphan) = &kept.accounts[lane.0] else { continue };
                let unread = kept.log.unread(lane);
                let (events, left) = (unread.records, self.time_left(since));
                if unread.bytes == 0 {
                    kept.log.give_up(lane);
                } else if !left.is_zero() {
                    self.tell(&Notice::Orphan { lane: orphan.lane.clone(), events, left });
                }
            }
        }
    }

    fn tell(&self, notice: &Notice) {
        let (destination, kind) = match notice {
            Notice::Unwritable(_) | Notice::Unsafe(_) => (None, TroubleKind::SpoolUnwritable),
            Notice::Writable => (None, TroubleKind::SpoolWritable),
            Notice::Torn { .. } | Notice::Damaged { .. } => (None, TroubleKind::SpoolDamaged),
            Notice::Foreign { .. } | Notice::Closed { .. } => (None, TroubleKind::SpoolLeft),
            Notice::Orphan { lane, .. } => (destination(lane), TroubleKind::SpoolOrphaned),
        };
        self.hooks.trouble(&Trouble { destination, kind, detail: notice.to_string() });
    }

    fn lose(&self, account: &Account, skipped: Skipped, records: &[RecordRef]) {
        match account {
            Account::Post(post) => {
                let shares = records.iter().map(|record| (record, post.endpoint.dialect.share(&record.read())));
                post.books.lost_unread(skipped.why, "", shares);
            }
            Account::Orphan(orphan) => {
                if skipped.why.is_before_any_vendor() {
                    let records = records.iter().map(RecordRef::read);
                    let receipts = records.filter_map(|record| Some((record.receipt()?, record.id)));
                    receipts.for_each(|(receipt, id)| self.memory.take_back(&receipt, id));
                }
                let whole = records.iter().filter(|record| orphan.share(&record.read()) == Share::Whole);
                let events: Vec<_> = whole.map(|record| LostEvent::from_record(&record.read())).collect();
                if events.is_empty() {
                    return;
                }
                self.ledger.lost(None, skipped.why, events.len());
                let detail = format!("it was kept for `{}`", orphan.lane);
                self.hooks.loss(&Loss { destination: destination(&orphan.lane), reason: skipped.why, detail, events });
            }
        }
    }
}

impl Orphan {
    fn new(lane: &str) -> Self {
        let endpoint = lane.split_once('-').and_then(|(name, rest)| stand_in(name, rest.split_once('-')?.0));
        Self { lane: lane.to_owned(), endpoint }
    }

    /// What the log is told of it.
    fn lane(self: &Arc<Self>) -> LaneSettings {
        let (wants, counts) = (Arc::clone(self), Arc::clone(self));
        LaneSettings {
            wants: Arc::new(move |record| wants.share(record) != Share::Nothing),
            counts: Arc::new(move |record| counts.share(record) == Share::Whole),
            wake: Arc::new(NoWake),
        }
    }

    /// What it would have done with a record. Of a destination that nobody knows here, all of it.
    fn share(&self, record: &Record<'_>) -> Share {
        self.endpoint.as_ref().map_or(Share::Whole, |endpoint| endpoint.dialect.share(record))
    }
}

/// The name of the destination of a lane.
fn destination(lane: &str) -> Option<&'static str> {
    let name = lane.split_once('-').map_or(lane, |(name, _)| name);
    ["posthog", "segment", "mixpanel", "optimizely"].into_iter().find(|known| *known == name)
}

/// By what each lane is known again: destination, kind, and hash of key and host.
fn lane_names(posts: &[Post]) -> Vec<String> {
    let mut names = BTreeSet::new();
    let name = |post: &Post| {
        let name = format!("{}-{}", post.books.name(), post.endpoint.identity.to_text());
        // Somebody may deliver to one project twice.
        let mut numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut own = name.clone();
        while !names.insert(own.clone()) {
            own = numbered.next().unwrap_or_default();
        }
        own
    };
    posts.iter().map(name).collect()
}

type Adopted = Vec<(Kept, Vec<Outlet>)>;

/// The logs of processes that are no more, and the lanes that are ours.
fn adopt(spool: &Spool, names: &[String], posts: &[Post], settings: &Settings) -> io::Result<(Adopted, Vec<Notice>)> {
    let (all, notices) = Recovered::all(&spool.directory, names)?;
    let mut adopted = Vec::new();
    for recovered in all {
        let (mut accounts, mut ours) = (Vec::new(), Vec::new());
        let now = (settings.clock)();
        let log = Log::adopted(spool, recovered, now, |place, name| {
            if let Some(post) = names.iter().position(|own| own == name) {
                let (post, orders) = (posts[post].clone(), Arc::<Orders>::default());
                let lane = post.lane(&orders);
                accounts.push(Account::Post(post.clone()));
                ours.push((LaneId(place), post, orders));
                (lane, true)
            } else {
                let orphan = Arc::new(Orphan::new(name));
                let lane = orphan.lane();
                accounts.push(Account::Orphan(orphan));
                (lane, false)
            }
        });
        let log = Arc::new(log);
        let outlet = |(id, post, orders)| Outlet { post, log: Arc::clone(&log), id, orders };
        let outlets = ours.into_iter().map(outlet).collect();
        adopted.push((Kept { log, accounts }, outlets));
    }
    Ok((adopted, notices))
}

fn unusable(spool: &Spool, problem: io::Error) -> Error {
    let remedy = match problem.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => "; a file is in its way: name a directory",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; name a directory in which this user may make files"
        }
        _ => "",
    };
    let sentence = format!("the spool in `{}` cannot be used: {problem}{remedy}", spool.directory.display());
    Error::new(Kind::Configuration, sentence).with_source(problem)
}

#[cfg(test)]
mod tests;
