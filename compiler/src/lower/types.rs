//! Types: named ones first, then inline shapes as they are met.

use super::shape::{KEY, element_stem};
use super::{meta, names, property, shape};
use crate::ast::index::Index;
use crate::ast::{Constraints, Element, EnumShape, EnumValue, Named, Number, Shape, TypeDeclaration, TypeExpression};
use crate::check::value::{self, Wanted};
use crate::diagnostic::Diagnostics;
use crate::ir::{self, Enum, EnumRepr, Literal, Meta, Name, Scalar, Type, TypeId, TypeItem, TypeKind};
use crate::list;
use crate::table::ByName;
use crate::yaml::Node;

/// The items of the module `types`, while they grow.
pub(super) struct Types<'p> {
    pub(super) index: &'p Index<'p>,
    ids: ByName<'p, TypeId>,
    items: Vec<TypeItem>,
}

impl<'p> Types<'p> {
    pub(super) fn new(index: &'p Index<'p>) -> Self {
        let mut ids = ByName::new();
        for (at, declaration) in index.plan.types.items.iter().enumerate() {
            ids.insert(declaration.name.value.as_str(), TypeId(at));
        }
        Self { index, ids, items: Vec::new() }
    }

    /// Makes items of all declared types, and of the shapes in them.
    pub(super) fn declare(&mut self) {
        let declarations = &self.index.plan.types.items;
        // References may lead forward, so every declared type has its place before any is filled.
        self.items = list::map(declarations, |declaration| TypeItem {
            name: meta::name(&declaration.name, &declaration.meta, names::type_name),
            meta: meta::meta(&declaration.meta),
            kind: TypeKind::Object(Vec::new()),
            borrows: false,
            decoded: false,
            measured: false,
            keyed: false,
        });
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
                if index.is_newtype(declaration) {
                    TypeKind::Newtype { ty, constraints: self.beside(&declaration.ty, &declaration.constraints) }
                } else {
                    TypeKind::Alias(ty)
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

    /// The constraints that stand beside a type; those of the type itself it checks where it is built.
    pub(super) fn beside(&mut self, ty: &TypeExpression, own: &Constraints) -> ir::Constraints {
        if !own.is_empty()
            && let Some(declaration) = self.index.newtype(ty)
        {
            let id = self.ids[declaration.name.value.as_str()];
            self.items[id.0].measured = true;
        }
        constraints(own)
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

    /// What a list or map holds, or a payload is: with constraints it is an item of its own.
    pub(super) fn element(&mut self, element: &'p Element, stem: &str) -> ir::Element {
        let Element { ty, nullable, constraints } = element;
        let ty = if shape::is_constrained(element) {
            let constraints = self.beside(ty, constraints);
            let id = self.inline(stem, ty, TypeKind::Object(Vec::new()));
            let ty = self.expression(ty, stem, true);
            self.items[id.0].kind = TypeKind::Newtype { ty, constraints };
            Type::Named(id)
        } else {
            self.expression(ty, stem, false)
        };
        ir::Element { ty, nullable: *nullable }
    }

    fn keys(&mut self, keys: &'p TypeExpression, stem: &str) -> Option<TypeId> {
        let index = self.index;
        if index.enumeration(keys).is_some() {
            return match self.expression(keys, stem, false) {
                Type::Named(id) => Some(id),
                _ => None,
            };
        }
        let id = self.ids[index.newtype(keys)?.name.value.as_str()];
        self.items[id.0].keyed = true;
        Some(id)
    }

    fn subset(&self, of: &str, only: &[Node]) -> Enum {
        let whole = self.index.types[of];
        let shape = self.index.enumeration(&whole.ty).expect("a subset of what is no enum was told");
        let mut part = enumeration(shape);
        let only: Vec<_> = list::filter_map(only, |node| value::literal_of(node, shape));
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
        let meta = Meta::default();
        self.items.push(TypeItem { name, meta, kind, borrows: false, decoded: false, measured: false, keyed: false });
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
    let values = list::map(&shape.values, |value| enum_value(value, shape));
    Enum { repr, values, open: shape.open, subset_of: None }
}

fn enum_value(value: &EnumValue, shape: &EnumShape) -> ir::EnumValue {
    let said = value.meta.code_name.as_ref().map_or_else(|| value::source_text(&value.value), |name| &name.value);
    ir::EnumValue {
        wire: value::literal_of(&value.value, shape).expect("a value of another type was told"),
        ident: names::variant(said).expect("a name of which nothing is left was told"),
        description: value.meta.description.as_ref().map(|description| description.value.clone()),
        deprecated: value.meta.deprecated.as_deref().map(meta::deprecated),
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
        TypeKind::Newtype { ty, .. } | TypeKind::Alias(ty) => parts_of_type(ty, found),
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
