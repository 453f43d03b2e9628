use super::PlanId;
use crate::destinations::Destinations;

/// What the plan says of one kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSchema {
    name: &'static str,
    plan: PlanId,
    destinations: Destinations,
    names: Names,
    over_super: Option<OverSuper>,
}

/// How an event lies over the super properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OverSuper {
    /// Those that it may have values of its own for.
    pub(crate) shadowing: &'static [&'static str],
    /// Those that are no part of it.
    pub(crate) withholding: &'static [&'static str],
}

/// The names that an event has at some destinations, by the number of the destination's kind.
pub(crate) type Names = [Option<&'static str>; Destinations::KINDS];

impl EventSchema {
    /// An event of this wire name in this plan: for every destination, with the super properties.
    #[must_use]
    pub const fn new(name: &'static str, plan: PlanId) -> Self {
        Self {
            name,
            plan,
            destinations: Destinations::ALL,
            names: [None; Destinations::KINDS],
            over_super: Some(OverSuper { shadowing: &[], withholding: &[] }),
        }
    }

    /// For these destinations alone. Where a client has none of them the event is for nobody: it is not encoded,
    /// and counts neither as delivered nor as lost.
    #[must_use]
    pub const fn to(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// A conversion: Optimizely gets it too, with what it gives to
    /// [`PropertyWriter::conversion`](super::PropertyWriter::conversion). It stands behind [`to`](Self::to).
    #[must_use]
    pub const fn converting(mut self) -> Self {
        self.destinations = self.destinations.and(Destinations::OPTIMIZELY);
        self
    }

    /// Another name at these destinations.
    #[must_use]
    pub const fn named(mut self, destinations: Destinations, name: &'static str) -> Self {
        let mut kind = 0;
        while kind < self.names.len() {
            if destinations.0 & 1 << kind != 0 {
                self.names[kind] = Some(name);
            }
            kind += 1;
        }
        self
    }

    /// The super properties are no part of it.
    #[must_use]
    pub const fn without_super(mut self) -> Self {
        self.over_super = None;
        self
    }

    /// Properties of its own that have the names of super properties: where the event has a value, it goes; where
    /// it has none, the super property does.
    #[must_use]
    pub const fn shadowing(mut self, names: &'static [&'static str]) -> Self {
        if let Some(over) = &mut self.over_super {
            over.shadowing = names;
        }
        self
    }

    /// Properties of its own that have the names of super properties and are `secret`: neither goes.
    #[must_use]
    pub const fn withholding(mut self, names: &'static [&'static str]) -> Self {
        if let Some(over) = &mut self.over_super {
            over.withholding = names;
        }
        self
    }

    /// The name on the wire, wherever it has no other.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The plan it comes from.
    #[must_use]
    pub const fn plan(&self) -> PlanId {
        self.plan
    }

    /// The destinations that it is for.
    #[must_use]
    pub const fn destinations(&self) -> Destinations {
        self.destinations
    }

    pub(crate) const fn plan_ref(&self) -> &PlanId {
        &self.plan
    }

    pub(crate) const fn names(&self) -> &Names {
        &self.names
    }

    /// `None` where it takes none at all.
    pub(crate) const fn over_super(&self) -> Option<OverSuper> {
        self.over_super
    }
}
