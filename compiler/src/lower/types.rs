//! Types: named ones first, then inline shapes as they are met.

use std::collections::HashMap;

use super::shape::{KEY, element_stem};
use super::{meta, names, property, shape};
use crate::ast::index::Index;
use crate::ast::{Constraints, Element, EnumShape, EnumValue, Named, Number, Shape, TypeDeclaration, TypeExpression};
use crate::check::value::{self, Wanted};
use crate::diagnostic::Diagnostics;
use crate::ir::{self, Enum, EnumRepr, Literal, Meta, Name, Scalar, Type, TypeId, TypeItem, TypeKind};
use crate::yaml::Node;

/// The items of the module `types`, while they grow.
pub(super) struct Types<'p> {
    pub(super) index: &'p Index<'p>,
    ids: HashMap<&'p str, TypeId>,
    items: Vec<TypeItem>,
}

impl<'p> Types<'p> {
    pub(super) fn new(index: &'p Index<'p>) -> Self {
        let names = index.plan.types.items.iter().enumerate();
        let ids = names.map(|(at, declaration)| (declaration.name.value.as_str(), TypeId(at))).collect();
        Self { index, ids, items: Vec::new() }
    }

    /// Makes items of all declared types, and of the shapes in them.
    pub(super) fn declare(&mut self) {
        let declarations = &self.index.plan.types.items;
        // References may lead forward, so every declared type has its place before any is filled.
        self.items = declarations
            .iter()
            .map(|declaration| TypeItem {
                name: meta::name(&declaration.name, &declaration.meta, names::type_name),
                meta: meta::meta(&declaration.meta),
                kind: TypeKind::Object(Vec::new()),
                borrows: false,
                decoded: false,
            })
            .collect();
        for (at, declaration) in declarations.iter().enumerate() {
            self.items[at].kind = self.declared_kind(declaration);
        }
    }

    fn declared_kind(&mut self, declaration: &'p TypeDeclaration) -> TypeKind {
        let stem = stem(declaration);
        let index = self.index;
        match &declaration.ty.shape {
            Shape::Enum(shape) => TypeKind::Enum(enumeration(shape)),
            Shape::Subset { of, only, .. } => TypeKind::Enum(self.subset(of, only)),
            Shape::Object(properties) => TypeKind::Object(property::all(properties, &stem, self)),
            _ => {
                let ty = self.expression(&declaration.ty, &stem, true);
                let constraints = constraints(&declaration.constraints);
                match index.resolve(&declaration.ty).map(|ty| &ty.shape) {
                    Some(Shape::Scalar(scalar)) if !constraints.is_empty() => {
                        TypeKind::Constrained { scalar: *scalar, constraints }
                    }
                    _ => TypeKind::Alias(ty),
                }
            }
        }
    }

    /// The type of an expression; inline shapes in it become items. `named`: it stands under its own name.
    pub(super) fn expression(&mut self, ty: &'p TypeExpression, stem: &str, named: bool) -> Type {
        match &ty.shape {
            Shape::Scalar(scalar) => Type::Scalar(*scalar),
            Shape::Named(name) => Type::Named(self.ids[name.as_str()]),
            Shape::Subset { of, only, .. } => {
                let kind = TypeKind::Enum(self.subset(of, only));
                Type::Named(self.inline(stem, ty, kind))
            }
            Shape::Enum(shape) => Type::Named(self.inline(stem, ty, TypeKind::Enum(enumeration(shape)))),
            Shape::Object(properties) => {
                let id = self.inline(stem, ty, TypeKind::Object(Vec::new()));
                let properties = property::all(properties, stem, self);
                self.items[id.0].kind = TypeKind::Object(properties);
                Type::Named(id)
            }
            Shape::List(element) => Type::List(Box::new(self.element(element, &element_stem(stem, named)))),
            Shape::Map { keys, values } => {
                let keys = keys.as_deref().and_then(|keys| self.keys(keys, &format!("{stem}{KEY}")));
                let values = Box::new(self.element(values, &element_stem(stem, named)));
                Type::Map { keys, values }
            }
            Shape::Const { value, of } => Type::Const(self.constant(value, of.as_deref())),
            Shape::Broken => unreachable!("what is broken was told"),
        }
    }

