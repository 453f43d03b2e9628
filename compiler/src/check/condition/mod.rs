//! `when` of a rollout: properties, operators in the server's words, operands.

mod date;
mod operator;
mod property;
mod version;

pub(crate) use self::date::ago;
use self::operator::{OPERATORS, Operand};
pub(crate) use self::property::find as property;
pub(crate) use self::version::version;
use crate::ast::index::Index;
use crate::ast::{Condition, Flag, Plan, Property, Rollout, Text};
use crate::check::value::{self, Wanted, quoted, source_text};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::Literal;
use crate::list;
use crate::yaml::{Node, NodeKind};

/// Reads the operand of a condition; what does not fit is told.
pub(crate) fn operand(
    condition: &Condition,
    flag: &Flag,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let property = property::known(condition, flag, index, diagnostics);
    let operand = operator::operand(condition, diagnostics)?;
    let property = property?;
    if !operator::fits(operand, property, index) {
        unfit(condition, property, index, diagnostics);
        return None;
    }
    let node = &condition.operand;
    let word = condition.operator.value.as_str();
    let (read, wanted) = match operand {
        Operand::Same => return same(condition, property, index, diagnostics),
        Operand::Text => (text(node).map(Literal::Text), "text"),
        Operand::Pattern => (text(node).map(Literal::Text), "a regular expression"),
        Operand::Texts => (texts(node), "a list of texts"),
        Operand::Number => (number(node), "a number"),
        Operand::Nothing => (nothing(node), "nothing"),
        Operand::Date => (date(node), "a date such as `2027-03-31`, or how long ago, such as `-7d`"),
        Operand::Version => (version_of(node), "a version such as `1.2.3`"),
        Operand::Wildcard => (wildcard(node), "a version whose end is left open, such as `1.2.*`"),
    };
    let Some(literal) = read else {
        let message = match operand {
            Operand::Nothing => format!("`{word}` stands alone: write `true`"),
            _ => format!("`{word}` compares with {wanted}"),
        };
        mismatch(condition, operand, diagnostics.error(Code::OperatorOperand, node.span, message));
        return None;
    };
    let is_vacuous = operand != Operand::Pattern && holds_empty_text(&literal);
    if is_vacuous {
        let message = format!("the empty text is part of every text, so that `{word}` keeps nobody apart");
        let help = "whether there is a text at all is said by `is_set: true`".to_owned();
        diagnostics.error(Code::OperatorOperand, node.span, message).help(help);
        return None;
    }
    Some(literal)
}

/// The operands of `regex` and `not_regex`, in order.
pub(crate) fn regexes(plan: &Plan) -> Vec<Text> {
    let mut rollouts: Vec<Option<&Rollout>> = Vec::new();
    for flag in &plan.flags.items {
        rollouts.push(flag.rollout.as_ref());
    }
    for target in &plan.targets.items {
        for overlay in &target.flags {
            rollouts.push(overlay.rollout.as_ref());
        }
    }
    let mut regexes = Vec::new();
    for rollout in rollouts.into_iter().flatten() {
        for condition in rollout.entries.iter().flat_map(|entry| &entry.when) {
            if matches!(condition.operator.value.as_str(), "regex" | "not_regex")
                && let Some(value) = text(&condition.operand)
            {
                regexes.push(Text { value, span: condition.operand.span });
            }
        }
    }
    regexes
}

/// Tells an operator that says nothing of such a property.
fn unfit(condition: &Condition, property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let (word, name) = (&condition.operator.value, &property.name.value);
    let kind = operator::kind(property, index);
    let message = format!("`{word}` does not compare `{name}`, which is {kind}");
    let known = if kind == "a point in time" { operator::of_datetime(word) } else { None };
    let fitting = OPERATORS.iter().filter(|(_, operand)| operator::fits(*operand, property, index));
    let help = match known {
        Some(help) => help.to_owned(),
        None => format!("its operators are {}", quoted(fitting.map(|(name, _)| *name))),
    };
    diagnostics
        .error(Code::OperatorOperand, condition.operator.span, message)
        .also(property.name.span, "declared here")
        .help(help);
}

/// What to do about an operand that cannot be read.
fn mismatch(condition: &Condition, operand: Operand, told: &mut Diagnostic) {
    let text = source_text(&condition.operand);
    let help = match operand {
        Operand::Nothing if text == "false" => {
            let opposite = if condition.operator.value == "is_set" { "is_not_set" } else { "is_set" };
            Some(format!("write `{opposite}: true`"))
        }
        Operand::Number => match &condition.operand.kind {
            NodeKind::Scalar(scalar) => {
                crate::parse::unquoted(scalar).or_else(|| crate::parse::without_separators(&scalar.text))
            }
            _ => None,
        },
        Operand::Texts if !text.is_empty() => Some(format!("write `[{text}]`")),
        Operand::Text | Operand::Pattern => match &condition.operand.kind {
            NodeKind::Sequence(_) if condition.operator.value.ends_with("icontains") => {
                Some(format!("several texts are asked for by `{}_multi`", condition.operator.value))
            }
            _ => None,
        },
        Operand::Version if version::is_wildcard(text) => Some("`*` is said by `semver_wildcard`".to_owned()),
        Operand::Wildcard if version(text).is_some() => Some("one version is said by `semver_eq`".to_owned()),
        _ => None,
    };
    told.help(help);
}

/// One value of the property, or a list of them.
fn same(
    condition: &Condition,
    property: &Property,
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Literal> {
    let node = &condition.operand;
    // `null` is no value to compare with: who has none is asked for by `is_not_set`.
    let wanted = Wanted { nullable: false, ..Wanted::of_property(property, property.name.span) };
    match &node.kind {
        NodeKind::Sequence(nodes) => {
            if nodes.is_empty() {
                diagnostics.error(Code::OperatorOperand, node.span, "an empty list is compared with nothing");
                return None;
            }
            let values: Vec<_> = list::map(nodes, |node| value::read(node, wanted, index, diagnostics));
            values.into_iter().collect::<Option<_>>().map(Literal::List)
        }
        _ => value::read(node, wanted, index, diagnostics),
    }
}

fn text(node: &Node) -> Option<String> {
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    (scalar.quoted || !scalar.text.is_empty()).then(|| scalar.text.to_string())
}

fn texts(node: &Node) -> Option<Literal> {
    let NodeKind::Sequence(nodes) = &node.kind else { return None };
    let texts: Option<Vec<_>> = nodes.iter().map(|node| text(node).map(Literal::Text)).collect();
    texts.filter(|texts| !texts.is_empty()).map(Literal::List)
}

fn holds_empty_text(literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => text.is_empty(),
        Literal::List(items) => items.iter().any(holds_empty_text),
        _ => false,
    }
}

fn number(node: &Node) -> Option<Literal> {
    let mut told = Diagnostics::default();
    let literal = value::untyped(node, &mut told)?;
    matches!(literal, Literal::Integer(_) | Literal::Number(_)).then_some(literal)
}

fn nothing(node: &Node) -> Option<Literal> {
    (source_text(node) == "true").then_some(Literal::Boolean(true))
}

fn date(node: &Node) -> Option<Literal> {
    text(node).filter(|text| date::is_date(text)).map(Literal::Text)
}

fn version_of(node: &Node) -> Option<Literal> {
    text(node).filter(|text| version(text).is_some()).map(Literal::Text)
}

fn wildcard(node: &Node) -> Option<Literal> {
    text(node).filter(|text| version::is_wildcard(text)).map(Literal::Text)
}
