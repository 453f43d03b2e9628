//! Regular expressions of rollouts, compiled as PostHog's server does: with look-around and back references.

use std::panic;

use fancy_regex::{CompileError, Error, Regex};
use taxogen_compiler::ast::Text;
use taxogen_compiler::code::Code;
use taxogen_compiler::diagnostic::Diagnostics;

/// Tells each expression of a plan that does not compile.
pub(crate) fn compile(regexes: &[Text], diagnostics: &mut Diagnostics) {
    for regex in regexes {
        let Err(reason) = compiled(&regex.value) else { continue };
        let message = format!("the server cannot compile this regular expression: {reason}");
        diagnostics.error(Code::InvalidPattern, regex.span, message);
    }
}

/// Why an expression does not compile. The engine counts repeats of repeats without looking whether the number fits.
fn compiled(regex: &str) -> Result<(), String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(|| Regex::new(regex).map(drop).map_err(|error| reason(&error)));
    panic::set_hook(hook);
    outcome.unwrap_or_else(|_| Err("it repeats too often".to_owned()))
}

/// In a few words: what the engine below says draws the expression again.
fn reason(error: &Error) -> String {
    let text = match error {
        Error::CompileError(error) => match &**error {
            CompileError::InnerError(error) => {
                error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string)
            }
            error => error.to_string(),
        },
        Error::ParseError(_, error) => error.to_string(),
        error => error.to_string(),
    };
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let last = last.strip_prefix("error: ").unwrap_or(last).trim_end_matches('.');
    let mut letters = last.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_an_expression_does_not_compile_is_said_in_one_line() {
        let cases = [
            ("(", "opening parenthesis without closing parenthesis"),
            ("[a", "invalid character class"),
            ("*", "target of repeat operator is invalid"),
            (r"\p{Nope}", "unicode property not found"),
            (r"(a)\2", "invalid back reference to group 2"),
            (r"\", "backslash without following character"),
        ];
        for (regex, expected) in cases {
            assert_eq!(Regex::new(regex).map_err(|error| reason(&error)).expect_err(regex), expected, "{regex}");
        }
    }

    #[test]
    fn repeats_beyond_all_numbers_are_no_panic() {
        let regex = format!("{}a{}", "(".repeat(7), "{1000})".repeat(7));
        assert!(compiled(&regex).is_err());
    }

    #[test]
    fn the_dialect_has_look_around_and_back_references() {
        for regex in [r"^(?!staff)\w+@", r"(\w)\1", r"(?<=@)example\.com$", r"(?i)^a"] {
            assert!(Regex::new(regex).is_ok(), "{regex}");
        }
    }
}
