mod attempt;
mod pause;
mod settle;

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::Settings;
use super::body::Packer;
use super::books::Books;
use super::http::Http;
use super::orders::{End, Orders};
use super::pending::after;
use super::race::race;
use super::screen::Screen;
use super::standing::Standing;
use super::tally::Tally;
use crate::hooks::TroubleKind;
use crate::log::{LaneId, Log, RecordRef};
use crate::transport::{Batch, Endpoint, Fit, Outcome, Share};
use crate::value::Timestamp;

/// Carries records from the log to one endpoint, first in, first out, at its own pace.
pub(super) struct Lane {
    pub(super) id: LaneId,
    pub(super) log: Arc<Log>,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) http: Http,
    pub(super) orders: Arc<Orders>,
    pub(super) standing: Arc<Standing>,
    /// Its number among the lanes that share that.
    pub(super) member: u32,
    pub(super) books: Books,
    pub(super) screen: Screen,
    pub(super) settings: Settings,
    pub(super) packer: Packer,
    /// Taken from the log and not in a batch yet.
    pub(super) waiting: VecDeque<(RecordRef, Share)>,
    /// To be sent, in order: one, or the pieces that one was split into.
    pub(super) batches: VecDeque<Batch>,
    /// A settled batch, for its memory.
    pub(super) spare: Batch,
    /// Attempts since the vendor last took or refused something.
    pub(super) attempts: u32,
    /// Why the last attempt failed.
    pub(super) trouble: String,
    /// Records that were refused alone since something was delivered.
    pub(super) refused_alone: u32,
    /// What it has given up, which counts as kept.
    pub(super) left: Tally,
}

/// The time to give up has come.
struct GiveUp;

impl Lane {
    /// Delivers until it is told to drain, and then until it is empty or its time is over.
    pub(super) async fn run(mut self) {
        let mut guard = Guard::new(&self);
        if let Err(GiveUp) = self.work().await {
            self.give_up();
            return guard.end(End::Left);
        }
        guard.end(End::Settled);
    }

    async fn work(&mut self) -> Result<(), GiveUp> {
        while self.has_work().await? {
            self.fill();
            self.deliver().await?;
        }
        Ok(())
    }

