/// One property of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fragment<'a> {
    /// Escaped as inside a JSON string.
    pub(crate) name: &'a [u8],
    /// `,"key":value`.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// The value, as JSON.
    pub(crate) fn value(&self) -> &'a [u8] {
        &self.bytes[self.name.len() + 4..]
    }
}

/// The properties of a run, one by one. What is no fragment ends them.
pub(crate) fn fragments(run: &[u8]) -> impl Iterator<Item = Fragment<'_>> {
    let mut rest = run;
    std::iter::from_fn(move || {
        let [b',', b'"', name @ ..] = rest else { return None };
        let name = &name[..end_of_text(name)?];
        let value = rest.get(name.len() + 3..)?.strip_prefix(b":")?;
        let (bytes, behind) = rest.split_at(name.len() + 4 + end_of_value(value));
        rest = behind;
        Some(Fragment { name, bytes })
    })
}

/// Where the quote is that closes a text.
fn end_of_text(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the comma is that ends a value, if it is not the end of all.
fn end_of_value(value: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = value.get(at) {
        match byte {
            b',' if depth == 0 => return at,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => match end_of_text(&value[at + 1..]) {
                Some(end) => at += end + 1,
                None => return value.len(),
            },
            _ => {}
        }
        at += 1;
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(run: &str) -> Vec<(&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        fragments(run.as_bytes()).map(|fragment| (text(fragment.name), text(fragment.bytes))).collect()
    }

    #[test]
    fn properties_end_where_their_values_end() {
        let parts = [
            ("a", r#","a":1"#),
            (r#"b\",\"x"#, r#","b\",\"x":"},\"{\\""#),
            ("c", r#","c":{"a":[1,{"b":"],"}],"a":2}"#),
            ("", r#","":[]"#),
            ("d", r#","d":null"#),
        ];
        let whole: String = parts.iter().map(|(_, bytes)| *bytes).collect();
        assert_eq!(split(&whole), parts);
    }

    #[test]
    fn what_is_no_fragment_ends_the_properties() {
        for (run, expected) in [
            ("", vec![]),
            ("x", vec![]),
            (r#","a"#, vec![]),
            (r#","a""#, vec![]),
            (r#","a\"#, vec![]),
            (r#","a":1,b"#, vec![("a", r#","a":1"#)]),
            (r#","a":"b"#, vec![("a", r#","a":"b"#)]),
            (r#","a":}}],"b":2"#, vec![("a", r#","a":}}]"#), ("b", r#","b":2"#)]),
        ] {
            assert_eq!(split(run), expected, "{run}");
        }
    }
}
