//! Types, as the module `types` holds them.

use super::{Constraints, Deprecated, Literal, Meta, Name, Property, TypeId};
use crate::source::Span;

/// One item of the module `types`.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each says on its own how the type is used")]
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
    /// Whether constraints stand beside it somewhere, so that a newtype has to answer to more rules than its own.
    pub measured: bool,
    /// Whether it is the keys of a map, so that a newtype of text is made one.
    pub keyed: bool,
}

/// The kinds of items in the module `types`.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// A closed or open set of values.
    Enum(Enum),
    /// A struct of these properties.
    Object(Vec<Property>),
    /// A type of its own around another: one with constraints, checked where it is built, or a list or map that
    /// holds itself.
    Newtype {
        /// What it holds: behind aliases a scalar, a list, a map or another newtype.
        ty: Type,
        /// What it keeps; nothing where it only holds itself.
        constraints: Constraints,
    },
    /// Another name of a type that has no constraints beside it: a `pub type`.
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
        /// An enum of texts, or a newtype of text; `None`: any text.
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
}
