//! When a lane does nothing: between two attempts, and while its destination is paused.

use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::super::race::race;
use super::super::{pending::after, retry};
use super::{GiveUp, Lane, jitter};
use crate::hooks::TroubleKind;

/// While somebody waits for a drain, a lane comes back at least this often.
const DRAIN_PAUSE: Duration = Duration::from_secs(1);
/// How often a file is asked for that cannot be opened.
const DISK_PAUSE: Duration = Duration::from_secs(1);
/// In less time no attempt comes to its end.
const TOO_SHORT: Duration = Duration::from_millis(20);
/// How often a vendor that refuses the key is asked whether it still does.
const REPAIRED: Duration = Duration::from_secs(60);

impl Lane {
    /// The attempt failed for now.
    pub(super) async fn back_off(&mut self, asked: Option<Duration>) -> Result<(), GiveUp> {
        self.batches.front().iter().for_each(|batch| self.books.retried(batch));
        let own = retry::backoff(self.attempts, jitter()) / self.settings.haste;
        self.attempts = self.attempts.saturating_add(1);
        self.pause(own, retry::floor(asked)).await
    }

    /// Waits before the next attempt: our own time, and the vendor's at least. Who comes to wait for the lane
    /// ends our own, and a drain shortens it, so that there is another attempt before its deadline.
    pub(super) async fn pause(&mut self, own: Duration, floor: Duration) -> Result<(), GiveUp> {
        if own.is_zero() && floor.is_zero() {
            return Ok(());
        }
        let start = Instant::now();
        let floor = start + floor;
        let mut until = floor.max(start + own);
        loop {
            if self.orders.take_hurry() {
                until = floor;
            }
            let now = Instant::now();
            if let Some(deadline) = self.orders.deadline() {
                let left = deadline.saturating_duration_since(now);
                until = until.min(start + DRAIN_PAUSE).min(now + left / 2).max(floor);
                if left < TOO_SHORT || until >= deadline {
                    return Err(GiveUp);
                }
            }
            self.expire();
            if until <= now || self.batches.is_empty() {
                return Ok(());
            }
            race(sleep_until(until.min(self.expiry()).into()), self.orders.changed()).await;
        }
    }

    /// What the lane has to read lies in a file that cannot be opened now: another time it may be.
    pub(super) async fn wait_for_disk(&self) -> Result<(), GiveUp> {
        let again = after(DISK_PAUSE);
        let deadline = self.orders.deadline();
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(GiveUp);
        }
        let until = deadline.map_or(again, |deadline| deadline.min(again));
        race(sleep_until(until.into()), self.orders.changed()).await;
        Ok(())
    }

    /// The vendor refused the key: the destination is paused, its records are kept. A drain ends here, because nobody
    /// repairs a key within seconds.
    pub(super) fn refuse_key(&mut self, why: &str) -> Result<(), GiveUp> {
        self.batches.front().iter().for_each(|batch| self.books.retried(batch));
        let draining = self.orders.deadline().is_some();
        let again = after(REPAIRED / self.settings.haste);
        if self.standing.refused(self.member, why, again, draining) {
            self.books.trouble(TroubleKind::Paused, why);
        }
        self.stay_paused()
    }

    /// Waits while the destination is paused, until it is this lane's turn to ask whether it still is.
    pub(super) async fn turn(&mut self) -> Result<(), GiveUp> {
        let mut hurried_at = None;
        while let Some(pause) = self.standing.pause() {
            let own = pause.by.is_none_or(|by| by == self.member);
            if self.orders.take_hurry() {
                hurried_at.get_or_insert(pause.refusals);
            }
            let deadline = self.orders.deadline();
            if deadline.is_some_and(|deadline| pause.given_up || deadline <= Instant::now()) {
                return Err(GiveUp);
            }
            // The lane that asks for all has asked on behalf of this hurry.
            if hurried_at.is_some_and(|refusals| pause.refusals > refusals) {
                hurried_at = None;
                self.stay_paused()?;
            }
            // Also where the lane that was to ask on behalf of this hurry has nothing left to ask with.
            if own && (hurried_at.is_some() || pause.again <= Instant::now()) {
                return Ok(());
            }
            self.expire();
            if self.batches.is_empty() {
                break;
            }
            let mut until = self.expiry();
            if own {
                until = until.min(pause.again);
            }
            until = deadline.map_or(until, |deadline| until.min(deadline));
            race(race(sleep_until(until.into()), self.orders.changed()), self.standing.changed()).await;
        }
        Ok(())
    }

    /// Nobody waits in vain for a destination that is paused.
    fn stay_paused(&self) -> Result<(), GiveUp> {
        self.orders.refuse();
        match self.orders.deadline() {
            Some(_) => Err(GiveUp),
            None => Ok(()),
        }
    }
}