    /// Waits until there is something to send; `false` when nothing will come any more.
    async fn has_work(&mut self) -> Result<bool, GiveUp> {
        let mut oldest = None;
        loop {
            if !self.waiting.is_empty() {
                return Ok(true);
            }
            // In this order: the end that is seen after a log was closed is the last. So is the one that is seen after
            // a drain was ordered, before which it is closed.
            let draining = self.orders.deadline().is_some() || self.log.is_closed();
            let (read, end) = self.log.positions(self.id);
            self.log.settle(self.id, read);
            self.orders.settled(read);
            if read == end {
                if draining {
                    return Ok(false);
                }
                oldest = None;
                self.log.wake_when(self.id, 1);
                self.orders.changed().await;
                continue;
            }
            // Of many lanes that end one after the other the last ones come too late.
            if self.orders.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(GiveUp);
            }
            let lingers_until = *oldest.get_or_insert_with(|| after(self.settings.linger));
            let enough = self.enough();
            let now = draining || end - read >= enough || self.orders.is_awaited(read) || self.log.is_awaited();
            if now || Instant::now() >= lingers_until {
                self.take();
                oldest = None;
                if self.waiting.is_empty() && self.log.positions(self.id).0 == read {
                    self.wait_for_disk().await?;
                }
                continue;
            }
            self.log.wake_when(self.id, enough);
            race(self.orders.changed(), sleep_until(lingers_until.into())).await;
        }
    }

    /// The unread bytes that are worth a request at once: a batch, and in a small log long before it is full.
    fn enough(&self) -> u64 {
        (self.endpoint.limits.batch as u64 / 2).min(self.log.bound() / 4)
    }

    /// Takes what comes next, as far as the destination's filter lets it pass; says whether anything came.
    fn take(&mut self) -> bool {
        let Endpoint { limits, dialect, .. } = &*self.endpoint;
        // A message is longer than its record: half the bytes of a batch about fill it.
        let window = self.log.take(self.id, limits.batch / 2, limits.messages);
        let taken = !window.records.is_empty();
        let mut accepted = 0;
        for record in window.records {
            let read = record.read();
            let (share, passes) = (dialect.share(&read), self.screen.passes(read));
            accepted += usize::from(passes != Ok(false) && share == Share::Whole);
            match passes {
                Ok(true) => self.waiting.push_back((record, share)),
                Ok(false) => self.books.dropped(&record, share),
                Err(reason) => self.books.lost(reason, "", [(&record, share)]),
            }
        }
        self.books.accepted(accepted);
        self.count_in_hand();
        taken
    }

    /// Encodes what waits, as much as fits into one batch.
    fn fill(&mut self) {
        let mut batch = std::mem::take(&mut self.spare);
        while let Some((record, share)) = self.waiting.front() {
            if self.screen.withholds(record) {
                self.books.dropped(record, *share);
                self.waiting.pop_front();
                continue;
            }
            match batch.add(&self.endpoint, record, *share) {
                Fit::Added(met) => self.books.limited(record, met),
                Fit::Full => break,
                Fit::Never(unfit) => self.books.lost(unfit.reason, &unfit.detail, [(record, *share)]),
            }
            self.waiting.pop_front();
        }
        if batch.is_empty() {
            self.spare = batch;
        } else {
            self.batches.push_back(batch);
        }
        self.count_in_hand();
    }

    /// Sends the batch and its pieces until all are settled.
    async fn deliver(&mut self) -> Result<(), GiveUp> {
        loop {
            self.turn().await?;
            self.expire();
            self.withhold();
            let Some(batch) = self.batches.front_mut() else { break };
            // Who is in a hurry now gets this attempt.
            self.orders.take_hurry();
            let attempt = batch.attempt(Timestamp::now());
            let wrap = |parts: &[&[u8]]| self.packer.body(parts);
            let body = self.endpoint.envelope.wrap(&attempt, &self.endpoint.dialect.body(batch), wrap);
            match self.attempt(&attempt, body).await? {
                Outcome::RetryAfter(asked) => self.back_off(asked).await?,
                Outcome::Unauthorized(why) => self.refuse_key(&why)?,
                outcome => self.settle_first(outcome).await?,
            }
        }
        // Nothing is left that could ask whether the destination is still paused.
        self.standing.leave(self.member);
        Ok(())
    }

    async fn settle_first(&mut self, outcome: Outcome) -> Result<(), GiveUp> {
        self.attempts = 0;
        self.standing.answered(self.member);
        let asked = outcome.asks_again().map(|partly| partly.retry_after);
        let Some(batch) = self.batches.pop_front() else { return Ok(()) };
        let own = self.settle(batch, outcome);
        self.count_in_hand();
        // Also in the middle of a window: who starts after this process has died does not deliver it again.
        let left = self.batches.iter().flat_map(Batch::records).map(|(record, _)| record);
        if let Some(first) = left.chain(self.waiting.iter().map(|(record, _)| record)).next() {
            self.log.settle_before(self.id, first);
        }
        match asked {
            Some(asked) => {
                self.stumble("some events were asked for again".to_owned());
                self.back_off(asked).await
            }
            None => self.pause(own, Duration::ZERO).await,
        }
    }
}

/// Lets go who waits for a lane, however it ends.
struct Guard {
    orders: Arc<Orders>,
    standing: Arc<Standing>,
    member: u32,
    books: Books,
    end: End,
}

impl Guard {
    fn new(lane: &Lane) -> Self {
        let (orders, standing) = (Arc::clone(&lane.orders), Arc::clone(&lane.standing));
        Self { orders, standing, member: lane.member, books: lane.books.clone(), end: End::Broken }
    }

    fn end(&mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.standing.leave(self.member);
        self.orders.end(self.end);
        if self.end == End::Broken {
            self.books.trouble(TroubleKind::Stopped, BROKEN);
        }
    }
}

/// What is told of a lane that panicked.
pub(super) const BROKEN: &str = "a panic ended delivery there; what waits is kept and not sent";

/// Between 0 and 1, another each time.
pub(crate) fn jitter() -> f64 {
    let random = RandomState::new().hash_one(());
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(all(test, feature = "mixpanel"))]
mod receipts;
#[cfg(all(test, shuttle, feature = "mixpanel"))]
mod schedules;
#[cfg(all(test, feature = "mixpanel"))]
mod tests;
