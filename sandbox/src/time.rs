//! RFC 3339, as the vendors read it.

/// Milliseconds since 1970 of a complete date and time with its zone, or nothing.
pub(crate) fn parse_rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let year = digits(date.get(..4)?)?;
    let (month, day) = (digits(date.get(5..7)?)?, digits(date.get(8..10)?)?);
    let (hour, minute, second) = (digits(rest.get(..2)?)?, digits(rest.get(3..5)?)?, digits(rest.get(6..8)?)?);
    let separators = [(date, 4, "-"), (date, 7, "-"), (rest, 2, ":"), (rest, 5, ":")];
    let well_separated = separators.iter().all(|(text, at, mark)| text.get(*at..=*at) == Some(mark));
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !well_separated || !in_range {
        return None;
    }
    let (millis, zone) = fraction(rest.get(8..)?)?;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset(zone)?;
    Some(seconds * 1000 + millis)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(text) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, zone) = text.split_at(end);
    let millis: String = digits.chars().chain("000".chars()).take(3).collect();
    (!digits.is_empty()).then_some((millis.parse().ok()?, zone))
}

fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
    Some(sign * (digits(hours)? * 3600 + digits(minutes)? * 60))
}

/// Days since 1970-01-01 in the Gregorian calendar; March comes first, so that leap days end a year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse_rfc3339;

    #[test]
    fn the_forms_that_clients_send_are_read() {
        let table = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T12:00:00.123Z", Some(1_709_208_000_123)),
            ("2024-02-29T12:00:00.123000+00:00", Some(1_709_208_000_123)),
            ("2024-02-29T14:00:00.5+02:00", Some(1_709_208_000_500)),
            ("2024-02-29 12:00:00Z", Some(1_709_208_000_000)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2024-02-29T12:00:00+999999999999999999:00", None),
            ("2024-02-29T12:00:00", None),
            ("2024-02-29", None),
            ("2024-13-29T12:00:00Z", None),
            ("2024-02-29T12:00:00.Z", None),
            ("2024-02-29T12:00:00é", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_rfc3339(text), expected, "{text}");
        }
    }
}
