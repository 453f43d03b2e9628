//! Texts that have to be there and must not.

use super::Compared;
use super::contradiction::Contradiction;
use super::domain::ascii_folded;
use super::reach::values;
use crate::ast::Property;
use crate::ast::index::Index;
use crate::ir::Literal;
use crate::list;

/// Whether what a text has to hold is forbidden elsewhere, or longer than the text may be.
pub(super) fn excluded<'e, 'p>(
    conditions: &'e [Compared<'p>],
    property: &Property,
    index: &Index<'_>,
) -> Option<Contradiction<'e, 'p>> {
    for wanted in conditions.iter().filter(|condition| is_wanted(condition.operator())) {
        let aliases = index.aliases(&property.ty).map(|alias| &alias.constraints);
        let constraints = std::iter::once(&*property.constraints).chain(aliases);
        for longest in constraints.filter_map(|constraints| constraints.max_length.as_ref()) {
            let too_long = |value: &Literal| ascii_folded(value).chars().count() as u64 > longest.value;
            if values(&wanted.operand).iter().all(too_long) {
                return Some(Contradiction { conditions: vec![wanted], declared: Some(longest.key) });
            }
        }
        let forbidding =
            conditions.iter().find(|other| other.operator().starts_with("not_") && wanted.is_forbidden(other));
        if let Some(forbidding) = forbidding {
            return Some(Contradiction { conditions: vec![wanted, forbidding], declared: None });
        }
    }
    same_opposites(conditions)
}

fn is_wanted(operator: &str) -> bool {
    matches!(operator, "icontains" | "icontains_multi" | "starts_with" | "ends_with")
}

impl Compared<'_> {
    /// Whether each of the texts that it wants holds one that `other` forbids.
    fn is_forbidden(&self, other: &Self) -> bool {
        let forbidden: Vec<_> = list::map(values(&other.operand), ascii_folded);
        let operator = self.operator();
        values(&self.operand).iter().map(ascii_folded).all(|text| {
            forbidden.iter().any(|part| match other.operator() {
                "not_icontains" | "not_icontains_multi" => text.contains(part.as_str()),
                "not_starts_with" => operator == "starts_with" && text.starts_with(part.as_str()),
                "not_ends_with" => operator == "ends_with" && text.ends_with(part.as_str()),
                _ => false,
            })
        })
    }
}

/// An operator and its opposite with the same operand.
fn same_opposites<'e, 'p>(conditions: &'e [Compared<'p>]) -> Option<Contradiction<'e, 'p>> {
    [("regex", "not_regex"), ("semver_eq", "semver_neq")].into_iter().find_map(|(operator, opposite)| {
        let one = conditions.iter().find(|condition| condition.operator() == operator)?;
        let other = conditions.iter().find(|condition| condition.operator() == opposite)?;
        (one.operand == other.operand).then(|| Contradiction { conditions: vec![one, other], declared: None })
    })
}
