use std::collections::VecDeque;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use tokio::time::sleep_until;

use super::body::{Body, Packer};
use super::books::Books;
use super::http::{ANSWER, Http, Request};
use super::orders::Orders;
use super::pending::after;
use super::race::{Won, race};
use super::retry;
use super::screen::Screen;
use crate::log::{LaneId, Log, RecordRef};
use crate::report::LossReason;
use crate::transport::{Answer, Attempt, Batch, Endpoint, Fit, Outcome, Partly, Share};
use crate::value::Timestamp;

/// Carries records from the log to one endpoint, first in, first out, at its own pace.
pub(super) struct Lane {
    pub(super) id: LaneId,
    pub(super) log: Arc<Log>,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) http: Http,
    pub(super) orders: Arc<Orders>,
    pub(super) books: Books,
    pub(super) screen: Screen,
    /// How long the first record of a batch waits for others.
    pub(super) linger: Duration,
    pub(super) packer: Packer,
    /// Taken from the log and not in a batch yet.
    pub(super) waiting: VecDeque<(RecordRef, Share)>,
    /// To be sent, in order: one, or the pieces that one was split into.
    pub(super) batches: VecDeque<Batch>,
    /// A settled batch, for its memory.
    pub(super) spare: Batch,
    /// Attempts since the vendor last took or refused something.
    pub(super) attempts: u32,
    /// Why the last of them failed.
    pub(super) trouble: String,
    /// Records of this window that were refused alone since something of it was delivered.
    pub(super) lone_refusals: usize,
}

/// What a vendor said of one record of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict<'a> {
    Rejected(&'a str),
    Again,
}

/// The time to give up has come.
struct GiveUp;

/// While somebody waits for a drain, a lane comes back at least this often.
const DRAIN_PAUSE: Duration = Duration::from_secs(1);
/// In less time no attempt comes to its end.
const TOO_SHORT: Duration = Duration::from_millis(20);
/// After so many records in a row that were refused alone, it is not the records.
const HOPELESS: usize = 16;

impl Lane {
    /// Delivers until it is told to drain, and then until it is empty or its time is over.
    pub(super) async fn run(mut self) {
        let _end = End(Arc::clone(&self.orders));
        while self.has_work().await {
            self.fill();
            if let Err(GiveUp) = self.deliver().await {
                return self.give_up();
            }
        }
    }

