//! What the author wrote: every name and value with its place, nothing resolved.
//!
//! `parse` makes it and has told what it could not read. An item whose content was unreadable still
//! stands here under its name, so that a reference to it is not told a second time.

mod cohort;
mod conventions;
mod conversion;
mod destination;
mod experiment;
mod flag;
pub(crate) mod index;
mod property;
pub(crate) mod scalar;
mod sync;
pub(crate) mod walk;

pub use self::cohort::{Cohort, CohortReference};
pub use self::conventions::{Case, Conventions};
pub use self::conversion::{Conversion, OptimizelyConversion};
pub use self::destination::Destination;
pub use self::experiment::{Experiment, Exposure, Metric, Metrics};
pub use self::flag::{Condition, Flag, FlagCondition, Rollout, RolloutEntry, Variant, Variants};
pub use self::property::{
    Constraints, Element, EnumShape, EnumValue, Number, PersonLink, Property, Shape, TypeDeclaration, TypeExpression,
};
pub use self::sync::{FlagOverlay, Target, VariantOverlay, VariantOverlays};
use crate::ir::DestinationKind;
use crate::source::Span;
use crate::sparse::Empty;
use crate::yaml::Value;

/// A value and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A name or a sentence of the plan.
pub type Text = Spanned<String>;

/// A value that stands behind a key, when the key may be what is wrong.
#[derive(Clone, PartialEq)]
pub struct Keyed<T> {
    /// Where the key stands.
    pub key: Span,
    /// What was written.
    pub value: T,
    /// Where the value stands.
    pub span: Span,
}

/// A map of named items, in the order in which they are written.
#[derive(Clone)]
pub struct Section<T> {
    /// Where its key stands; `None` where the plan has no such section.
    pub declared: Option<Span>,
    /// The items that have a name.
    pub items: Vec<T>,
    /// Whether every item could be read. In an incomplete section a name that is missing may be one
    /// of those that were told already.
    pub complete: bool,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { declared: None, items: Vec::new(), complete: true }
    }
}

impl<T> Section<T> {
    /// Adds what another file declares under the same key.
    pub(crate) fn append(&mut self, other: Self) {
        self.declared = self.declared.or(other.declared);
        if self.items.is_empty() {
            self.items = other.items;
        } else {
            self.items.extend(other.items);
        }
        self.complete &= other.complete;
    }
}

/// A whole plan.
#[derive(Clone, Default)]
pub struct Plan {
    /// `name:`.
    pub name: Option<Text>,
    /// `conventions:`.
    pub conventions: Conventions,
    /// `destinations:`, what each may see.
    pub destinations: Vec<Destination>,
    /// `sync: { targets: .. }`.
    pub targets: Section<Target>,
    /// Who may own things.
    pub owners: Section<Owner>,
    /// Named types.
    pub types: Section<TypeDeclaration>,
    /// Properties that events share.
    pub property_groups: Section<PropertyGroup>,
    /// `super:`, properties under those of every event.
    pub super_properties: Section<Property>,
    /// The properties of people.
    pub person: Section<Property>,
    /// Kinds of groups.
    pub groups: Section<Group>,
    /// Cohorts of the vendor that rollouts name.
    pub cohorts: Section<Cohort>,
    /// Events.
    pub events: Section<Event>,
    /// Flags.
    pub flags: Section<Flag>,
    /// Experiments.
    pub experiments: Section<Experiment>,
}

/// What stands on every named thing.
#[derive(Clone, Default, PartialEq)]
pub struct Meta {
    /// `description:`.
    pub description: Option<Text>,
    /// `owner:`, one or several.
    pub owners: Vec<Text>,
    /// `deprecated:`; `deprecated: false` is none.
    pub deprecated: Option<Box<Deprecated>>,
    /// `tags:`.
    pub tags: Vec<Text>,
    /// `links:`.
    pub links: Vec<Text>,
    /// `expires:`, a date or `never`.
    pub expires: Option<Text>,
    /// `code_name:`.
    pub code_name: Option<Text>,
}

impl Empty for Meta {
    const EMPTY: &'static Self = &Self {
        description: None,
        owners: Vec::new(),
        deprecated: None,
        tags: Vec::new(),
        links: Vec::new(),
        expires: None,
        code_name: None,
    };
}

