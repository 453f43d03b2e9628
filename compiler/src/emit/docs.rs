//! The author's plain text as rustdoc.

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::quote;

use super::{constraint, literal};
use crate::ir::{Conversion, DestinationKind, Event, Literal, Meta, Name, OptimizelyConversion, Property};

/// Where a line of documentation is broken, before indentation.
const WIDTH: usize = 88;

/// The lines of a doc comment, as attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Docs {
    paragraphs: Vec<String>,
}

impl Docs {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// What the author wrote, with everything that markdown would read differently put right.
    pub(super) fn plain(mut self, text: Option<&str>) -> Self {
        self.paragraphs.extend(paragraphs(text.unwrap_or_default()));
        self
    }

    /// A sentence of ours, which is markdown already.
    pub(super) fn sentence(mut self, markdown: impl Into<Option<String>>) -> Self {
        self.paragraphs.extend(markdown.into());
        self
    }

    /// The description, then the wire name and who owns it, in one line.
    pub(super) fn item(name: &Name, meta: &Meta) -> Self {
        let owner = owners(&meta.owners).map(|owners| format!(", owned by {owners}")).unwrap_or_default();
        Self::new().plain(meta.description.as_deref()).sentence(format!("{}{owner}.", code(&name.wire)))
    }

    /// The same of an event, with where it goes, and an example that fits on a line.
    pub(super) fn event(event: &Event) -> Self {
        let Event { name, meta, send_as, to, conversion, examples, .. } = event;
        let names = send_as.iter().map(|(kind, name)| format!("{} at {}", code(name), kind.as_str()));
        let names: Vec<_> = std::iter::once(code(&name.wire)).chain(names).collect();
        let is_named_there = send_as.iter().any(|(kind, _)| *kind == DestinationKind::Optimizely);
        let (conversion, counted) = match conversion {
            None => ("", None),
            Some(Conversion { optimizely: None }) => (", a conversion", None),
            Some(Conversion { optimizely: Some(counted) }) if is_named_there => (", a conversion there", Some(counted)),
            Some(Conversion { optimizely: Some(counted) }) => (", a conversion at optimizely", Some(counted)),
        };
        let owner = owners(&meta.owners).map(|owners| format!(", owned by {owners}")).unwrap_or_default();
        let to: Vec<_> = to.iter().flatten().map(|kind| kind.as_str().to_owned()).collect();
        let to = and(&to).map(|to| format!("; goes to {to}")).unwrap_or_default();
        let example = examples.iter().map(|example| code(&literal::json(example)));
        let example = example.map(|example| format!("For example {example}.")).find(|example| example.len() <= WIDTH);
        Self::new()
            .plain(meta.description.as_deref())
            .sentence(format!("{}{conversion}{owner}{to}.", names.join(", ")))
            .sentence(counted.and_then(self::counted))
            .sentence(example)
    }

    /// What the author says of a property, its rules, and its wire name where Rust's is another.
    pub(super) fn property(property: &Property) -> Self {
        let name = &property.name;
        let differs = name.ident.trim_start_matches("r#") != name.wire;
        Self::new()
            .plain(property.meta.description.as_deref())
            .sentence(constraint::sentence(&property.constraints))
            .sentence(differs.then(|| format!("{} on the wire.", code(&name.wire))))
            .sentence(examples(&property.examples))
    }

    /// The same as one paragraph that begins with the name: for an argument of `new`.
    pub(super) fn argument(mut self, property: &Property) -> Self {
        let about = Self::property(property).paragraphs.join(" ");
        if !about.is_empty() {
            self.paragraphs.push(format!("{}: {about}", code(property.name.ident.trim_start_matches("r#"))));
        }
        self
    }