    /// Waits until there is something to send; `false` when nothing will come any more.
    async fn has_work(&mut self) -> bool {
        let mut oldest = None;
        loop {
            if !self.waiting.is_empty() {
                return true;
            }
            // In this order: the log is closed before a drain is ordered, so the end that is seen after the order
            // is the last.
            let draining = self.orders.deadline().is_some();
            let (read, end) = self.log.positions(self.id);
            self.log.settle(self.id, read);
            self.orders.settled(read);
            if read == end {
                if draining {
                    return false;
                }
                oldest = None;
                self.log.wake_when(self.id, 1);
                self.orders.changed().await;
                continue;
            }
            let lingers_until = *oldest.get_or_insert_with(|| after(self.linger));
            let enough = self.enough();
            let now = draining || end - read >= enough || self.orders.is_awaited(read) || self.log.is_awaited();
            if now || Instant::now() >= lingers_until {
                self.take();
                oldest = None;
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
        for record in window.records {
            let share = dialect.share(&record.read());
            match self.screen.passes(record.read()) {
                Ok(true) => self.waiting.push_back((record, share)),
                Ok(false) => self.books.dropped(share),
                Err(reason) => self.books.lost(reason, "", [(&record, share)]),
            }
        }
        self.count_in_flight();
        taken
    }

    /// Encodes what waits, as much as fits into one batch.
    fn fill(&mut self) {
        let mut batch = std::mem::take(&mut self.spare);
        while let Some((record, share)) = self.waiting.front() {
            if self.screen.withholds(&record.read()) {
                self.books.dropped(*share);
                self.waiting.pop_front();
                continue;
            }
            match batch.add(&self.endpoint, record, *share) {
                Fit::Added => {}
                Fit::Full => break,
                Fit::Never(unfit) => self.books.lost(unfit.reason, unfit.detail, [(record, *share)]),
            }
            self.waiting.pop_front();
        }
        if batch.is_empty() {
            self.spare = batch;
        } else {
            self.batches.push_back(batch);
        }
        self.lone_refusals = 0;
        self.count_in_flight();
    }

    /// Sends the batch and its pieces until all are settled.
    async fn deliver(&mut self) -> Result<(), GiveUp> {
        while let Some(batch) = self.batches.front_mut() {
            let attempt = batch.attempt(Timestamp::now());
            let wrap = |parts: &[&[u8]]| self.packer.body(parts);
            let body = self.endpoint.envelope.wrap(&attempt, batch.messages(), wrap);
            let outcome = self.attempt(&attempt, body).await?;
            if let Outcome::RetryAfter(asked) = outcome {
                let own = retry::backoff(self.attempts, jitter());
                self.attempts = self.attempts.saturating_add(1);
                self.pause(own, retry::floor(asked)).await?;
                continue;
            }
            self.attempts = 0;
            self.trouble.clear();
            let asked = outcome.asks_again();
            if let Some(batch) = self.batches.pop_front() {
                self.settle(batch, outcome);
            }
            self.count_in_flight();
            if let Some(asked) = asked {
                "some events were asked for again".clone_into(&mut self.trouble);
                self.attempts = 1;
                self.pause(retry::backoff(0, jitter()), retry::floor(asked)).await?;
            }
        }
        Ok(())
    }

    async fn attempt(&mut self, attempt: &Attempt, body: Body) -> Result<Outcome, GiveUp> {
        let Endpoint { url, authorization, dialect, .. } = &*self.endpoint;
        let mut headers = HeaderMap::new();
        dialect.add_headers(attempt, &mut headers);
        let request = Request { url: url.clone(), authorization, headers, body, limit: ANSWER };
        let response = match self.before_deadline(self.http.post(request)).await? {
            Ok(response) => response,
            // Whether it arrived nobody knows: the ids stay the same, so that the vendor knows.
            Err(failure) => {
                self.trouble = failure.to_string();
                return Ok(Outcome::RetryAfter(None));
            }
        };
        let answer = Answer { status: response.status, retry_after: response.retry_after, body: &response.body };
        let outcome = match self.batches.front() {
            Some(batch) => dialect.outcome(&answer, batch),
            None => Outcome::Delivered,
        };
        if matches!(outcome, Outcome::RetryAfter(_)) {
            self.trouble = answer.explain();
        }
        Ok(outcome)
    }

    fn settle(&mut self, batch: Batch, outcome: Outcome) {
        match outcome {
            Outcome::Delivered | Outcome::RetryAfter(_) => {
                self.lone_refusals = 0;
                self.books.delivered(batch.counted());
                self.spare = batch.cleared();
            }
            Outcome::Refused(why) => self.books.lost(LossReason::Refused, &why, batch.records()),
            Outcome::Partly(partly) => self.settle_partly(batch, &partly),
            Outcome::Split(reason, why) if batch.len() == 1 => {
                self.lone_refusals += usize::from(reason == LossReason::Refused);
                self.books.lost(reason, &why, batch.records());
            }
            // Halving it down to each record would cost a vendor that refuses everything twice as many requests
            // as there are records.
            Outcome::Split(LossReason::Refused, why) if self.lone_refusals.min(batch.len() - 1) >= HOPELESS => {
                self.books.lost(LossReason::Refused, &why, batch.records());
            }
            Outcome::Split(..) => {
                for half in batch.split().into_iter().rev() {
                    self.batches.push_front(half);
                }
            }
        }
    }

    /// Settles what the vendor has a word for, and leaves to be sent again what it asks for again.
    fn settle_partly(&mut self, mut batch: Batch, partly: &Partly) {
        self.lone_refusals = 0;
        let mut verdicts: Vec<Option<Verdict<'_>>> = vec![None; batch.len()];
        for rejection in &partly.rejected {
            if let Some(place) = batch.place_of(rejection.message) {
                verdicts[place] = Some(Verdict::Rejected(&rejection.why));
            }
        }
        // A record of which one message is wanted again goes again as a whole: the others are known by their ids.
        for message in &partly.again {
            if let Some(place) = batch.place_of(*message) {
                verdicts[place] = Some(Verdict::Again);
            }
        }
        let mut delivered = 0;
        for ((record, share), verdict) in batch.records().zip(&verdicts) {
            match verdict {
                None => delivered += usize::from(share == Share::Whole),
                Some(Verdict::Rejected(why)) => self.books.lost(LossReason::Rejected, why, [(record, share)]),
                Some(Verdict::Again) => {}
            }
        }
        self.books.delivered(delivered);
        batch.keep(|place| verdicts[place] == Some(Verdict::Again));
        if batch.is_empty() {
            self.spare = batch.cleared();
        } else {
            self.batches.push_front(batch);
        }
    }

    /// Waits before the next attempt: our own time, and the vendor's at least. Who comes to wait for the lane
    /// ends our own, and a drain shortens it, so that there is another attempt before its deadline.
    async fn pause(&self, own: Duration, floor: Duration) -> Result<(), GiveUp> {
        let start = Instant::now();
        let floor = start + floor;
        let mut until = floor.max(start + own);
        loop {
            if self.orders.take_hurry() {
                until = floor;
            }
            if let Some(deadline) = self.orders.deadline() {
                let now = Instant::now();
                let left = deadline.saturating_duration_since(now);
                until = until.min(start + DRAIN_PAUSE).min(now + left / 2).max(floor);
                if left < TOO_SHORT || until >= deadline {
                    return Err(GiveUp);
                }
            }
            if let Won::First(()) = race(sleep_until(until.into()), self.orders.changed()).await {
                return Ok(());
            }
        }
    }

    /// Runs a future to its end, unless the deadline of a drain comes first.
    async fn before_deadline<T>(&self, future: impl Future<Output = T>) -> Result<T, GiveUp> {
        let mut future = pin!(future);
        loop {
            let deadline = self.orders.deadline();
            let over = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline.into()).await,
                    None => self.orders.changed().await,
                }
            };
            match race(future.as_mut(), over).await {
                Won::First(value) => return Ok(value),
                // Another drain may have moved the deadline meanwhile.
                Won::Second(()) if self.orders.deadline().is_some_and(|deadline| deadline <= Instant::now()) => {
                    return Err(GiveUp);
                }
                Won::Second(()) => {}
            }
        }
    }

    /// What is left is lost, and told.
    fn give_up(mut self) {
        for batch in std::mem::take(&mut self.batches) {
            self.books.lost(LossReason::Shutdown, &self.trouble, batch.records());
        }
        loop {
            let shares = self.waiting.iter().map(|(record, share)| (record, *share));
            self.books.lost(LossReason::Shutdown, &self.trouble, shares);
            self.waiting.clear();
            if !self.take() {
                return;
            }
        }
    }

    fn count_in_flight(&self) {
        let batched: usize = self.batches.iter().map(Batch::counted).sum();
        let waiting = self.waiting.iter().filter(|(_, share)| *share == Share::Whole).count();
        self.orders.in_flight.store((batched + waiting) as u64, Ordering::Relaxed);
    }
}

/// Lets go who waits for a lane, however it ends.
struct End(Arc<Orders>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Between 0 and 1, another each time.
fn jitter() -> f64 {
    let random = RandomState::new().hash_one(());
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(all(test, feature = "mixpanel"))]
mod tests;
