//! Properties of which every value is known: those that `exact` lists, or those of a closed enum.

use super::Compared;
use super::contradiction::Contradiction;
use super::reach::values;
use crate::ast::index::Index;
use crate::ast::{Property, Shape};
use crate::check::value::literal_of;
use crate::ir::{Literal, Scalar};
use crate::list;
use crate::table::Table;

/// Whether no value meets all conditions.
pub(super) fn exhausted<'e, 'p>(
    conditions: &'e [Compared<'p>],
    property: &Property,
    index: &Index<'_>,
) -> Option<Contradiction<'e, 'p>> {
    if conditions.iter().any(|condition| condition.operator() == "is_not_set") {
        return None;
    }
    let exact = conditions.iter().find(|condition| condition.operator() == "exact");
    let (candidates, declared) = match exact {
        Some(exact) => (values(&exact.operand).to_vec(), None),
        None => (declared_values(property, index)?, Some(property.name.span)),
    };
    let tests: Vec<_> = list::filter_map(conditions, Test::new);
    let is_met = |value: &Literal| tests.iter().all(|test| test.is_met_by(value));
    if tests.is_empty() || candidates.is_empty() || candidates.iter().any(is_met) {
        return None;
    }
    // One that alone leaves nothing is the whole contradiction.
    let alone = tests.iter().find(|test| exact.is_none() && !candidates.iter().any(|value| test.is_met_by(value)));
    let conditions = match alone {
        Some(alone) => vec![alone.condition],
        None => list::map(&tests, |test| test.condition),
    };
    Some(Contradiction { conditions, declared })
}

/// Every value that a property can have, where they can be listed.
fn declared_values(property: &Property, index: &Index<'_>) -> Option<Vec<Literal>> {
    let ty = index.resolve(&property.ty)?;
    let whole = index.enumeration(ty);
    match &ty.shape {
        Shape::Scalar(Scalar::Boolean) => Some(vec![Literal::Boolean(true), Literal::Boolean(false)]),
        Shape::Enum(shape) if !shape.open && shape.complete => {
            Some(list::filter_map(&shape.values, |value| literal_of(&value.value, shape)))
        }
        Shape::Subset { only, .. } => Some(list::filter_map(only, |value| literal_of(value, whole?))),
        _ => None,
    }
}

/// A condition that a single value meets or not.
struct Test<'e, 'p> {
    condition: &'e Compared<'p>,
    /// As the server compares them.
    texts: Table<String, ()>,
    number: Option<f64>,
}

impl<'e, 'p> Test<'e, 'p> {
    fn new(condition: &'e Compared<'p>) -> Option<Self> {
        let is_text = matches!(
            condition.operator().trim_start_matches("not_"),
            "icontains" | "icontains_multi" | "starts_with" | "ends_with"
        );
        let is_equality = matches!(condition.operator(), "exact" | "is_not");
        let number = match condition.operator() {
            "gt" | "gte" | "lt" | "lte" => number(&condition.operand),
            _ => None,
        };
        let fold = if is_equality { folded } else { ascii_folded };
        let mut texts = Table::new();
        if is_text || is_equality {
            for value in values(&condition.operand) {
                texts.insert(fold(value), ());
            }
        }
        (number.is_some() || !texts.is_empty()).then_some(Self { condition, texts, number })
    }

    fn is_met_by(&self, value: &Literal) -> bool {
        let operator = self.condition.operator();
        if let Some(bound) = self.number {
            let Some(value) = number(value) else { return true };
            return match operator {
                "gt" => value > bound,
                "gte" => value >= bound,
                "lt" => value < bound,
                _ => value <= bound,
            };
        }
        match operator {
            "exact" => return self.texts.contains_key(folded(value).as_str()),
            "is_not" => return !self.texts.contains_key(folded(value).as_str()),
            _ => {}
        }
        let text = ascii_folded(value);
        let found = self.texts.keys().any(|part| match operator.trim_start_matches("not_") {
            "starts_with" => text.starts_with(part.as_str()),
            "ends_with" => text.ends_with(part.as_str()),
            _ => text.contains(part.as_str()),
        });
        found != operator.starts_with("not_")
    }
}

/// As the server compares with `exact`: text, without case.
fn folded(value: &Literal) -> String {
    shown(value).to_lowercase()
}

/// As the server looks for parts of a text.
pub(super) fn ascii_folded(value: &Literal) -> String {
    shown(value).to_ascii_lowercase()
}

fn shown(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Integer(integer) => integer.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::Boolean(boolean) => boolean.to_string(),
        Literal::Null | Literal::List(_) | Literal::Map(_) => String::new(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the server compares doubles too")]
pub(super) fn number(value: &Literal) -> Option<f64> {
    match value {
        Literal::Integer(integer) => Some(*integer as f64),
        Literal::Number(number) => Some(*number),
        _ => None,
    }
}
