//! Findings as text: for a macro, for a terminal, for a program.

#[cfg(feature = "frames")]
mod frames;
mod json;
mod plain;

#[cfg(feature = "frames")]
pub use self::frames::frames;
pub use self::json::json;
pub use self::plain::plain;

/// A text of the plan as one line of a terminal shows it: control characters are escaped, so that a name
/// cannot paint over what is printed.
fn visible(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() {
            shown.extend(character.escape_default())
        } else {
            shown.push(character)
        }
        shown
    })
}
