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
    /// In order.
    pub events: Vec<Event>,
    /// The properties under `person:`, in order.
    pub person: Vec<Property>,
    /// Kinds of groups, in order.
    pub groups: Vec<Group>,
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

    /// The event of that key, which is also its wire name.
    #[must_use]
    pub fn event(&self, key: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.name.wire == key)
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

/// One item of the module `types`.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeItem {
    /// `ident` is the type's name; an inline shape has that name as `wire` too.
    pub name: Name,
    /// Empty on an inline shape.
    pub meta: Meta,
    /// What it is.
    pub kind: TypeKind,
    /// Whether the Rust type has a lifetime: it holds text somewhere that is not behind its own cycle.
    pub borrows: bool,
    /// Whether a flag's payload holds it, so that it needs a decoder.
    pub decoded: bool,
}

/// The kinds of items in the module `types`.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A closed or open set of values.
    Enum(Enum),
    /// A struct of these properties.
    Object(Vec<Property>),
    /// A named scalar with constraints: a newtype, checked where it is built.
    Constrained {
        /// What it holds.
        scalar: Scalar,
        /// What it keeps.
        constraints: Constraints,
    },
    /// A named scalar without constraints, a named list or map: a `pub type`.
    Alias(Type),
}

/// The values of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// All values are text, or all are integers.
    pub repr: EnumRepr,
    /// In order.
    pub values: Vec<EnumValue>,
    /// `open: true`: one more variant `Other(value)`.
    pub open: bool,
    /// `only:` of this enum; every value of ours is one of its, found by [`EnumValue::wire`].
    pub subset_of: Option<TypeId>,
}

/// What the values of an enum are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumRepr {
    /// All text.
    Text,
    /// All integers.
    Integer,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// A text or an integer.
    pub wire: Literal,
    /// The variant's identifier.
    pub ident: String,
    /// `description:` of the long form.
    pub description: Option<String>,
    /// `deprecated:` of the long form.
    pub deprecated: Option<Deprecated>,
    /// Where the value stands.
    pub span: Span,
}

/// The types that the language has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Any text.
    String,
    /// 64 bits, signed.
    Integer,
    /// A finite double.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A point in time.
    Datetime,
    /// Any JSON.
    Json,
}

/// The type of a property, an element or a value. Inline shapes are items of their own.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// A word of the language.
    Scalar(Scalar),
    /// An item of the module `types`.
    Named(TypeId),
    /// Any number of the same.
    List(Box<Element>),
    /// Values behind keys.
    Map {
        /// A closed or open text enum; `None`: any text.
        keys: Option<TypeId>,
        /// What stands behind the keys.
        values: Box<Element>,
    },
    /// Always this value: sent, never asked for.
    Const(Literal),
}

/// What a list or a map holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// What it is.
    pub ty: Type,
    /// Whether `null` may stand for it.
    pub nullable: bool,
    /// What each of them keeps.
    pub constraints: Constraints,
}

/// A property of an event, a person, a group, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// `ident` is the field's name; the setter is `with_` and its bare text.
    pub name: Name,
    /// Description, deprecation and the like.
    pub meta: Meta,
    /// What it holds.
    pub ty: Type,
    /// Whether `new` asks for it.
    pub required: bool,
    /// Whether `null` is a value of it.
    pub nullable: bool,
    /// What its value keeps: checked when it is written.
    pub constraints: Constraints,
    /// As written; what it holds may be of a higher class.
    pub sensitivity: Sensitivity,
    /// `person: set` on an event's property; `set_once: true` on a person's.
    pub person: Option<PersonWrite>,
    /// Values of it, for documentation.
    pub examples: Vec<Literal>,
    /// The property group (or object type) that an event includes it from.
    pub included_from: Option<String>,
}

/// How a property reaches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonWrite {
    /// Every time.
    Set,
    /// Only where nothing was set before.
    SetOnce,
}

/// Who may see a value, from everybody to nobody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// Anybody.
    Public,
    /// Any destination, where nothing else is said.
    #[default]
    Internal,
    /// Destinations that may see personal data.
    Personal,
    /// It never leaves the process.
    Secret,
}

