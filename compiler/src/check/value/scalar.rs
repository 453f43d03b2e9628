//! Values of the six types that the language has words for.

use crate::ast::scalar::{Core, beyond, core, is_null};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Literal, Scalar};
use crate::parse;
use crate::yaml::{Node, NodeKind};

use super::datetime::is_datetime;

/// A value of a type that the language has a word for.
pub(super) fn read(node: &Node, wanted: Scalar, diagnostics: &mut Diagnostics) -> Option<Literal> {
    if wanted == Scalar::Json {
        return super::untyped(node, diagnostics);
    }
    let word = match wanted {
        Scalar::String => "text",
        Scalar::Integer => "an integer",
        Scalar::Number => "a number",
        Scalar::Boolean => "`true` or `false`",
        Scalar::Datetime => "a point in time such as `2027-03-31T12:00:00Z`",
        Scalar::Json => unreachable!("handled above"),
    };
    let NodeKind::Scalar(scalar) = &node.kind else {
        mismatch(node, word, diagnostics);
        return None;
    };
    let found = core(scalar);
    let literal = match (wanted, found) {
        (Scalar::String, _) if scalar.quoted || !scalar.text.is_empty() => Some(Literal::Text(scalar.text.to_string())),
        (Scalar::Integer, Core::Integer(integer)) => Some(Literal::Integer(integer)),
        (Scalar::Number, Core::Number(number)) => Some(Literal::Number(number)),
        #[expect(clippy::cast_precision_loss, reason = "a number is a double wherever it is sent")]
        (Scalar::Number, Core::Integer(integer)) => Some(Literal::Number(integer as f64)),
        (Scalar::Number, Core::Overflow) => beyond(scalar).map(Literal::Number),
        (Scalar::Boolean, Core::Boolean(boolean)) => Some(Literal::Boolean(boolean)),
        (Scalar::Datetime, _) if is_datetime(&scalar.text) => Some(Literal::Text(scalar.text.to_string())),
        _ => None,
    };
    if literal.is_none() {
        let told = mismatch(node, word, diagnostics);
        match (wanted, found) {
            (Scalar::Integer, Core::Overflow) => told.help("an integer has 64 bits".to_owned()),
            (Scalar::Number, Core::NotFinite) => told.help("a number is finite".to_owned()),
            (Scalar::Integer | Scalar::Number | Scalar::Boolean, Core::Text) if scalar.quoted => {
                told.help(parse::unquoted(scalar))
            }
            (Scalar::Integer, Core::Number(number)) => told.help(whole(number)),
            (Scalar::Integer | Scalar::Number, _) => told.help(plain(&scalar.text)),
            (Scalar::Datetime, _) => told.help(in_utc(&scalar.text)),
            (Scalar::Boolean, _) => told.help(truth(&scalar.text)),
            _ => told,
        };
    }
    literal
}

/// `5.0` and `1e3` as an integer.
fn whole(number: f64) -> Option<String> {
    const GREATEST: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= GREATEST).then(|| format!("write `{number}`"))
}

/// A number without separators and without `%`.
fn plain(text: &str) -> Option<String> {
    let bare = text.strip_suffix('%').map(str::trim_end).filter(|bare| bare.parse::<f64>().is_ok());
    bare.map(|bare| format!("write `{bare}`")).or_else(|| parse::without_separators(text))
}

/// A point in time that lacks seconds or the offset, which is hardly known.
fn in_utc(text: &str) -> Option<String> {
    let whole = ["Z", ":00Z"].map(|end| format!("{text}{end}")).into_iter().find(|whole| is_datetime(whole))?;
    Some(format!("say the offset; in UTC it is `{whole}`"))
}

/// What `yes` and the like are in YAML 1.2.
fn truth(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" => Some("write `true`".to_owned()),
        "no" | "off" | "n" => Some("write `false`".to_owned()),
        _ => None,
    }
}

/// Tells that something else is wanted.
pub(super) fn mismatch<'d>(node: &Node, wanted: &str, diagnostics: &'d mut Diagnostics) -> &'d mut Diagnostic {
    let found = match &node.kind {
        NodeKind::Mapping(_) => "a map".to_owned(),
        NodeKind::Sequence(_) => "a list".to_owned(),
        NodeKind::Scalar(_) if is_null(node) => "nothing".to_owned(),
        NodeKind::Scalar(scalar) => parse::shown(scalar),
    };
    diagnostics.error(Code::ValueMismatch, node.span, format!("{wanted} is wanted here, not {found}"))
}
