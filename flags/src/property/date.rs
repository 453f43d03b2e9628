use std::cmp::Ordering;

use super::Value;
use super::check::Outcome;
use super::instant::{Day, Instant};
use super::order::number;
use super::relative::Relative;
use super::scanner::Scanner;

/// `is_date_exact`, `is_date_before`, `is_date_after`: points in time.
///
/// Dates and times without an offset are in UTC. The server has the time zone of the project there, which the
/// definitions do not tell.
#[derive(Debug, Clone)]
pub(super) struct DateOrder {
    wanted: Ordering,
    bound: Date,
}

/// What a text says about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Date {
    At(Instant),
    Ago(Relative),
    /// In a form that is not read here. The server has a lenient parser behind all others, which reads dozens, and
    /// puts in the current time where there is none: it alone can say.
    Lenient,
}

impl DateOrder {
    /// The filter is a text that may be a date.
    pub(super) fn new(filter: &Value<'_>, wanted: Ordering) -> Option<Self> {
        Some(Self { wanted, bound: Date::parse(filter.as_text()?)? })
    }

    pub(super) fn holds(&self, value: &Value<'_>, now: i64) -> Outcome {
        let now = Instant::from_milliseconds(now);
        let date = match value {
            Value::Number(_) => number(value).and_then(Instant::from_seconds).map(Date::At),
            Value::Text(text) => match number(value) {
                Some(seconds) => Instant::from_seconds(seconds).map(Date::At),
                None => Date::parse(text),
            },
            Value::Null | Value::Boolean(_) | Value::Json(_) => None,
        };
        let Some(date) = date else { return Outcome::Nothing };
        if Date::Lenient == date || Date::Lenient == self.bound {
            return Outcome::CannotSay;
        }
        match (date.instant(now), self.bound.instant(now)) {
            (Some(date), Some(bound)) => Outcome::Passes(date.cmp(&bound) == self.wanted),
            _ => Outcome::Nothing,
        }
    }
}

impl Date {
    /// `None` where the text is no date in any form.
    fn parse(text: &str) -> Option<Self> {
        if let Some(relative) = Relative::parse(text) {
            return Some(Self::Ago(relative));
        }
        if let Some(instant) = with_offset(text).or_else(|| without_offset(text)) {
            return Some(Self::At(instant));
        }
        let may_be_one = text.bytes().any(|byte| byte.is_ascii_digit()) && !is_beyond_reading(text);
        may_be_one.then_some(Self::Lenient)
    }

    fn instant(self, now: Instant) -> Option<Instant> {
        match self {
            Self::At(instant) => Some(instant),
            Self::Ago(relative) => relative.before(now),
            Self::Lenient => None,
        }
    }
}

/// RFC 3339: `2024-06-15T10:30:00.5+02:00`, and a space instead of the `T`.
fn with_offset(text: &str) -> Option<Instant> {
    let mut scanner = Scanner(text);
    let day = scanner.day()?;
    let separator = scanner.next(|character| matches!(character, 'T' | 't' | ' '))?;
    debug_assert!(separator.is_ascii());
    let hour = scanner.digits(2)?;
    let (minute, second) = (i64::from(scanner.separated(':')?), i64::from(scanner.separated(':')?));
    let fraction = scanner.fraction()?;
    let offset = scanner.offset()?;
    let instant = instant_at(day, hour, minute, second, fraction, offset)?;
    scanner.is_at_end().then_some(instant)
}

/// `2024-06-15`, and with a time: `2024-06-15 10:30`, `2024-06-15T10:30:00.5`.
///
/// White space may stand before each number, and a number may have fewer digits.
fn without_offset(text: &str) -> Option<Instant> {
    let mut scanner = Scanner(text);
    let year = scanner.year()?;
    let month = scanner.after('-')?;
    let day = Day { year, month: u32::try_from(month).ok()?, of_month: u32::try_from(scanner.after('-')?).ok()? };
    if scanner.is_at_end() {
        return instant_at(day, 0, 0, 0, 0, 0);
    }
    scanner.next(|character| character == 'T');
    let hour = scanner.number(2)?;
    let minute = scanner.after(':')?;
    let (mut second, mut fraction) = (0, 0);
    if !scanner.is_at_end() {
        second = scanner.after(':')?;
        fraction = scanner.fraction()?;
    }
    let instant = instant_at(day, hour, minute, second, fraction, 0)?;
    scanner.is_at_end().then_some(instant)
}

/// Whether the lenient parser refuses a text that no other reads: it begins with a day, and that does not exist or has
/// the `T` of RFC 3339 behind it.
fn is_beyond_reading(text: &str) -> bool {
    let mut scanner = Scanner(text);
    scanner.day().is_some_and(|day| day.number().is_none() || scanner.next(|character| character == 'T').is_some())
}

/// `None` where there is no such day or time. A second 60 is a leap second.
fn instant_at(day: Day, hour: i64, minute: i64, second: i64, nanoseconds: u32, offset: i64) -> Option<Instant> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (second, nanoseconds) = if second == 60 { (59, nanoseconds + 1_000_000_000) } else { (second, nanoseconds) };
    let of_day = hour * 3_600 + minute * 60 + second;
    Some(Instant::new(day.number()? * 86_400 + of_day - offset, nanoseconds))
}