/// Bounds on a value. Lengths are in Unicode scalar values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    /// Least number.
    pub min: Option<Literal>,
    /// Greatest number.
    pub max: Option<Literal>,
    /// Least length of a text.
    pub min_length: Option<u64>,
    /// Greatest length of a text.
    pub max_length: Option<u64>,
    /// Searched, not anchored, in regex-lite's syntax.
    pub pattern: Option<String>,
    /// Fewest elements of a list or map.
    pub min_items: Option<u64>,
    /// Most elements of a list or map.
    pub max_items: Option<u64>,
}

impl Constraints {
    /// Whether everything is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
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

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `ident` is the struct's name.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// Included properties first, then its own.
    pub properties: Vec<Property>,
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

/// One flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// `ident` is the constant's name.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// What it is for.
    pub kind: FlagKind,
    /// What the code gets.
    pub value: FlagValue,
    /// The type of payloads.
    pub payload_type: Option<Type>,
    /// The plan's own payload of a flag without variants, a literal of `payload_type`.
    pub payload: Option<Literal>,
    /// `None`: the plan does not manage it.
    pub rollout: Option<Vec<RolloutEntry>>,
    /// `group:` counts groups of this type.
    pub group: Option<String>,
    /// Whether it is switched on at all.
    pub active: bool,
}

/// What a flag is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagKind {
    /// To bring a feature out by and by.
    Release,
    /// To run the product.
    Ops,
    /// To say who may use a feature.
    Permission,
    /// To switch a feature off at once.
    KillSwitch,
    /// To compare variants.
    Experiment,
    /// To hand out a value.
    RemoteConfig,
}

/// What the code gets of a flag.
#[derive(Debug, Clone, PartialEq)]
pub enum FlagValue {
    /// `Flag<bool, P>`.
    Boolean {
        /// What it is when there is no answer.
        default: bool,
    },
    /// `Flag<TheEnum, P>`; `ident` is the enum's name in the module `flags`.
    Variants {
        /// The enum's identifier.
        ident: String,
        /// In order.
        variants: Vec<Variant>,
        /// Index of what it is when there is no answer.
        default: usize,
    },
    /// A remote config: `Flag<ThePayload>`; the default is a literal of `payload_type`.
    Payload {
        /// What it is when there is no answer.
        default: Literal,
    },
}

/// One variant of a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// `ident` is the variant's identifier.
    pub name: Name,
    /// Description, deprecation and the like.
    pub meta: Meta,
    /// In percent; all of a flag sum to 100.
    pub weight: f64,
    /// The plan's own payload, a literal of `payload_type`.
    pub payload: Option<Literal>,
}

/// One entry of a rollout; the first that matches decides.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutEntry {
    /// Of those that match, from 0 to 100.
    pub percent: f64,
    /// All of them have to hold.
    pub when: Vec<Condition>,
    /// The variant that they get, whatever the weights say.
    pub variant: Option<String>,
    /// For people.
    pub note: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// One property of `when`: its operator in the server's words, and the operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The property of the person, or of the flag's group.
    pub property: String,
    /// `exact` where the plan says none.
    pub operator: String,
    /// `true` of an operator that has none.
    pub operand: Literal,
    /// Where the property's name stands.
    pub span: Span,
}

/// One experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// `ident` is the constant's name.
    pub name: Name,
    /// Description, owners and the like.
    pub meta: Meta,
    /// The flag that assigns its variants.
    pub flag: FlagId,
    /// What it is meant to show.
    pub hypothesis: Option<String>,
    /// What it is meant to move.
    pub primary: Vec<Metric>,
    /// What is looked at besides.
    pub secondary: Vec<Metric>,
    /// What it must not harm.
    pub guardrails: Vec<Metric>,
    /// In percent.
    pub minimum_detectable_effect: Option<f64>,
}

/// What an experiment is judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Wire names of events; several are the steps of a funnel.
    pub events: Vec<String>,
    /// How it is counted.
    pub kind: MetricKind,
    /// The numeric property of a mean or ratio.
    pub property: Option<String>,
    /// Where it is meant to go.
    pub goal: Goal,
    /// `threshold` and `action` of a guardrail, as written.
    pub threshold: Option<String>,
    /// What is to be done when it is passed.
    pub action: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// How a metric is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Who came through all steps.
    Funnel,
    /// How often it came.
    Count,
    /// The mean of a property.
    Mean,
    /// A property as a share.
    Ratio,
}

/// Where a metric is meant to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Up.
    Increase,
    /// Down.
    Decrease,
}
