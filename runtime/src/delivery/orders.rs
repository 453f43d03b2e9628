use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};

use crate::log::Wake;

/// What a lane is told from outside, and what it tells.
#[derive(Debug, Default)]
pub(super) struct Orders {
    notify: Notify,
    state: Mutex<State>,
    /// Records that the lane has taken from the log and not settled, as far as they count.
    pub(super) in_flight: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// Who waits until everything before a position is settled.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
    /// Nothing more comes: everything has to be settled by then.
    drain: Option<Instant>,
    /// Somebody new waits: a pause is over as far as the vendor did not ask for it.
    hurry: bool,
    ended: bool,
}

impl Orders {
    /// Asks to deliver everything before this position now. The answer comes when it is settled, or an error
    /// when the lane has ended.
    pub(super) fn flush(&self, position: u64) -> oneshot::Receiver<()> {
        self.order(position, |_| {})
    }

    /// Asks to deliver everything, to give up what is left at the deadline, and to end.
    pub(super) fn drain(&self, deadline: Instant) -> oneshot::Receiver<()> {
        self.order(u64::MAX, |state| state.drain = state.drain.max(Some(deadline)))
    }

    fn order(&self, position: u64, also: impl FnOnce(&mut State)) -> oneshot::Receiver<()> {
        let (done, settled) = oneshot::channel();
        let mut state = self.state();
        if !state.ended {
            // Who gave up waiting, while a vendor is down, takes no room.
            state.waiting.retain(|(_, done)| !done.is_closed());
            state.waiting.push((position, done));
            state.hurry = true;
            also(&mut state);
        }
        drop(state);
        self.notify.notify_one();
        settled
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
            let _ = done.send(());
        }
    }

    /// The lane is no more: who waits or ever will is let go.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        let released = std::mem::take(&mut state.waiting);
        drop(state);
        drop(released);
        self.in_flight.store(0, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Orders {
    fn wake(&self) {
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
        assert_eq!(settled.try_recv(), Ok(()));
    }
}