/// `deprecated:` in any of its forms.
#[derive(Clone, Default, PartialEq)]
pub struct Deprecated {
    /// Where the key stands.
    pub key: Span,
    /// Why, or what to do.
    pub note: Option<String>,
    /// The name of what replaces it.
    pub replaced_by: Option<Text>,
    /// Since when.
    pub since: Option<String>,
}

/// One of `owners`.
#[derive(Clone)]
pub struct Owner {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// `contact:`.
    pub contact: Option<Text>,
}

/// One of `property_groups`.
#[derive(Clone)]
pub struct PropertyGroup {
    /// Its key.
    pub name: Text,
    /// Empty in the short form.
    pub meta: Meta,
    /// Property groups and object types whose properties come first.
    pub include: Vec<Text>,
    /// Its own properties.
    pub properties: Section<Property>,
}

/// One of `groups`.
#[derive(Clone)]
pub struct Group {
    /// Its key: the group type.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// What is known about such a group.
    pub properties: Section<Property>,
}

/// One of `events`.
#[derive(Clone)]
pub struct Event {
    /// Its key: the name on the wire, unless `wire` says another.
    pub name: Text,
    /// `name:`; the key is then only what the code calls it.
    pub wire: Option<Text>,
    /// `description` and the like.
    pub meta: Meta,
    /// Property groups and object types whose properties come first.
    pub include: Vec<Text>,
    /// Its own properties.
    pub properties: Section<Property>,
    /// `send_as:`, the name at one destination.
    pub send_as: Vec<(Spanned<DestinationKind>, Text)>,
    /// `to:`; absent: every destination.
    pub to: Option<Keyed<Vec<Spanned<DestinationKind>>>>,
    /// `open: true`: properties that the plan does not know may be added.
    pub open: Option<Keyed<bool>>,
    /// `super: false`: without the plan's super properties.
    pub super_properties: Option<Keyed<bool>>,
    /// `apps:`, the applications that have it; none: all.
    pub apps: Vec<Text>,
    /// `conversion:`, where it is one.
    pub conversion: Option<Box<Conversion>>,
    /// `examples:`, maps of its properties.
    pub examples: Vec<Value>,
}

impl Plan {
    /// The events that an application has; `None` stands for all applications.
    pub fn events_of(&self, app: Option<&str>) -> impl Iterator<Item = &Event> {
        self.events.items.iter().filter(move |event| event.is_of(app))
    }
}

impl Event {
    /// `name:`, or the key.
    pub(crate) fn wire_name(&self) -> &str {
        &self.wire().value
    }

    /// The name on the wire: `name:`, or the key.
    pub(crate) fn wire(&self) -> &Text {
        self.wire.as_ref().unwrap_or(&self.name)
    }

    /// The name that `send_as` gives it there.
    pub(crate) fn sent_as(&self, destination: DestinationKind) -> Option<&Text> {
        self.send_as.iter().find(|(kind, _)| kind.value == destination).map(|(_, name)| name)
    }

    /// Whether its route leads there; to Optimizely conversions go, whatever the route.
    pub(crate) fn goes_to(&self, destination: DestinationKind) -> bool {
        match destination {
            DestinationKind::Optimizely => self.optimizely().is_some(),
            _ => self.to.as_ref().is_none_or(|to| to.value.iter().any(|kind| kind.value == destination)),
        }
    }

    /// What Optimizely is told of it, where it is a conversion there.
    pub(crate) fn optimizely(&self) -> Option<&OptimizelyConversion> {
        self.conversion.as_ref()?.optimizely.as_ref()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.value)
    }

    pub(crate) fn takes_super(&self) -> bool {
        self.super_properties.as_ref().is_none_or(|takes| takes.value)
    }

    /// Whether an application has it; `None` stands for all of them.
    pub(crate) fn is_of(&self, app: Option<&str>) -> bool {
        self.apps.is_empty() || app.is_none_or(|app| self.apps.iter().any(|name| name.value == app))
    }
}

/// An item that stands under a name.
pub(crate) trait Named {
    /// Its key.
    fn name(&self) -> &Text;
    /// What stands on every named thing.
    fn meta(&self) -> &Meta;
}

macro_rules! named {
    ($($item:ty),*) => {$(
        impl Named for $item {
            fn name(&self) -> &Text {
                &self.name
            }
            fn meta(&self) -> &Meta {
                &self.meta
            }
        }
    )*};
}

named!(Owner, Cohort, Target, PropertyGroup, Group, Event, TypeDeclaration, Property, Flag, Variant, Experiment);
