//! Changes of a text: some break the YAML, some a word, some only the sense.

use crate::random::Random;

/// What means something to YAML, to the language or to somebody's terminal.
const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "- ",
    "? ",
    "#",
    " # ",
    "'",
    "\"",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "!x ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\u{feff}",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "é",
    "日本",
    "🎉",
    "null",
    "~",
    "true",
    "no",
    "-1",
    "0",
    "1_000",
    "012",
    "1e999",
    ".nan",
    "9223372036854775808",
    "-9223372036854775809",
    "3.10",
    "2027-02-30",
    "25%",
    "$set",
    "self",
    "Self",
    "\"\\x1b[2J\"",
    "include: [a.yaml]\n",
    "include: [taxonomy.yaml, plans/part.yaml]\n",
    "{ enum: [a, b] }",
    "{ list: string }",
    "override: true, ",
    "code_name: a, ",
    "required: true, ",
    "nullable: true, ",
    "deprecated: true, ",
    "default: 1, ",
    "min: 5, ",
    "pattern: \"[\", ",
    "only: [a], ",
];

/// The text with one to `most` changes. Whatever it is then, it is UTF-8.
pub(crate) fn mutate(text: &str, other: &str, most: usize, random: &mut Random) -> String {
    let mut bytes = text.to_owned();
    for _ in 0..=random.below(most) {
        bytes = once(&bytes, other, random);
    }
    bytes
}

fn once(text: &str, other: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    let at = boundary(&text, random.below(text.len() + 1));
    match random.below(9) {
        0 => text.insert_str(at, random.pick::<&str>(PIECES)),
        1 => {
            let end = boundary(&text, (at + random.below(12)).min(text.len()));
            text.replace_range(at..end, random.pick::<&str>(PIECES));
        }
        2 => {
            let end = boundary(&text, (at + random.below(200)).min(text.len()));
            text.replace_range(at..end, "");
        }
        3 => {
            let end = boundary(&text, (at + random.below(200)).min(text.len()));
            let piece = text[at..end].to_owned();
            let to = boundary(&text, random.below(text.len() + 1));
            text.insert_str(to, &piece);
        }
        4 => text.truncate(at),
        5 => text = lines(&text, random),
        6 => {
            let from = boundary(other, random.below(other.len() + 1));
            let end = boundary(other, (from + random.below(300)).min(other.len()));
            text.insert_str(at, &other[from..end]);
        }
        7 => text = words(&text, random),
        _ => {
            let byte = u8::try_from(random.below(256)).expect("below 256");
            let mut bytes = text.into_bytes();
            if let Some(old) = bytes.get_mut(at) {
                *old = byte;
            }
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    text
}

/// Lines in another order, without one, or with one of another depth.
fn lines(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return String::new();
    }
    let (one, other) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(4) {
        0 => lines.swap(one, other),
        1 => drop(lines.remove(one)),
        2 => lines[one].insert_str(0, "  "),
        _ => {
            let copy = lines[one].clone();
            lines.insert(other, copy);
        }
    }
    lines.concat()
}

/// One word of the text in the place of another.
fn words(text: &str, random: &mut Random) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || "_-$".contains(letter);
    let words: Vec<(usize, &str)> = text
        .split(|letter: char| !is_word(letter))
        .filter(|word| !word.is_empty())
        .map(|word| (offset(text, word), word))
        .collect();
    if words.is_empty() {
        return text.to_owned();
    }
    let ((at, old), (_, new)) = (*random.pick(&words), *random.pick(&words));
    [&text[..at], new, &text[at + old.len()..]].concat()
}

fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// The nearest place at or before `at` between two characters.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
