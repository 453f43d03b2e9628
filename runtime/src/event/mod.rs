//! Events, person properties and groups, as generated code implements them.

mod properties;

pub use properties::{PersonWriter, PropertyWriter};

/// An event of the plan. The compiler of the plan implements it; `capture` takes it.
///
/// `write` gives every property that has a value, one call each, and nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of the plan",
    label = "not an event",
    note = "declare it under `events:` in the plan and capture what `taxonomy!()` makes of it: `events::UserSignedUp::new(..)`"
)]
pub trait Event {
    /// What the plan says of this kind of event.
    fn schema(&self) -> &'static EventSchema;

    /// Gives the properties to the writer.
    fn write(&self, properties: &mut PropertyWriter<'_>);
}

impl<E: Event + ?Sized> Event for &E {
    fn schema(&self) -> &'static EventSchema {
        (**self).schema()
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (**self).write(properties);
    }
}

/// Properties of a person, as the plan's `person:` declares them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold properties of a person",
    label = "not properties of a person",
    note = "declare them under `person:` in the plan and pass `person::Properties::new()` with what is known"
)]
pub trait PersonProperties {
    /// Gives the properties to the writer: to `set()` or to `set_once()`, as the plan says.
    fn write(&self, properties: &mut PropertyWriter<'_>);
}

/// A group that a person belongs to, with its properties.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a group of the plan",
    label = "not a group",
    note = "declare it under `groups:` in the plan and pass what `taxonomy!()` makes of it: `groups::Company::new(..)`"
)]
pub trait Group {
    /// The group's type: `company`.
    fn group_type(&self) -> &'static str;

    /// Which one: `acme`.
    fn key(&self) -> &str;

    /// Gives the properties to the writer.
    fn write(&self, properties: &mut PropertyWriter<'_>);
}

/// Which plan, and which text of it, generated code was compiled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanId {
    name: &'static str,
    hash: &'static str,
}

impl PlanId {
    /// The plan's `name:` and the fingerprint of its text.
    #[must_use]
    pub const fn new(name: &'static str, hash: &'static str) -> Self {
        Self { name, hash }
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
}

/// What the plan says of one kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSchema {
    name: &'static str,
    plan: PlanId,
}

impl EventSchema {
    /// An event of this wire name in this plan.
    #[must_use]
    pub const fn new(name: &'static str, plan: PlanId) -> Self {
        Self { name, plan }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The plan it comes from.
    #[must_use]
    pub const fn plan(&self) -> PlanId {
        self.plan
    }
}
