use std::time::{Duration, Instant};

/// Lets nobody wait for somebody who does not answer: after some failures in a row nothing is asked, until it is tried
/// again with one question.
#[derive(Debug)]
pub(super) struct Breaker {
    /// How long nothing is asked.
    rest: Duration,
    failures: u32,
    /// Until when nothing is asked.
    open_until: Option<Instant>,
}

const FAILURES: u32 = 2;

impl Breaker {
    pub(super) const fn new(rest: Duration) -> Self {
        Self { rest, failures: 0, open_until: None }
    }

    /// Whether there may be an answer.
    pub(super) fn may_ask(&self, now: Instant) -> bool {
        self.open_until.is_none_or(|until| now >= until)
    }

    /// When to try again, where nothing is asked.
    pub(super) fn open_until(&self) -> Option<Instant> {
        self.open_until
    }

    /// Whether this success ends a time without answers.
    pub(super) fn succeeded(&mut self) -> bool {
        self.failures = 0;
        self.open_until.take().is_some()
    }

    /// Whether this failure begins a time without answers.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES {
            return false;
        }
        self.open_until.replace(now + self.rest).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_twice_is_left_alone_and_asked_again_later() {
        const REST: Duration = Duration::from_secs(5);
        let (mut breaker, begin) = (Breaker::new(REST), Instant::now());
        assert!(!breaker.failed(begin) && breaker.may_ask(begin));
        assert!(!breaker.succeeded(), "it was never given up");
        assert!(!breaker.failed(begin));
        assert!(breaker.failed(begin), "told once");
        assert!(!breaker.may_ask(begin) && !breaker.may_ask(begin + REST / 2));

        let later = begin + REST;
        assert!(breaker.may_ask(later));
        assert!(!breaker.failed(later), "one failure is enough now, and nothing new");
        assert!(!breaker.may_ask(later) && breaker.open_until() == Some(later + REST));
        assert!(breaker.succeeded() && breaker.may_ask(later), "and told when it is back");
        assert!(!breaker.succeeded());
    }
}
