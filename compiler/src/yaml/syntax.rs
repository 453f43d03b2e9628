//! Why the text is no YAML, in sentences that name the slip: what a parser calls it helps nobody.

use super::events::{NESTING_LIMIT, SyntaxError, Trouble};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::Span;

/// The most characters that YAML gives a key on one line.
const LONGEST_KEY: usize = 1_024;

/// Tells one syntax error. `open` is the `[` or `{` that is still open there.
pub(super) fn tell(error: &SyntaxError, text: &str, file: u16, open: Option<Span>, diagnostics: &mut Diagnostics) {
    let place = Place { text, file, offset: error.offset.min(text.len()) };
    if let Trouble::Nesting = error.trouble {
        return tell_nesting(place.word(), diagnostics);
    }
    let finding = place.finding(&error.trouble);
    let is_flow = matches!(error.trouble, Trouble::FlowSeparator | Trouble::FlowValue);
    let diagnostic = diagnostics.error(Code::YamlSyntax, finding.span, finding.message);
    if let Some(open) = open.filter(|_| is_flow) {
        diagnostic.also(open, format!("this `{}` is still open", &text[open.start as usize..open.end as usize]));
    }
    diagnostic.help(finding.help.to_owned());
}

/// Tells a plan that is nested too deeply.
pub(super) fn tell_nesting(span: Span, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(Code::NestingLimit, span, format!("nested more than {NESTING_LIMIT} deep"))
        .help("no plan needs that; give inner shapes a name in `types`".to_owned());
}

struct Finding {
    span: Span,
    message: String,
    help: &'static str,
}

/// Where the parser stopped.
#[derive(Clone, Copy)]
struct Place<'t> {
    text: &'t str,
    file: u16,
    offset: usize,
}

