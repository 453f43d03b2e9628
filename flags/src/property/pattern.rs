use std::sync::OnceLock;

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};

use super::check::Outcome;

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
    Ready {
        regex: Box<Regex>,
        /// In bytes. What is longer is left to the server.
        longest_text: usize,
    },
    /// Neither the expression nor its opposite is found in anything.
    Invalid,
    /// What the server makes of it is not known here: it is too large, or versions of the dialect differ on it.
    Unknown,
}

/// How often an expression may try another way before it is given up, which is no match: the server's number.
const BACKTRACK_LIMIT: usize = 10_000;
/// The server has none of the limits that follow. What is larger is left to it, so that no expression keeps a
/// reader waiting: the worst that can be made of these takes tenths of a second, all others microseconds.
const LONGEST_PATTERN: usize = 8 << 10;
const LARGEST_PROGRAM: usize = 10_000;
/// The larger an automaton, the longer it may take for each byte, and the shorter are the texts it is given.
const LIMITS: [Limits; 3] = [
    Limits { automaton: 16 << 10, text: 4 << 10 },
    Limits { automaton: 256 << 10, text: 1 << 10 },
    Limits { automaton: 2 << 20, text: 256 },
];

/// Both in bytes.
#[derive(Debug, Clone, Copy)]
struct Limits {
    automaton: usize,
    text: usize,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    pub(super) fn is_found_in(&self, text: &str) -> Outcome {
        match self.compiled.get_or_init(|| Compiled::new(&self.text)) {
            Compiled::Invalid => Outcome::Nothing,
            Compiled::Ready { regex, longest_text } if text.len() <= *longest_text => {
                regex.is_match(text).map_or(Outcome::Nothing, Outcome::Passes)
            }
            Compiled::Ready { .. } | Compiled::Unknown => Outcome::CannotSay,
        }
    }
}

impl Compiled {
    fn new(pattern: &str) -> Self {
        if pattern.len() > LONGEST_PATTERN || differs_between_versions(pattern) {
            return Self::Unknown;
        }
        for limits in LIMITS {
            match build(pattern, limits) {
                Ok(regex) => return Self::Ready { regex: Box::new(regex), longest_text: limits.text },
                Err(Error::CompileError(error)) if is_about_size(&error) => {}
                Err(_) => return Self::Invalid,
            }
        }
        Self::Unknown
    }
}

fn build(pattern: &str, limits: Limits) -> Result<Regex, Error> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .max_prog_size(LARGEST_PROGRAM)
        .delegate_size_limit(limits.automaton)
        .build()
}

fn is_about_size(error: &CompileError) -> bool {
    match error {
        CompileError::InnerError(error) => error.size_limit().is_some(),
        CompileError::PatternTooComplex | CompileError::DfaBuildError(..) => true,
        _ => false,
    }
}

/// Whether an expression has a construct that some versions of the dialect have and others refuse.
///
/// Which version the server runs is not told; inside a class, where these would be letters, it is not looked at.
fn differs_between_versions(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(position) = rest.find(['\\', '(']) {
        let construct = &rest[position..];
        let is_group = ["(?~", "(?R", "(*"].iter().any(|start| construct.starts_with(start));
        let is_escape =
            ["\\Z", "\\O", "\\N", "\\R", "\\g", "\\b{", "\\B{"].iter().any(|start| construct.starts_with(start));
        if is_group || is_escape {
            return true;
        }
        let mut characters = construct.chars();
        if characters.next() == Some('\\') {
            characters.next();
        }
        rest = characters.as_str();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn expressions_are_found_in_the_dialect_of_the_server() {
        for (pattern, text, found) in [
            (r"^\w+@\w+\.io$", "admin@acme.io", true),
            (r"^\w+@\w+\.io$", "admin@acme.com", false),
            (r"^(?!foo)", "bar", true),
            (r"^(?!foo)", "food", false),
            (r"(?<=@)acme", "admin@acme.io", true),
            (r"(a|b)\1", "abba", true),
            (r"(?i)STRASSE", "strasse", true),
            (r"\p{Lu}", "é", false),
            (r"^.$", "日", true),
            (r"a$", "a\n", false),
            ("", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).is_found_in(text), Outcome::Passes(found), "{pattern} in {text}");
        }
    }

    #[test]
    fn neither_an_invalid_expression_nor_its_opposite_is_found() {
        for pattern in ["(", "[", "*", r"\", "(?<n>", r"\p{Nope}", r"(a)\2", "(?P<n>a)(?P=m)"] {
            assert_eq!(Pattern::new(pattern).is_found_in("a"), Outcome::Nothing, "{pattern}");
        }
    }

    #[test]
    fn what_versions_of_the_dialect_differ_on_is_left_to_the_server() {
        for pattern in [r"a\Z", r"\R", r"\O", r"\N", r"(a)\g<1>", r"\b{start}a", "(?~a)", "(*FAIL)", "(?R)a"] {
            assert_eq!(Pattern::new(pattern).is_found_in("a"), Outcome::CannotSay, "{pattern}");
        }
        for pattern in [r"\\Z", r"\\(\\R)?", r"\z?", r"(?:R)?\\?", r"\(?\\*"] {
            assert!(!differs_between_versions(pattern), "{pattern}");
        }
    }

    #[test]
    fn bombs_do_not_go_off() {
        let patterns = [
            "(a+)+$",
            "(?=(a+)+$)b",
            "^(?:(?:a+)+)+(?!x)$",
            r"((a*)*)*\1b",
            "(a|aa)+(?!b)$",
            r"(x+x+)+y(?=z)",
            r"(.*)(.*)(.*)(.*)\1\2\3\4x",
            "(?:(?:(?:a{1000}){1000}){1000}){1000}",
            "(?=(?:(?:a{1000}){1000}){1000})b",
            r"\p{L}{1,5000}",
            r"(?<!\w{1,200})a",
        ];
        let nested = format!("{}a{}", "(".repeat(2_000), ")*".repeat(2_000));
        let long = "a|".repeat(1 << 20);
        let many = "(?=a)".repeat(1_500);
        let texts = [30, 255, 4_095, 1 << 20].map(|length| format!("{}!", "a".repeat(length)));
        let start = Instant::now();
        for pattern in patterns.into_iter().chain([nested.as_str(), &long, &many]) {
            let pattern = Pattern::new(pattern);
            for text in &texts {
                let _ = pattern.is_found_in(text);
            }
        }
        // Unbounded, the first of them alone would take longer than there is time.
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    }

    #[test]
    fn one_expression_serves_many_threads() {
        let pattern = Pattern::new(r"^(?=.*\d)\w+$");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(pattern.is_found_in("abc1"), Outcome::Passes(true)));
            }
        });
    }
}
