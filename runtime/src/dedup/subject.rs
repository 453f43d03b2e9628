use std::hash::{Hash, Hasher};

/// Of what the last value is remembered: keys are these, and no texts that were put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: Kind<'a>,
    /// Whose it is.
    pub(crate) distinct_id: &'a str,
    pub(crate) flag_key: &'a str,
    /// In which groups the person is: type and key, in the order of the types.
    pub(crate) groups: &'a [(String, String)],
}

impl Subject<'_> {
    /// Whether its value never changes: the value is part of the subject.
    pub(super) const fn is_once_for_each_value(&self) -> bool {
        matches!(self.kind, Kind::Called { .. })
    }
}

/// What is reported of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// `Experiment Viewed`.
    Viewed {
        /// Who decided, by its name.
        engine: &'a str,
        /// Which experiment, where one flag may have several that are read on their own.
        experiment: Option<&'a str>,
    },
    /// `$feature_flag_called`. PostHog's own rule is once for each value, so that it is part of the subject, and what was
    /// [`Seen`] is always the same.
    Called {
        /// The variant, where there is one.
        variant: Option<&'a str>,
        /// None where PostHog was asked and has no value.
        enabled: Option<bool>,
    },
}

/// The value of a subject: when another one comes, that is reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen<'a> {
    pub(crate) variation: Option<&'a str>,
    pub(crate) rule: Option<&'a str>,
    pub(crate) enabled: bool,
}

// By hand, so that one byte says which texts follow, where the derived ones write eight for each that may: of what a check
// takes that was a third.

impl Hash for Subject<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.kind {
            Kind::Viewed { engine, experiment } => {
                let number = number(engine);
                state.write_u8(u8::from(experiment.is_some()) | number << 3);
                if number == 0 {
                    engine.hash(state);
                }
                if let Some(experiment) = experiment {
                    experiment.hash(state);
                }
            }
            Kind::Called { variant, enabled } => {
                let nothing = u8::from(enabled.is_none()) << 3;
                state.write_u8(2 | u8::from(variant.is_some()) | u8::from(enabled == Some(true)) << 2 | nothing);
                if let Some(variant) = variant {
                    variant.hash(state);
                }
            }
        }
        self.distinct_id.hash(state);
        self.flag_key.hash(state);
        // Nothing follows: how many there are need not be said.
        for (group_type, key) in self.groups {
            group_type.hash(state);
            key.hash(state);
        }
    }
}

/// Most engines are one of these, and a number costs less than a name; 0 for all others.
#[inline]
fn number(engine: &str) -> u8 {
    match engine {
        "Optimizely" => 1,
        "PostHog" => 2,
        "OpenFeature" => 3,
        _ => 0,
    }
}

impl Hash for Seen<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { variation, rule, enabled } = self;
        state.write_u8(u8::from(variation.is_some()) | u8::from(rule.is_some()) << 1 | u8::from(*enabled) << 2);
        if let Some(variation) = variation {
            variation.hash(state);
        }
        if let Some(rule) = rule {
            rule.hash(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn subjects_differ_where_anything_does() {
        let hasher = foldhash::quality::RandomState::default();
        let groups = [("company".to_owned(), "acme".to_owned())];
        let viewed = |engine, experiment| Kind::Viewed { engine, experiment };
        let called = |variant, enabled| Kind::Called { variant, enabled };
        let mut prints = HashSet::new();
        let mut subjects = 0;
        for kind in [
            viewed("Optimizely", None),
            viewed("Optimizely", Some("")),
            viewed("Optimizely", Some("e")),
            viewed("PostHog", None),
            viewed("OpenFeature", None),
            viewed("optimizely", None),
            viewed("GrowthBook", None),
            viewed("", None),
            called(None, Some(true)),
            called(None, Some(false)),
            called(None, None),
            called(Some(""), Some(true)),
            called(Some("Optimizely"), Some(true)),
        ] {
            for (distinct_id, flag_key) in [("u", "flag"), ("uf", "lag"), ("", "uflag"), ("uflag", "")] {
                for groups in [&[][..], &groups[..]] {
                    prints.insert(hasher.hash_one(Subject { kind, distinct_id, flag_key, groups }));
                    subjects += 1;
                }
            }
        }
        assert_eq!(prints.len(), subjects);
    }
}
