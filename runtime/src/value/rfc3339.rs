//! Reading a moment as RFC 3339 writes it.

use std::fmt;
use std::str::FromStr;

use super::Timestamp;

/// A text that is no moment of RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a time of RFC 3339, such as `2026-01-02T03:04:05Z`")
    }
}

impl std::error::Error for TimestampError {}

impl Timestamp {
    /// Reads a moment as RFC 3339 writes it, with an offset or `Z`; digits beyond the millisecond are cut.
    ///
    /// ```
    /// use taxogen::Timestamp;
    ///
    /// let time = Timestamp::parse("2026-01-02T04:04:05.678+01:00")?;
    /// assert_eq!(time.to_string(), "2026-01-02T03:04:05.678Z");
    /// # Ok::<(), taxogen::TimestampError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text has another form, or names a day or a time that does not exist.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        read(text.as_bytes()).map(Self::from_unix_millis).ok_or(TimestampError)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::parse(text)
    }
}

fn read(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let [b'T' | b't' | b' ', h0, h1, b':', min0, min1, b':', s0, s1] = *time else { return None };
    let (year, month, day) = (number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?);
    let (hour, minute, second) = (number(&[h0, h1])?, number(&[min0, min1])?, number(&[s0, s1])?);
    // A leap second is the last second of its minute.
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, offset) = fraction(rest)?;
    let minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - offset_minutes(offset)?;
    Some((minutes * 60 + second.min(59)) * 1000 + millis)
}

/// Milliseconds behind the point, and what follows them.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = rest.strip_prefix(b".") else { return Some((0, rest)) };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at(length);
    let millis = (0..3).map(|place| digits.get(place).map_or(0, |digit| i64::from(digit - b'0')));
    (length > 0).then(|| (millis.fold(0, |sum, digit| sum * 10 + digit), rest))
}

fn offset_minutes(offset: &[u8]) -> Option<i64> {
    match *offset {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hours, minutes) = (number(&[h0, h1])?, number(&[m0, m1])?);
            let east = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
            Some(if sign == b'-' { -east } else { east })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01; years are counted from March, so that the leap day is the last of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_reads_back() {
        for millis in [0, -1, 951_782_400_000, 951_868_800_000, 1_709_208_000_123, i64::MIN, i64::MAX] {
            let time = Timestamp::from_unix_millis(millis);
            assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        }
    }

    #[test]
    fn moments_are_read_in_every_form_of_rfc_3339() {
        for (text, same) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02 03:04:05z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
            ("2026-01-02T03:04:05.678999+00:00", "2026-01-02T03:04:05.678Z"),
            ("2026-01-01T00:30:00+02:00", "2025-12-31T22:30:00.000Z"),
            ("2026-12-31T23:30:00-00:45", "2027-01-01T00:15:00.000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(|time| time.to_string()), Ok(same.to_owned()), "{text}");
            assert_eq!(text.parse::<Timestamp>(), Timestamp::parse(text));
        }
    }

    #[test]
    fn what_is_no_moment_is_an_error() {
        for text in [
            "",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05+24:00",
            "2026-01-02T03:04:05+0100",
            "2026-01-02T03:04:05ZZ",
            "+026-01-02T03:04:05Z",
            "２026-01-02T03:04:05Z",
            "2026-01-02T03:04:0é",
        ] {
            assert_eq!(Timestamp::parse(text), Err(TimestampError), "{text}");
        }
    }
}