    /// The wire name of an enum's value or a flag's variant, where it is another than Rust's.
    pub(super) fn wire_value(self, wire: &str, ident: &str) -> Self {
        let sentence = match wire {
            "" => Some("The empty text.".to_owned()),
            wire => (!ident.eq_ignore_ascii_case(wire)).then(|| format!("{}.", code(wire))),
        };
        self.sentence(sentence)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    pub(super) fn tokens(&self) -> Option<TokenStream> {
        if self.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        for paragraph in &self.paragraphs {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            wrap(paragraph, &mut lines);
        }
        Some(quote!(#(#[doc = #lines])*))
    }
}

/// ``Counts `amount_cents` as revenue, in cents, and `amount` as value.``
fn counted(conversion: &OptimizelyConversion) -> Option<String> {
    let revenue = conversion.revenue.as_ref().map(|name| format!("{} as revenue, in cents", code(name)));
    let value = conversion.value.as_ref().map(|name| format!("{} as value", code(name)));
    match (revenue, value) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(format!("Counts {one}.")),
        (Some(revenue), Some(value)) => Some(format!("Counts {revenue}, and {value}.")),
    }
}

/// ``For example `SPRING` or `SUMMER`.``
fn examples(examples: &[Literal]) -> Option<String> {
    let examples: Vec<_> = examples
        .iter()
        .map(|example| match example {
            Literal::Text(text) => code(text),
            other => code(&literal::json(other)),
        })
        .collect();
    let (last, first) = examples.split_last()?;
    let first = if first.is_empty() { String::new() } else { format!("{} or ", first.join(", ")) };
    Some(format!("For example {first}{last}."))
}

/// `growth`, `growth and payments`, `growth, payments and web`.
fn owners(owners: &[String]) -> Option<String> {
    and(&owners.iter().map(|owner| word(owner).into_owned()).collect::<Vec<_>>())
}

/// `a`, `a and b`, `a, b and c`.
fn and(words: &[String]) -> Option<String> {
    match words {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}

/// A code span that holds any text on one line.
pub(super) fn code(text: &str) -> String {
    // A name, as most are: nothing in it that a fence could take for its own.
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'`') {
        return format!("`{text}`");
    }
    let text: String = text.chars().filter(|character| is_printable(*character)).collect();
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let padding = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// Invisible characters that could make a reader see another text than the compiler.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Paragraphs are separated by an empty line; a line break within one is a space.
fn paragraphs(text: &str) -> Vec<String> {
    let text = printable(text);
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines() {
        let words: Vec<_> = words(line);
        if words.is_empty() {
            paragraphs.push(Vec::new());
        } else {
            paragraphs.last_mut().expect("there is always a paragraph").extend(words);
        }
    }
    paragraphs.retain(|words| !words.is_empty());
    paragraphs.iter().map(|words| words.join(" ")).collect()
}

/// Spaces in place of what is not.
fn printable(text: &str) -> Cow<'_, str> {
    let is_kept = |character: char| character == '\n' || is_printable(character);
    if text.chars().all(is_kept) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| if is_kept(character) { character } else { ' ' }).collect())
}

/// The words of a line as markdown; a code span the author wrote is one word.
fn words(line: &str) -> Vec<Cow<'_, str>> {
    let balanced = line.matches('`').count().is_multiple_of(2);
    if !balanced || !line.contains('`') {
        return line.split_whitespace().map(word).collect();
    }
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    let mut glued = false;
    let mut is_code = false;
    for part in line.split('`') {
        let pieces: Vec<_> = if is_code && !part.trim().is_empty() {
            vec![Cow::Owned(code(part.trim()))]
        } else {
            part.split_whitespace().map(word).collect()
        };
        let touches = glued && !part.starts_with(char::is_whitespace);
        for (index, piece) in pieces.into_iter().enumerate() {
            match words.last_mut() {
                Some(last) if index == 0 && touches => last.to_mut().push_str(&piece),
                _ => words.push(piece),
            }
        }
        glued = is_code || !part.ends_with(char::is_whitespace) && !part.is_empty();
        is_code = !is_code;
    }
    words
}

/// One word of plain text as markdown.
fn word(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(marked_up(text))
}

fn marked_up(text: &str) -> String {
    let core = text.trim_matches(|character: char| {
        matches!(character, '(' | ')' | '"' | '\'' | ',' | ';' | '!' | '?' | '.' | ':')
    });
    let start = core.as_ptr() as usize - text.as_ptr() as usize;
    let (before, after) = (&text[..start], &text[start + core.len()..]);
    if is_url(core) {
        return format!("{}<{core}>{}", escape(before), escape(after));
    }
    if core.contains('`') {
        return escape(text);
    }
    if let Some(rest) = after.strip_prefix("()").filter(|_| !core.is_empty()) {
        return format!("{}`{core}()`{}", escape(before), escape(rest));
    }
    if is_code_like(core) {
        return format!("{}{}{}", escape(before), code(core), escape(after));
    }
    escape(text)
}

