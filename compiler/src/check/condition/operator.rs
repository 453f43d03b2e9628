//! The operators of `when`, in the server's words, and what each compares.

use crate::ast::index::Index;
use crate::ast::{Condition, Property, Shape};
use crate::check::value;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Scalar;
use crate::list;
use crate::suggest;

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    /// A value of the property, or several.
    Same,
    /// Some text.
    Text,
    /// Several texts.
    Texts,
    /// A regular expression.
    Pattern,
    /// A number.
    Number,
    /// `true`: the operator says it all.
    Nothing,
    /// A point in time, or how long ago.
    Date,
    /// A version.
    Version,
    /// A version whose end is left open: `1.2.*`.
    Wildcard,
}

pub(super) const OPERATORS: &[(&str, Operand)] = &[
    ("exact", Operand::Same),
    ("is_not", Operand::Same),
    ("icontains", Operand::Text),
    ("not_icontains", Operand::Text),
    ("icontains_multi", Operand::Texts),
    ("not_icontains_multi", Operand::Texts),
    ("starts_with", Operand::Text),
    ("not_starts_with", Operand::Text),
    ("ends_with", Operand::Text),
    ("not_ends_with", Operand::Text),
    ("regex", Operand::Pattern),
    ("not_regex", Operand::Pattern),
    ("gt", Operand::Number),
    ("gte", Operand::Number),
    ("lt", Operand::Number),
    ("lte", Operand::Number),
    ("is_set", Operand::Nothing),
    ("is_not_set", Operand::Nothing),
    ("is_date_exact", Operand::Date),
    ("is_date_before", Operand::Date),
    ("is_date_after", Operand::Date),
    ("semver_eq", Operand::Version),
    ("semver_neq", Operand::Version),
    ("semver_gt", Operand::Version),
    ("semver_gte", Operand::Version),
    ("semver_lt", Operand::Version),
    ("semver_lte", Operand::Version),
    ("semver_tilde", Operand::Version),
    ("semver_caret", Operand::Version),
    ("semver_wildcard", Operand::Wildcard),
];

/// Words that people write for operators, and what to write.
const HABITS: &[(&str, &str)] = &[
    ("eq", "write `exact`, or the value alone"),
    ("equals", "write `exact`, or the value alone"),
    ("is", "write `exact`, or the value alone"),
    ("neq", "write `is_not`"),
    ("not", "write `is_not`"),
    ("contains", "write `icontains`; it does not look at case"),
    ("not_contains", "write `not_icontains`; it does not look at case"),
    ("in", "a list means any of its values: `[a, b]`; of a cohort write `in_cohort` beside `when`"),
    ("not_in", "write `is_not: [a, b]`; of a cohort write `not_in_cohort` beside `when`"),
    ("min", "write `gte`"),
    ("max", "write `lte`"),
    ("between", "write both ends: `gte: 1, lte: 9`; flags know no `between`"),
    ("not_between", "write an entry for each side, `lt: 1` and `gt: 9`; flags know no `not_between`"),
    ("before", "write `is_date_before`"),
    ("after", "write `is_date_after`"),
    ("exists", "write `is_set: true`"),
    ("flag_evaluates_to", "write `flags: { other-flag: true }` beside `when`"),
];

/// What the operator of a condition compares with; one that the server does not know is told.
pub(super) fn operand(condition: &Condition, diagnostics: &mut Diagnostics) -> Option<Operand> {
    let word = condition.operator.value.as_str();
    if let Some((_, operand)) = OPERATORS.iter().find(|(name, _)| *name == word) {
        return Some(*operand);
    }
    let names = list::map(OPERATORS, |(name, _)| *name);
    let help = match HABITS.iter().find(|(name, _)| *name == word) {
        Some((_, help)) => (*help).to_owned(),
        None => match suggest::nearest(word, names.clone()) {
            Some(similar) => format!("an operator with a similar name exists: `{similar}`"),
            None => format!("the operators are {}", list::quoted(&names, ", ")),
        },
    };
    diagnostics.error(Code::UnknownOperator, condition.operator.span, format!("unknown operator `{word}`")).help(help);
    None
}

/// Whether an operator says something of a property of that type. What is not declared fits.
pub(super) fn fits(operand: Operand, property: &Property, index: &Index<'_>) -> bool {
    let Some(ty) = index.resolve(&property.ty) else { return true };
    match (&ty.shape, operand) {
        (_, Operand::Nothing) | (Shape::Broken | Shape::Named(_) | Shape::Scalar(Scalar::Json), _) => true,
        // `exact` compares texts, and one point in time has many.
        (Shape::Scalar(scalar), Operand::Same) => *scalar != Scalar::Datetime,
        (Shape::Scalar(scalar), Operand::Number) => matches!(scalar, Scalar::Integer | Scalar::Number),
        (Shape::Scalar(scalar), Operand::Date) => matches!(scalar, Scalar::Datetime | Scalar::String),
        (Shape::Scalar(scalar), Operand::Version | Operand::Wildcard) => *scalar == Scalar::String,
        (Shape::Scalar(scalar), Operand::Text | Operand::Texts | Operand::Pattern) => {
            !matches!(scalar, Scalar::Boolean | Scalar::Datetime)
        }
        (Shape::Enum(_) | Shape::Subset { .. }, _) => {
            let integers = index.enumeration(ty).is_some_and(value::is_integers);
            match operand {
                Operand::Number => integers,
                Operand::Date | Operand::Version | Operand::Wildcard => false,
                _ => true,
            }
        }
        (Shape::Object(_) | Shape::List(_) | Shape::Map { .. } | Shape::Const { .. }, _) => {
            matches!(operand, Operand::Text | Operand::Texts | Operand::Pattern)
        }
    }
}

/// What to write of a point in time instead of an operator that does not fit it.
pub(super) fn of_datetime(operator: &str) -> Option<&'static str> {
    match operator {
        "exact" => Some("write `is_date_exact`"),
        "gt" | "gte" => Some("write `is_date_after`"),
        "lt" | "lte" => Some("write `is_date_before`"),
        _ => None,
    }
}

/// What a property holds, for a sentence.
pub(super) fn kind(property: &Property, index: &Index<'_>) -> &'static str {
    match index.resolve(&property.ty).map(|ty| &ty.shape) {
        Some(Shape::Scalar(Scalar::String)) => "text",
        Some(Shape::Scalar(Scalar::Integer)) => "an integer",
        Some(Shape::Scalar(Scalar::Number)) => "a number",
        Some(Shape::Scalar(Scalar::Boolean)) => "a boolean",
        Some(Shape::Scalar(Scalar::Datetime)) => "a point in time",
        Some(Shape::Enum(_) | Shape::Subset { .. }) => "an enum",
        Some(Shape::Object(_)) => "an object",
        Some(Shape::List(_)) => "a list",
        Some(Shape::Map { .. }) => "a map",
        _ => "a value",
    }
}
