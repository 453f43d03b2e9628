use std::borrow::Cow;
use std::fmt;

/// A number as JSON spells it: `10` and `10.0` are two texts, and one quantity.
///
/// PostHog compares the texts for equality and the quantities for order, so that both are kept. A number of the
/// code is spelled as `serde_json` spells it; one that was read from JSON text keeps its own spelling
/// ([`Value::parse`](crate::Value::parse)).
#[derive(Clone)]
pub struct Number<'a>(Kind<'a>);

#[derive(Clone)]
enum Kind<'a> {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    /// Spelled in a way that the others would not spell it: `1e+21`, `-0`, `1.50`.
    Spelled(Cow<'a, str>, f64),
}

/// Room for every number that is not [`Kind::Spelled`]: the longest is `-2.2250738585072014e-308`.
const LONGEST: usize = 32;

impl<'a> Number<'a> {
    /// A finite number; JSON has no other.
    pub(super) fn from_f64(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(Kind::Float(number)))
    }

    /// A number as it stands in JSON text, which the caller has checked.
    pub(super) fn spelled(text: &'a str) -> Self {
        if text != "-0" {
            if let Ok(number) = text.parse() {
                return Self(Kind::Signed(number));
            }
            if let Ok(number) = text.parse() {
                return Self(Kind::Unsigned(number));
            }
        }
        let quantity = text.parse().unwrap_or(f64::NAN);
        Self(Kind::Spelled(Cow::Borrowed(text), quantity))
    }

    /// The nearest floating point number: what `gt` and its like compare.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "PostHog compares as floating point numbers")]
    pub fn as_f64(&self) -> f64 {
        match self.0 {
            Kind::Signed(number) => number as f64,
            Kind::Unsigned(number) => number as f64,
            Kind::Float(number) | Kind::Spelled(_, number) => number,
        }
    }

    /// Hands over the spelling, without allocating.
    pub(super) fn with_spelling<R>(&self, look: impl FnOnce(&str) -> R) -> R {
        let mut room = [0; LONGEST];
        let mut rest = room.as_mut_slice();
        let written = match &self.0 {
            Kind::Signed(number) => serde_json::to_writer(&mut rest, number),
            Kind::Unsigned(number) => serde_json::to_writer(&mut rest, number),
            Kind::Float(number) => serde_json::to_writer(&mut rest, number),
            Kind::Spelled(text, _) => return look(text),
        };
        written.expect("every number has room");
        let length = LONGEST - rest.len();
        look(std::str::from_utf8(&room[..length]).expect("numbers are spelled in ASCII"))
    }

    pub(super) fn into_owned(self) -> Number<'static> {
        Number(match self.0 {
            Kind::Signed(number) => Kind::Signed(number),
            Kind::Unsigned(number) => Kind::Unsigned(number),
            Kind::Float(number) => Kind::Float(number),
            Kind::Spelled(text, quantity) => Kind::Spelled(Cow::Owned(text.into_owned()), quantity),
        })
    }
}

impl From<i64> for Number<'_> {
    fn from(number: i64) -> Self {
        Self(Kind::Signed(number))
    }
}

impl From<u64> for Number<'_> {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self(Kind::Unsigned(number)), Self::from)
    }
}

impl PartialEq for Number<'_> {
    /// Whether both are spelled alike.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Signed(one), Kind::Signed(two)) => one == two,
            (Kind::Unsigned(one), Kind::Unsigned(two)) => one == two,
            _ => self.with_spelling(|one| other.with_spelling(|two| one == two)),
        }
    }
}

impl Eq for Number<'_> {}

impl fmt::Display for Number<'_> {
    /// The number as JSON spells it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_spelling(|text| formatter.write_str(text))
    }
}

impl fmt::Debug for Number<'_> {
    /// That it is a number, and not which: it may be a person's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Number(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_the_spelling_of_its_text() {
        for text in
            ["0", "-0", "-0.0", "10", "10.0", "1e+21", "1E3", "1.50", "-9223372036854775808", "18446744073709551615"]
        {
            assert_eq!(Number::spelled(text).to_string(), text);
        }
        let huge = "9".repeat(400);
        assert_eq!(Number::spelled(&huge).to_string(), huge);
        assert!(Number::spelled(&huge).as_f64().is_infinite());
    }

    #[test]
    fn numbers_of_the_code_are_spelled_as_serde_json_spells_them() {
        for number in [
            0.0,
            -0.0,
            10.0,
            0.1,
            1e21,
            1e-7,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            -2.225_073_858_507_201_4e-308,
        ] {
            assert_eq!(Number::from_f64(number).unwrap().to_string(), serde_json::to_string(&number).unwrap());
        }
        assert_eq!(Number::from(i64::MIN).to_string(), "-9223372036854775808");
        assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
        assert_eq!(Number::from_f64(f64::NAN), None);
        assert_eq!(Number::from_f64(f64::INFINITY), None);
    }

    #[test]
    fn numbers_are_equal_where_their_spelling_is() {
        assert_eq!(Number::from_f64(10.0).unwrap(), Number::spelled("10.0"));
        assert_ne!(Number::from_f64(10.0).unwrap(), Number::spelled("10"));
        assert_eq!(Number::from(10_u64), Number::spelled("10"));
        assert_eq!(Number::from(u64::MAX), Number::spelled("18446744073709551615"));
    }
}
