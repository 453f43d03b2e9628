use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::LocalKey;

/// Tells code of the application something, while `telling` says that it is being told on this thread.
///
/// It may capture what it is told: what comes of that it is not told as well, or it could go on until the stack is used
/// up. One that panics harms neither whoever captures nor a lane.
pub(super) fn tell(telling: &'static LocalKey<Cell<bool>>, event: impl FnOnce()) {
    if telling.replace(true) {
        return;
    }
    let _ = catch_unwind(AssertUnwindSafe(event));
    telling.set(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static TELLING: Cell<bool> = const { Cell::new(false) };
    }

    #[test]
    fn what_is_told_tells_nothing_more_and_a_panic_ends_with_it() {
        let told = Cell::new(0);
        let count = || told.set(told.get() + 1);
        tell(&TELLING, || {
            count();
            tell(&TELLING, count);
        });
        assert_eq!(told.get(), 1, "not while it is being told");
        tell(&TELLING, || panic!("of the application"));
        tell(&TELLING, count);
        assert_eq!(told.get(), 2, "and again afterwards");
    }
}
