//! Personal keys in a plan: whoever sees the repository would have them, and whoever sees a message about the line.
//!
//! So they are put out of sight as a file comes in, before anything else looks at its text.

use std::ops::Range;

use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};

/// What to do with a personal key.
pub(crate) const HELP: &str =
    "`taxogen sync` reads it from `POSTHOG_PERSONAL_API_KEY`; remove it here, and revoke one that others have seen";

/// How PostHog's personal keys begin, and those of a project that must stay secret.
const PREFIXES: [&str; 2] = ["phx_", "phs_"];

/// A name that is longer than this is none.
const LONGEST_NAME: usize = 15;

/// Real keys are at least as long: so much is a key even right behind other letters, as in `%3Dphx_..`.
const SHORTEST_KEY: usize = 32;

/// What is told before a value that is a key, however it looks.
const LABELS: [&str; 3] = ["key", "token", "secret"];

/// Puts `*` in place of the letters of each personal key, and says where they stand.
pub(crate) fn mask(text: &mut String) -> Vec<Range<usize>> {
    let mut keys: Vec<Range<usize>> = Vec::new();
    // Whether a text holds a word at all is seen much faster than where.
    for prefix in PREFIXES {
        if !text.contains(prefix) {
            continue;
        }
        for (at, _) in text.match_indices(prefix) {
            let Some(key) = key(text, at, prefix.len()) else { continue };
            let place = keys.partition_point(|other| other.start < key.start);
            keys.insert(place, key);
        }
    }
    for key in &keys {
        let letters = key.start + PREFIXES[0].len()..key.end;
        let stars = "*".repeat(letters.len());
        text.replace_range(letters, &stars);
    }
    keys
}

/// Whether a value of the plan is a key that was put out of sight.
pub(crate) fn is_masked(text: &str) -> bool {
    PREFIXES.iter().any(|prefix| text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('*')))
}

/// Tells every key at its place.
pub(crate) fn tell(source: &Source, diagnostics: &mut Diagnostics) {
    for (file, at) in source.files().iter().zip(0..) {
        for key in file.secrets() {
            let message = "a personal key does not belong into the plan";
            diagnostics.error(Code::PersonalKey, Span::new(at, key.start, key.end), message).help(HELP.to_owned());
        }
    }
}

/// The key that begins at `at`: it is long, has digits or capitals, or is called one. `phx_join` is a name.
fn key(text: &str, at: usize, prefix: usize) -> Option<Range<usize>> {
    let is_inside = text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
    let letters = &text[at + prefix..];
    let length = letters.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(letters.len());
    let letters = &letters[..length];
    let looks_random = letters.len() > LONGEST_NAME || letters.contains(|letter: char| letter.is_ascii_digit());
    let is_key =
        looks_random || letters.contains(|letter: char| letter.is_ascii_uppercase()) || is_called_one(&text[..at]);
    let is_inside = is_inside && letters.len() < SHORTEST_KEY;
    (!is_inside && is_key && !letters.is_empty()).then_some(at..at + prefix + length)
}

/// Whether what stands before is `api_key:` or the like.
fn is_called_one(before: &str) -> bool {
    let before = before.trim_end_matches(['"', '\'']).trim_end_matches([' ', '\t']);
    let Some(label) = before.strip_suffix(':') else { return false };
    LABELS.iter().any(|word| label.trim_end_matches(['"', '\'']).ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        mask(&mut text);
        text
    }

    #[test]
    fn keys_are_put_out_of_sight() {
        let cases = [
            ("phx_0123456789abcdefghijklmnopqrstuvwxyz", "phx_************************************"),
            ("# was \"phx_aB\" before", "# was \"phx_**\" before"),
            ("api_key: phx_sandbox", "api_key: phx_*******"),
            ("{\"token\": \"phs_secret\"}", "{\"token\": \"phs_******\"}"),
            ("[phx_a1, phs_b2]", "[phx_**, phs_**]"),
            ("?token%3Dphx_0123456789abcdefghijklmnopqrstuvwxyz", "?token%3Dphx_************************************"),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn names_are_no_keys() {
        for text in ["phx_join: {}", "events: [phx_join, phx_reply]", "graphx_A1", "phx_", "ends with phx_", "phc_A1b2"]
        {
            assert_eq!(masked(text), text);
        }
    }
}