/// A line, or the rest of one, and where it begins.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Place<'t> {
    fn finding(self, trouble: &Trouble) -> Finding {
        if let Some(tab) = self.tab(trouble) {
            return tab;
        }
        if let Some(long) = self.long_key(trouble) {
            return long;
        }
        match trouble {
            Trouble::UnclosedQuote => self.unclosed_quote(),
            Trouble::Colon => self.colon(),
            Trouble::NoColon => self.no_colon(self.line()),
            Trouble::KeyExpected => self.key_expected(),
            Trouble::Control(character) => self.control(*character),
            Trouble::Mismatched { open, close } => {
                self.at(self.character(), format!("`{open}` is closed by `{close}`"), "close each bracket by its own")
            }
            Trouble::Unclosed { open } => {
                let help = if *open == '[' { "close it with `]`" } else { "close it with `}`" };
                self.at(self.character(), format!("`{open}` is never closed"), help)
            }
            Trouble::CannotBegin('`') => {
                self.at(self.word(), "a text cannot begin with a backtick", "put it in quotes")
            }
            Trouble::CannotBegin(character) => {
                self.at(self.word(), format!("a text cannot begin with `{character}`"), "put it in quotes")
            }
            Trouble::FlowSeparator => {
                let help = "separate entries by `,` and close the bracket";
                self.at(self.key(), "a comma or a closing bracket is missing before this", help)
            }
            Trouble::Other(message) => {
                self.at(self.word(), format!("the YAML cannot be read: {message}"), "see https://yaml.org/spec/1.2.2")
            }
            other => self.fixed(other),
        }
    }

    /// Troubles whose sentence depends on nothing.
    fn fixed(self, trouble: &Trouble) -> Finding {
        let (message, help) = match trouble {
            Trouble::BehindQuote('\'') => {
                ("text follows the closing quote", "a `'` within single quotes is written `''`; or use double quotes")
            }
            Trouble::BehindQuote(_) => (
                "text follows the closing quote",
                "a `\"` within double quotes is written `\\\"`; or use single quotes",
            ),
            Trouble::Escape => {
                ("an escape in this text is unknown", "write a backslash as `\\\\`, or use single quotes")
            }
            Trouble::ClosesNothing => ("this bracket closes nothing", "remove it, or open one before"),
            Trouble::FlowValue => ("a value is missing before this", "remove the comma, or write the value"),
            Trouble::FlowColon => ("a space is missing behind the colon", "write `key: value`"),
            Trouble::ItemExpected => {
                ("this is no item of the list above", "begin it with `- `, or indent it as its own list or map")
            }
            Trouble::ItemInLine => {
                ("a list item cannot begin here", "write each `- item` on a line of its own, or `[item, item]`")
            }
            Trouble::Indentation => ("the indentation fits no line above", "indent entries of one map or list alike"),
            Trouble::BlockHeader => ("text follows `|` or `>`", "begin the text on the next line, indented"),
            Trouble::CommentWithin => {
                ("a comment stands within a text of several lines", "put the text in quotes, or the comment above it")
            }
            Trouble::AnchorName => ("a name is missing behind `&` or `*`", "if it is meant as text, put it in quotes"),
            Trouble::Tag => ("this tag cannot be read", "remove it: the key says what its value is"),
            Trouble::Directive => ("a YAML directive cannot be read here", "remove the line that begins with `%`"),
            Trouble::ByteOrderMark => ("a byte order mark stands within the text", "remove the invisible character"),
            _ => ("this cannot stand here", "see https://yaml.org/spec/1.2.2"),
        };
        self.at(self.word(), message, help)
    }

    fn at(self, span: Span, message: impl Into<String>, help: &'static str) -> Finding {
        Finding { span: Span { file: self.file, ..span }, message: message.into(), help }
    }

    /// A tab that indents, in this line or just below: whatever the parser says, that is what is wrong.
    fn tab(self, trouble: &Trouble) -> Option<Finding> {
        let lines = if matches!(trouble, Trouble::Tab) { usize::MAX } else { 1 };
        let mut line = Some(self.line());
        for _ in 0..lines {
            let Line { text, start } = line?;
            let indent = text.len() - text.trim_start().len();
            if let Some(tab) = text[..indent].find('\t') {
                let span = Span::new(self.file, start + tab, start + tab + 1);
                return Some(self.at(span, "tabs cannot indent in YAML", "use spaces"));
            }
            line = self.line_behind(start + text.len());
        }
        None
    }

    /// A key that YAML takes for none because of its length: the parser has various words for that.
    fn long_key(self, trouble: &Trouble) -> Option<Finding> {
        let span = match trouble {
            Trouble::Colon | Trouble::NoColon => {
                let Line { text, start } = self.line();
                Line { text: &text[..text.find(':')?], start }.content(self.file)
            }
            Trouble::FlowSeparator => self.key(),
            _ => return None,
        };
        let key = &self.text[span.start as usize..span.end as usize];
        let is_key = key.ends_with(':') || self.text[span.end as usize..].starts_with(':');
        (is_key && key.chars().count() > LONGEST_KEY)
            .then(|| self.at(span, "this key is longer than YAML allows", "a name has at most 200 characters"))
    }

    fn control(self, character: char) -> Finding {
        let code = u32::from(character);
        let message = format!("the control character U+{code:04X} cannot stand in a plan");
        self.at(self.character(), message, "remove it")
    }

    /// The quote is the last one before the place where the parser gave up.
    fn unclosed_quote(self) -> Finding {
        let quotes = ['"', '\''];
        let before = &self.text[..self.offset];
        let at_offset = self.text[self.offset..].starts_with(quotes);
        let begins = |at: &usize| before[..*at].ends_with([' ', '\t', '\n', '[', '{', ',', ':']) || *at == 0;
        let opening = if at_offset { None } else { before.rmatch_indices(quotes).map(|(at, _)| at).find(begins) };
        let start = opening.unwrap_or(self.offset);
        let line = self.text[start..].lines().next().unwrap_or_default().trim_end();
        let span = Span::new(self.file, start, start + line.len());
        self.at(span, "this quote is never closed", "close it on the line where it opens")
    }

    /// A `:` where no key can stand.
    fn colon(self) -> Finding {
        let line = self.line();
        let before = &line.text[..self.offset - line.start];
        if before.contains(": ") {
            let value = before.find(": ").map_or(0, |at| at + 2);
            let span = Span::new(self.file, line.start + value, line.end());
            return self.at(span, "an unquoted text contains `: `", "put the text in quotes");
        }
        let Some(above) = self.content_above(line.start) else {
            return self.at(self.word(), "a `:` cannot stand here", "if it is part of a text, put the text in quotes");
        };
        let is_key =
            above.text.contains(": ") || above.text.ends_with(':') || above.text.trim_start().starts_with("- ");
        if !is_key {
            return self.no_colon(above);
        }
        let help = "give both lines the same indentation, or leave nothing behind the colon above";
        self.at(line.content(self.file), "this line is indented under a key that already has a value", help)
    }

    /// A line that should be `key: value` and is not.
    fn no_colon(self, line: Line<'t>) -> Finding {
        if let Some(colon) = line.text.find(':') {
            let span = Span::new(self.file, line.start + colon, line.start + colon + 1);
            return self.at(span, "a space is missing behind the colon", "write `key: value`");
        }
        self.at(line.content(self.file), "a colon is missing behind this key", "write `key: value`")
    }

    /// A line among the keys of a map that is none of them.
    fn key_expected(self) -> Finding {
        let line = self.line();
        let content = line.content(self.file);
        if line.text.trim_start().starts_with("- ") {
            return self.at(content, "a list item stands among the keys of a map", "indent it under its own key");
        }
        if (content.start as usize) < self.offset {
            let rest = Line { text: &line.text[self.offset - line.start..], start: self.offset };
            return self.at(rest.content(self.file), "text follows a closed value", "remove it, or put all in quotes");
        }
        self.at(content, "the indentation fits no line above", "indent entries of one map or list alike")
    }

    fn line(self) -> Line<'t> {
        let start = self.text[..self.offset].rfind('\n').map_or(0, |at| at + 1);
        self.line_at(start)
    }

    fn line_at(self, start: usize) -> Line<'t> {
        Line { text: self.text[start..].lines().next().unwrap_or_default(), start }
    }

    fn line_behind(self, end: usize) -> Option<Line<'t>> {
        self.text[end..].find('\n').map(|at| self.line_at(end + at + 1))
    }

    /// The nearest line above that is not empty and no comment.
    fn content_above(self, start: usize) -> Option<Line<'t>> {
        let mut end = start;
        while end > 0 {
            let begin = self.text[..end - 1].rfind('\n').map_or(0, |at| at + 1);
            let text = self.text[begin..end].trim_end();
            if !text.trim_start().is_empty() && !text.trim_start().starts_with('#') {
                return Some(Line { text, start: begin });
            }
            end = begin;
        }
        None
    }

    /// The character at the place.
    fn character(self) -> Span {
        let length = self.text[self.offset..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.file, self.offset, self.offset + length)
    }

    /// The word before a colon, when the place is that colon; else the word at the place.
    fn key(self) -> Span {
        let before = &self.text[..self.offset];
        let ends = |letter: char| letter.is_whitespace() || ",[]{}".contains(letter);
        let start = before.char_indices().rev().find(|(_, letter)| ends(*letter));
        let start = start.map_or(0, |(at, letter)| at + letter.len_utf8());
        if start == self.offset || !self.text[self.offset..].starts_with(':') {
            return self.word();
        }
        Span::new(self.file, start, self.offset)
    }

    /// The word at the place: at least one character where there is one.
    fn word(self) -> Span {
        let rest = &self.text[self.offset..];
        let ends = |character: char| character.is_whitespace() || ",[]{}".contains(character);
        let length = rest.find(ends).unwrap_or(rest.len());
        if length == 0 { self.character() } else { Span::new(self.file, self.offset, self.offset + length) }
    }
}

impl Line<'_> {
    fn end(self) -> usize {
        self.start + self.text.trim_end().len()
    }

    /// The line without what surrounds it.
    fn content(self, file: u16) -> Span {
        let indent = self.text.len() - self.text.trim_start().len();
        Span::new(file, self.start + indent.min(self.text.trim_end().len()), self.end())
    }
}
