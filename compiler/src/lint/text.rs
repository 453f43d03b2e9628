//! Characters that nobody sees, wherever they stand in the text of a plan: names, values, comments.

use super::Lint;
use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};

/// Every file of the plan.
pub(crate) fn all(source: &Source, diagnostics: &mut Diagnostics) {
    for (index, file) in (0..).zip(source.files()) {
        if !file.text.is_ascii() {
            one(index, &file.text, diagnostics);
        }
    }
}

fn one(file: u16, text: &str, diagnostics: &mut Diagnostics) {
    let mut at = 0;
    let mut before = ' ';
    while let Some(character) = text[at..].chars().next() {
        let end = at + character.len_utf8();
        if character.is_ascii() || !is_hidden(character) {
            (at, before) = (end, character);
            continue;
        }
        // One finding for what stands together.
        let run = &text[at..];
        let run = &run[..run.find(|character| !is_hidden(character)).unwrap_or(run.len())];
        let after = text[at + run.len()..].chars().next().unwrap_or(' ');
        if !joins(run, before, after) {
            tell(Span::new(file, at, at + run.len()), run, diagnostics);
        }
        at += run.len();
        before = character;
    }
}

fn tell(span: Span, run: &str, diagnostics: &mut Diagnostics) {
    let turning = run.chars().find(|character| turns(*character));
    let character = turning.or(run.chars().next()).expect("a run has a character");
    let point = u32::from(character);
    let help = if point > 0xffff { format!("\\U{point:08X}") } else { format!("\\u{point:04X}") };
    let help = format!("remove it; where it is meant, write `{help}` in double quotes");
    let (lint, what) = match turning {
        Some(_) => (Lint::BidiText, "turns the direction of what is shown: the text is not what it seems"),
        None => (Lint::InvisibleCharacter, "is invisible"),
    };
    diagnostics.lint(lint, span, format!("the character U+{point:04X} {what}")).help(help);
}

/// Embeddings, overrides and isolates, by which a line shows other words than it holds.
fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a shape of their own. What chooses between two shapes of an emoji is not one of them.
fn is_hidden(character: char) -> bool {
    turns(character)
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{2029}'
                | '\u{2060}'..='\u{2064}'
                | '\u{206a}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// What the spelling of a language or an emoji needs: joiners and marks between its letters, and the letters of a
/// flag, which follow it.
fn joins(run: &str, before: char, after: char) -> bool {
    let is_script = |character: char| !character.is_ascii();
    let marks = |character| matches!(character, '\u{200c}'..='\u{200f}' | '\u{61c}' | '\u{180b}'..='\u{180e}');
    let between = run.chars().all(marks) && is_script(before) && is_script(after);
    between || (before == '\u{1f3f4}' && run.chars().all(|character| character >= '\u{e0020}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_told_and_what_joins_is_not() {
        let cases = [
            ("plain", &[][..]),
            ("größe 日本 ✓", &[]),
            ("a\u{200b}b", &[Lint::InvisibleCharacter]),
            ("a\u{200b}\u{200b}b", &[Lint::InvisibleCharacter]),
            ("a\u{200b}b\u{200b}", &[Lint::InvisibleCharacter, Lint::InvisibleCharacter]),
            ("a\u{202e}b\u{202c}", &[Lint::BidiText, Lint::BidiText]),
            ("a\u{200b}\u{2066}b", &[Lint::BidiText]),
            ("soft\u{ad}hyphen", &[Lint::InvisibleCharacter]),
            ("👩\u{200d}💻", &[]),
            ("a\u{200d}b", &[Lint::InvisibleCharacter]),
            ("❤\u{fe0f}", &[]),
            ("می\u{200c}خواهم", &[]),
            ("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", &[]),
            ("x\u{e0067}\u{e0062}", &[Lint::InvisibleCharacter]),
        ];
        for (text, expected) in cases {
            let mut diagnostics = Diagnostics::default();
            one(0, text, &mut diagnostics);
            let found: Vec<_> = diagnostics.sorted().iter().filter_map(|found| found.lint()).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
