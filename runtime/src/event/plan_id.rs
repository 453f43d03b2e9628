use std::fmt;

use crate::destinations::Destinations;
use crate::sensitivity::Sensitivity;

/// Which plan, and which text of it, generated code was compiled from, and what it lets each destination see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PlanId {
    name: &'static str,
    hash: &'static str,
    audience: Audience,
}

/// Which destinations may see what is of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Audience {
    public: Destinations,
    internal: Destinations,
    personal: Destinations,
}

impl PlanId {
    /// Of what no plan declares: the events that the client makes by itself.
    pub(crate) const NONE: Self = Self::new("", "");

    /// The plan's `name:` and the fingerprint of its text; each destination may see up to `internal`.
    #[must_use]
    pub const fn new(name: &'static str, hash: &'static str) -> Self {
        Self { name, hash, audience: Audience::DEFAULT }
    }

    /// These destinations may see up to this class, and no more.
    #[must_use]
    pub const fn allow(mut self, destinations: Destinations, highest: Sensitivity) -> Self {
        let Audience { internal, personal, .. } = &mut self.audience;
        let (more, less) = (internal.and(destinations), internal.without(destinations));
        *internal = if matches!(highest, Sensitivity::Public) { less } else { more };
        let (more, less) = (personal.and(destinations), personal.without(destinations));
        *personal = if matches!(highest, Sensitivity::Personal) { more } else { less };
        self
    }

    /// The plan's `name:`, empty where it has none.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Sixteen hex digits; the same text gives the same.
    #[must_use]
    pub const fn hash(&self) -> &'static str {
        self.hash
    }

    pub(crate) const fn audience(&self) -> Audience {
        self.audience
    }
}

impl Audience {
    const DEFAULT: Self =
        Self { public: Destinations::EVERY, internal: Destinations::EVERY, personal: Destinations::NONE };

    /// These destinations of it.
    #[must_use]
    pub(crate) const fn only(self, destinations: Destinations) -> Self {
        let Self { public, internal, personal } = self;
        Self {
            public: public.only(destinations),
            internal: internal.only(destinations),
            personal: personal.only(destinations),
        }
    }

    /// Who may see what is of this class.
    #[inline]
    pub(crate) const fn of(self, class: Sensitivity) -> Destinations {
        match class {
            Sensitivity::Public => self.public,
            Sensitivity::Internal => self.internal,
            Sensitivity::Personal => self.personal,
        }
    }
}

impl fmt::Debug for PlanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, hash, audience: Audience { internal, personal, .. } } = self;
        let mut fields = formatter.debug_struct("PlanId");
        fields.field("name", name).field("hash", hash).field("internal", internal).field("personal", personal).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_sees_up_to_what_the_plan_says_last() {
        let everybody = PlanId::new("p", "0");
        assert_eq!(everybody.audience().of(Sensitivity::Internal), Destinations::EVERY);
        assert_eq!(everybody.audience().of(Sensitivity::Personal), Destinations::NONE);
        let plan = everybody
            .allow(Destinations::ALL, Sensitivity::Personal)
            .allow(Destinations::SEGMENT, Sensitivity::Public)
            .allow(Destinations::MIXPANEL, Sensitivity::Internal)
            .allow(Destinations::OPTIMIZELY, Sensitivity::Public);
        let of = |class| plan.audience().of(class);
        assert_eq!(of(Sensitivity::Public), Destinations::EVERY);
        assert_eq!(of(Sensitivity::Internal), Destinations::POSTHOG.and(Destinations::MIXPANEL));
        assert_eq!(of(Sensitivity::Personal), Destinations::POSTHOG);
    }
}
