//! When to try again: pure functions of what is known.

use std::time::Duration;

use crate::value::Timestamp;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);
/// A vendor that asks for more is asked again after this.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// How long to wait, unless somebody is in a hurry, after the attempt of this number, counted from 0.
///
/// It doubles from half a second to a minute, and `jitter`, between 0 and 1, shortens it.
pub(crate) fn backoff(attempt: u32, jitter: f64) -> Duration {
    jittered(FIRST.saturating_mul(1 << attempt.min(16)).min(LONGEST), jitter)
}

/// How long to wait after a refusal, when so many records in a row were refused alone and nothing was taken.
///
/// The first sixteen cost no time: somebody sent some bad records. After that it may be the vendor, which is then asked
/// once a second. That takes a good record behind a thousand bad ones half an hour, and loses none.
pub(crate) fn pace(refused_alone: u32, jitter: f64) -> Duration {
    const IN_A_ROW: u32 = 16;
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(1);
    let Some(more) = refused_alone.checked_sub(IN_A_ROW) else { return Duration::ZERO };
    jittered(FIRST.saturating_mul(1 << more.min(16)).min(LONGEST), jitter)
}

/// Within its upper half, so that a fleet does not come back at one moment.
fn jittered(pause: Duration, jitter: f64) -> Duration {
    pause.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
}

/// How long to wait at least, whoever is in a hurry: what the vendor asked for, up to five minutes.
pub(crate) fn floor(asked: Option<Duration>) -> Duration {
    asked.unwrap_or_default().min(LONGEST_ASKED)
}

/// Reads a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let until = http_date(header)? - now.as_unix_millis();
    Some(Duration::from_millis(u64::try_from(until).unwrap_or_default()))
}

/// Milliseconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.split(' ');
    let day: i64 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = i64::try_from(MONTHS.iter().position(|month| *month == name)?).ok()?;
    let year: i64 = parts.next()?.parse().ok()?;
    let mut clock =
        parts.next()?.split(':').map(|part| part.parse::<i64>().ok().filter(|part| (0..=60).contains(part)));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if parts.next() != Some("GMT") || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Years counted from March, so that the leap day is the last of a year.
    let (march_year, march_month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let days = 365 * march_year + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year - 719_468;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        for (attempt, jitter, millis) in [
            (0, 1.0, 500),
            (0, 0.0, 250),
            (1, 1.0, 1000),
            (3, 0.5, 3000),
            (7, 1.0, 60_000),
            (u32::MAX, 1.0, 60_000),
            (0, f64::INFINITY, 500),
        ] {
            assert_eq!(backoff(attempt, jitter), Duration::from_millis(millis), "{attempt} {jitter}");
        }
    }

    #[test]
    fn a_vendor_that_refuses_one_after_the_other_is_asked_ever_more_slowly() {
        for (refused, jitter, millis) in [
            (0, 1.0, 0),
            (15, 1.0, 0),
            (16, 1.0, 100),
            (17, 0.0, 100),
            (18, 1.0, 400),
            (20, 1.0, 1000),
            (u32::MAX, 1.0, 1000),
        ] {
            assert_eq!(pace(refused, jitter), Duration::from_millis(millis), "{refused} {jitter}");
        }
    }

    #[test]
    fn a_vendor_is_left_alone_as_long_as_it_asks_up_to_five_minutes() {
        for (asked, seconds) in [(None, 0), (Some(0), 0), (Some(2), 2), (Some(300), 300), (Some(86_400), 300)] {
            assert_eq!(floor(asked.map(Duration::from_secs)), Duration::from_secs(seconds), "{asked:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_unix_millis(784_111_777_000);
        for (header, expected) in [
            ("2", Some(2000)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("Thu, 29 Feb 1996 00:00:00 GMT", Some(825_552_000_000 - 784_111_777_000)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 06 Xxx 1994 08:49:37 GMT", None),
            ("Sun, 99 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("", None),
        ] {
            assert_eq!(retry_after(header, now), expected.map(Duration::from_millis), "{header}");
        }
        assert_eq!(retry_after("99999999999999999999", now), Some(Duration::MAX));
    }
}
