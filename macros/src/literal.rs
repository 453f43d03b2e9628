//! The value of a string literal.

use proc_macro2::Literal;

/// What a string literal says; `None` for every other literal.
pub(crate) fn text(literal: &Literal) -> Option<String> {
    let literal = literal.to_string();
    if let Some(raw) = literal.strip_prefix('r') {
        let inner = raw.trim_matches('#');
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    unescaped(literal.strip_prefix('"')?.strip_suffix('"')?)
}

fn unescaped(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        value.push_str(before);
        let kind = behind.chars().next()?;
        rest = &behind[kind.len_utf8()..];
        match kind {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '0' => value.push('\0'),
            '\\' | '\'' | '"' => value.push(kind),
            'x' => {
                value.push(char::from(u8::from_str_radix(rest.get(..2)?, 16).ok()?));
                rest = &rest[2..];
            }
            'u' => {
                let (digits, behind) = rest.strip_prefix('{')?.split_once('}')?;
                value.push(char::from_u32(u32::from_str_radix(&digits.replace('_', ""), 16).ok()?)?);
                rest = behind;
            }
            // The line goes on behind its indentation.
            '\n' | '\r' => rest = rest.trim_start_matches([' ', '\t', '\n', '\r']),
            _ => return None,
        }
    }
    value.push_str(rest);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_of_rust_is_read() {
        for (literal, expected) in [
            (r#""plain ü""#, Some("plain ü")),
            (r#""""#, Some("")),
            (r#""\n\r\t\0\\\'\"\x41\u{fc}\u{1_F600}""#, Some("\n\r\t\0\\'\"A\u{fc}\u{1f600}")),
            ("\"one\\\n      two\"", Some("onetwo")),
            ("r\"a\\n\"", Some("a\\n")),
            ("r##\"a \"# b\"##", Some("a \"# b")),
            ("b\"a\"", None),
            ("c\"a\"", None),
            ("'a'", None),
            ("1", None),
        ] {
            let literal: Literal = literal.parse().unwrap();
            assert_eq!(text(&literal).as_deref(), expected, "{literal}");
        }
    }
}
