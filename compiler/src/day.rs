//! Days, as `expires` has them and as the clock gives them.

use std::env;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS: u64 = 24 * 60 * 60;

/// A day of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Days since 1970-01-01.
    since_1970: i64,
}

/// `SOURCE_DATE_EPOCH` is no number of seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadEpoch(String);

impl Day {
    /// A day that exists, written as `2027-03-31`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let well_formed = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !well_formed {
            return None;
        }
        let part = |range| text.get(range).and_then(|part: &str| part.parse::<i64>().ok());
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        (1..=days).contains(&day).then(|| Self { since_1970: days_to(year, month) + day - 1 })
    }

    /// The day of a number of seconds since 1970.
    #[must_use]
    pub fn of_unix_seconds(seconds: u64) -> Self {
        Self { since_1970: i64::try_from(seconds / SECONDS).unwrap_or(i64::MAX) }
    }

    /// Today: by `SOURCE_DATE_EPOCH` where it is set, else by the clock.
    ///
    /// # Errors
    /// When `SOURCE_DATE_EPOCH` is set and is no number of seconds since 1970.
    pub fn today() -> Result<Self, BadEpoch> {
        let Some(epoch) = env::var_os("SOURCE_DATE_EPOCH") else {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            return Ok(Self::of_unix_seconds(since.map_or(0, |since| since.as_secs())));
        };
        let seconds = epoch.to_str().and_then(|text| text.parse().ok());
        seconds.map(Self::of_unix_seconds).ok_or_else(|| BadEpoch(epoch.to_string_lossy().into_owned()))
    }

    /// How many days there are from this one to `later`; negative where it lies before.
    #[must_use]
    pub const fn days_until(self, later: Self) -> i64 {
        later.since_1970 - self.since_1970
    }
}

/// Days from 1970-01-01 to the first of a month: years begin in March here, so that a leap day is their last.
fn days_to(year: i64, month: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 - 719_468
}

impl fmt::Display for BadEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`SOURCE_DATE_EPOCH` is a number of seconds since 1970, not `{}`", self.0)
    }
}

impl std::error::Error for BadEpoch {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        let cases = [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2027-03-31", 20_908),
            ("0000-01-01", -719_528),
        ];
        for (text, days) in cases {
            assert_eq!(Day::parse(text), Some(Day { since_1970: days }), "{text}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Day::parse("1899-12-31").expect("a day");
        for year in 1900..2101 {
            for month in 1..=12 {
                for day in 1..=31 {
                    let Some(today) = Day::parse(&format!("{year}-{month:02}-{day:02}")) else { continue };
                    assert_eq!(before.days_until(today), 1, "{year}-{month}-{day}");
                    before = today;
                }
            }
        }
    }

    #[test]
    fn seconds_fall_into_their_day() {
        let day = |seconds| Day::of_unix_seconds(seconds);
        assert_eq!([day(0), day(SECONDS - 1)].map(Some), [Day::parse("1970-01-01"); 2]);
        assert_eq!(Some(day(1_806_451_200)), Day::parse("2027-03-31"));
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        let cases = [
            ("2027-03-31", true),
            ("2028-02-29", true),
            ("2027-02-29", false),
            ("1900-02-29", false),
            ("2027-13-01", false),
            ("2027-00-10", false),
            ("2027-3-31", false),
            ("2027-03-31T00:00:00Z", false),
            ("+027-03-31", false),
            ("never", false),
            ("é027-03-3", false),
        ];
        for (text, expected) in cases {
            assert_eq!(Day::parse(text).is_some(), expected, "{text}");
        }
    }
}
