//! Plain scalars that readers of YAML 1.1 take for something else than we do.

use super::{Level, Lint};
use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};
use crate::yaml::{Key, Node, NodeKind, Scalar};

/// The scalars of the trees that a plan was read from, kept until it is known that nothing else is wrong with them.
#[derive(Debug, Default)]
pub struct Ambiguous {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    text: String,
    span: Span,
    is_key: bool,
    /// What it is to others.
    other: &'static str,
}

impl Ambiguous {
    /// Looks at every scalar of a tree; what stands under `x-` is somebody else's.
    pub(crate) fn find(&mut self, tree: &Node, source: &Source, diagnostics: &Diagnostics) {
        if diagnostics.level(Lint::AmbiguousScalar) > Level::Allow {
            self.inside(tree, source);
        }
    }

    fn inside(&mut self, node: &Node, source: &Source) {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.value(scalar, node.span),
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.inside(item, source)),
            NodeKind::Mapping(entries) => {
                for entry in entries.iter().filter(|entry| !entry.key.text.starts_with("x-")) {
                    self.key(&entry.key, source);
                    self.inside(&entry.value, source);
                }
            }
        }
    }

    fn value(&mut self, scalar: &Scalar, span: Span) {
        if scalar.quoted {
            return;
        }
        if let Some(other) = otherwise(&scalar.text) {
            self.found.push(Found { text: scalar.text.to_string(), span, is_key: false, other });
        }
    }

    /// A key that is quoted has its quotes in its place. `y` and `n` are too common as names, and readers too few
    /// that take them for something else.
    fn key(&mut self, key: &Key, source: &Source) {
        let Some(other) = otherwise(&key.text) else { return };
        if key.text.len() > 1 && source.text(key.span) == key.text {
            self.found.push(Found { text: key.text.to_string(), span: key.span, is_key: true, other });
        }
    }

    /// Tells them.
    pub(crate) fn tell(&self, diagnostics: &mut Diagnostics) {
        for Found { text, span, is_key, other } in &self.found {
            let what = if *is_key { "the key " } else { "" };
            let message = format!("{what}`{text}` is {other} to readers of YAML 1.1");
            let help = if *is_key { format!("put it in quotes: `\"{text}\"`") } else { remedy(text) };
            diagnostics.lint(Lint::AmbiguousScalar, *span, message).help(help);
        }
    }
}

fn remedy(text: &str) -> String {
    let decimal = match text.as_bytes() {
        [b'0', b'o', ..] => i64::from_str_radix(&text[2..], 8).ok(),
        [b'0'..=b'9', ..] => text.parse::<i64>().ok(),
        _ => None,
    };
    match decimal {
        Some(number) => format!("write `{number}`; as text, put it in quotes: `\"{text}\"`"),
        None => format!("as text, put it in quotes: `\"{text}\"`"),
    }
}

/// What YAML 1.1 makes of a plain scalar, where YAML 1.2 makes something else of it.
fn otherwise(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    if first.is_ascii_digit() || matches!(first, b'+' | b'-') {
        return number(bytes);
    }
    let is_one_case = |word: &str| {
        bytes[1..].iter().all(u8::is_ascii_lowercase) || (bytes.iter().all(u8::is_ascii_uppercase) && word.len() > 1)
    };
    match bytes.len() {
        1 => matches!(first, b'y' | b'Y' | b'n' | b'N').then_some("a boolean"),
        2 | 3 => {
            let words = ["yes", "no", "on", "off"];
            words.iter().any(|word| text.eq_ignore_ascii_case(word) && is_one_case(text)).then_some("a boolean")
        }
        _ => None,
    }
}

fn number(bytes: &[u8]) -> Option<&'static str> {
    let digits = bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix(b"+")).unwrap_or(bytes);
    let all = |allowed: &dyn Fn(u8) -> bool| digits.iter().all(|byte| allowed(*byte));
    match digits {
        [b'0', b'o', rest @ ..] => {
            (!rest.is_empty() && rest.iter().all(|digit| matches!(digit, b'0'..=b'7'))).then_some("text")
        }
        [b'0', b'b', rest @ ..] => (!rest.is_empty() && rest.iter().all(|digit| matches!(digit, b'0' | b'1' | b'_')))
            .then_some("a binary number"),
        [b'0', _, ..] if all(&|byte| matches!(byte, b'0'..=b'7' | b'_')) => Some("an octal number"),
        [b'1'..=b'9', ..] if digits.contains(&b'_') && all(&|byte| byte.is_ascii_digit() || byte == b'_') => {
            Some("a number")
        }
        [b'0'..=b'9', ..] if is_bare_exponent(digits) => Some("text"),
        [b'0'..=b'9', ..] if digits.contains(&b':') && is_sexagesimal(digits) => Some("a number to the base of 60"),
        _ => None,
    }
}

/// `1e3`: YAML 1.1 asks for a point and for a sign, as in `1.0e+3`.
fn is_bare_exponent(digits: &[u8]) -> bool {
    let Some(at) = digits.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return false };
    let (mantissa, exponent) = (&digits[..at], &digits[at + 1..]);
    let (signed, exponent) = match exponent {
        [b'+' | b'-', rest @ ..] => (true, rest),
        _ => (false, exponent),
    };
    let is_number = mantissa.split(|byte| *byte == b'.').count() < 3
        && mantissa.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && !exponent.is_empty()
        && exponent.iter().all(u8::is_ascii_digit);
    is_number && !(signed && mantissa.contains(&b'.'))
}

/// `12:30`, `12:30:45`: minutes and seconds below 60.
fn is_sexagesimal(digits: &[u8]) -> bool {
    let mut parts = digits.split(|byte| *byte == b':');
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    parts.next().is_some_and(is_number)
        && parts.all(|part| is_number(part) && (part.len() == 1 || (part.len() == 2 && part[0] < b'6')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_readers_disagree_about_is_told() {
        let boolean = Some("a boolean");
        let cases = [
            ("no", boolean),
            ("NO", boolean),
            ("Yes", boolean),
            ("on", boolean),
            ("OFF", boolean),
            ("nO", None),
            ("y", boolean),
            ("N", boolean),
            ("not", None),
            ("US", None),
            ("true", None),
            ("~", None),
            ("", None),
            ("012", Some("an octal number")),
            ("0", None),
            ("08", None),
            ("0o17", Some("text")),
            ("0x1F", None),
            ("0b101", Some("a binary number")),
            ("1_000", Some("a number")),
            ("-1_000", Some("a number")),
            ("1000", None),
            ("3.10", None),
            ("1e3", Some("text")),
            ("1.5e3", Some("text")),
            ("1.5e+3", None),
            ("1e", None),
            ("2e3e4", None),
            ("12:30:45", Some("a number to the base of 60")),
            ("12:30", Some("a number to the base of 60")),
            ("12:61", None),
            ("1:2:", None),
            ("2027-03-31", None),
            ("2027-03-31T12:30:45Z", None),
            ("+100 %", None),
            ("-", None),
            ("größe", None),
        ];
        for (text, expected) in cases {
            assert_eq!(otherwise(text), expected, "{text}");
        }
    }
}
