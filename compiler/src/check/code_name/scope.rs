//! One scope of the generated code, and who has which name in it.

use std::borrow::Cow;

use crate::ast::index::Index;
use crate::ast::{Element, EnumShape, Meta, Named, Property, Section, Shape, Text, TypeDeclaration, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::Scalar;
use crate::lower::meta::said;
use crate::lower::shape::is_constrained;
use crate::register::Register;
use crate::source::Span;
use crate::table::Table;

/// What was told, so that two names that meet in many events are told once.
pub(super) struct Told<'d> {
    pub(super) diagnostics: &'d mut Diagnostics,
    places: Table<Span, Vec<Span>>,
}

impl<'d> Told<'d> {
    pub(super) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self { diagnostics, places: Table::new() }
    }

    /// Tells that two names meet: the later place is the wrong one.
    pub(super) fn meet(&mut self, claims: (Claim<'_>, Claim<'_>), how: &str) {
        let (first, later) = if claims.0.span < claims.1.span { claims } else { (claims.1, claims.0) };
        if self.is_new(first.span, later.span) {
            let message = format!(
                "{} and {} {how} in Rust",
                called(later.name, "the shape here"),
                called(first.name, "another shape")
            );
            self.diagnostics
                .error(Code::CodeNameCollision, later.span, message)
                .also(first.span, "the first")
                .help("give one of them another name in Rust: `code_name: ..`".to_owned());
        }
    }

    fn is_new(&mut self, first: Span, later: Span) -> bool {
        let firsts = self.places.or_insert(later, Vec::new());
        let is_new = !firsts.contains(&first);
        if is_new {
            firsts.push(first);
        }
        is_new
    }

    /// Tells that no identifier can be made of a name.
    pub(super) fn nothing_left(&mut self, said: &str, span: Span, help: &str) {
        // A name of control characters was told.
        if self.is_new(span, span) && !self.diagnostics.has_within(Code::InvalidName, span) {
            let said = if said.is_empty() { "the empty text".to_owned() } else { format!("`{said}`") };
            self.diagnostics
                .error(Code::NoCodeName, span, format!("nothing is left of {said} for a name in Rust"))
                .help(help.to_owned());
        }
    }
}

fn called(name: &str, nameless: &str) -> String {
    if name.is_empty() { nameless.to_owned() } else { format!("`{name}`") }
}

/// A name that takes an identifier: empty where a shape has none of its own.
#[derive(Clone, Copy)]
pub(super) struct Claim<'p> {
    pub(super) name: &'p str,
    /// What is wrong when the identifier is.
    pub(super) span: Span,
}

impl<'p> Claim<'p> {
    pub(super) fn of(name: &'p Text, meta: &Meta) -> Self {
        Self { name: &name.value, span: place(name, meta) }
    }
}

/// Identifiers that are taken, with what has them.
#[derive(Default)]
pub(super) struct Scope<'p> {
    taken: Register<'p, Claim<'p>>,
}

impl<'p> Scope<'p> {
    /// Takes the identifier of a named item.
    pub(super) fn claim_named(
        &mut self,
        item: &'p impl Named,
        ident: impl Fn(&'p str) -> Option<Cow<'p, str>>,
        told: &mut Told<'_>,
    ) {
        if let Some(ident) = identifier(item.name(), item.meta(), ident, told) {
            self.claim(ident, Claim::of(item.name(), item.meta()), told);
        }
    }

    /// Takes an identifier, or tells that another has it.
    pub(super) fn claim(&mut self, ident: impl Into<Cow<'p, str>>, claim: Claim<'p>, told: &mut Told<'_>) {
        let ident = ident.into();
        match self.taken.get(&ident) {
            Some(other) => {
                let bare = ident.strip_prefix("r#").unwrap_or(&ident);
                told.meet((claim, *other), &format!("are both `{bare}`"));
            }
            None => self.taken.add(ident, claim),
        }
    }

    /// What has an identifier.
    pub(super) fn holder(&self, ident: &str) -> Option<Claim<'p>> {
        self.taken.get(ident).copied()
    }