/// A point in time for a test, in RFC 3339.
#[cfg(test)]
pub(super) fn instant(text: &str) -> Instant {
    with_offset(text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_the_server_is_strict_about() {
        let noon = Date::At(instant("2024-06-15T10:30:00Z"));
        for text in [
            "2024-06-15T10:30:00Z",
            "2024-06-15t10:30:00z",
            "2024-06-15 10:30:00+00:00",
            "2024-06-15T12:30:00+02:00",
            "2024-06-15T05:00:00-05:30",
            "2024-06-15T05:00:00\u{2212}05:30",
            "2024-06-15 10:30:00",
            "2024-06-15T10:30:00",
            "2024-06-15T10:30:00.000",
            "2024-06-15 10:30",
            "2024-06-15T10:30",
            "2024-6-15 10:30",
            " 2024- 6-15   10:30: 0",
            "+2024-06-15 10:30",
            "2024-06-1510:30",
        ] {
            assert_eq!(Date::parse(text), Some(noon), "{text}");
        }
        let midnight = Date::At(instant("2024-06-05T00:00:00Z"));
        for text in ["2024-06-05", " 2024-06-05", "2024-6-5"] {
            assert_eq!(Date::parse(text), Some(midnight), "{text}");
        }
        for (text, nanoseconds) in
            [("00.5", 500_000_000), ("00.123456789", 123_456_789), ("00.1234567899", 123_456_789)]
        {
            let expected = Instant::new(1_718_447_400, nanoseconds);
            assert_eq!(Date::parse(&format!("2024-06-15T10:30:{text}Z")), Some(Date::At(expected)));
            assert_eq!(Date::parse(&format!("2024-06-15 10:30:{text}")), Some(Date::At(expected)));
        }
    }

    #[test]
    fn a_leap_second_is_between_its_neighbours() {
        let [before, leap, after] =
            ["2016-12-31T23:59:59.9Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"].map(instant);
        assert!(before < leap && leap < after);
    }

    #[test]
    fn other_forms_are_the_servers_to_read() {
        for text in [
            "06/15/2024",
            "20240615",
            "1718447400",
            "2024-06-15 10:30:00 UTC",
            "2024",
            "Sat, 15 Jun 2024 10:30:00 GMT",
            "2024-06-15 ",
            "-1é",
            "1x",
            "-999999999d",
            "-9223372036854775807h",
            "99999999999999999999-01-01",
            "-99999999999999999999-01-01",
            "+262143-01-01",
        ] {
            assert_eq!(Date::parse(text), Some(Date::Lenient), "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_or_an_odd_time_behind_a_t_is_no_date() {
        for text in [
            "2024-02-30",
            "2024-13-01 10:30:00 UTC",
            "2024-06-15T10:30Z",
            "2024-06-15T24:00:00Z",
            "2024-06-15T10:60:00Z",
            "2024-06-15T10:30:00+24:00",
            "2024-06-15T10:30:00+0200",
            "2024-06-15T10:30:00.",
            "2024-06-15Té",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn text_without_a_digit_is_no_date() {
        for text in ["", "not-a-date", "tomorrow", "-", "٢٠٢٤-٠٦-١٥", "１d", "\u{1F980}", "T", ":"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_person_may_have_epoch_seconds_and_both_may_count_from_now() {
        // 2024-06-15T10:30:00Z
        let now = 1_718_447_400_000;
        for (value, wanted, filter, expected) in [
            ("1718447399", Ordering::Less, "2024-06-15T10:30:00Z", Outcome::Passes(true)),
            ("1718447400.5", Ordering::Greater, "2024-06-15 10:30", Outcome::Passes(true)),
            (r#""1718447400""#, Ordering::Equal, "2024-06-15T12:30:00+02:00", Outcome::Passes(true)),
            (r#""2024-06-10""#, Ordering::Greater, "-7d", Outcome::Passes(true)),
            (r#""2024-06-08T10:30:00Z""#, Ordering::Equal, "7d", Outcome::Passes(true)),
            (r#""2024-05-15T10:29:59Z""#, Ordering::Less, "-1m", Outcome::Passes(true)),
            (r#""-1h""#, Ordering::Less, "-30d", Outcome::Passes(false)),
            (r#""-31d""#, Ordering::Less, "-30d", Outcome::Passes(true)),
            (r#""not-a-date""#, Ordering::Less, "-30d", Outcome::Nothing),
            ("null", Ordering::Less, "-30d", Outcome::Nothing),
            ("true", Ordering::Less, "-30d", Outcome::Nothing),
            ("[1718447399]", Ordering::Less, "-30d", Outcome::Nothing),
            (r#""inf""#, Ordering::Greater, "-30d", Outcome::Nothing),
            ("1e300", Ordering::Greater, "-30d", Outcome::Nothing),
            (r#""06/15/2024""#, Ordering::Less, "-30d", Outcome::CannotSay),
            (r#""2024-06-15""#, Ordering::Less, "06/15/2024", Outcome::CannotSay),
            ("null", Ordering::Less, "06/15/2024", Outcome::Nothing),
        ] {
            let order = DateOrder::new(&Value::from(filter), wanted).unwrap();
            assert_eq!(order.holds(&Value::parse(value).unwrap(), now), expected, "{value} {wanted:?} {filter}");
        }
    }

    #[test]
    fn a_filter_is_a_text_that_may_be_a_date() {
        for filter in ["1718447400", "null", "true", r#""not-a-date""#, r#"["2024-06-15"]"#] {
            assert!(DateOrder::new(&Value::parse(filter).unwrap(), Ordering::Less).is_none(), "{filter}");
        }
    }
}
