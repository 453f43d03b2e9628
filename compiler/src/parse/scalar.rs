//! Single values behind keys: text, truth, numbers, words, dates.

use super::fields::{list, shape};
use crate::ast::scalar::{Core, beyond, core};
use crate::ast::{Keyed, Number, Spanned, Text};
use crate::code::Code;
use crate::day::Day;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lint::Lint;
use crate::list;
use crate::source::Span;
use crate::suggest;
use crate::table::firsts;
use crate::yaml::{Entry, Node, NodeKind, Scalar};

/// Text behind a key: the scalar's source text, whatever it looks like.
pub(super) fn text(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Text> {
    let NodeKind::Scalar(scalar) = &entry.value.kind else {
        let message = format!("`{}` is text, not {}", entry.key.text, shape(&entry.value));
        let help = format!("write one text: `{}: ..`", entry.key.text);
        diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
        return None;
    };
    if is_empty(scalar) {
        empty(entry, diagnostics);
        return None;
    }
    Some(Spanned { value: scalar.text.to_string(), span: entry.value.span })
}

/// One text or a list of texts behind a key.
pub(super) fn texts(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Text> {
    let key = &entry.key.text;
    let items = match &entry.value.kind {
        NodeKind::Sequence(items) => items,
        NodeKind::Scalar(_) => return text(entry, diagnostics).into_iter().collect(),
        NodeKind::Mapping(_) => {
            let message = format!("`{key}` is a text or a list of texts, not a map");
            let help = format!("write `{key}: a`, or `{key}: [a, b]`");
            diagnostics.error(Code::WrongShape, entry.value.span, message).help(help);
            return Vec::new();
        }
    };
    list::filter_map(items, |item| item_text(item, key, diagnostics))
}

/// Names of other things behind a key: one or a list, in which each stands once.
pub(super) fn names(entry: &Entry, diagnostics: &mut Diagnostics) -> Vec<Text> {
    let names = texts(entry, diagnostics);
    once_each(names, &entry.key.text, diagnostics)
}

/// The names of a list behind `key` without those that stand there already, which are told.
pub(super) fn once_each(names: Vec<Text>, key: &str, diagnostics: &mut Diagnostics) -> Vec<Text> {
    if names.len() < 2 {
        return names;
    }
    let texts: Vec<&str> = list::map(&names, |name| name.value.as_str());
    let firsts = firsts(&texts);
    let spans: Vec<Span> = list::map(&names, |name| name.span);
    let mut kept = Vec::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        if firsts[at] == at {
            kept.push(name);
            continue;
        }
        let message = format!("`{}` stands twice in `{key}`", name.value);
        diagnostics
            .error(Code::DuplicateKey, name.span, message)
            .also(spans[firsts[at]], "the first")
            .help("remove one of them".to_owned());
    }
    kept
}

/// Text in a list behind `key`.
pub(super) fn item_text(item: &Node, key: &str, diagnostics: &mut Diagnostics) -> Option<Text> {
    match &item.kind {
        NodeKind::Scalar(scalar) if !is_empty(scalar) => {
            Some(Spanned { value: scalar.text.to_string(), span: item.span })
        }
        _ => {
            let message = format!("`{key}` is a list of texts, this is {}", shape(item));
            diagnostics.error(Code::WrongShape, item.span, message);
            None
        }
    }
}

/// `true` or `false` behind a key.
pub(super) fn boolean(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Keyed<bool>> {
    let scalar = scalar(entry, "`true` or `false`", diagnostics)?;
    if let Core::Boolean(value) = core(scalar) {
        return Some(Keyed { key: entry.key.span, value, span: entry.value.span });
    }
    invalid(entry, "`true` or `false`", scalar, diagnostics).help(meant_boolean(scalar));
    None
}

/// What to write for a boolean of another spelling.
pub(crate) fn meant_boolean(scalar: &Scalar) -> Option<String> {
    match scalar.text.to_ascii_lowercase().as_str() {
        _ if scalar.quoted => unquoted(scalar),
        "yes" | "on" | "y" | "true" | "1" => Some("write `true`".to_owned()),
        "no" | "off" | "n" | "false" | "0" => Some("write `false`".to_owned()),
        _ => None,
    }
}

/// A bound behind a key.
pub(super) fn number(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Keyed<Number>> {
    let scalar = scalar(entry, "a number", diagnostics)?;
    let value = match core(scalar) {
        Core::Integer(integer) => Number::Integer(integer),
        Core::Number(number) => Number::Number(number),
        Core::Overflow if beyond(scalar).is_some() => Number::Number(beyond(scalar)?),
        _ => {
            let found = invalid(entry, "a number", scalar, diagnostics);
            found.help(unquoted(scalar).or_else(|| without_separators(&scalar.text)));
            return None;
        }
    };
    Some(Keyed { key: entry.key.span, value, span: entry.value.span })
}

/// A length behind a key.
pub(super) fn count(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Keyed<u64>> {
    let scalar = scalar(entry, "a whole number from 0", diagnostics)?;
    if let Core::Integer(integer) = core(scalar)
        && let Ok(value) = u64::try_from(integer)
    {
        return Some(Keyed { key: entry.key.span, value, span: entry.value.span });
    }
    if core(scalar) == Core::Overflow && !scalar.text.starts_with('-') {
        invalid(entry, &format!("a whole number up to {}", i64::MAX), scalar, diagnostics);
        return None;
    }
    let found = invalid(entry, "a whole number from 0", scalar, diagnostics);
    found.help(unquoted(scalar).or_else(|| without_separators(&scalar.text)));
    None
}

/// A percentage from 0 to 100 behind a key; `what` it is, for a sentence.
pub(super) fn percent(entry: &Entry, what: &str, diagnostics: &mut Diagnostics) -> Option<Spanned<f64>> {
    const WANTED: &str = "a percentage from 0 to 100";
    let percent = percentage(entry, what, WANTED, diagnostics)?;
    if (0.0..=100.0).contains(&percent.value) {
        return Some(percent);
    }
    let message = format!("{what} is {WANTED}, not {}", percent.value);
    let help = if percent.value < 0.0 { "the least is `0`" } else { "the most is `100`" };
    diagnostics.error(Code::PercentRange, percent.span, message).help(help.to_owned());
    None
}

/// A percentage of any size behind a key.
pub(super) fn percentage(
    entry: &Entry,
    what: &str,
    wanted: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<f64>> {
    let scalar = scalar(entry, wanted, diagnostics)?;
    let span = entry.value.span;
    let value = match core(scalar) {
        Core::Integer(integer) => Number::Integer(integer).as_f64(),
        Core::Number(number) => number,
        _ => {
            let bare = scalar.text.strip_suffix('%').map(str::trim_end);
            let message = format!("{what} is {wanted}, not {}", shown(scalar));
            match bare.filter(|bare| bare.parse::<f64>().is_ok()) {
                Some(bare) => diagnostics.error(Code::Habit, span, message).help(format!("write `{bare}`")),
                None => diagnostics.error(Code::InvalidValue, span, message).help(unquoted(scalar)),
            };
            return None;
        }
    };
    Some(Spanned { value, span })
}

/// Warns where a fraction was probably meant as a share of one.
pub(super) fn tiny_percent(percent: Spanned<f64>, diagnostics: &mut Diagnostics) {
    if percent.value > 0.0 && percent.value < 1.0 {
        let message = format!("{} is {} one percent", percent.value, fraction(percent.value));
        let help = format!("a percentage goes from 0 to 100; {}?", (percent.value * 1e8).round() / 1e6);
        diagnostics.lint(Lint::TinyPercent, percent.span, message).help(help);
    }
}

/// One of `words` behind a key.
pub(super) fn word<T: Copy>(
    entry: &Entry,
    words: &[(&'static str, T)],
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<T>> {
    let text = text(entry, diagnostics)?;
    one_of(&text, &entry.key.text, words, diagnostics)
}

/// The meaning of a word that stands behind `key`, alone or in a list.
pub(super) fn one_of<T: Copy>(
    text: &Text,
    key: &str,
    words: &[(&'static str, T)],
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<T>> {
    let mut names = Vec::new();
    for (word, value) in words {
        if *word == text.value {
            return Some(Spanned { value: *value, span: text.span });
        }
        names.push(*word);
    }
    unknown_word(text, key, &names, diagnostics);
    None
}

fn unknown_word(text: &Text, key: &str, words: &[&str], diagnostics: &mut Diagnostics) {
    let help = match suggest::nearest(&text.value, words.iter().copied()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("it is one of {}", list(words)),
    };
    let message = format!("unknown `{key}`: `{}`", text.value);
    diagnostics.error(Code::InvalidValue, text.span, message).help(help);
}

/// A day, `2027-03-31`, behind a key; `never` where `or_never`.
pub(super) fn date(entry: &Entry, or_never: bool, diagnostics: &mut Diagnostics) -> Option<Text> {
    let text = text(entry, diagnostics)?;
    if is_date(&text.value) || (or_never && text.value == "never") {
        return Some(text);
    }
    let wanted = if or_never { "a date such as `2027-03-31`, or `never`" } else { "a date such as `2027-03-31`" };
    let message = format!("`{}` is {wanted}, not `{}`", entry.key.text, text.value);
    diagnostics.error(Code::InvalidValue, text.span, message);
    None
}

/// `1_000` and `1,000`: what to write instead.
pub(crate) fn without_separators(text: &str) -> Option<String> {
    if let Some((whole, fraction)) = text.split_once(',')
        && fraction.len() != 3
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        let point = format!("{whole}.{fraction}");
        return point.parse::<f64>().is_ok_and(f64::is_finite).then(|| format!("write `{point}`"));
    }
    let bare: String = text.chars().filter(|character| !matches!(character, '_' | ',' | '\'' | ' ')).collect();
    (bare != text && bare.parse::<f64>().is_ok_and(f64::is_finite)).then(|| format!("write `{bare}`"))
}

const REMOVE_QUOTES: &str = "remove the quotes";

/// What to do about a number or a truth value in quotes.
pub(crate) fn unquoted(scalar: &Scalar) -> Option<String> {
    let plain = Scalar { text: scalar.text.clone(), quoted: false };
    let is_value = matches!(core(&plain), Core::Boolean(_) | Core::Integer(_) | Core::Number(_));
    (scalar.quoted && is_value).then(|| REMOVE_QUOTES.to_owned())
}

/// A scalar in a sentence.
pub(crate) fn shown(scalar: &Scalar) -> String {
    if scalar.quoted { format!("the text `{}`", scalar.text) } else { format!("`{}`", scalar.text) }
}

/// Whether the text is a day that exists.
pub(crate) fn is_date(text: &str) -> bool {
    Day::parse(text).is_some()
}

/// The one value behind a key.
pub(super) fn scalar<'a>(entry: &'a Entry<'a>, wanted: &str, diagnostics: &mut Diagnostics) -> Option<&'a Scalar<'a>> {
    match &entry.value.kind {
        NodeKind::Scalar(scalar) if is_empty(scalar) => empty(entry, diagnostics),
        NodeKind::Scalar(scalar) => return Some(scalar),
        _ => {
            let message = format!("`{}` is {wanted}, not {}", entry.key.text, shape(&entry.value));
            diagnostics.error(Code::WrongShape, entry.value.span, message);
        }
    }
    None
}

fn empty(entry: &Entry, diagnostics: &mut Diagnostics) {
    let message = format!("`{}` has no value", entry.key.text);
    diagnostics.error(Code::EmptyValue, entry.key.span, message).help("write one, or remove the key".to_owned());
}

/// Tells a value that is not what is wanted.
pub(super) fn invalid<'d>(
    entry: &Entry,
    wanted: &str,
    found: &Scalar,
    diagnostics: &'d mut Diagnostics,
) -> &'d mut Diagnostic {
    let message = format!("`{}` is {wanted}, not {}", entry.key.text, shown(found));
    diagnostics.error(Code::InvalidValue, entry.value.span, message)
}

fn is_empty(scalar: &Scalar) -> bool {
    scalar.text.is_empty() && !scalar.quoted
}

fn fraction(value: f64) -> &'static str {
    const WORDS: [(f64, &str); 3] = [(0.25, "a quarter of"), (0.5, "half of"), (0.1, "a tenth of")];
    WORDS.iter().find(|(number, _)| (number - value).abs() < f64::EPSILON).map_or("less than", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_of_thousands_are_taken_out() {
        assert_eq!(without_separators("1_000").as_deref(), Some("write `1000`"));
        assert_eq!(without_separators("1,000.5").as_deref(), Some("write `1000.5`"));
        assert_eq!(without_separators("1 000 000").as_deref(), Some("write `1000000`"));
        assert_eq!(without_separators("1,5").as_deref(), Some("write `1.5`"));
        assert_eq!(without_separators("ten"), None);
        assert_eq!(without_separators("a,5"), None);
        assert_eq!(without_separators("10"), None);
    }
}
