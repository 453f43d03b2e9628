//! `when` of a rollout: properties, operators in the server's words, operands.

use crate::ast::index::Index;
use crate::ast::{Condition, Flag, Property, Section, Shape};
use crate::check::value::{self, Wanted, quoted, source_text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{Literal, Scalar};
use crate::suggest;
use crate::yaml::{Node, NodeKind};

/// What an operator compares with.
#[derive(Clone, Copy, PartialEq)]
enum Operand {
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
    /// Two numbers, the lower first.
    Range,
    /// `true`: the operator says it all.
    Nothing,
    /// A point in time, or how long ago.
    Date,
    /// A version.
    Version,
}

const OPERATORS: &[(&str, Operand)] = &[
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
    ("between", Operand::Range),
    ("not_between", Operand::Range),
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
    ("semver_wildcard", Operand::Version),
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
    ("in", "a list means any of its values: `[a, b]`; `in` is said of cohorts"),
    ("not_in", "write `is_not: [a, b]`; `not_in` is said of cohorts"),
    ("min", "write `gte`"),
    ("max", "write `lte`"),
    ("before", "write `is_date_before`"),
    ("after", "write `is_date_after`"),
    ("exists", "write `is_set: true`"),
    ("flag_evaluates_to", "it is said of flags, not of properties"),
];

/// Reads the operand of a condition; what does not fit is told.
pub(crate) fn operand(
    condition: &Condition,
    flag: &Flag,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let property = property(condition, flag, index, diagnostics);
    let operand = operator(condition, diagnostics)?;
    let property = property?;
    let node = &condition.operand;
    if !fits(operand, property, index) {
        let name = &property.name.value;
        let message =
            format!("`{}` does not compare `{name}`, which is {}", condition.operator.value, kind(property, index));
        let fitting = OPERATORS.iter().filter(|(_, operand)| fits(*operand, property, index)).map(|(name, _)| *name);
        diagnostics
            .error(Code::OperatorOperand, condition.operator.span, message)
            .also(property.name.span, "declared here")
            .help(format!("its operators are {}", quoted(fitting)));
        return None;
    }
    let wanted = |what: &str| format!("`{}` compares with {what}", condition.operator.value);
    let read = match operand {
        Operand::Same => return same(node, property, index, diagnostics),
        Operand::Text => text(node).map(Literal::Text).ok_or(wanted("text")),
        Operand::Pattern => text(node).map(Literal::Text).ok_or(wanted("a regular expression")),
        Operand::Texts => texts(node).ok_or(wanted("a list of texts")),
        Operand::Number => number(node).ok_or(wanted("a number")),
        Operand::Range => range(node).ok_or(wanted("two numbers, the lower first: `[1, 9]`")),
        Operand::Nothing => nothing(node).ok_or(format!("`{}` stands alone: write `true`", condition.operator.value)),
        Operand::Date => date(node).ok_or(wanted("a date such as `2027-03-31`, or how long ago, such as `-7d`")),
        Operand::Version => version(node).ok_or(wanted("a version such as `1.2.3`")),
    };
    read.map_err(|message| diagnostics.error(Code::OperatorOperand, node.span, message)).ok()
}

/// The property of the person, or of the group that the flag counts.
fn property<'p>(
    condition: &Condition,
    flag: &Flag,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) -> Option<&'p Property> {
    let name = condition.property.value.as_str();
    let Some(group) = &flag.group else {
        if let Some(property) = index.person.get(name) {
            return Some(*property);
        }
        unknown_property(condition, &index.plan.person, "the person", "`person`", diagnostics);
        return None;
    };
    let group = *index.groups.get(group.value.as_str())?;
    if let Some(property) = group.properties.items.iter().find(|property| property.name.value == name) {
        return Some(property);
    }
    let of = format!("group `{}`", group.name.value);
    unknown_property(condition, &group.properties, &of, "the properties of that group", diagnostics);
    None
}

fn unknown_property(
    condition: &Condition,
    properties: &Section<Property>,
    of: &str,
    place: &str,
    diagnostics: &mut Diagnostics,
) {
    if !properties.complete {
        return;
    }
    let name = &condition.property.value;
    let names = properties.items.iter().map(|property| property.name.value.as_str());
    let help = match suggest::nearest(name, names) {
        Some(similar) => format!("a property with a similar name exists: `{similar}`"),
        None => format!("declare `{name}` in {place}"),
    };
    diagnostics
        .error(Code::UnknownProperty, condition.property.span, format!("{of} has no property `{name}`"))
        .help(help);
}

