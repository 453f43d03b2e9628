//! Points in time as the server reads them in a condition.

use crate::check::value::is_datetime;

/// How long ago, in hours: at least and at most, since months and years are of several lengths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ago {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// Whether the server reads it: a day, a point in time with or without its offset, or how long ago.
pub(super) fn is_date(text: &str) -> bool {
    // Without an offset it is meant in the project's time zone.
    is_datetime(text) || is_datetime(&format!("{text}Z")) || ago(text).is_some()
}

/// `-7d`: a whole number below 10,000 of hours, days, weeks, months or years.
pub(crate) fn ago(text: &str) -> Option<Ago> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    let (least, most) = match unit {
        'h' => (1, 1),
        'd' => (24, 24),
        'w' => (7 * 24, 7 * 24),
        'm' => (28 * 24, 31 * 24),
        'y' => (365 * 24, 366 * 24),
        _ => return None,
    };
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_number.then(|| digits.parse().ok())??;
    Some(Ago { least: number * least, most: number * most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_absolute_or_relative() {
        let cases = [
            ("2027-03-31", true),
            ("2027-03-31T12:00:00Z", true),
            ("2027-03-31T12:00:00", true),
            ("2027-03-31 12:00:00.5", true),
            ("-7d", true),
            ("30d", true),
            ("-9999y", true),
            ("-12345d", false),
            ("--7d", false),
            ("+7d", false),
            ("7s", false),
            ("-1é", false),
            ("d", false),
            ("", false),
            ("2027-02-30", false),
            ("soon", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }

    #[test]
    fn how_long_ago_is_known_within_the_lengths_of_months_and_years() {
        assert_eq!(ago("-7d"), Some(Ago { least: 168, most: 168 }));
        assert_eq!(ago("2m"), Some(Ago { least: 1344, most: 1488 }));
        assert_eq!(ago("1y"), Some(Ago { least: 8760, most: 8784 }));
    }
}
