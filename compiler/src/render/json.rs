//! For programs: one object per finding, on one line.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// One finding as one line of JSON, without the line break: `code severity lint message file line column
/// end_line end_column help`.
///
/// Positions are 1-based, columns count characters, the end is exclusive; what is absent is `null`;
/// several lines of help are one text with line breaks.
#[must_use]
pub fn json(diagnostic: &Diagnostic, source: &Source) -> String {
    let Diagnostic { code, severity, message, primary, help, .. } = diagnostic;
    let lint = diagnostic.lint().map_or_else(|| "null".to_owned(), |lint| format!("\"{}\"", lint.name()));
    let (start, end) = (source.start(*primary), source.end(*primary));
    let help = if help.is_empty() { "null".to_owned() } else { string(&help.join("\n")) };
    format!(
        r#"{{"code":"{}","severity":"{}","lint":{lint},"message":{},"file":{},"line":{},"column":{},"end_line":{},"end_column":{},"help":{help}}}"#,
        code.as_str(),
        severity.as_str(),
        string(message),
        string(&source.file(primary.file).name),
        start.line,
        start.column,
        end.line,
        end.column,
    )
}

fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Line separators are fine in JSON, but many tools split lines at them.
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