fn operator(condition: &Condition, diagnostics: &mut Diagnostics) -> Option<Operand> {
    let word = condition.operator.value.as_str();
    if let Some((_, operand)) = OPERATORS.iter().find(|(name, _)| *name == word) {
        return Some(*operand);
    }
    let names = OPERATORS.iter().map(|(name, _)| *name);
    let help = match HABITS.iter().find(|(name, _)| *name == word) {
        Some((_, help)) => (*help).to_owned(),
        None => match suggest::nearest(word, names.clone()) {
            Some(similar) => format!("an operator with a similar name exists: `{similar}`"),
            None => {
                format!("the operators are {}", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
            }
        },
    };
    diagnostics.error(Code::UnknownOperator, condition.operator.span, format!("unknown operator `{word}`")).help(help);
    None
}

/// Whether an operator says something of a property of that type. What is not declared fits.
fn fits(operand: Operand, property: &Property, index: &Index<'_>) -> bool {
    let Some(ty) = index.resolve(&property.ty) else { return true };
    match (&ty.shape, operand) {
        (_, Operand::Nothing)
        | (Shape::Broken | Shape::Named(_) | Shape::Scalar(Scalar::Json), _)
        | (Shape::Scalar(_), Operand::Same) => true,
        (Shape::Scalar(scalar), Operand::Number | Operand::Range) => matches!(scalar, Scalar::Integer | Scalar::Number),
        (Shape::Scalar(scalar), Operand::Date) => matches!(scalar, Scalar::Datetime | Scalar::String),
        (Shape::Scalar(scalar), Operand::Version) => *scalar == Scalar::String,
        (Shape::Scalar(scalar), Operand::Text | Operand::Texts | Operand::Pattern) => {
            !matches!(scalar, Scalar::Boolean | Scalar::Datetime)
        }
        (Shape::Enum(_) | Shape::Subset { .. }, _) => {
            let integers = index.enumeration(ty).is_some_and(value::is_integers);
            match operand {
                Operand::Number | Operand::Range => integers,
                Operand::Date | Operand::Version => false,
                _ => true,
            }
        }
        (Shape::Object(_) | Shape::List(_) | Shape::Map { .. } | Shape::Const { .. }, _) => {
            matches!(operand, Operand::Text | Operand::Texts | Operand::Pattern)
        }
    }
}

/// What a property holds, for a sentence.
fn kind(property: &Property, index: &Index<'_>) -> &'static str {
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

/// One value of the property, or a list of them.
fn same(node: &Node, property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) -> Option<Literal> {
    // Constraints are left out: a condition may ask for what was sent before they were there.
    let wanted = Wanted::of(&property.ty, property.name.span);
    match &node.kind {
        NodeKind::Sequence(nodes) => {
            if nodes.is_empty() {
                diagnostics.error(Code::OperatorOperand, node.span, "an empty list is compared with nothing");
                return None;
            }
            let values: Vec<_> = nodes.iter().map(|node| value::read(node, wanted, index, diagnostics)).collect();
            values.into_iter().collect::<Option<_>>().map(Literal::List)
        }
        _ => value::read(node, wanted, index, diagnostics),
    }
}

fn text(node: &Node) -> Option<String> {
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    (scalar.quoted || !scalar.text.is_empty()).then(|| scalar.text.clone())
}

fn texts(node: &Node) -> Option<Literal> {
    let NodeKind::Sequence(nodes) = &node.kind else { return None };
    let texts: Option<Vec<_>> = nodes.iter().map(|node| text(node).map(Literal::Text)).collect();
    texts.filter(|texts| !texts.is_empty()).map(Literal::List)
}

fn number(node: &Node) -> Option<Literal> {
    let mut told = Diagnostics::default();
    let literal = value::untyped(node, &mut told)?;
    matches!(literal, Literal::Integer(_) | Literal::Number(_)).then_some(literal)
}

fn range(node: &Node) -> Option<Literal> {
    let NodeKind::Sequence(nodes) = &node.kind else { return None };
    let [low, high] = nodes.as_slice() else { return None };
    let (low, high) = (number(low)?, number(high)?);
    (as_f64(&low)? <= as_f64(&high)?).then(|| Literal::List(vec![low, high]))
}

#[expect(clippy::cast_precision_loss, reason = "the server compares doubles too")]
fn as_f64(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Integer(integer) => Some(*integer as f64),
        Literal::Number(number) => Some(*number),
        _ => None,
    }
}

fn nothing(node: &Node) -> Option<Literal> {
    (source_text(node) == "true").then_some(Literal::Boolean(true))
}

fn date(node: &Node) -> Option<Literal> {
    let text = text(node)?;
    (value::is_datetime(&text) || is_relative(&text)).then_some(Literal::Text(text))
}

/// `-7d`: a whole number below 10,000 of hours, days, weeks, months or years.
fn is_relative(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some(digits) = text.strip_suffix(['h', 'd', 'w', 'm', 'y']) else { return false };
    (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn version(node: &Node) -> Option<Literal> {
    let text = text(node)?;
    let bare = text.strip_prefix('v').unwrap_or(&text);
    let core = bare.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<_> = core.split('.').collect();
    let well_formed = (1..=3).contains(&parts.len())
        && parts.iter().enumerate().all(|(at, part)| {
            let wildcard = *part == "*" && at > 0 && at + 1 == parts.len();
            wildcard || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        });
    well_formed.then_some(Literal::Text(text))
}

/// The variants of a flag, for a sentence.
pub(crate) fn variants(flag: &Flag) -> String {
    let names = flag.variants.iter().flat_map(|variants| &variants.section.items);
    quoted(names.map(|variant| variant.name.value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml::Scalar;

    fn node(text: &str) -> Node {
        Node { span: Span::default(), kind: NodeKind::Scalar(Scalar { text: text.to_owned(), quoted: false }) }
    }

    #[test]
    fn dates_are_absolute_or_relative() {
        for (text, expected) in
            [("2027-03-31", true), ("-7d", true), ("30d", true), ("-12345d", false), ("d", false), ("soon", false)]
        {
            assert_eq!(date(&node(text)).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn versions_have_up_to_three_numbers() {
        for (text, expected) in [
            ("1.2.3", true),
            ("v1.2", true),
            ("1.*", true),
            ("1.2.3-rc.1", true),
            ("1*", false),
            ("*", false),
            ("1.2.3.4", false),
            ("latest", false),
        ] {
            assert_eq!(version(&node(text)).is_some(), expected, "{text}");
        }
    }
}
