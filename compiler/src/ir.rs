//! What the plan means: every reference resolved, every name chosen, order as in the YAML.
//!
//! `lower` makes it from a checked `ast`; `emit`, the macros and the command line read it. Nothing in
//! it is wrong: what could be wrong was told by `check`.

use crate::source::Span;

/// A whole plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// `name:` of the plan.
    pub name: Option<String>,
    /// A fingerprint of what was compiled, 16 lower-case hex digits; the same text gives the same hash.
    pub hash: String,
    /// Named types, then inline shapes in the order in which they are declared. [`TypeId`] is the index.
    pub types: Vec<TypeItem>,
    pub events: Vec<Event>,
    /// The properties under `person:`, in order.
    pub person: Vec<Property>,
    pub groups: Vec<Group>,
    pub flags: Vec<Flag>,
    pub experiments: Vec<Experiment>,
}

impl Plan {
    #[must_use]
    pub fn type_item(&self, id: TypeId) -> &TypeItem {
        &self.types[id.0]
    }

    /// The event of that key, which is also its wire name.
    #[must_use]
    pub fn event(&self, key: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.name.wire == key)
    }

    #[must_use]
    pub fn flag(&self, key: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.wire == key)
    }

    #[must_use]
    pub fn experiment(&self, key: &str) -> Option<&Experiment> {
        self.experiments.iter().find(|experiment| experiment.name.wire == key)
    }

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
    pub description: Option<String>,
    pub owners: Vec<String>,
    pub deprecated: Option<Deprecated>,
    pub tags: Vec<String>,
    pub links: Vec<String>,
    /// `expires:` as written (`2027-03-31` or `never`).
    pub expires: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deprecated {
    pub note: Option<String>,
    /// The wire name of what replaces it.
    pub replaced_by: Option<String>,
    pub since: Option<String>,
}

/// One item of the module `types`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeItem {
    pub name: Name,
    pub meta: Meta,
    pub kind: TypeKind,
    /// Whether the Rust type has a lifetime: it holds text somewhere that is not behind its own cycle.
    pub borrows: bool,
    /// Whether a flag's payload holds it, so that it needs a decoder.
    pub decoded: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    Enum(Enum),
    Object(Vec<Property>),
    /// A named scalar with constraints: a newtype, checked where it is built.
    Constrained { scalar: Scalar, constraints: Constraints },
    /// A named scalar without constraints, a named list or map: a `pub type`.
    Alias(Type),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// All values are text, or all are integers.
    pub repr: EnumRepr,
    pub values: Vec<EnumValue>,
    /// `open: true`: one more variant `Other(value)`.
    pub open: bool,
    /// `only:` of this enum; every value of ours is one of its, found by [`EnumValue::wire`].
    pub subset_of: Option<TypeId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumRepr {
    Text,
    Integer,
}

#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    pub wire: Literal,
    pub ident: String,
    pub description: Option<String>,
    pub deprecated: Option<Deprecated>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    String,
    Integer,
    Number,
    Boolean,
    Datetime,
    Json,
}

/// The type of a property, an element or a value. Inline shapes are items of their own.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Scalar(Scalar),
    Named(TypeId),
    List(Box<Element>),
    Map {
        /// A closed or open text enum; `None`: any text.
        keys: Option<TypeId>,
        values: Box<Element>,
    },
    /// Always this value: sent, never asked for.
    Const(Literal),
}

/// What a list or a map holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    pub ty: Type,
    pub nullable: bool,
    pub constraints: Constraints,
}

/// A property of an event, a person, a group, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// `ident` is the field's name; the setter is `with_` and its bare text.
    pub name: Name,
    pub meta: Meta,
    pub ty: Type,
    pub required: bool,
    pub nullable: bool,
    pub constraints: Constraints,
    pub sensitivity: Sensitivity,
    /// `person: set` on an event's property; `set_once: true` on a person's.
    pub person: Option<PersonWrite>,
    pub examples: Vec<Literal>,
    /// The property group (or object type) that an event includes it from.
    pub included_from: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonWrite {
    Set,
    SetOnce,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    Public,
    #[default]
    Internal,
    Personal,
    Secret,
}

/// Bounds on a value. Lengths are in Unicode scalar values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    pub min: Option<Literal>,
    pub max: Option<Literal>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    /// Searched, not anchored, in regex-lite's syntax.
    pub pattern: Option<String>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
}

impl Constraints {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A value written in the plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Literal>),
    /// In the order in which it is written.
    Map(Vec<(String, Literal)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `ident` is the struct's name.
    pub name: Name,
    pub meta: Meta,
    /// Included properties first, then its own.
    pub properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// `ident` is the struct's name, `wire` the group type.
    pub name: Name,
    pub meta: Meta,
    pub properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// `ident` is the constant's name.
    pub name: Name,
    pub meta: Meta,
    pub kind: FlagKind,
    /// What the code gets.
    pub value: FlagValue,
    /// The type of payloads, and the plan's own payload of a flag without variants.
    pub payload_type: Option<Type>,
    pub payload: Option<Literal>,
    /// `None`: the plan does not manage it.
    pub rollout: Option<Vec<RolloutEntry>>,
    /// `group:` counts groups of this type.
    pub group: Option<String>,
    pub active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagKind {
    Release,
    Ops,
    Permission,
    KillSwitch,
    Experiment,
    RemoteConfig,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FlagValue {
    /// `Flag<bool, P>`.
    Boolean { default: bool },
    /// `Flag<TheEnum, P>`; `ident` is the enum's name in the module `flags`.
    Variants { ident: String, variants: Vec<Variant>, default: usize },
    /// A remote config: `Flag<ThePayload>`; the default is a literal of `payload_type`.
    Payload { default: Literal },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub name: Name,
    pub meta: Meta,
    /// In percent; all of a flag sum to 100.
    pub weight: f64,
    pub payload: Option<Literal>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RolloutEntry {
    pub percent: f64,
    pub when: Vec<Condition>,
    pub variant: Option<String>,
    pub note: Option<String>,
    pub span: Span,
}

/// One property of `when`: its operator in the server's words, and the operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub property: String,
    pub operator: String,
    pub operand: Literal,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// `ident` is the constant's name.
    pub name: Name,
    pub meta: Meta,
    pub flag: FlagId,
    pub hypothesis: Option<String>,
    pub primary: Vec<Metric>,
    pub secondary: Vec<Metric>,
    pub guardrails: Vec<Metric>,
    pub minimum_detectable_effect: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Wire names of events; several are the steps of a funnel.
    pub events: Vec<String>,
    pub kind: MetricKind,
    pub property: Option<String>,
    pub goal: Goal,
    /// `threshold` and `action` of a guardrail, as written.
    pub threshold: Option<String>,
    pub action: Option<String>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Funnel,
    Count,
    Mean,
    Ratio,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Increase,
    Decrease,
}
