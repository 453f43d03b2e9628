//! Points in time, as RFC 3339 writes them.

use crate::parse;

/// Whether the text is a day, or a point in time as RFC 3339 writes it.
pub(crate) fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    if !parse::is_date(date) {
        return false;
    }
    let Some(time) = time.strip_prefix(['T', 't', ' ']) else { return time.is_empty() };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let two = |range| clock.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let separated = clock.bytes().enumerate().all(|(at, byte)| match at {
        2 | 5 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let in_range = matches!((two(0..2), two(3..5), two(6..8)), (Some(0..=23), Some(0..=59), Some(0..=60)));
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if offset.len() == fraction.len() {
                return false;
            }
            offset
        }
        None => rest,
    };
    separated && in_range && is_offset(offset)
}

fn is_offset(offset: &str) -> bool {
    if matches!(offset, "Z" | "z") {
        return true;
    }
    let Some(offset) = offset.strip_prefix(['+', '-']) else { return false };
    let bytes = offset.as_bytes();
    let two = |range| offset.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    bytes.len() == 5
        && bytes[2] == b':'
        && [0, 1, 3, 4].iter().all(|at: &usize| bytes[*at].is_ascii_digit())
        && matches!((two(0..2), two(3..5)), (Some(0..=23), Some(0..=59)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_those_of_rfc_3339() {
        let cases = [
            ("2027-03-31", true),
            ("2027-03-31T12:00:00Z", true),
            ("2027-03-31 12:00:00.123+02:00", true),
            ("2027-03-31T12:00:00", false),
            ("2027-03-31T24:00:00Z", false),
            ("2027-03-31T12:00:00.Z", false),
            ("2027-03-31T12:00:00+2:00", false),
            ("2027-02-30T12:00:00Z", false),
            ("yesterday", false),
            ("2027-03-3é", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_datetime(text), expected, "{text}");
        }
    }
}
