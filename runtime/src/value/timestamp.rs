use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Value, ValueWriter};

/// A moment, to the millisecond; on the wire RFC 3339 in UTC: `2026-01-02T03:04:05.678Z`.
///
/// What lies outside the years 0 to 9999 is held at their ends: RFC 3339 has no other years.
///
/// ```
/// use taxogen::Timestamp;
///
/// assert_eq!(Timestamp::from_unix_millis(1_767_323_045_678).to_string(), "2026-01-02T03:04:05.678Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The moment so many milliseconds after 1970-01-01T00:00:00Z, or before it.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        if millis < FIRST {
            Self(FIRST)
        } else if millis > LAST {
            Self(LAST)
        } else {
            Self(millis)
        }
    }

    /// The clock's time.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.0
    }

    /// The 24 characters of RFC 3339.
    pub(crate) fn to_rfc3339(self) -> [u8; 24] {
        const DAY: u64 = 86_400_000;
        let since_first = self.0.abs_diff(FIRST);
        let [days, millis] = [since_first / DAY, since_first % DAY].map(|part| u32::try_from(part).unwrap_or_default());
        let (year, month, day) = civil_from_days(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        write_digits(&mut text[0..4], year);
        write_digits(&mut text[5..7], month);
        write_digits(&mut text[8..10], day);
        write_digits(&mut text[11..13], millis / 3_600_000);
        write_digits(&mut text[14..16], millis / 60_000 % 60);
        write_digits(&mut text[17..19], millis / 1000 % 60);
        write_digits(&mut text[20..23], millis % 1000);
        text
    }
}

/// Year, month and day of the proleptic Gregorian calendar, counting days from 0000-01-01.
///
/// Years are counted from March, so that the leap day is the last of a year, in eras of 400 years that begin
/// 400 years before the first March.
fn civil_from_days(days: u32) -> (u32, u32, u32) {
    const ERA: u32 = 146_097;
    let shifted = days + ERA - 60;
    let (era, day_of_era) = (shifted / ERA, shifted % ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u32::from(month <= 2) - 400, month, day)
}

fn write_digits(text: &mut [u8], mut number: u32) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(LAST),
            Err(before) => {
                let before = before.duration() + Duration::from_nanos(999_999);
                i64::try_from(before.as_millis()).map_or(FIRST, |millis| -millis)
            }
        };
        Self::from_unix_millis(millis)
    }
}

/// Where the system's clock does not go so far back, 1970-01-01T00:00:00Z.
impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let found = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        found.unwrap_or(UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.to_rfc3339()).unwrap_or_default())
    }
}

impl Value for Timestamp {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.text(std::str::from_utf8(&self.to_rfc3339()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_print_as_rfc_3339() {
        for (millis, text) in [
            (FIRST, "0000-01-01T00:00:00.000Z"),
            (FIRST + 60 * 86_400_000, "0000-03-01T00:00:00.000Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_208_000_123, "2024-02-29T12:00:00.123Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_unix_millis(millis).to_string(), text);
        }
    }

    #[test]
    fn a_moment_of_the_system_comes_back() {
        for millis in [0, 1, -1, -86_400_001, 1_767_323_045_678, LAST] {
            let time = Timestamp::from_unix_millis(millis);
            assert_eq!(Timestamp::from(SystemTime::from(time)), time);
        }
    }

    #[test]
    fn times_before_the_epoch_round_down() {
        let time = UNIX_EPOCH - Duration::from_micros(1);
        assert_eq!(Timestamp::from(time).as_unix_millis(), -1);
    }
}
