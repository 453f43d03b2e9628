//! Where in a file something stands.

/// Line and column, both counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    /// The place of a part of a text that was borrowed from it.
    pub(super) fn of(part: &str, text: &str) -> Self {
        let at = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        Self::at(at, text)
    }

    /// The place of an error, whose column is counted in bytes.
    pub(super) fn of_error(error: &serde_json::Error, text: &str) -> Self {
        let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        Self::at(line + error.column().saturating_sub(1), text)
    }

    fn at(offset: usize, text: &str) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Self { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }
}

/// What is wrong with JSON, without the place, and without a word of it.
pub(super) fn problem(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "cut off: its JSON does not end".to_owned();
    }
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(&*said, |(what, _)| what);
    format!("not JSON: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_and_in_characters() {
        let text = "ä b\nüc d\n";
        for (part, line, column) in [("ä", 1, 1), ("b", 1, 3), ("üc", 2, 1), ("d", 2, 4)] {
            let start = text.find(part).unwrap();
            assert_eq!(Place::of(&text[start..start + part.len()], text), Place { line, column }, "{part}");
        }
    }

    #[test]
    fn an_error_of_json_has_its_place() {
        for (text, line, column, what) in
            [("{\"ä\": nope}", 1, 8, "not JSON: expected ident"), ("[1,\n 2", 2, 2, "cut off: its JSON does not end")]
        {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            assert_eq!(problem(&error), what);
            assert_eq!(Place::of_error(&error, text), Place { line, column }, "{text}");
        }
    }
}