    /// A value of the plan as a literal of its type.
    pub(super) fn literal(&self, node: &Node, wanted: Wanted<'_>) -> Literal {
        value::read(node, wanted, self.index, &mut Diagnostics::default()).expect("a value that does not fit was told")
    }

    /// Constraints of a property with those that its alias brings; its own win.
    pub(super) fn merged(&self, ty: &TypeExpression, own: &Constraints) -> ir::Constraints {
        let mut merged = constraints(own);
        for alias in self.index.aliases(ty) {
            let inherited = constraints(&alias.constraints);
            merged = ir::Constraints {
                min: merged.min.or(inherited.min),
                max: merged.max.or(inherited.max),
                min_length: merged.min_length.or(inherited.min_length),
                max_length: merged.max_length.or(inherited.max_length),
                pattern: merged.pattern.or(inherited.pattern),
                min_items: merged.min_items.or(inherited.min_items),
                max_items: merged.max_items.or(inherited.max_items),
            };
        }
        merged
    }

    /// Constraints where a value is used: a type that checks its own brings none.
    pub(super) fn at_use(&self, ty: &TypeExpression, own: &Constraints) -> ir::Constraints {
        let is_collection =
            matches!(self.index.resolve(ty).map(|ty| &ty.shape), Some(Shape::List(_) | Shape::Map { .. }));
        if is_collection { self.merged(ty, own) } else { constraints(own) }
    }

    /// All items; `borrows` and `decoded` are known now.
    pub(super) fn finish(mut self, flags: &[ir::Flag]) -> Vec<TypeItem> {
        mark_borrowing(&mut self.items);
        mark_decoded(&mut self.items, flags);
        self.items
    }

    /// What a declared type is.
    pub(super) fn kind(&self, name: &str) -> &TypeKind {
        &self.items[self.ids[name].0].kind
    }

    fn element(&mut self, element: &'p Element, stem: &str) -> ir::Element {
        let Element { ty, nullable, constraints } = element;
        let scalar = self.index.resolve(ty).and_then(|ty| match &ty.shape {
            Shape::Scalar(scalar) => Some(*scalar),
            _ => None,
        });
        let ty = match scalar {
            Some(scalar) if shape::is_constrained(element) => {
                let kind = TypeKind::Constrained { scalar, constraints: self::constraints(constraints) };
                Type::Named(self.inline(stem, ty, kind))
            }
            _ => self.expression(ty, stem, false),
        };
        ir::Element { ty, nullable: *nullable, constraints: ir::Constraints::default() }
    }

    fn keys(&mut self, keys: &'p TypeExpression, stem: &str) -> Option<TypeId> {
        let index = self.index;
        index.enumeration(keys)?;
        match self.expression(keys, stem, false) {
            Type::Named(id) => Some(id),
            _ => None,
        }
    }

    fn subset(&self, of: &str, only: &[Node]) -> Enum {
        let whole = self.index.types[of];
        let shape = self.index.enumeration(&whole.ty).expect("a subset of what is no enum was told");
        let mut part = enumeration(shape);
        let only: Vec<_> = only.iter().filter_map(|node| value::literal_of(node, shape)).collect();
        part.values.retain(|value| only.contains(&value.wire));
        let mut declared = of;
        while let Shape::Named(next) = &self.index.types[declared].ty.shape {
            declared = next;
        }
        Enum { open: false, subset_of: Some(self.ids[declared]), ..part }
    }

    pub(super) fn constant(&self, value: &Node, of: Option<&TypeExpression>) -> Literal {
        let span = value.span;
        value::constant_literal(value, of, span, self.index, &mut Diagnostics::default())
            .expect("a constant that does not fit was told")
    }

    fn inline(&mut self, stem: &str, ty: &TypeExpression, kind: TypeKind) -> TypeId {
        let ident = names::finish_type(stem.to_owned());
        let name = Name { wire: stem.to_owned(), ident, span: ty.span };
        self.items.push(TypeItem { name, meta: Meta::default(), kind, borrows: false, decoded: false });
        TypeId(self.items.len() - 1)
    }
}

/// The stem of the names of what stands in a declared thing.
pub(super) fn stem(item: &impl Named) -> String {
    names::camel(meta::said(item.name(), item.meta())).expect("a name of which nothing is left was told")
}

