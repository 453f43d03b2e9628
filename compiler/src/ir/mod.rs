//! What the plan means: every reference resolved, every name chosen, order as in the YAML.
//!
//! `lower` makes it from a checked `ast`; `emit`, the macros and the command line read it. Nothing in
//! it is wrong: what could be wrong was told by `check`.

#[cfg(feature = "text")]
mod at_target;
mod conversion;
mod destination;
mod experiment;
mod flag;
mod property;
mod sync;
mod types;

pub use self::conversion::{Conversion, OptimizelyConversion};
pub use self::destination::{Destination, DestinationKind};
pub use self::experiment::{Experiment, Exposure, Goal, Metric, MetricEvent, MetricKind, RuleKind, Threshold};
pub use self::flag::{
    BucketBy, Cohort, Condition, Flag, FlagCondition, FlagKind, FlagRuntime, FlagValue, Managed, RolloutEntry, Variant,
};
pub use self::property::{Constraints, PersonWrite, Property, Sensitivity};
pub use self::sync::{FlagOverlay, Target, VariantOverlay};
pub use self::types::{Element, Enum, EnumRepr, EnumValue, Scalar, Type, TypeItem, TypeKind};
use crate::source::Span;
use crate::sparse::Empty;

/// A whole plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// `name:` of the plan.
    pub name: Option<String>,
    /// A fingerprint of what was compiled, 16 lower-case hex digits; the same text gives the same hash.
    pub hash: String,
    /// What each destination may see; one that is absent sees up to `internal`.
    pub destinations: Vec<Destination>,
    /// `sync.targets`, in order.
    pub targets: Vec<Target>,
    /// Who may own things, in order.
    pub owners: Vec<Owner>,
    /// Named types, then inline shapes in the order in which they are declared. [`TypeId`] is the index.
    pub types: Vec<TypeItem>,
    /// In order.
    pub events: Vec<Event>,
    /// The properties under `super:`, in order.
    pub super_properties: Vec<Property>,
    /// The properties under `person:`, in order.
    pub person: Vec<Property>,
    /// Kinds of groups, in order.
    pub groups: Vec<Group>,
    /// In order.
    pub cohorts: Vec<Cohort>,
    /// In order; [`FlagId`] is the index.
    pub flags: Vec<Flag>,
    /// In order.
    pub experiments: Vec<Experiment>,
}

impl Plan {
    /// The type of that id.
    #[must_use]
    pub fn type_item(&self, id: TypeId) -> &TypeItem {
        &self.types[id.0]
    }

    /// The event of that key, else the first of that wire name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&Event> {
        let by_key = self.events.iter().find(|event| event.key == name);
        by_key.or_else(|| self.events.iter().find(|event| event.name.wire == name))
    }

    /// The flag of that key.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.wire == key)
    }

    /// The experiment of that key.
    #[must_use]
    pub fn experiment(&self, key: &str) -> Option<&Experiment> {
        self.experiments.iter().find(|experiment| experiment.name.wire == key)
    }

    /// The flag that assigns an experiment.
    #[must_use]
    pub fn flag_of(&self, experiment: &Experiment) -> &Flag {
        &self.flags[experiment.flag.0]
    }
}

/// Index into [`Plan::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub usize);

/// Index into [`Plan::flags`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlagId(pub usize);

/// What a thing is called in the plan and in Rust.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The key in the YAML: the name on the wire.
    pub wire: String,
    /// The Rust identifier as it is written, `r#` included, in the case of its kind: a type in
    /// `PascalCase`, a field in `snake_case`, a constant in `SCREAMING_SNAKE`.
    pub ident: String,
    /// Where the key stands.
    pub span: Span,
}

/// What ruling 5 allows on every named thing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meta {
    /// Plain text, one or more paragraphs.
    pub description: Option<String>,
    /// Keys of `owners`.
    pub owners: Vec<String>,
    /// Whether, and why, it is on its way out.
    pub deprecated: Option<Deprecated>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where to read on.
    pub links: Vec<String>,
    /// `expires:` as written (`2027-03-31` or `never`).
    pub expires: Option<String>,
}

impl Empty for Meta {
    const EMPTY: &'static Self = &Self {
        description: None,
        owners: Vec::new(),
        deprecated: None,
        tags: Vec::new(),
        links: Vec::new(),
        expires: None,
    };
}

/// What the plan says of a thing that is on its way out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deprecated {
    /// Why, or what to do.
    pub note: Option<String>,
    /// The wire name of what replaces it.
    pub replaced_by: Option<String>,
    /// A version or a date, as written.
    pub since: Option<String>,
}

/// A value written in the plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// 64 bits, signed.
    Integer(i64),
    /// Finite.
    Number(f64),
    /// Text; a point in time too, as written.
    Text(String),
    /// In order.
    List(Vec<Literal>),
    /// In the order in which it is written.
    Map(Vec<(String, Literal)>),
}

/// One of `owners`.
#[derive(Debug, Clone, PartialEq)]
pub struct Owner {
    /// Its key.
    pub name: String,
    /// Description and the like.
    pub meta: Meta,
    /// Where to reach it.
    pub contact: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `ident` is the struct's name; `wire` is `name:`, or the key.
    pub name: Name,
    /// Its key in the plan.
    pub key: String,
    /// Description, owners and the like.
    pub meta: Meta,
    /// Included properties first, then its own. A super property of the same name is one of `shadows`.
    pub properties: Vec<Property>,
    /// The name at one destination, in place of `name.wire`.
    pub send_as: Vec<(DestinationKind, String)>,
    /// Where it goes; `None`: everywhere.
    pub to: Option<Vec<DestinationKind>>,
    /// Whether properties that the plan does not know may be added.
    pub open: bool,
    /// Whether the plan's super properties lie under it.
    pub takes_super: bool,
    /// Super properties that it declares itself, by wire name.
    pub shadows: Vec<String>,
    /// The applications that have it; none: all.
    pub apps: Vec<String>,
    /// What it counts for, where it is a conversion.
    pub conversion: Option<Conversion>,
    /// Properties of it and their values, for documentation.
    pub examples: Vec<Literal>,
}

/// One kind of group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// `ident` is the struct's name, `wire` the group type.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// What is known about such a group, in order.
    pub properties: Vec<Property>,
}
