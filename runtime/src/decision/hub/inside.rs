//! A thread that is calling listeners of a hub, and is asked by one of them to publish there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use super::DecisionHub;
use crate::decision::Decision;
use crate::sync::thread_local;

thread_local! {
    /// The hubs whose listeners run on this thread, and what these have published there.
    static INSIDE: RefCell<Vec<(usize, VecDeque<Decision>)>> = const { RefCell::new(Vec::new()) };
}

/// Publishes, or leaves it to the call around this one: told at once, a listener would hear of it before it hears of
/// what was published first.
pub(super) fn publish(hub: &DecisionHub, decision: Decision) {
    if let Some(decision) = postpone(hub, decision) {
        enter(hub, || hub.0.tell(decision));
    }
}

/// Calls listeners, and then publishes what they have published.
pub(super) fn enter(hub: &DecisionHub, call: impl FnOnce()) {
    let id = id(hub);
    // A thread that ends has no such memory any more: then each is told at once.
    let _leaving = INSIDE.try_with(|inside| inside.borrow_mut().push((id, VecDeque::new()))).map(|()| Leaving(id));
    call();
    while let Some(decision) = next(id) {
        hub.0.tell(decision);
    }
}

struct Leaving(usize);

impl Drop for Leaving {
    fn drop(&mut self) {
        let _ = INSIDE.try_with(|inside| inside.borrow_mut().retain(|(id, _)| *id != self.0));
    }
}

fn postpone(hub: &DecisionHub, decision: Decision) -> Option<Decision> {
    let id = id(hub);
    let mut decision = Some(decision);
    let _ = INSIDE.try_with(|inside| {
        if let Some((_, later)) = inside.borrow_mut().iter_mut().find(|(known, _)| *known == id) {
            later.extend(decision.take());
        }
    });
    decision
}

fn next(id: usize) -> Option<Decision> {
    let next = |inside: &RefCell<Vec<(usize, VecDeque<Decision>)>>| {
        inside.borrow_mut().iter_mut().find(|(known, _)| *known == id)?.1.pop_front()
    };
    INSIDE.try_with(next).ok().flatten()
}

/// Which hub: it lives as long as the call that has entered it.
fn id(hub: &DecisionHub) -> usize {
    Arc::as_ptr(&hub.0).addr()
}
