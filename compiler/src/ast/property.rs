//! Properties and their types.

use std::fmt;

use super::{Keyed, Meta, Section, Spanned, Text};
use crate::ir::{PersonWrite, Scalar, Sensitivity};
use crate::source::Span;
use crate::sparse::{Empty, Sparse};
use crate::yaml::Value;

/// One of `types`.
#[derive(Clone)]
pub struct TypeDeclaration {
    /// Its key.
    pub name: Text,
    /// `description` and the like.
    pub meta: Meta,
    /// What it is.
    pub ty: TypeExpression,
    /// Bounds that every value of it keeps.
    pub constraints: Constraints,
}

/// A property of an event, of a person, of a group, or a field of an object.
///
/// A plan has more of these than of anything else: what most of them do not say takes little room.
#[derive(Clone)]
pub struct Property {
    /// Its key: the name on the wire.
    pub name: Text,
    /// `description` and the like.
    pub meta: Sparse<Meta>,
    /// What it holds.
    pub ty: TypeExpression,
    /// `required:`.
    pub required: Option<Keyed<bool>>,
    /// `nullable:`.
    pub nullable: Option<Box<Keyed<bool>>>,
    /// Bounds on its value.
    pub constraints: Sparse<Constraints>,
    /// `sensitivity:`.
    pub sensitivity: Option<Spanned<Sensitivity>>,
    /// `hash: true`: who may not see it gets a keyed hash.
    pub hash: Option<Box<Keyed<bool>>>,
    /// `person: set` or `set_once` on an event's property, `set_once: true` on a person's.
    pub person: Option<PersonLink>,
    /// `override: true`.
    pub overrides: Option<Box<Keyed<bool>>>,
    /// `examples:`.
    pub examples: Vec<Value>,
}

impl Property {
    pub(crate) fn is_required(&self) -> bool {
        self.required.as_ref().is_some_and(|required| required.value)
    }

    pub(crate) fn is_nullable(&self) -> bool {
        self.nullable.as_ref().is_some_and(|nullable| nullable.value)
    }
}

/// How a property reaches the person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonLink {
    /// Every time, or only the first.
    pub write: PersonWrite,
    /// Where it is said.
    pub span: Span,
}

/// A type as it stands in the plan.
#[derive(Clone)]
pub struct TypeExpression {
    /// What was written.
    pub shape: Shape,
    /// The word, or the key `enum`, `object`, `list`, `map`, `const`.
    pub span: Span,
}

impl TypeExpression {
    pub(crate) fn is_broken(&self) -> bool {
        matches!(self.shape, Shape::Broken)
    }
}

/// The forms that a type takes.
#[derive(Clone)]
pub enum Shape {
    /// One of the six words of the language.
    Scalar(Scalar),
    /// Any other word.
    Named(String),
    /// `{ type: channel, only: [web, api] }`.
    Subset {
        /// The enum it is a part of; its span is that of the expression.
        of: String,
        /// The values of `only`.
        only: Vec<Value>,
        /// Where the key `only` stands.
        key: Span,
    },
    /// `enum: [..]`.
    Enum(EnumShape),
    /// `object: {..}`.
    Object(Section<Property>),
    /// `list: ..`.
    List(Box<Element>),
    /// `map: ..`.
    Map {
        /// `keys:`; absent: any text.
        keys: Option<Box<TypeExpression>>,
        /// What stands behind the keys.
        values: Box<Element>,
    },
    /// `const: ..`.
    Const {
        /// The value that is always sent.
        value: Value,
        /// `type:` beside it.
        of: Option<Box<TypeExpression>>,
    },
    /// Something that was told already.
    Broken,
}

/// What a list or a map holds.
#[derive(Clone)]
pub struct Element {
    /// Its type.
    pub ty: TypeExpression,
    /// Whether `null` may stand there.
    pub nullable: bool,
    /// Bounds on each of them.
    pub constraints: Sparse<Constraints>,
}

/// The values of an enum.
#[derive(Clone)]
pub struct EnumShape {
    /// In the order in which they are written.
    pub values: Vec<EnumValue>,
    /// `open: true`.
    pub open: bool,
    /// Whether every value could be read.
    pub complete: bool,
}

/// One value, in its short or its long form.
#[derive(Clone)]
pub struct EnumValue {
    /// A scalar.
    pub value: Value,
    /// `code_name`, `description`, `deprecated` and the like.
    pub meta: Sparse<Meta>,
}

/// A bound, read as YAML 1.2 does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Without a point or an exponent.
    Integer(i64),
    /// Finite.
    Number(f64),
}

impl Number {
    /// For comparisons; beyond 2^53 the nearest that there is.
    #[expect(clippy::cast_precision_loss, reason = "bounds are compared, not sent")]
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Number(number) => number,
        }
    }

    /// A length: those that are written fit.
    pub(crate) fn of_count(count: u64) -> Self {
        Self::Integer(i64::try_from(count).expect("it was read as one"))
    }

    /// Whether it is greater; two integers are compared as such, so that none is lost beyond 2^53.
    pub(crate) fn is_above(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(integer), Self::Integer(other)) => integer > other,
            _ => self.as_f64() > other.as_f64(),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
        }
    }
}

/// Bounds on a value.
#[derive(Clone, Default, PartialEq)]
pub struct Constraints {
    /// Least number.
    pub min: Option<Keyed<Number>>,
    /// Greatest number.
    pub max: Option<Keyed<Number>>,
    /// Least length of a text in Unicode scalar values.
    pub min_length: Option<Keyed<u64>>,
    /// Greatest length of a text in Unicode scalar values.
    pub max_length: Option<Keyed<u64>>,
    /// Searched in a text, in regex-lite's syntax.
    pub pattern: Option<Keyed<String>>,
    /// Least length of a list or map.
    pub min_items: Option<Keyed<u64>>,
    /// Greatest length of a list or map.
    pub max_items: Option<Keyed<u64>>,
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
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
