use crate::value::Rule;

/// How often a property was left out of an event for the same reason.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InvalidCount {
    /// The event; for verbs without a name `identify`, `set` or `group`, for super properties `super`.
    pub event: String,
    /// The property, and the fields below it, joined by dots; the keys of maps, which may be personal, are left out.
    pub property: String,
    /// The rule that it broke.
    pub rule: Rule,
    /// How often.
    pub count: u64,
}

/// What was left out, by event, property and rule.
#[derive(Debug, Default)]
pub(crate) struct Invalids {
    pub(crate) total: u64,
    pub(crate) counts: Vec<InvalidCount>,
}

/// The names of extra properties may come from anywhere: there is an end to those that are told apart.
const KINDS: usize = 1_000;

impl Invalids {
    pub(crate) fn count(&mut self, event: &str, property: &str, rule: Rule) {
        self.total += 1;
        let is_it =
            |known: &&mut InvalidCount| known.event == event && known.property == property && known.rule == rule;
        if let Some(known) = self.counts.iter_mut().find(is_it) {
            known.count += 1;
        } else if self.counts.len() < KINDS {
            self.counts.push(InvalidCount { event: event.to_owned(), property: property.to_owned(), rule, count: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_counted_together_and_kinds_have_an_end() {
        let mut invalids = Invalids::default();
        invalids.count("e", "a", Rule::MaxItems(1));
        invalids.count("e", "a", Rule::MaxItems(1));
        invalids.count("e", "a", Rule::Finite);
        let count = |rule, count| InvalidCount { event: "e".to_owned(), property: "a".to_owned(), rule, count };
        assert_eq!(invalids.counts, [count(Rule::MaxItems(1), 2), count(Rule::Finite, 1)]);
        (0..KINDS).for_each(|number| invalids.count("e", &number.to_string(), Rule::Name));
        invalids.count("e", "a", Rule::Finite);
        assert_eq!((invalids.counts.len(), invalids.total), (KINDS, 4 + KINDS as u64));
        assert_eq!(invalids.counts[1].count, 2);
    }
}
