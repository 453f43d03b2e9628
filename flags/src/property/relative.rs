use super::instant::{Day, Instant, days_of_month};

/// A date counted back from now: `-7d`, `24h`, `3m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Relative {
    number: i64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Relative {
    /// Reads a number below 10,000 and a letter of `hdwmy`; the minus before it changes nothing.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('-').unwrap_or(text);
        let (&unit, digits) = text.as_bytes().split_last()?;
        let unit = match unit {
            b'h' => Unit::Hour,
            b'd' => Unit::Day,
            b'w' => Unit::Week,
            b'm' => Unit::Month,
            b'y' => Unit::Year,
            _ => return None,
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number: i64 = text[..digits.len()].parse().ok()?;
        (number < 10_000).then_some(Self { number, unit })
    }

    /// When that was; `None` where the calendar ends.
    ///
    /// Months and years are those of the calendar. Going back month by month, a day that a month does not have
    /// becomes its last, and stays that: two months before 31 March is 29 January, or 28.
    pub(super) fn before(self, now: Instant) -> Option<Instant> {
        match self.unit {
            Unit::Hour => now.before(self.number * 3_600),
            Unit::Day => now.before(self.number * 86_400),
            Unit::Week => now.before(self.number * 604_800),
            Unit::Month => now.on(months_before(now.day()?.0, self.number)),
            Unit::Year => now.on(years_before(now.day()?.0, self.number)),
        }
    }
}

fn months_before(mut date: Day, mut months: i64) -> Day {
    // Every month has 28 days: from there on, nothing can become shorter.
    while months > 0 && date.of_month > 28 {
        date = date.month_before();
        months -= 1;
    }
    let month = date.year * 12 + i64::from(date.month) - 1 - months;
    let month_of_year = u32::try_from(month.rem_euclid(12) + 1).expect("from 1 to 12");
    Day { year: month.div_euclid(12), month: month_of_year, of_month: date.of_month }
}

fn years_before(date: Day, years: i64) -> Day {
    if years == 0 {
        return date;
    }
    // The leap day is lost with the first year, which has none.
    let day = date.of_month.min(days_of_month(date.year - 1, date.month));
    Day { year: date.year - years, of_month: day, ..date }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::property::date::instant;

    #[test]
    fn dates_count_back_from_now() {
        let table = [
            ("2020-01-01T12:01:20.134Z", "-1h", "2020-01-01T11:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "30h", "2019-12-31T06:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "0h", "2020-01-01T12:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "-7d", "2019-12-25T12:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "007d", "2019-12-25T12:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "4w", "2019-12-04T12:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "-1m", "2019-12-01T12:01:20.134Z"),
            ("2020-01-01T12:01:20.134Z", "13m", "2018-12-01T12:01:20.134Z"),
            ("2020-03-31T00:00:00Z", "1m", "2020-02-29T00:00:00Z"),
            ("2020-03-31T00:00:00Z", "2m", "2020-01-29T00:00:00Z"),
            ("2021-03-31T00:00:00Z", "2m", "2021-01-28T00:00:00Z"),
            ("2021-01-31T00:00:00Z", "2m", "2020-11-30T00:00:00Z"),
            ("2024-12-31T00:00:00Z", "120m", "2014-12-28T00:00:00Z"),
            ("2024-02-29T00:00:00Z", "1y", "2023-02-28T00:00:00Z"),
            ("2024-02-29T00:00:00Z", "4y", "2020-02-28T00:00:00Z"),
            ("2024-02-29T00:00:00Z", "0y", "2024-02-29T00:00:00Z"),
            ("2024-05-31T00:00:00Z", "1y", "2023-05-31T00:00:00Z"),
            ("1969-12-31T23:59:59.999Z", "1d", "1969-12-30T23:59:59.999Z"),
            ("2100-03-01T00:00:00Z", "1d", "2100-02-28T00:00:00Z"),
            ("2100-03-31T00:00:00Z", "1m", "2100-02-28T00:00:00Z"),
            ("2024-06-15T00:00:00Z", "9999w", "1832-10-27T00:00:00Z"),
        ];
        for (now, text, expected) in table {
            let relative = Relative::parse(text).unwrap();
            assert_eq!(relative.before(instant(now)), Some(instant(expected)), "{text} before {now}");
        }
    }

    #[test]
    fn ten_thousand_years_are_before_the_year_1() {
        let now = instant("2024-06-15T00:00:00Z");
        let years = Relative::parse("-9999y").unwrap().before(now).unwrap();
        assert_eq!(years.day().unwrap().0, Day { year: -7975, month: 6, of_month: 15 });
        assert_eq!(Relative::parse("9999m").unwrap().before(now).unwrap().day().unwrap().0.year, 1191);
    }

    #[test]
    fn other_texts_are_no_relative_dates() {
        for text in [
            "",
            "-",
            "d",
            "-d",
            "1",
            "1x",
            "1.2y",
            "--1d",
            "+1d",
            "1 d",
            " 1d",
            "1d ",
            "1D",
            "-1é",
            "é",
            "1dd",
            "10000d",
            "-999999999d",
            "-99999999999999999999d",
            "-9223372036854775807h",
            "１d",
            "1\u{200d}d",
        ] {
            assert_eq!(Relative::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn clocks_at_the_ends_of_the_calendar_do_no_harm() {
        for milliseconds in [i64::MIN, i64::MAX, -1, 0] {
            for text in ["9999h", "9999d", "9999w", "9999m", "9999y", "0m"] {
                let _ = Relative::parse(text).unwrap().before(Instant::from_milliseconds(milliseconds));
            }
        }
        assert_eq!(Relative::parse("1m").unwrap().before(Instant::from_milliseconds(i64::MIN)), None);
    }
}