fn is_url(word: &str) -> bool {
    let Some((scheme, rest)) = word.split_once("://") else { return false };
    !scheme.is_empty()
        && scheme.chars().all(|character| character.is_ascii_alphanumeric())
        && !rest.is_empty()
        && !word.contains(['<', '>', '\\'])
}

/// A name from code: `snake_case`, a path, `CamelCase` or a `$name`.
fn is_code_like(word: &str) -> bool {
    let is_name = word.chars().any(char::is_alphanumeric);
    is_name && (word.contains('_') || word.contains("::") || word.starts_with('$') || is_camel_case(word))
}

/// Two humps, and something lower-case between them.
fn is_camel_case(word: &str) -> bool {
    let word = word.strip_suffix('s').unwrap_or(word);
    word.starts_with(char::is_uppercase)
        && word.chars().all(char::is_alphanumeric)
        && word.chars().filter(|character| character.is_uppercase()).count() > 1
        && word.chars().any(char::is_lowercase)
}

/// Escapes what markdown would read as markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let digits = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let is_number_mark = digits.len() < text.len() && matches!(digits, "." | ")");
    let is_mark = text.chars().all(|character| matches!(character, '-' | '=' | '+' | ':' | '|'));
    for (index, character) in text.char_indices() {
        let marks_a_block = index == 0 && (is_mark || character == '#');
        let ends_a_number = is_number_mark && index + 1 == text.len();
        let is_markup = matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' | '|');
        if marks_a_block || ends_a_number || is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Breaks a paragraph between words, never within a code span. Each line begins with a space.
fn wrap(paragraph: &str, lines: &mut Vec<String>) {
    let mut line = String::with_capacity(paragraph.len().min(WIDTH) + 1);
    let mut width = 0;
    for word in unbroken(paragraph) {
        let length = word.chars().count();
        if !line.is_empty() && width + 1 + length > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        width = if line.is_empty() { length } else { width + 1 + length };
        line.push(' ');
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
}

/// The pieces between spaces that are outside of code spans.
fn unbroken(paragraph: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut in_code) = (0, false);
    for (index, character) in paragraph.char_indices() {
        match character {
            '`' if !paragraph[..index].ends_with('\\') || in_code => in_code = !in_code,
            ' ' if !in_code => {
                pieces.push(&paragraph[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(&paragraph[start..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(text: &str) -> Vec<String> {
        paragraphs(text)
    }

    #[test]
    fn plain_text_stays_plain_text() {
        for (text, expected) in [
            ("A visitor finished registration.", "A visitor finished registration."),
            ("Set by user_signed_up (see owner_id).", "Set by `user_signed_up` (see `owner_id`)."),
            ("Use Client::capture, or capture().", "Use `Client::capture`, or `capture()`."),
            ("From PostHog and MixPanels.", "From `PostHog` and `MixPanels`."),
            ("Vec<T> and a[0] and *this*", "Vec\\<T\\> and a\\[0\\] and \\*this\\*"),
            ("See https://example.com/a_b?c=d.", "See <https://example.com/a_b?c=d>."),
            ("Already `a_b c` code", "Already `a_b c` code"),
            ("an odd ` tick", "an odd \\` tick"),
            ("(`x`), then", "(`x`), then"),
            ("1. first\n- second\n# third", "1\\. first \\- second \\# third"),
            ("    indented\tcode", "indented code"),
            ("AT&T &amp; &lt;", "AT\\&T \\&amp; \\&lt;"),
            ("left\u{202e}right", "left right"),
        ] {
            assert_eq!(markdown(text), [expected], "{text}");
        }
    }

    #[test]
    fn an_empty_line_separates_paragraphs() {
        assert_eq!(markdown("one\ntwo\n\n\nthree\n"), ["one two", "three"]);
        assert_eq!(markdown(" \n"), Vec::<String>::new());
    }

    #[test]
    fn a_code_span_holds_any_name() {
        for (text, expected) in [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), (" ", "`   `"), ("", "`  `")] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_break_between_words_and_not_within_code() {
        let text = format!("{} `one two` end", "word ".repeat(17).trim());
        let mut lines = Vec::new();
        wrap(&text, &mut lines);
        assert_eq!(lines, [format!(" {}", "word ".repeat(17).trim()), " `one two` end".to_owned()]);
    }
}
