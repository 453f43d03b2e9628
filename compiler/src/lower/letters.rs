//! What of a name an identifier can hold.
//!
//! rustc takes an identifier in its composed form (NFC), so two names may be one in Rust though their texts
//! differ. The tables of Unicode are a crate of their own; here a name simply keeps no character that could be
//! written in another way, for the scripts where two ways are in use.

/// The name with a space for everything that no identifier holds.
pub(super) fn letters(name: &str) -> String {
    let is_letter = |character: char| character != '_' && unicode_ident::is_xid_continue(character);
    let kept = name.chars().filter(|character| !is_composing(*character)).map(usual);
    kept.map(|character| if is_letter(character) { character } else { ' ' }).collect()
}

/// What composes with the character before it, or stands for another one: accents that stand alone, the
/// sounds that make up a syllable of Hangul, voice marks of Kana, ideographs for old character sets.
fn is_composing(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{1100}'..='\u{11ff}'
            | '\u{3099}'..='\u{309a}'
            | '\u{f900}'..='\u{faff}'
            | '\u{2f800}'..='\u{2fa1f}'
    )
}

/// The usual character for one that is there twice: units of measure, and vowels of Greek with an accent.
fn usual(character: char) -> char {
    match character {
        '\u{212a}' => 'K',
        '\u{212b}' => '\u{c5}',
        '\u{2126}' => '\u{3a9}',
        '\u{1f71}' => '\u{3ac}',
        '\u{1f73}' => '\u{3ad}',
        '\u{1f75}' => '\u{3ae}',
        '\u{1f77}' => '\u{3af}',
        '\u{1f79}' => '\u{3cc}',
        '\u{1f7b}' => '\u{3cd}',
        '\u{1f7d}' => '\u{3ce}',
        '\u{1fbb}' => '\u{386}',
        '\u{1fbe}' => '\u{3b9}',
        '\u{1fc9}' => '\u{388}',
        '\u{1fcb}' => '\u{389}',
        '\u{1fd3}' => '\u{390}',
        '\u{1fdb}' => '\u{38a}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{1feb}' => '\u{38e}',
        '\u{1ff9}' => '\u{38c}',
        '\u{1ffb}' => '\u{38f}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_one_form() {
        let cases = [
            ("\u{212a}elvin", "Kelvin"),
            ("\u{212b}ng", "\u{c5}ng"),
            ("\u{2126}", "\u{3a9}"),
            ("\u{3c4}\u{1f79}\u{3bd}", "\u{3c4}\u{3cc}\u{3bd}"),
            ("cafe\u{301}s", "cafes"),
            ("caf\u{e9}s", "caf\u{e9}s"),
            ("\u{ac00}\u{11a8}", "\u{ac00}"),
            ("\u{1100}\u{1161}", ""),
            ("\u{304b}\u{3099}", "\u{304b}"),
            ("\u{f900}\u{2f800}a", "a"),
            ("a b-c_d", "a b c d"),
        ];
        for (name, expected) in cases {
            assert_eq!(letters(name), expected, "{name:?}");
        }
    }
}
