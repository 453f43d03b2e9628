use std::env;
use std::ffi::OsString;
use std::fmt;

use taxogen_flags::FlagValue;

use super::given::Given;
use super::{FlagLayer, FlagQuestion, FlagSource, LayerAnswer};
use crate::error::{Error, Kind};

/// Flags that environment variables set: `TAXOGEN_FLAG_NEW_DASHBOARD_V2=true`.
///
/// The variable of a flag is the prefix and the flag's key, in which small letters are written large and everything that is
/// neither a letter nor a digit of ASCII is `_`: `new-dashboard-v2` has `TAXOGEN_FLAG_NEW_DASHBOARD_V2`. Two keys with one
/// name (`new-dashboard` and `new_dashboard`) both have what it says.
///
/// | value | means |
/// |---|---|
/// | `true`, `on`, `yes`, `1`, in any case | the flag is on |
/// | `false`, `off`, `no`, `0` | it is off |
/// | `{"value": "test", "payload": {"limit": 5}}` | both, or one of them: a payload alone is on |
/// | `"off"`, in quotes | the variant of that name |
/// | any other word | the variant of that name |
/// | nothing, or nothing but spaces | as if it were unset |
///
/// Spaces around it do not count. Whether the plan has that variant shows where the flag is read: one that it does not have
/// is [`UnknownVariant`](crate::Fallback::UnknownVariant), counted and told, and so is any of a flag without variants
/// (`flase`). A variable that no flag is named after changes nothing, and nobody can tell: [`names`](Self::names) says what
/// was found.
///
/// The variables are read when this is made and never again. [`Client::from_env`](crate::Client::from_env) and
/// [`Builder::with_env`](crate::Builder::with_env) do so themselves.
///
/// ```
/// use taxogen::{Client, EnvironmentFlags, Flag, FlagSource};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard-v2", false);
///
/// # let variables = [("TAXOGEN_FLAG_NEW_DASHBOARD_V2".into(), "true".into())];
/// # let flags = EnvironmentFlags::from_variables("TAXOGEN_FLAG_", variables)?;
/// # #[cfg(any())]
/// let flags = EnvironmentFlags::from_env()?;
/// let (client, _recorder) = Client::builder().flags_from(flags).recorder();
/// let answer = client.user("user_123").evaluate(NEW_DASHBOARD);
/// assert_eq!((answer.value, answer.source), (true, FlagSource::Environment));
/// # Ok::<(), taxogen::Error>(())
/// ```
#[derive(Clone)]
pub struct EnvironmentFlags {
    /// What stands behind the prefix, and what it says; in the order of the names.
    flags: Vec<(Box<str>, Given)>,
}

impl EnvironmentFlags {
    /// What the names of the variables begin with, unless another prefix is given.
    pub const PREFIX: &'static str = "TAXOGEN_FLAG_";

    /// The flags that variables of this process set.
    ///
    /// # Errors
    ///
    /// When a variable with the prefix is not UTF-8, or begins as JSON does and is none that sets a flag. It is named.
    pub fn from_env() -> Result<Self, Error> {
        Self::with_prefix(Self::PREFIX)
    }

    /// [`from_env`](Self::from_env), where the names begin with something else: `SHOP_FLAG_`.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn with_prefix(prefix: &str) -> Result<Self, Error> {
        Self::from_variables(prefix, env::vars_os())
    }

    /// The same of variables from elsewhere, for tests.
    ///
    /// ```
    /// let variables = [("SHOP_FLAG_LIMITS".into(), r#"{"payload": {"cents": }}"#.into())];
    /// let error = taxogen::EnvironmentFlags::from_variables("SHOP_FLAG_", variables).unwrap_err();
    /// let message = "`SHOP_FLAG_LIMITS` sets no flag: expected value at line 1 column 23; write `true`, `false`, ";
    /// assert!(error.to_string().starts_with(message));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(
        prefix: &str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let mut flags = Vec::new();
        for (name, value) in variables {
            let Some(flag) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else { continue };
            let unusable = |why: &str| Error::new(Kind::Configuration, format!("`{prefix}{flag}` {why}"));
            let value = value.to_str().ok_or_else(|| unusable("is not UTF-8: set it anew"))?;
            let given = read(value).map_err(|error| unusable(&format!("sets no flag: {error}; {REMEDY}")))?;
            flags.extend(given.map(|given| (flag.into(), given)));
        }
        flags.sort_unstable_by(|(one, _): &(Box<str>, _), (other, _)| one.cmp(other));
        Ok(Self { flags })
    }

    /// What stands behind the prefix in the names that were found and say something: `NEW_DASHBOARD_V2`, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(|(name, _)| &**name)
    }

    /// Whether no variable sets a flag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    fn get(&self, key: &str) -> Option<&Given> {
        let place = self.flags.binary_search_by(|(name, _)| name.bytes().cmp(spelled(key))).ok()?;
        Some(&self.flags[place].1)
    }
}

