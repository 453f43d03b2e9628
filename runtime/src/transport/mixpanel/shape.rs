//! What `/import` keeps of a value: it cuts texts without a word, and rejects the event for a value that is too deep or
//! too wide. So texts are cut here, at the end of a character, and such a property is left out.

use crate::limited::Limit;

/// Bytes of a text, unescaped.
pub(super) const TEXT: usize = 255;
/// Levels of a value.
const DEPTH: usize = 3;
/// Properties of an event.
pub(super) const PROPERTIES: usize = 254;
/// Elements of a list, keys of an object.
const MEMBERS: usize = 254;

/// Whether one of these properties may be too long, too deep or too wide. What may not is not read any further.
pub(super) fn may_break(fragments: &[u8]) -> bool {
    has_long_stretch(fragments)
        || count(fragments, |byte| matches!(byte, b'{' | b'[')) > DEPTH
        || fragments.len() > 2 * MEMBERS && count(fragments, |byte| byte == b',') >= MEMBERS
}

/// How many bytes are such: sums that fit into a byte, so that sixteen are added at once.
#[inline]
fn count(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    bytes.chunks(255).map(|some| usize::from(some.iter().map(|byte| u8::from(is_such(*byte))).sum::<u8>())).sum()
}

/// Whether there are more bytes in a row than a text may have, with no quote among them.
///
/// It leaps from the last quote of a stretch to the last quote of the next, and so looks at few of the bytes. A quote
/// behind a backslash may be part of a text.
fn has_long_stretch(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(stretch) = rest.get(..=TEXT) {
        let ends = |at: &usize| stretch[*at] == b'"' && (*at == 0 || stretch[at - 1] != b'\\');
        let Some(quote) = (0..stretch.len()).rev().find(ends) else { return true };
        rest = &rest[quote + 1..];
    }
    false
}

/// Appends a value as Mixpanel takes it; says which limit a text of it was cut at, if one was.
pub(super) fn copy(value: &[u8], bytes: &mut Vec<u8>) -> Result<Option<Limit>, Limit> {
    let mut copier = Copier { rest: value, bytes, has_cut: false };
    copier.value(0)?;
    Ok(copier.has_cut.then_some(Limit::TextBytes(TEXT)))
}

/// Whether Mixpanel would cut a text, escaped as inside a JSON string.
pub(super) fn is_cut(text: &str) -> bool {
    fitting(text.as_bytes()).is_some()
}

struct Copier<'a> {
    /// Of JSON that was checked, or that we wrote.
    rest: &'a [u8],
    bytes: &'a mut Vec<u8>,
    has_cut: bool,
}

impl Copier<'_> {
    fn value(&mut self, depth: usize) -> Result<(), Limit> {
        self.rest = self.rest.trim_ascii_start();
        match self.rest {
            [b'"', ..] => self.text(),
            [b'{' | b'[', ..] if depth == DEPTH => return Err(Limit::Depth(DEPTH)),
            [open @ (b'{' | b'['), ..] => return self.members(*open, depth + 1),
            scalar => {
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace();
                self.take(scalar.iter().position(ends).unwrap_or(scalar.len()));
            }
        }
        Ok(())
    }

    fn members(&mut self, open: u8, depth: usize) -> Result<(), Limit> {
        self.take(1);
        for member in 0.. {
            self.rest = self.rest.trim_ascii_start();
            match self.rest {
                [] => break,
                [b'}' | b']', ..] => {
                    self.take(1);
                    break;
                }
                [b',', ..] => self.take(1),
                _ => {}
            }
            if member == MEMBERS {
                return Err(Limit::Members(MEMBERS));
            }
            if open == b'{' {
                self.rest = self.rest.trim_ascii_start();
                self.take(text_length(self.rest));
                self.rest = self.rest.trim_ascii_start();
                self.take(usize::from(!self.rest.is_empty()));
            }
            self.value(depth)?;
        }
        Ok(())
    }

    fn text(&mut self) {
        let length = text_length(self.rest);
        let inside = self.rest.get(1..length.saturating_sub(1)).unwrap_or_default();
        match fitting(inside) {
            None => self.take(length),
            Some(end) => {
                self.bytes.extend_from_slice(&self.rest[..=end]);
                self.bytes.push(b'"');
                self.rest = &self.rest[length..];
                self.has_cut = true;
            }
        }
    }

    fn take(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.bytes.extend_from_slice(taken);
        self.rest = rest;
    }
}

/// The length of the text that this begins with, quotes included.
fn text_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Where an escaped text is to be cut, if it is too long.
fn fitting(text: &[u8]) -> Option<usize> {
    if text.len() <= TEXT {
        return None;
    }
    let (mut at, mut length) = (0, 0);
    while at < text.len() {
        let (written, meant) = character(&text[at..]);
        length += meant;
        if length > TEXT {
            return Some(at);
        }
        at += written;
    }
    None
}

/// How many bytes the first character of an escaped text is written in, and how many it means.
fn character(text: &[u8]) -> (usize, usize) {
    match text {
        [b'\\', b'u', rest @ ..] => match code(rest) {
            // Half of a pair: the other half follows.
            0xd800..=0xdbff => (12.min(text.len()), 4),
            0..=0x7f => (6, 1),
            0x80..=0x7ff => (6, 2),
            _ => (6, 3),
        },
        [b'\\', ..] => (2, 1),
        [0..=0x7f, ..] => (1, 1),
        [0x80..=0xdf, ..] => (2, 2),
        [0xe0..=0xef, ..] => (3, 3),
        _ => (4, 4),
    }
}

