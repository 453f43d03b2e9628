//! Findings as text: for a macro, for a terminal, for a program.

#[cfg(feature = "frames")]
mod frames;
#[cfg(feature = "text")]
mod json;
mod plain;

#[cfg(feature = "frames")]
pub use self::frames::frames;
#[cfg(feature = "text")]
pub use self::json::json;
pub use self::plain::plain;

/// A text of the plan as one line of a terminal shows it: what is invisible or moves the cursor is escaped,
/// so that a name cannot paint over what is printed.
fn visible(text: &str) -> String {
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters, and those that are invisible or turn the direction of writing.
fn is_hidden(character: char) -> bool {
    let invisible =
        ['\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{feff}'..='\u{feff}'];
    character.is_control() || invisible.iter().any(|range| range.contains(&character))
}

#[cfg(all(test, feature = "frames"))]
mod tests;
