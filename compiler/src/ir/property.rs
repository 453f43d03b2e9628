//! Properties.

use super::{Literal, Meta, Name, Type};
use crate::sparse::{Empty, Sparse};

/// A property of an event, a person, a group, or a field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// `ident` is the field's name; the setter is `with_` and its bare text.
    pub name: Name,
    /// Description, deprecation and the like.
    pub meta: Sparse<Meta>,
    /// What it holds.
    pub ty: Type,
    /// Whether `new` asks for it.
    pub required: bool,
    /// Whether `null` is a value of it.
    pub nullable: bool,
    /// What its value keeps: checked when it is written.
    pub constraints: Sparse<Constraints>,
    /// As written, and at least that of what it holds.
    pub sensitivity: Sensitivity,
    /// As written, where it is: a field that says nothing is of the class of what holds it.
    pub own_class: Option<Sensitivity>,
    /// `hash: true`: a destination that may not see it gets a keyed hash of it.
    pub hash: bool,
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

impl Sensitivity {
    /// The word of the plan.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Secret => "secret",
        }
    }
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

impl Empty for Constraints {
    const EMPTY: &'static Self = &Self {
        min: None,
        max: None,
        min_length: None,
        max_length: None,
        pattern: None,
        min_items: None,
        max_items: None,
    };
}

impl Constraints {
    /// Whether everything is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