fn code(digits: &[u8]) -> u32 {
    let digits = digits.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(value: &str) -> Result<(String, bool), Limit> {
        let mut bytes = Vec::new();
        let cut = copy(value.as_bytes(), &mut bytes)?;
        Ok((String::from_utf8(bytes).unwrap(), cut == Some(Limit::TextBytes(255))))
    }

    fn may(value: &str) -> bool {
        may_break(format!(",\"name\":{value}").as_bytes())
    }

    #[test]
    fn texts_are_cut_at_the_last_character_that_fits() {
        let a = |count: usize| "a".repeat(count);
        for (text, kept) in [
            (a(255), a(255)),
            (a(256), a(255)),
            ("é".repeat(127) + "a", "é".repeat(127) + "a"),
            ("é".repeat(128), "é".repeat(127)),
            ("日".repeat(85), "日".repeat(85)),
            ("日".repeat(86), "日".repeat(85)),
            (a(252) + "🦀", a(252)),
            (a(251) + "🦀", a(251) + "🦀"),
            (a(254) + "\\n", a(254) + "\\n"),
            (a(255) + "\\n", a(255)),
            (a(254) + "\\\"b", a(254) + "\\\""),
            (a(254) + "\\\\", a(254) + "\\\\"),
            (a(254) + "\\u0041b", a(254) + "\\u0041"),
            (a(253) + "\\u00e9", a(253) + "\\u00e9"),
            (a(254) + "\\u00e9", a(254)),
            (a(252) + "\\u65e5", a(252) + "\\u65e5"),
            (a(253) + "\\u65e5", a(253)),
            (a(251) + "\\ud83e\\udd80", a(251) + "\\ud83e\\udd80"),
            (a(252) + "\\ud83e\\udd80", a(252)),
            ("\\u0001".repeat(255), "\\u0001".repeat(255)),
            ("\\u0001".repeat(256), "\\u0001".repeat(255)),
        ] {
            let (given, expected) = (format!("\"{text}\""), format!("\"{kept}\""));
            let meant: String = serde_json::from_str(&expected).unwrap();
            assert!(meant.len() <= TEXT);
            assert_eq!(copied(&given), Ok((expected, text != kept)), "{text}");
            assert!(may(&given) || text == kept, "{text}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_wide_is_found() {
        let list = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        let object = |count: usize| {
            let members: Vec<_> = (0..count).map(|number| format!("\"{number}\" : 0")).collect();
            format!("{{ {} }}", members.join(" , "))
        };
        for (value, expected) in [
            ("[[[0]]]".to_owned(), None),
            ("[[[[]]]]".to_owned(), Some(Limit::Depth(3))),
            (r#"{"a":[{"b":0}]}"#.to_owned(), None),
            (r#"{"a":[0,{"b":{}}]}"#.to_owned(), Some(Limit::Depth(3))),
            (r#""[[[[ {{{{""#.to_owned(), None),
            (list(254), None),
            (list(255), Some(Limit::Members(254))),
            (object(254), None),
            (object(255), Some(Limit::Members(254))),
            (format!("[{}]", list(255)), Some(Limit::Members(254))),
        ] {
            assert_eq!(copied(&value).err(), expected, "{value}");
            assert!(may(&value) || expected.is_none(), "{value}");
        }
    }

    #[test]
    fn what_is_whole_stays_the_same_value() {
        for value in ["0", "-1.5e3", "true", "null", r#""""#, "[]", "{}", r#" {"a" : [1, "b\"],"], "c":{}} "#] {
            let (text, has_cut) = copied(value).unwrap();
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!((parse(&text), has_cut), (parse(value), false));
        }
    }

    #[test]
    fn what_is_not_looked_at_would_not_have_been_cut() {
        for piece in ["\\\"", "\\\\", "\\\\\\\"", "é", "\\u00e9", ":\\\",\\\""] {
            for before in 0..=256 {
                let text = format!("{}{piece}{}", "a".repeat(before), "b".repeat(256 - before));
                assert!(is_cut(&text) && may(&format!("\"{text}\"")), "{text}");
                let neighbours = format!(",\"x\":\"{}\",\"y\":\"{text}\",\"z\":\"\"", "c".repeat(before));
                assert!(may_break(neighbours.as_bytes()), "{neighbours}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic_or_go_on_for_ever() {
        let whole = br#"{"a":[1,{"b":"c\u00e9\"d"}],"e":-1.5e3,"f":[[[]]]}"#;
        for end in 0..whole.len() {
            let _ = copy(&whole[..end], &mut Vec::new());
            for byte in *b"{}[]\",: \\u0\xff" {
                let mut bytes = whole.to_vec();
                bytes[end] = byte;
                let _ = copy(&bytes, &mut Vec::new());
            }
        }
    }

    #[test]
    fn ordinary_properties_are_not_looked_at() {
        let many = ",\"property\":\"a value\"".repeat(200);
        assert!(!may_break(many.as_bytes()));
        assert!(!may_break(b",\"cart\":{\"items\":[{\"sku\":1}]}"));
        assert!(may_break(format!(",\"a\":\"{}\"", "x\\\"".repeat(200)).as_bytes()));
    }
}
