//! Bounds that leave nothing between them: of numbers, points in time and versions.

use super::Compared;
use super::contradiction::Contradiction;
use super::domain::number;
use crate::ast::index::Index;
use crate::ast::{Constraints, Property, Shape};
use crate::check::condition::{ago, version};
use crate::ir::{Literal, Scalar};
use crate::source::Span;

/// One end of a range.
struct Bound<'e, 'p, T> {
    value: T,
    /// Whether the value itself is left out.
    excluded: bool,
    /// `None`: the property's own constraint says so.
    condition: Option<&'e Compared<'p>>,
    declared: Option<Span>,
}

/// Whether the bounds of a property leave nothing.
pub(super) fn empty<'e, 'p>(
    conditions: &'e [Compared<'p>],
    property: &Property,
    index: &Index<'_>,
) -> Option<Contradiction<'e, 'p>> {
    numbers(conditions, property, index).or_else(|| dates(conditions)).or_else(|| versions(conditions))
}

fn numbers<'e, 'p>(
    conditions: &'e [Compared<'p>],
    property: &Property,
    index: &Index<'_>,
) -> Option<Contradiction<'e, 'p>> {
    let mut least = Vec::new();
    let mut greatest = Vec::new();
    for condition in conditions {
        let Some(value) = number(&condition.operand) else { continue };
        let excluded = matches!(condition.operator(), "gt" | "lt");
        let bound = Bound { value, excluded, condition: Some(condition), declared: None };
        match condition.operator() {
            "gt" | "gte" => least.push(bound),
            "lt" | "lte" => greatest.push(bound),
            _ => {}
        }
    }
    let aliases = index.aliases(&property.ty).map(|alias| &alias.constraints);
    for constraints in std::iter::once(&*property.constraints).chain(aliases) {
        let Constraints { min, max, .. } = constraints;
        let bound = |value, key| Bound { value, excluded: false, condition: None, declared: Some(key) };
        least.extend(min.as_ref().map(|min| bound(min.value.as_f64(), min.key)));
        greatest.extend(max.as_ref().map(|max| bound(max.value.as_f64(), max.key)));
    }
    let whole = matches!(index.resolve(&property.ty).map(|ty| &ty.shape), Some(Shape::Scalar(Scalar::Integer)));
    if whole {
        // Between 3 and 4 there is no whole number.
        for bound in &mut least {
            bound.value = if bound.excluded { bound.value.floor() + 1.0 } else { bound.value.ceil() };
            bound.excluded = false;
        }
        for bound in &mut greatest {
            bound.value = if bound.excluded { bound.value.ceil() - 1.0 } else { bound.value.floor() };
            bound.excluded = false;
        }
    }
    apart(&least, &greatest)
}

/// The first two ends between which there is nothing, where a condition says at least one of them.
fn apart<'e, 'p, T: PartialOrd>(
    least: &[Bound<'e, 'p, T>],
    greatest: &[Bound<'e, 'p, T>],
) -> Option<Contradiction<'e, 'p>> {
    for low in least {
        for high in greatest {
            let mut conditions = Vec::new();
            conditions.extend(low.condition);
            conditions.extend(high.condition);
            let meet = low.value > high.value || (low.value == high.value && (low.excluded || high.excluded));
            if meet && !conditions.is_empty() {
                return Some(Contradiction { conditions, declared: low.declared.or(high.declared) });
            }
        }
    }
    None
}

/// Points in time that are written alike: both days, both in UTC, or both so long ago.
fn dates<'e, 'p>(conditions: &'e [Compared<'p>]) -> Option<Contradiction<'e, 'p>> {
    let named = |operator| conditions.iter().find(|condition| condition.operator() == operator);
    let (after, before) = (named("is_date_after")?, named("is_date_before")?);
    let (Literal::Text(from), Literal::Text(to)) = (&after.operand, &before.operand) else { return None };
    let is_empty = match (ago(from), ago(to)) {
        (Some(from), Some(to)) => from.most <= to.least,
        (None, None) => {
            let in_utc = |text: &str| text.ends_with(['Z', 'z']);
            let alike = from.len() == to.len() && (from.len() == DAY || (in_utc(from) && in_utc(to)));
            // Between day and clock stands `T`, `t` or a space.
            let parts = |text: &str| (text[..DAY].to_owned(), text[DAY..].get(1..).map(str::to_ascii_uppercase));
            alike && parts(from) >= parts(to)
        }
        _ => false,
    };
    is_empty.then(|| Contradiction { conditions: vec![after, before], declared: None })
}

/// `2027-03-31`.
const DAY: usize = 10;

fn versions<'e, 'p>(conditions: &'e [Compared<'p>]) -> Option<Contradiction<'e, 'p>> {
    let mut least = Vec::new();
    let mut greatest = Vec::new();
    for condition in conditions {
        let Literal::Text(text) = &condition.operand else { continue };
        let Some(Some(value)) = version(text) else { continue };
        let bound = |excluded| Bound { value, excluded, condition: Some(condition), declared: None };
        match condition.operator() {
            "semver_gt" => least.push(bound(true)),
            "semver_gte" => least.push(bound(false)),
            "semver_lt" => greatest.push(bound(true)),
            "semver_lte" => greatest.push(bound(false)),
            "semver_eq" => {
                least.push(bound(false));
                greatest.push(bound(false));
            }
            _ => {}
        }
    }
    apart(&least, &greatest)
}
