use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::hooks::{Hooks, Trouble, TroubleKind};

/// The process that has the delivery thread. A fork of it has a copy of everything but that thread.
///
/// To ask the system which process this is may cost more than a capture, so that `capture` reads what was found out where
/// a lane is woken, which is seldom.
#[derive(Debug)]
pub(super) struct Home {
    process: u32,
    is_left: AtomicBool,
    is_told: AtomicBool,
}

pub(super) const FORKED: &str = "this process was forked from the one that built the client, and has no delivery thread: build a client after the fork";

impl Default for Home {
    fn default() -> Self {
        Self::of(process::id())
    }
}

impl Home {
    fn of(process: u32) -> Self {
        Self { process, is_left: AtomicBool::new(false), is_told: AtomicBool::new(false) }
    }

    /// Finds out whether this is another process.
    pub(super) fn look(&self) -> bool {
        let is_left = process::id() != self.process;
        if is_left {
            self.is_left.store(true, Ordering::Relaxed);
        }
        is_left
    }

    /// Whether it was found out already.
    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Relaxed)
    }

    /// Tells the application, once.
    pub(super) fn tell(&self, hooks: &Hooks) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            hooks.trouble(&Trouble { destination: None, kind: TroubleKind::Forked, detail: FORKED.to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_fork_is_found_out_and_told_once() {
        let home = Home::default();
        assert!(!home.look() && !home.is_left());

        let told = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&told);
        let on_trouble: Arc<dyn Fn(&Trouble) + Send + Sync> = Arc::new(move |trouble| {
            assert_eq!(trouble.kind, TroubleKind::Forked);
            count.fetch_add(1, Ordering::Relaxed);
        });
        let hooks = Hooks { on_trouble: Some(on_trouble), ..Hooks::default() };
        let elsewhere = Home::of(process::id().wrapping_add(1));
        assert!(!elsewhere.is_left(), "nobody has looked");
        assert!(elsewhere.look() && elsewhere.is_left());
        elsewhere.tell(&hooks);
        elsewhere.tell(&hooks);
        assert_eq!(told.load(Ordering::Relaxed), 1);
    }
}
