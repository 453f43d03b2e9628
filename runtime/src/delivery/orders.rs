use std::sync::{Arc, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};

use super::home::Home;
use super::tally::Tally;
use crate::log::Wake;
use crate::sync::{Mutex, MutexGuard};

/// What a lane is told from outside, and what it tells.
#[derive(Debug, Default)]
pub(super) struct Orders {
    notify: Notify,
    state: Mutex<State>,
    home: Arc<Home>,
}

#[derive(Debug, Default)]
struct State {
    /// Who waits until everything before a position is settled, and hears whether it is.
    waiting: Vec<(u64, oneshot::Sender<bool>)>,
    /// Who waits for the lane's end.
    until_end: Vec<oneshot::Sender<()>>,
    /// Nothing more comes: everything has to be settled by then.
    drain: Option<Instant>,
    /// Somebody new waits: a pause is over as far as the vendor did not ask for it.
    hurry: bool,
    /// What the lane has taken from the log and not settled; when it has ended, what it left.
    in_hand: Tally,
    /// Why its last attempt failed, where it is to be made again.
    trouble: Option<String>,
    /// How the lane has ended.
    ended: Option<End>,
}

/// How a lane has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is left.
    Settled,
    /// At the deadline of a drain, with something left.
    Left,
    /// By a panic.
    Broken,
}

impl Orders {
    pub(super) fn at(home: &Arc<Home>) -> Self {
        Self { home: Arc::clone(home), ..Self::default() }
    }

    /// Asks to deliver everything before this position now. The answer is `true` when it is settled, and `false` when
    /// it will not be for now: the destination is paused, or the lane has ended.
    pub(super) fn flush(&self, position: u64) -> oneshot::Receiver<bool> {
        let (done, settled) = oneshot::channel();
        let mut state = self.state();
        if let Some(end) = state.ended {
            let _ = done.send(end == End::Settled);
            return settled;
        }
        // Who gave up waiting, while a vendor is down, takes no room.
        state.waiting.retain(|(_, done)| !done.is_closed());
        state.waiting.push((position, done));
        state.hurry = true;
        drop(state);
        self.notify.notify_one();
        settled
    }

    /// Asks to deliver everything, to give up what is left at the deadline, and to end. The answer comes when it has.
    pub(super) fn drain(&self, deadline: Instant) -> oneshot::Receiver<()> {
        let (done, ended) = oneshot::channel();
        let mut state = self.state();
        if state.ended.is_none() {
            state.until_end.retain(|done| !done.is_closed());
            state.until_end.push(done);
            state.hurry = true;
            state.drain = state.drain.max(Some(deadline));
            drop(state);
            self.notify.notify_one();
        }
        ended
    }

    /// The lane waits until something may have changed.
    pub(super) async fn changed(&self) {
        self.notify.notified().await;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.state().drain
    }

    /// Whether somebody waits for what is behind this position, so that the lane does not linger.
    pub(super) fn is_awaited(&self, settled: u64) -> bool {
        self.state().waiting.iter().any(|(position, done)| *position > settled && !done.is_closed())
    }

    /// Somebody waits, though not for this lane: a pause is over.
    pub(super) fn hurry(&self) {
        self.state().hurry = true;
        self.notify.notify_one();
    }

    /// Whether a pause should end; says so once.
    pub(super) fn take_hurry(&self) -> bool {
        std::mem::take(&mut self.state().hurry)
    }

    /// Everything before this position is settled.
    pub(super) fn settled(&self, position: u64) {
        let mut state = self.state();
        let done: Vec<_> = state.waiting.extract_if(.., |(awaited, _)| *awaited <= position).collect();
        drop(state);
        for (_, done) in done {
            let _ = done.send(true);
        }
    }

    /// Nothing will be settled for now: who waits is told.
    pub(super) fn refuse(&self) {
        let waiting = std::mem::take(&mut self.state().waiting);
        for (_, done) in waiting {
            let _ = done.send(false);
        }
    }

    /// What the lane has taken from the log and not settled; when it has ended, what it left.
    pub(super) fn in_hand(&self) -> Tally {
        self.state().in_hand
    }

    pub(super) fn set_in_hand(&self, tally: Tally) {
        self.state().in_hand = tally;
    }

    /// Why the lane's last attempt failed, where it is to be made again.
    pub(super) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// An attempt failed for this reason, or none did since.
    pub(super) fn set_trouble(&self, why: Option<&str>) {
        self.state().trouble = why.map(str::to_owned);
    }

    /// How the lane has ended, if it has.
    pub(super) fn ended(&self) -> Option<End> {
        self.state().ended
    }

    /// The lane is no more: who waits or ever will is let go.
    pub(super) fn end(&self, end: End) {
        let mut state = self.state();
        state.ended = Some(end);
        let waiting = std::mem::take(&mut state.waiting);
        let until_end = std::mem::take(&mut state.until_end);
        drop(state);
        for (_, done) in waiting {
            let _ = done.send(end == End::Settled);
        }
        drop(until_end);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Orders {
    fn wake(&self) {
        self.home.look();
        self.notify.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gave_up_waiting_takes_no_room_and_hurries_nobody() {
        let orders = Orders::default();
        for position in 0..1_000 {
            drop(orders.flush(position));
        }
        assert!(!orders.is_awaited(0));
        let mut settled = orders.flush(7);
        assert_eq!(orders.state().waiting.len(), 1);
        assert!(orders.is_awaited(6) && !orders.is_awaited(7));
        orders.settled(7);
        assert_eq!(settled.try_recv(), Ok(true));
    }

    #[test]
    fn who_waits_for_what_will_not_come_is_let_go() {
        for (end, answer) in [(End::Settled, true), (End::Left, false), (End::Broken, false)] {
            let orders = Orders::default();
            let mut paused = orders.flush(1);
            orders.refuse();
            assert_eq!(paused.try_recv(), Ok(false), "{end:?}");
            let (mut before, mut ended) = (orders.flush(1), orders.drain(Instant::now()));
            orders.end(end);
            let mut after = orders.flush(1);
            assert_eq!((before.try_recv(), after.try_recv()), (Ok(answer), Ok(answer)), "{end:?}");
            assert!(matches!(ended.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
        }
    }
}