/// Bounds as the intermediate representation holds them.
pub(super) fn constraints(constraints: &Constraints) -> ir::Constraints {
    let literal = |number: Number| match number {
        Number::Integer(integer) => Literal::Integer(integer),
        Number::Number(number) => Literal::Number(number),
    };
    ir::Constraints {
        min: constraints.min.as_ref().map(|min| literal(min.value)),
        max: constraints.max.as_ref().map(|max| literal(max.value)),
        min_length: constraints.min_length.as_ref().map(|length| length.value),
        max_length: constraints.max_length.as_ref().map(|length| length.value),
        pattern: constraints.pattern.as_ref().map(|pattern| pattern.value.clone()),
        min_items: constraints.min_items.as_ref().map(|items| items.value),
        max_items: constraints.max_items.as_ref().map(|items| items.value),
    }
}

fn enumeration(shape: &EnumShape) -> Enum {
    let repr = if value::is_integers(shape) { EnumRepr::Integer } else { EnumRepr::Text };
    let values = shape.values.iter().map(|value| enum_value(value, shape)).collect();
    Enum { repr, values, open: shape.open, subset_of: None }
}

fn enum_value(value: &EnumValue, shape: &EnumShape) -> ir::EnumValue {
    let said = value.meta.code_name.as_ref().map_or_else(|| value::source_text(&value.value), |name| &name.value);
    ir::EnumValue {
        wire: value::literal_of(&value.value, shape).expect("a value of another type was told"),
        ident: names::variant(said).expect("a name of which nothing is left was told"),
        description: value.meta.description.as_ref().map(|description| description.value.clone()),
        deprecated: value.meta.deprecated.as_ref().map(meta::deprecated),
        span: value.value.span,
    }
}

/// An item borrows when it holds text, itself or in what it holds; a circle alone holds none.
fn mark_borrowing(items: &mut [TypeItem]) {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut text = matches!(&item.kind, TypeKind::Enum(shape) if shape.open && shape.repr == EnumRepr::Text);
        parts(&item.kind, &mut |part| match part {
            Part::Scalar(scalar) => text |= matches!(scalar, Scalar::String | Scalar::Json),
            Part::Named(id) => users[id.0].push(at),
        });
        if text {
            found.push(at);
        }
    }
    while let Some(at) = found.pop() {
        if !std::mem::replace(&mut items[at].borrows, true) {
            found.extend(&users[at]);
        }
    }
}

/// What a payload holds is decoded, and all that it holds.
fn mark_decoded(items: &mut [TypeItem], flags: &[ir::Flag]) {
    let mut found = Vec::new();
    for ty in flags.iter().filter_map(|flag| flag.payload_type.as_ref()) {
        parts_of_type(ty, &mut |part| found.extend(part.id()));
    }
    while let Some(id) = found.pop() {
        if !std::mem::replace(&mut items[id.0].decoded, true) {
            parts(&items[id.0].kind, &mut |part| found.extend(part.id()));
        }
    }
}

/// What a type is made of.
enum Part {
    Scalar(Scalar),
    Named(TypeId),
}

impl Part {
    fn id(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) => Some(*id),
            Self::Scalar(_) => None,
        }
    }
}

fn parts(kind: &TypeKind, found: &mut impl FnMut(Part)) {
    match kind {
        TypeKind::Enum(_) => {}
        TypeKind::Object(properties) => properties.iter().for_each(|property| parts_of_type(&property.ty, found)),
        TypeKind::Constrained { scalar, .. } => found(Part::Scalar(*scalar)),
        TypeKind::Alias(ty) => parts_of_type(ty, found),
    }
}

fn parts_of_type(ty: &Type, found: &mut impl FnMut(Part)) {
    match ty {
        Type::Scalar(scalar) => found(Part::Scalar(*scalar)),
        Type::Named(id) => found(Part::Named(*id)),
        Type::List(element) => parts_of_type(&element.ty, found),
        Type::Map { keys, values } => {
            found(keys.map_or(Part::Scalar(Scalar::String), Part::Named));
            parts_of_type(&values.ty, found);
        }
        Type::Const(_) => {}
    }
}
