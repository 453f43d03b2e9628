use std::borrow::Cow;

/// The text that a JSON string stands for, borrowed where nothing in it is escaped.
pub(super) fn unescape(json: &str) -> Option<Cow<'_, str>> {
    if json.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    json.strip_prefix('"')?.strip_suffix('"').map(Cow::Borrowed)
}

/// How deep lists and objects may be nested: as deep as `serde_json` reads them.
const DEEPEST: usize = 128;

/// The same JSON without white space, its texts escaped as `serde_json` would; `None` where it is nested too deep.
///
/// Numbers keep their spelling and objects their order. The caller has checked that it is JSON.
pub(super) fn compact(json: &str) -> Option<Cow<'_, str>> {
    if depth(json) > DEEPEST {
        return None;
    }
    if !json.bytes().any(|byte| byte.is_ascii_whitespace() || byte == b'\\') {
        return Some(Cow::Borrowed(json));
    }
    let mut compact = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        compact.extend(rest[..start].chars().filter(|character| !character.is_ascii_whitespace()));
        let end = start + end_of_string(&rest[start..])?;
        let text = unescape(&rest[start..end])?;
        compact.push_str(&serde_json::to_string(&text).ok()?);
        rest = &rest[end..];
    }
    compact.extend(rest.chars().filter(|character| !character.is_ascii_whitespace()));
    Some(Cow::Owned(compact))
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Where the JSON string ends with which the text begins.
fn end_of_string(json: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_and_texts_stay() {
        for (json, expected) in [
            ("[]", "[]"),
            ("[ ]", "[]"),
            (r#"["a b", "c\n d"]"#, r#"["a b","c\n d"]"#),
            (r#"["\"", "\\", "\\\""]"#, r#"["\"","\\","\\\""]"#),
            (r#"["\u0041\/ é"]"#, r#"["A/ é"]"#),
            ("{\n  \"a\" : 1e+21\n}", r#"{"a":1e+21}"#),
        ] {
            assert_eq!(compact(json).as_deref(), Some(expected), "{json}");
        }
        assert!(matches!(compact(r#"["a",1]"#), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(compact(&nested(128)).is_some());
        assert_eq!(compact(&nested(129)), None);
        assert_eq!(compact(&nested(1 << 20)), None);
        assert!(compact(&format!(r#"["{}\"[["]"#, "[".repeat(500))).is_some(), "brackets in a text do not nest");
    }
}
