//! From a line to the notifications in it.

use serde_json::{Map, Value};

/// A notification, and the number that a recording has given it.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// A number, or `null`.
    pub(super) seq: Value,
    /// As it stands there, in any form.
    pub(super) notification: Value,
}

/// The notifications of a line: one, bare or in a row of a recording, a list of such, or none where nothing stands there.
///
/// The error says what is wrong with the line, and repeats nothing of it.
pub(super) fn read(line: &[u8]) -> Result<Vec<Row>, String> {
    // Without the line's end, or a text that is cut off would seem to go on there.
    let line = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned())?.trim_ascii_end();
    if line.is_empty() {
        return Ok(Vec::new());
    }
    let value = serde_json::from_str(line).map_err(|error| {
        if error.is_eof() {
            return "the line is cut off: its JSON does not end".to_owned();
        }
        // What is no JSON it names without a word of it, and then the place.
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(&*said, |(what, _)| what);
        format!("not JSON at column {}: {what}", error.column())
    })?;
    Ok(match value {
        // Python's four values begin with a text.
        Value::Array(items) if items.first().is_none_or(|first| first.is_object() || first.is_array()) => {
            items.into_iter().map(row).collect()
        }
        one => vec![row(one)],
    })
}

fn row(value: Value) -> Row {
    let bare = |notification| Row { seq: Value::Null, notification };
    match value {
        Value::Object(mut row) => match row.remove("notification") {
            Some(notification) => Row { seq: seq(&row), notification },
            None => bare(Value::Object(row)),
        },
        other => bare(other),
    }
}

fn seq(row: &Map<String, Value>) -> Value {
    row.get("seq").filter(|seq| seq.is_number()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_holds_rows_bare_notifications_or_a_list_of_them() {
        let row = |seq: Value, notification: Value| Row { seq, notification };
        let bare = json!({ "type": "flag" });
        let four = json!(["flag", "u", {}, {}]);
        for (line, expected) in [
            (json!({ "seq": 7, "entry": 0, "notification": bare }), vec![row(json!(7), bare.clone())]),
            (json!({ "seq": "7", "notification": four }), vec![row(Value::Null, four.clone())]),
            (bare.clone(), vec![row(Value::Null, bare.clone())]),
            (four.clone(), vec![row(Value::Null, four.clone())]),
            (json!([four, bare]), vec![row(Value::Null, four.clone()), row(Value::Null, bare.clone())]),
            (json!([{ "seq": 1, "notification": bare }]), vec![row(json!(1), bare.clone())]),
            (json!(7), vec![row(Value::Null, json!(7))]),
            (json!([]), vec![]),
            (json!([7]), vec![row(Value::Null, json!([7]))]),
        ] {
            assert_eq!(read(line.to_string().as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn the_error_says_what_is_wrong_and_repeats_nothing() {
        for (line, error) in [
            (&b"{\"type\": \"flag\", \"userId\": \"u\r\n"[..], "the line is cut off: its JSON does not end"),
            (b"{\"type\": flag}", "not JSON at column 11: expected ident"),
            (b"[1e999]", "not JSON at column 6: number out of range"),
            (b"[\"\\ud800\"]", "not JSON at column 9: unexpected end of hex escape"),
            (&[b'['; 200], "not JSON at column 128: recursion limit exceeded"),
            (b"{} {}", "not JSON at column 4: trailing characters"),
            (b"\xff", "not UTF-8"),
        ] {
            assert_eq!(read(line), Err(error.to_owned()));
        }
    }
}
