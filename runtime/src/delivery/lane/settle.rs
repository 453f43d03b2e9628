//! What becomes of the records of a batch when it is answered, or grows too old.

use std::time::{Duration, Instant};

use super::super::pending::after;
use super::super::retry;
use super::{Lane, jitter};
use crate::log::RecordRef;
use crate::report::LossReason;
use crate::transport::{Batch, Outcome, Partly, Share};

/// What a vendor said of one record of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict<'a> {
    Rejected(&'a str),
    Again,
}

impl Lane {
    /// Settles a batch, or puts its halves in its place. Says how long to wait then.
    pub(super) fn settle(&mut self, batch: Batch, outcome: Outcome) -> Duration {
        match outcome {
            Outcome::Delivered => {
                self.refused_alone = 0;
                self.books.delivered(batch.records());
                self.spare = batch.cleared();
            }
            Outcome::RetryAfter(_) | Outcome::Unauthorized(_) => self.batches.push_front(batch),
            Outcome::Refused(why) => self.books.lost(LossReason::Refused, &why, batch.records()),
            Outcome::Partly(mut partly) => {
                // Whom a rejection is of that names nothing we sent, the halves say.
                if let Some(place) = partly.rejected.iter().position(|one| batch.place_of(one.message).is_none()) {
                    let why = partly.rejected.swap_remove(place).why;
                    return self.settle(batch, Outcome::Split(LossReason::Refused, why));
                }
                self.settle_partly(batch, &partly);
            }
            Outcome::Split(reason, why) if batch.len() == 1 => {
                self.refused_alone = self.refused_alone.saturating_add(1);
                self.books.lost(reason, &why, batch.records());
                return self.pace();
            }
            Outcome::Split(..) => {
                for half in batch.split().into_iter().rev() {
                    self.batches.push_front(half);
                }
                return self.pace();
            }
        }
        Duration::ZERO
    }

    /// Whatever is refused is halved until a record is refused alone, so that no good one is lost with a bad one. What
    /// keeps this from flooding a vendor that refuses everything is time.
    fn pace(&self) -> Duration {
        retry::pace(self.refused_alone, jitter()) / self.settings.haste
    }

    /// Settles what the vendor has a word for, and leaves to be sent again what it asks for again.
    fn settle_partly(&mut self, mut batch: Batch, partly: &Partly) {
        self.refused_alone = 0;
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
        let taken = batch.records().zip(&verdicts).filter(|(_, verdict)| verdict.is_none());
        self.books.delivered(taken.map(|(record, _)| record));
        for (record, verdict) in batch.records().zip(&verdicts) {
            if let Some(Verdict::Rejected(why)) = verdict {
                self.books.lost(LossReason::Rejected, why, [record]);
            }
        }
        batch.keep(|place| verdicts[place] == Some(Verdict::Again));
        if batch.is_empty() {
            self.spare = batch.cleared();
        } else {
            self.batches.push_front(batch);
        }
    }

    /// Loses what was captured too long ago.
    pub(super) fn expire(&mut self) {
        let Some(limit) = self.settings.too_old() else { return };
        let is_old = |record: &RecordRef| record.read().id.time() < limit;
        let old_of = |batch: &Batch| batch.records().take_while(|(record, _)| is_old(record)).count();
        while let Some(batch) = self.batches.front_mut() {
            let old = old_of(batch);
            if old == 0 {
                break;
            }
            self.books.lost(LossReason::Expired, &self.trouble, batch.records().take(old));
            batch.keep(|place| place >= old);
            if batch.is_empty() {
                self.batches.pop_front();
            }
            self.count_in_hand();
        }
        if !self.batches.is_empty() {
            return;
        }
        let old = self.waiting.iter().take_while(|(record, _)| is_old(record)).count();
        let expired: Vec<_> = self.waiting.drain(..old).collect();
        self.books.lost(LossReason::Expired, &self.trouble, expired.iter().map(|(record, share)| (record, *share)));
        self.count_in_hand();
        // What is still in the log is younger than what was taken from it.
        while self.waiting.is_empty() {
            let expired = self.log.expire(self.id, limit);
            if expired.is_empty() {
                break;
            }
            let dialect = &self.endpoint.dialect;
            let shares = expired.iter().map(|record| (record, dialect.share(&record.read())));
            self.books.lost_unread(LossReason::Expired, &self.trouble, shares);
        }
    }

    /// Takes out of the batches what is of somebody who has opted out since they were encoded.
    pub(super) fn withhold(&mut self) {
        if !self.screen.withholds_any() {
            return;
        }
        for batch in &mut self.batches {
            let withheld: Vec<_> = batch.records().map(|(record, _)| self.screen.withholds(record)).collect();
            let dropped = batch.records().zip(&withheld).filter(|(_, withheld)| **withheld);
            dropped.for_each(|((record, share), _)| self.books.dropped(record, share));
            batch.keep(|place| !withheld[place]);
        }
        self.batches.retain(|batch| !batch.is_empty());
        self.count_in_hand();
    }

    /// When the oldest that the lane has taken will be too old.
    pub(super) fn expiry(&self) -> Instant {
        /// A clock that is set, and one that runs a little faster than the other, are seen after this.
        const OFTEN: Duration = Duration::from_secs(60);
        const SELDOM: Duration = Duration::from_millis(5);
        let oldest = self.batches.front().and_then(|batch| batch.records().next()).map(|(record, _)| record);
        let left = oldest.map_or(OFTEN, |record| self.settings.time_left(record.read().id.time()));
        after(left.clamp(SELDOM, OFTEN))
    }

    /// What is left ends with the process: it is told, and counted as kept.
    ///
    /// On disk it does not: nobody has to be told.
    pub(super) fn give_up(&mut self) {
        if self.log.outlives_process() {
            return self.count_in_hand();
        }
        for batch in std::mem::take(&mut self.batches) {
            self.leave(batch.records());
        }
        loop {
            let waiting = std::mem::take(&mut self.waiting);
            self.leave(waiting.iter().map(|(record, share)| (record, *share)));
            if !self.take() {
                break;
            }
        }
        self.count_in_hand();
    }

    /// Tells what is left, which takes as long as the application's hook does. Meanwhile it counts as before.
    fn leave<'a>(&mut self, records: impl Iterator<Item = (&'a RecordRef, Share)>) {
        let left = &mut self.left;
        self.books.left(&self.trouble, records.inspect(|(record, share)| left.add(record, *share)));
    }

    pub(super) fn count_in_hand(&self) {
        let mut tally = self.left;
        let batched = self.batches.iter().flat_map(Batch::records);
        for (record, share) in batched.chain(self.waiting.iter().map(|(record, share)| (record, *share))) {
            tally.add(record, share);
        }
        self.orders.set_in_hand(tally);
    }
}
