//! When to ask again: pure.

use std::time::Duration;

use super::cause::Cause;
use crate::delivery::retry;

/// How often PostHog is asked while it refuses: nobody repairs a key within seconds.
const SLOW: Duration = Duration::from_secs(300);
/// The longest pause after failures that pass by themselves, unless the interval is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// However short the interval is, nobody is asked without a pause who does not answer.
const SHORTEST_BACKOFF: Duration = Duration::from_millis(250);

/// How long to wait after a poll that went well: the interval, a tenth more or less.
pub(super) fn usual(interval: Duration, jitter: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * jitter.clamp(0.0, 1.0))
}

/// How long to wait after so many failures in a row, the first of which is 1, and at least as long as was asked for.
///
/// Who has definitions goes on with them, and asks less often; who has none wants them soon.
pub(super) fn after_failure(
    cause: &Cause,
    failures: u32,
    is_loaded: bool,
    interval: Duration,
    asked: Option<Duration>,
    jitter: f64,
) -> Duration {
    let before = failures.saturating_sub(1);
    let own = match cause {
        cause if cause.is_final() => usual(SLOW.max(interval), jitter),
        Cause::TooMany => usual(LONGEST.max(interval.saturating_mul(2)), jitter),
        _ if is_loaded => usual(interval.saturating_mul(1_u32 << before.min(16)).min(LONGEST.max(interval)), jitter),
        _ => retry::backoff(before, jitter).min(interval.max(SHORTEST_BACKOFF)),
    };
    own.max(retry::floor(asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::LocalFlags;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn polls_come_near_the_interval() {
        for (jitter, millis) in [(-1.0, 27_000), (0.0, 27_000), (0.5, 30_000), (1.0, 33_000), (2.0, 33_000)] {
            assert_eq!(usual(30 * SECOND, jitter).as_millis(), millis, "{jitter}");
        }
    }

    #[test]
    fn the_longest_interval_has_pauses_that_a_clock_can_hold() {
        let interval = LocalFlags::bytes("").poll_interval(Duration::MAX).interval();
        assert!(usual(interval, 1.0) > interval);
        for cause in [Cause::Server(503), Cause::TooMany, Cause::Key(401)] {
            for is_loaded in [true, false] {
                let pause = after_failure(&cause, u32::MAX, is_loaded, interval, None, 1.0);
                assert!(pause < interval.saturating_mul(4), "{cause:?} {is_loaded}");
            }
        }
    }

    #[test]
    fn a_failure_makes_the_pause_longer_by_its_cause() {
        let server = || Cause::Server(503);
        for (cause, failures, is_loaded, asked, seconds) in [
            (server(), 1, false, None, 0.5),
            (server(), 2, false, None, 1.0),
            (server(), 9, false, None, 30.0),
            (server(), 1, true, None, 30.0),
            (server(), 2, true, None, 60.0),
            (server(), u32::MAX, true, None, 60.0),
            (server(), 1, false, Some(7), 7.0),
            (server(), 1, true, Some(86_400), 300.0),
            (Cause::Page, 1, true, None, 30.0),
            (Cause::TooMany, 1, true, None, 60.0),
            (Cause::TooMany, 1, true, Some(120), 120.0),
            (Cause::Key(401), 1, false, None, 300.0),
            (Cause::Quota, 5, true, Some(1), 300.0),
        ] {
            // In the middle of the jitter, but where the backoff of the lanes shortens by it.
            let jitter = if is_loaded || cause != server() { 0.5 } else { 1.0 };
            let pause = after_failure(&cause, failures, is_loaded, 30 * SECOND, asked.map(Duration::from_secs), jitter);
            assert_eq!(pause, Duration::from_secs_f64(seconds), "{cause:?} {failures} {is_loaded}");
        }
    }
}
