/// A point in time, to the nanosecond.
///
/// A leap second has more than a billion nanoseconds, so that `23:59:60` is after `23:59:59` and before midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    seconds: i64,
    nanoseconds: u32,
}

/// A day of the Gregorian calendar, at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: i64,
    /// From 1 to 12.
    pub(super) month: u32,
    /// From 1.
    pub(super) of_month: u32,
}

const SECOND: u32 = 1_000_000_000;
const DAY: i64 = 86_400;
/// The first and the last year that PostHog's server knows.
const FIRST_YEAR: i64 = -262_143;
const LAST_YEAR: i64 = 262_142;

impl Instant {
    pub(super) fn new(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds }
    }

    pub(super) fn from_milliseconds(milliseconds: i64) -> Self {
        let nanoseconds = u32::try_from(milliseconds.rem_euclid(1000) * 1_000_000).expect("less than a second");
        Self { seconds: milliseconds.div_euclid(1000), nanoseconds }
    }

    /// What PostHog makes of seconds since 1970 that may have a fraction; `None` where the calendar ends.
    ///
    /// Fractions before 1970 are cut off towards the past, and NaN is 1970: the server's conversion does that.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the server's saturating conversion")]
    pub(super) fn from_seconds(seconds: f64) -> Option<Self> {
        let whole = seconds.floor() as i64;
        let nanoseconds = ((seconds % 1.0) * f64::from(SECOND)).round() as u32;
        let is_leap = nanoseconds >= SECOND;
        let exists = !is_leap || whole.rem_euclid(60) == 59;
        let known = Day::from_number(whole.div_euclid(DAY)).is_some();
        (exists && known).then_some(Self { seconds: whole, nanoseconds })
    }

    /// The day, and the seconds of it that are over.
    pub(super) fn day(self) -> Option<(Day, i64)> {
        let day = Day::from_number(self.seconds.div_euclid(DAY))?;
        Some((day, self.seconds.rem_euclid(DAY)))
    }

    /// The same time of another day.
    pub(super) fn on(self, day: Day) -> Option<Self> {
        let seconds = day.number()? * DAY + self.seconds.rem_euclid(DAY);
        Some(Self { seconds, ..self })
    }

    /// So many seconds ago.
    pub(super) fn before(self, seconds: i64) -> Option<Self> {
        Some(Self { seconds: self.seconds.checked_sub(seconds)?, ..self })
    }
}

impl Day {
    /// How many days there are from 1970 to it; `None` where there is no such day.
    pub(super) fn number(self) -> Option<i64> {
        let Self { year, month, of_month: day } = self;
        let known = (FIRST_YEAR..=LAST_YEAR).contains(&year) && (1..=12).contains(&month);
        if !known || day == 0 || day > days_of_month(year, month) {
            return None;
        }
        // Counted from March, the leap day is the last of its year. An era is 400 years: 146,097 days.
        let year = if month > 2 { year } else { year - 1 };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(era * 146_097 + day_of_era - 719_468)
    }

    /// The day that is so many days after the first of 1970; `None` where the calendar ends.
    fn from_number(number: i64) -> Option<Self> {
        let days = number.checked_add(719_468)?;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = u32::try_from(day_of_year - (153 * month_from_march + 2) / 5 + 1).ok()?;
        let month = u32::try_from((month_from_march + 2) % 12 + 1).ok()?;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(Self { year, month, of_month: day })
    }

    /// The same day of the month before, or the last that it has.
    pub(super) fn month_before(self) -> Self {
        let (year, month) = if self.month == 1 { (self.year - 1, 12) } else { (self.year, self.month - 1) };
        Self { year, month, of_month: self.of_month.min(days_of_month(year, month)) }
    }
}

/// How many days the month has; the month is from 1 to 12.
pub(super) fn days_of_month(year: i64, month: u32) -> u32 {
    let is_leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (year, month, day, number) in [
            (1970, 1, 1, 0),
            (1969, 12, 31, -1),
            (2000, 2, 29, 11_016),
            (2024, 6, 15, 19_889),
            (2100, 3, 1, 47_541),
            (0, 3, 1, -719_468),
            (-262_143, 1, 1, -96_465_292),
            (262_142, 12, 31, 95_026_236),
        ] {
            let date = Day { year, month, of_month: day };
            assert_eq!(date.number(), Some(number), "{date:?}");
            assert_eq!(Day::from_number(number), Some(date), "{number}");
        }
    }

    #[test]
    fn days_that_do_not_exist_have_no_number() {
        for (year, month, day) in
            [(2024, 2, 30), (2023, 2, 29), (2100, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31)]
        {
            assert_eq!(Day { year, month, of_month: day }.number(), None);
        }
        assert_eq!(Day { year: 262_143, month: 1, of_month: 1 }.number(), None);
        assert_eq!(Day::from_number(95_026_237), None);
        assert_eq!(Day::from_number(i64::MAX), None);
        assert_eq!(Day::from_number(i64::MIN), None);
    }

    #[test]
    fn every_day_of_a_thousand_years_is_itself_again() {
        let mut expected = Day { year: 1500, month: 1, of_month: 1 };
        let first = expected.number().unwrap();
        for number in first..first + 365_250 {
            assert_eq!(Day::from_number(number), Some(expected));
            assert_eq!(expected.number(), Some(number));
            expected.of_month += 1;
            if expected.of_month > days_of_month(expected.year, expected.month) {
                expected = Day {
                    of_month: 1,
                    month: expected.month % 12 + 1,
                    year: expected.year + i64::from(expected.month == 12),
                };
            }
        }
    }

    #[test]
    fn seconds_with_a_fraction_are_what_the_server_makes_of_them() {
        for (seconds, expected) in [
            (0.0, Some((0, 0))),
            (1.5, Some((1, 500_000_000))),
            (-1.5, Some((-2, 0))),
            (f64::NAN, Some((0, 0))),
            (59.999_999_999_9, Some((59, 1_000_000_000))),
            (58.999_999_999_9, None),
            (f64::INFINITY, None),
            (f64::NEG_INFINITY, None),
            (1e300, None),
            (1_718_447_400_000.0, Some((1_718_447_400_000, 0))),
        ] {
            let expected = expected.map(|(seconds, nanoseconds)| Instant::new(seconds, nanoseconds));
            assert_eq!(Instant::from_seconds(seconds), expected, "{seconds}");
        }
    }
}