    /// Takes the struct of the required properties, where there is one.
    pub(super) fn required<'a>(
        &mut self,
        ident: impl FnOnce() -> Option<String>,
        properties: impl Iterator<Item = &'a Property>,
        claim: Claim<'p>,
        index: &Index<'_>,
        told: &mut Told<'_>,
    ) {
        if has_literal(properties, index)
            && let Some(ident) = ident()
        {
            self.claim(format!("{}Required", ident.trim_end_matches('_')), claim, told);
        }
    }
}

/// The identifier of a name; that nothing is left of it is told.
pub(super) fn identifier<'p, I>(
    name: &'p Text,
    meta: &'p Meta,
    ident: impl Fn(&'p str) -> Option<I>,
    told: &mut Told<'_>,
) -> Option<I> {
    let said = said(name, meta);
    let ident = ident(said);
    // An empty name was told as such.
    if ident.is_none() && !(meta.code_name.is_none() && name.value.is_empty()) {
        told.nothing_left(said, place(name, meta), "name it in letters: `code_name: ..`");
    }
    ident
}

/// What is wrong when a name in Rust is: `code_name` where it is said, else the key.
fn place(name: &Text, meta: &Meta) -> Span {
    meta.code_name.as_ref().map_or(name.span, |code_name| code_name.span)
}

/// Whether `new` takes a literal with names, because positions would not tell the properties apart.
///
/// It has to be told here as the emitter decides it.
fn has_literal<'p>(properties: impl Iterator<Item = &'p Property>, index: &Index<'_>) -> bool {
    const MOST_POSITIONAL: usize = 5;
    let is_asked_for =
        |property: &&Property| property.is_required() && !matches!(property.ty.shape, Shape::Const { .. });
    let mut kinds = Vec::new();
    let mut has_option = false;
    for property in properties.filter(is_asked_for) {
        let kind = kind(&property.ty, index);
        if kinds.len() == MOST_POSITIONAL || kinds.contains(&kind) || (has_option && property.is_nullable()) {
            return true;
        }
        has_option |= property.is_nullable();
        kinds.push(kind);
    }
    false
}

/// What an argument is to the compiler of Rust: arguments of one kind could change places.
#[derive(PartialEq)]
enum Kind {
    Scalar(Scalar),
    Newtype(*const TypeDeclaration),
    /// An element with constraints.
    Inline(*const Element),
    Enum(*const EnumShape),
    Object(*const Section<Property>),
    List(Box<Kind>),
    Map(Box<Kind>, Box<Kind>),
    Unknown,
}

fn kind(ty: &TypeExpression, index: &Index<'_>) -> Kind {
    let Some(resolved) = index.resolve(ty) else { return Kind::Unknown };
    if let Some(declaration) = index.newtype(ty) {
        return Kind::Newtype(declaration);
    }
    match &resolved.shape {
        Shape::Scalar(Scalar::Integer) => Kind::Scalar(Scalar::Number),
        Shape::Scalar(scalar) => Kind::Scalar(*scalar),
        Shape::Enum(_) | Shape::Subset { .. } => index.enumeration(resolved).map_or(Kind::Unknown, |it| Kind::Enum(it)),
        Shape::Object(properties) => Kind::Object(properties),
        Shape::List(element) => Kind::List(Box::new(element_kind(element, index))),
        Shape::Map { keys, values } => {
            let keys = keys.as_ref().map_or(Kind::Scalar(Scalar::String), |keys| kind(keys, index));
            Kind::Map(Box::new(keys), Box::new(element_kind(values, index)))
        }
        Shape::Named(_) | Shape::Const { .. } | Shape::Broken => Kind::Unknown,
    }
}

fn element_kind(element: &Element, index: &Index<'_>) -> Kind {
    if is_constrained(element) { Kind::Inline(element) } else { kind(&element.ty, index) }
}
