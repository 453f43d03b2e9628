use std::sync::OnceLock;

use fancy_regex::{CompileError, Error, ParseError, Regex, RegexBuilder};

use super::filter::Outcome;

/// `regex`: a regular expression in the dialect of `fancy_regex`, look-around and back-references included.
///
/// It is compiled when it is first needed: most expressions of a project are never asked about.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Compiled>,
}

#[derive(Debug, Clone)]
enum Compiled {
    Ready(Box<Regex>),
    Invalid,
    /// Larger than what is compiled here; the server may take it.
    TooLarge,
}

/// How often an expression may try another way before it is given up, which is no match.
const BACKTRACK_LIMIT: usize = 10_000;

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    pub(super) fn is_found_in(&self, text: &str) -> Outcome {
        match self.compiled.get_or_init(|| compile(&self.text)) {
            Compiled::Ready(regex) => regex.is_match(text).map_or(Outcome::Nothing, Outcome::Passes),
            Compiled::Invalid => Outcome::Nothing,
            Compiled::TooLarge => Outcome::CannotSay,
        }
    }
}

fn compile(pattern: &str) -> Compiled {
    match RegexBuilder::new(pattern).backtrack_limit(BACKTRACK_LIMIT).build() {
        Ok(regex) => Compiled::Ready(Box::new(regex)),
        Err(_) => Compiled::Invalid,
    }
}
