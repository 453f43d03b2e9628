//! Words for types that other languages have.

use crate::parse::{TYPE_SHAPES, TYPE_WORDS};

/// Words of other languages, and what they are here.
const WORDS: &[(&str, &[&str])] = &[
    ("string", &["str", "text", "char", "varchar", "symbol"]),
    ("integer", &["int", "long", "short", "bigint", "int32", "int64", "i32", "i64", "u32", "u64", "uint", "usize"]),
    ("number", &["float", "double", "decimal", "real", "numeric", "f32", "f64", "float32", "float64"]),
    ("boolean", &["bool"]),
    ("datetime", &["timestamp", "date", "time", "date-time", "date_time", "instant", "timestamptz"]),
    ("json", &["any", "unknown", "mixed", "jsonb", "variant"]),
];

/// Kinds of texts that are types elsewhere.
const TEXTS: &[&str] = &["uuid", "guid", "url", "uri", "email", "phone", "ip", "ipv4", "ipv6", "hostname"];

const LISTS: &[&str] = &["array", "list", "vec", "set", "seq", "sequence"];
const MAPS: &[&str] = &["map", "dict", "hash", "hashmap", "record", "dictionary"];
const OPTIONS: &[&str] = &["option", "optional", "nullable", "maybe"];

/// What to write in place of a word that is no type of the language, where another language has it.
pub(super) fn remedy(word: &str) -> Option<String> {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    if let Some(word) = known(word) {
        return Some(format!("write `{word}`"));
    }
    if is(TEXTS) {
        return Some("write `string`; how a text looks is said by `pattern`".to_owned());
    }
    if is(LISTS) {
        return Some("a list is written `{ list: .. }`".to_owned());
    }
    if let Some((_, help)) = TYPE_SHAPES.iter().find(|(shape, _)| shape.eq_ignore_ascii_case(word)) {
        return Some((*help).to_owned());
    }
    if is(MAPS) || word.eq_ignore_ascii_case("struct") {
        return Some("an object is written `object: { .. }` with its properties, a map `{ map: .. }`".to_owned());
    }
    compound(word)
}

/// `string[]`, `string?`, `list<string>`, `Map[string, integer]`, `varchar(20)`.
fn compound(word: &str) -> Option<String> {
    if let Some(of) = word.strip_suffix("[]") {
        return Some(list(of));
    }
    if let Some(of) = word.strip_suffix('?').or_else(|| word.strip_suffix("| null")) {
        return Some(optional(of));
    }
    let (outer, inner) = word.split_once(['<', '[', '('])?;
    let inner = inner.strip_suffix(['>', ']', ')'])?;
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(outer.trim()));
    if is(LISTS) {
        Some(list(inner))
    } else if is(OPTIONS) {
        Some(optional(inner))
    } else if is(MAPS) {
        let values = inner.rsplit(',').next().unwrap_or(inner);
        Some(format!("a map is written `{{ map: {} }}`", ours(values)))
    } else {
        let ty = known(outer).filter(|_| inner.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(if ty == "string" {
            format!("write `{{ type: string, max_length: {inner} }}`")
        } else {
            format!("write `{ty}`")
        })
    }
}

fn list(of: &str) -> String {
    format!("a list is written `{{ list: {} }}`", ours(of))
}

fn optional(of: &str) -> String {
    format!("write `{}`: what is not `required: true` may be absent, and `nullable: true` allows null", ours(of))
}

/// A word inside another: what it is here, or itself where it may be declared.
fn ours(word: &str) -> String {
    let word = word.trim();
    match known(word) {
        Some(known) => known.to_owned(),
        None if word.is_empty() || word.contains(['<', '[', '(']) => "..".to_owned(),
        None if TYPE_SHAPES.iter().any(|(shape, _)| shape.eq_ignore_ascii_case(word)) => {
            format!("{{ {}: .. }}", word.to_ascii_lowercase())
        }
        None => word.to_owned(),
    }
}

fn known(word: &str) -> Option<&'static str> {
    let own = TYPE_WORDS.iter().map(|(own, _)| *own).find(|own| own.eq_ignore_ascii_case(word));
    own.or_else(|| {
        let is_habit = |(_, habits): &&(&str, &[&str])| habits.iter().any(|habit| habit.eq_ignore_ascii_case(word));
        WORDS.iter().find(is_habit).map(|(own, _)| *own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_languages_have_a_remedy() {
        let optional = "what is not `required: true` may be absent, and `nullable: true` allows null";
        let cases = [
            ("String", "write `string`".to_owned()),
            ("Int", "write `integer`".to_owned()),
            ("f64", "write `number`".to_owned()),
            ("date-time", "write `datetime`".to_owned()),
            ("any", "write `json`".to_owned()),
            ("email", "write `string`; how a text looks is said by `pattern`".to_owned()),
            ("Array", "a list is written `{ list: .. }`".to_owned()),
            ("dict", "an object is written `object: { .. }` with its properties, a map `{ map: .. }`".to_owned()),
            ("Object", "an object is written `object: { .. }` with its properties".to_owned()),
            ("string[]", "a list is written `{ list: string }`".to_owned()),
            ("object[]", "a list is written `{ list: { object: .. } }`".to_owned()),
            ("money[]", "a list is written `{ list: money }`".to_owned()),
            ("Vec<String>", "a list is written `{ list: string }`".to_owned()),
            ("array<array<int>>", "a list is written `{ list: .. }`".to_owned()),
            ("string?", format!("write `string`: {optional}")),
            ("int | null", format!("write `integer`: {optional}")),
            ("Option<money>", format!("write `money`: {optional}")),
            ("dict[str, float]", "a map is written `{ map: number }`".to_owned()),
            ("varchar(20)", "write `{ type: string, max_length: 20 }`".to_owned()),
            ("decimal(10)", "write `number`".to_owned()),
        ];
        for (word, expected) in cases {
            assert_eq!(remedy(word).as_deref(), Some(expected.as_str()), "{word}");
        }
        for word in ["money", "strng", "", "<", "[]x", "money(3", "a<b>"] {
            assert_eq!(remedy(word), None, "{word}");
        }
    }
}
