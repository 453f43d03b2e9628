//! Events, person properties and groups, as generated code implements them.

mod extra;
pub(crate) mod extra_name;
mod plan_id;
mod properties;
mod schema;
mod terms;

pub use extra::{Extra, ExtraValue};
pub use plan_id::PlanId;
pub use properties::{ConversionWriter, HashedWriter, PersonWriter, PropertyWriter};
pub use schema::EventSchema;

pub(crate) use plan_id::Audience;
pub(crate) use schema::{Names, OverSuper};
pub(crate) use terms::{Terms, Twin};

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
    /// The plan that declares them: it says which destination may see what.
    fn plan(&self) -> PlanId;

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
    /// The plan that declares it: it says which destination may see what.
    fn plan(&self) -> PlanId;

    /// The group's type: `company`.
    fn group_type(&self) -> &'static str;

    /// Which one: `acme`.
    fn key(&self) -> &str;

    /// Gives the properties to the writer.
    fn write(&self, properties: &mut PropertyWriter<'_>);
}

/// Properties that are part of every event, as the plan's `super:` declares them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold super properties",
    label = "not super properties",
    note = "declare them under `super:` in the plan and pass `super_properties::Properties::new()` with what is known"
)]
pub trait SuperProperties {
    /// The plan that declares them: it says which destination may see what.
    fn plan(&self) -> PlanId;

    /// Gives the properties to the writer; what goes to `set()` or `set_once()` is left aside.
    fn write(&self, properties: &mut PropertyWriter<'_>);
}