/// What a variable may say.
const REMEDY: &str = "write `true`, `false`, the name of a variant, or JSON: `{\"value\": .., \"payload\": ..}`";

/// A key as a variable has it. It is compared without being written down: flags are read often.
fn spelled(key: &str) -> impl Iterator<Item = u8> {
    key.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() => u8::try_from(letter.to_ascii_uppercase()).unwrap_or(b'_'),
        _ => b'_',
    })
}

fn read(value: &str) -> Result<Option<Given>, serde_json::Error> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(None);
    }
    if value.starts_with(['{', '"']) {
        return serde_json::from_str(value).map(Some);
    }
    let says = |words: [&str; 4]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    let value = if says(["true", "on", "yes", "1"]) {
        FlagValue::Boolean(true)
    } else if says(["false", "off", "no", "0"]) {
        FlagValue::Boolean(false)
    } else {
        FlagValue::from(value)
    };
    Ok(Some(value.into()))
}

impl FlagLayer for EnvironmentFlags {
    fn source(&self) -> FlagSource {
        FlagSource::Environment
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        self.get(question.key()).map_or(LayerAnswer::Silent, Given::says)
    }
}

impl fmt::Debug for EnvironmentFlags {
    /// Without the values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<EnvironmentFlags, Error> {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        EnvironmentFlags::from_variables("TAXOGEN_FLAG_", variables)
    }

    #[test]
    fn a_key_becomes_a_name() {
        for (key, name) in [
            ("new-dashboard-v2", "NEW_DASHBOARD_V2"),
            ("checkoutExperiment", "CHECKOUTEXPERIMENT"),
            ("a.b/c d", "A_B_C_D"),
            ("größe", "GR__E"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8(spelled(key).collect()).unwrap(), name, "{key}");
        }
    }

    #[test]
    fn values_are_words_or_json() {
        let variant = FlagValue::from;
        for (value, expected) in [
            ("true", Some(true.into())),
            (" TRUE\n", Some(true.into())),
            ("1", Some(true.into())),
            ("Off", Some(false.into())),
            ("0", Some(false.into())),
            ("test", Some(variant("test"))),
            ("test group", Some(variant("test group"))),
            (r#""off""#, Some(variant("off"))),
            (r#"{"value": "test"}"#, Some(variant("test"))),
            ("", None),
            (" \t", None),
        ] {
            assert_eq!(read(value).unwrap(), expected.map(Given::from), "{value}");
        }
    }

    #[test]
    fn variables_are_found_by_the_keys_of_flags() {
        let flags = given(&[
            ("TAXOGEN_FLAG_B", "test"),
            ("TAXOGEN_FLAG_A", "true"),
            ("TAXOGEN_FLAG_EMPTY", " "),
            ("TAXOGEN_FLAG_small", "true"),
            ("TAXOGEN_HASH_KEY", "secret"),
        ]);
        let flags = flags.unwrap();
        assert_eq!(flags.names().collect::<Vec<_>>(), ["A", "B", "small"]);
        assert_eq!(format!("{flags:?}"), r#"{"A", "B", "small"}"#);
        assert_eq!(flags.get("a"), Some(&FlagValue::Boolean(true).into()));
        assert_eq!(flags.get("b"), Some(&FlagValue::from("test").into()));
        for key in ["empty", "small", "hash-key", "c", ""] {
            assert_eq!(flags.get(key), None, "{key}");
        }
    }

    #[test]
    fn a_variable_that_cannot_be_used_is_named() {
        for (value, message) in [
            ("{", "`TAXOGEN_FLAG_A` sets no flag: EOF while parsing an object at line 1 column 1"),
            (r#""test"#, "`TAXOGEN_FLAG_A` sets no flag: EOF while parsing a string at line 1 column 5"),
            (
                r#"{"cents": 5}"#,
                "`TAXOGEN_FLAG_A` sets no flag: unknown field `cents`, expected `value` or `payload` at line 1 column 8",
            ),
        ] {
            let error = given(&[("TAXOGEN_FLAG_A", value)]).unwrap_err();
            assert_eq!(error.to_string(), format!("{message}; {REMEDY}"));
            assert!(error.is_configuration());
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_utf_8_is_an_error_where_it_is_ours() {
        use std::os::unix::ffi::OsStringExt;

        let odd = || OsString::from_vec(vec![0xff]);
        let read = |name: OsString| EnvironmentFlags::from_variables("TAXOGEN_FLAG_", [(name, odd())]);
        assert_eq!(
            read("TAXOGEN_FLAG_A".into()).unwrap_err().to_string(),
            "`TAXOGEN_FLAG_A` is not UTF-8: set it anew"
        );
        assert_eq!(read("HOME".into()).unwrap().names().count(), 0);
        assert_eq!(read(odd()).unwrap().names().count(), 0);
    }
}
