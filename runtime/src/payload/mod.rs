//! How the payload of a flag becomes the plan's type.

mod error;
mod reader;
mod ruled;
mod types;

pub use error::PayloadError;
pub use reader::PayloadReader;
pub use ruled::RuledReader;

pub(crate) use reader::kind;

/// A type that a flag's payload may hold. The compiler of the plan implements it for the plan's types; the
/// runtime does for scalars, lists, maps, `Option` and [`Json`](crate::Json).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the payload of a flag",
    label = "not a payload",
    note = "types of the plan that stand in a `payload_type` can: give the flag's payload such a type"
)]
pub trait Payload: Sized {
    /// Whether there is a value of it at all; `false` of [`NoPayload`](crate::NoPayload) alone.
    #[doc(hidden)]
    const EXISTS: bool = true;

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// When what the flag handed out is of another type; the error names the place.
    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError>;
}

/// Reads a payload as it was served: JSON text.
pub(crate) fn decode<P: Payload>(text: &str) -> Result<P, PayloadError> {
    let value = serde_json::from_str(text).map_err(|error| PayloadError::not_json(&error))?;
    P::decode(&PayloadReader::new(&value))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use super::*;
    use crate::value::{Constrain, ConstraintError, Json, Nullable, Timestamp};

    /// As the compiler of the plan would write it.
    #[derive(Debug, PartialEq)]
    struct Limits {
        /// `min: 1`
        timeout_ms: i64,
        share: Option<f64>,
        note: Nullable<Cow<'static, str>>,
        owner: Option<Cow<'static, str>>,
        tiers: Vec<Tier>,
        consents: BTreeMap<Tier, bool>,
        retries: Option<Retries>,
    }

    impl Payload for Limits {
        fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
            Ok(Self {
                timeout_ms: reader.checked().at_least(1).required("timeout_ms")?,
                share: reader.checked().at_least(0).at_most(0.5).optional("share")?,
                note: reader.checked().max_length(3).pattern("^[a-z]").nullable("note")?,
                owner: reader.required("owner")?,
                tiers: reader.checked().max_items(2).required("tiers")?,
                consents: reader.required("consents")?,
                retries: reader.optional("retries")?,
            })
        }
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Tier {
        Free,
        Pro,
    }

    impl Payload for Tier {
        fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
            match reader.text()? {
                "free" => Ok(Self::Free),
                "pro" => Ok(Self::Pro),
                _ => Err(reader.unknown()),
            }
        }
    }

    #[derive(Debug, PartialEq)]
    struct Retries(i64);

    impl Retries {
        fn new(value: i64) -> Result<Self, ConstraintError> {
            value.at_most(9).check("retries")?;
            Ok(Self(value))
        }
    }

    impl Payload for Retries {
        fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
            Ok(Self::new(i64::decode(reader)?)?)
        }
    }

    #[test]
    fn a_payload_becomes_the_plans_type() {
        let text = r#"{"timeout_ms": 3000, "note": null, "owner": "growth", "tiers": ["free", "pro"],
            "consents": {"pro": true}, "retries": 3, "unheard-of": 1}"#;
        let expected = Limits {
            timeout_ms: 3000,
            share: None,
            note: Nullable::Null,
            owner: Some("growth".into()),
            tiers: vec![Tier::Free, Tier::Pro],
            consents: BTreeMap::from([(Tier::Pro, true)]),
            retries: Some(Retries(3)),
        };
        assert_eq!(decode(text), Ok(expected));
    }

    #[test]
    fn the_error_names_the_place() {
        let whole = r#"{"timeout_ms": 1, "owner": null, "tiers": [], "consents": {}"#;
        for (text, message) in [
            ("{timeout", "the payload is not JSON at line 1 column 2"),
            ("7", "the payload is a number where an object is expected"),
            ("{}", "`timeout_ms` is missing from the payload"),
            (r#"{"timeout_ms": null}"#, "`timeout_ms` of the payload is null where an integer is expected"),
            (r#"{"timeout_ms": 1.5}"#, "`timeout_ms` of the payload is a number where an integer is expected"),
            (r#"{"timeout_ms": 1, "share": "25%"}"#, "`share` of the payload is a text where a number is expected"),
            (r#"{"timeout_ms": 1}"#, "`owner` is missing from the payload"),
            (
                r#"{"timeout_ms": 1, "owner": null, "tiers": ["free", "gold"]}"#,
                "`tiers[1]` of the payload is a value that the plan does not have",
            ),
            (
                r#"{"timeout_ms": 1, "owner": null, "tiers": ["free", 2]}"#,
                "`tiers[1]` of the payload is a number where a text is expected",
            ),
            (
                r#"{"timeout_ms": 1, "owner": null, "tiers": [], "consents": {"pro": "yes"}}"#,
                "`consents.pro` of the payload is a text where a boolean is expected",
            ),
            (
                r#"{"timeout_ms": 1, "owner": null, "tiers": [], "consents": {"gold": true}}"#,
                "`consents.gold` of the payload is a value that the plan does not have",
            ),
            (r#"{"timeout_ms": 0}"#, "`timeout_ms` of the payload is out of place: at least 1"),
            (r#"{"timeout_ms": 1, "share": 0.75}"#, "`share` of the payload is out of place: at most 0.5"),
            (r#"{"timeout_ms": 1, "note": "Abc"}"#, "`note` of the payload is out of place: matching `^[a-z]`"),
            (
                r#"{"timeout_ms": 1, "owner": null, "tiers": ["pro", "pro", "pro"]}"#,
                "`tiers` of the payload is out of place: at most 2 items",
            ),
            (
                &format!(r#"{whole}, "retries": 10}}"#),
                "`retries` of the payload is out of place: a `retries` is at most 9",
            ),
        ] {
            assert_eq!(decode::<Limits>(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn null_is_no_value_of_what_is_optional() {
        let whole = r#"{"timeout_ms": 1, "owner": null, "tiers": [], "consents": {}"#;
        let limits: Limits = decode(&format!(r#"{whole}, "share": null, "note": "x"}}"#)).unwrap();
        assert_eq!((limits.share, limits.note), (None, Nullable::Value("x".into())));
        assert_eq!(decode::<Limits>(&format!("{whole}}}")).unwrap().note, Nullable::Absent);
    }

    #[test]
    fn scalars_are_read_as_they_are() {
        assert_eq!(decode("7"), Ok(7_i64));
        assert_eq!(decode("7"), Ok(7.0_f64));
        assert_eq!(decode("false"), Ok(false));
        assert_eq!(decode(r#""a\"b""#), Ok("a\"b".to_owned()));
        assert_eq!(decode(r#""2026-01-02T03:04:05.678Z""#), Ok(Timestamp::from_unix_millis(1_767_323_045_678)));
        assert_eq!(decode::<Json>(r#"{"x": [1]}"#).unwrap().as_str(), r#"{"x":[1]}"#);
        assert_eq!(decode("[1, null]"), Ok(vec![Some(1_i64), None]));
        assert!(decode::<i64>("9223372036854775808").is_err());
        assert!(decode::<i64>("7.0").is_err());
        assert_eq!(
            decode::<Timestamp>(r#""yesterday""#).unwrap_err().to_string(),
            "the payload is a text where a time such as `2026-01-02T03:04:05Z` is expected"
        );
    }
}
