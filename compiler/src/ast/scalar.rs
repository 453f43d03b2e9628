//! What a scalar means where the schema wants no text: the core schema of YAML 1.2.

use crate::yaml::{Node, NodeKind, Scalar};

/// A scalar, resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Core {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Finite.
    Number(f64),
    /// An integer beyond 64 bits.
    Overflow,
    /// `.inf`, `.nan`, or a number that overflows to infinity.
    NotFinite,
    Text,
}

/// What the scalar is; a quoted one is text.
pub(crate) fn core(scalar: &Scalar) -> Core {
    if scalar.quoted {
        return Core::Text;
    }
    match &*scalar.text {
        "" | "~" | "null" | "Null" | "NULL" => return Core::Null,
        "true" | "True" | "TRUE" => return Core::Boolean(true),
        "false" | "False" | "FALSE" => return Core::Boolean(false),
        _ => {}
    }
    number(&scalar.text)
}

/// An integer beyond 64 bits as the nearest double, where there is a finite one.
pub(crate) fn beyond(scalar: &Scalar) -> Option<f64> {
    scalar.text.parse().ok().filter(|number: &f64| !scalar.quoted && number.is_finite())
}

/// Whether it stands for nothing: `key:` alone, `~`, `null`.
pub(crate) fn is_null(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if core(scalar) == Core::Null)
}

fn number(text: &str) -> Core {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    // Most scalars are words, and are known by their first letter.
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Core::Text;
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Core::NotFinite;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_digit(radix))
        {
            return i64::from_str_radix(digits, radix).map_or(Core::Overflow, Core::Integer);
        }
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_or(Core::Overflow, Core::Integer);
    }
    if !unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)) {
        return Core::Text;
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Core::Number(number),
        Ok(_) => Core::NotFinite,
        Err(_) => Core::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_yaml_1_2_does() {
        let cases = [
            ("", Core::Null),
            ("~", Core::Null),
            ("nULL", Core::Text),
            ("true", Core::Boolean(true)),
            ("FALSE", Core::Boolean(false)),
            ("yes", Core::Text),
            ("no", Core::Text),
            ("12", Core::Integer(12)),
            ("-12", Core::Integer(-12)),
            ("+12", Core::Integer(12)),
            ("012", Core::Integer(12)),
            ("0x1F", Core::Integer(31)),
            ("0o17", Core::Integer(15)),
            ("0x", Core::Text),
            ("1_000", Core::Text),
            ("9223372036854775807", Core::Integer(i64::MAX)),
            ("9223372036854775808", Core::Overflow),
            ("3.10", Core::Number(3.1)),
            (".5", Core::Number(0.5)),
            ("1.", Core::Number(1.0)),
            ("1e3", Core::Number(1000.0)),
            ("1e999", Core::NotFinite),
            (".inf", Core::NotFinite),
            ("-.inf", Core::NotFinite),
            ("inf", Core::Text),
            ("nan", Core::Text),
            ("e5", Core::Text),
            ("1.2.3", Core::Text),
            ("-", Core::Text),
            (".", Core::Text),
            ("2027-03-31", Core::Text),
        ];
        for (text, expected) in cases {
            assert_eq!(core(&Scalar { text: text.into(), quoted: false }), expected, "{text:?}");
        }
    }

    #[test]
    fn quoted_scalars_are_text() {
        for text in ["", "true", "12"] {
            assert_eq!(core(&Scalar { text: text.into(), quoted: true }), Core::Text, "{text:?}");
        }
    }
}
