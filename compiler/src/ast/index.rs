//! Names to items, so that looking one up does not walk the plan.

use super::{
    Cohort, EnumShape, Event, Flag, Group, Named, Owner, Plan, Property, PropertyGroup, Section, Shape,
    TypeDeclaration, TypeExpression,
};
use crate::table::{ByName, Names};

/// Every named item of a plan by its name.
pub(crate) struct Index<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) owners: ByName<'p, &'p Owner>,
    pub(crate) types: ByName<'p, &'p TypeDeclaration>,
    pub(crate) property_groups: ByName<'p, &'p PropertyGroup>,
    pub(crate) super_properties: ByName<'p, &'p Property>,
    pub(crate) person: ByName<'p, &'p Property>,
    pub(crate) groups: ByName<'p, &'p Group>,
    pub(crate) cohorts: ByName<'p, &'p Cohort>,
    pub(crate) events: ByName<'p, &'p Event>,
    /// By their wire names, which several may share.
    wires: ByName<'p, Vec<&'p Event>>,
    pub(crate) flags: ByName<'p, &'p Flag>,
    /// Declared types that lists and maps alone lead back to.
    circular: Names<'p>,
}

impl<'p> Index<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let types = by_name(&plan.types);
        Self {
            plan,
            circular: circular(plan, &types),
            owners: by_name(&plan.owners),
            types,
            property_groups: by_name(&plan.property_groups),
            super_properties: by_name(&plan.super_properties),
            person: by_name(&plan.person),
            groups: by_name(&plan.groups),
            cohorts: by_name(&plan.cohorts),
            events: by_name(&plan.events),
            wires: by_wire(&plan.events),
            flags: by_name(&plan.flags),
        }
    }

    /// The same with the flags of another plan, which has the people, groups and cohorts of this one.
    pub(crate) fn with_flags_of<'o>(&self, plan: &'o Plan) -> Index<'o>
    where
        'p: 'o,
    {
        Index { types: self.types.clone(), ..Index::new(plan) }
    }

    /// What a type stands for: names of other types are followed to something that is no name.
    ///
    /// `None` where a name is not declared or leads back to itself; both are told elsewhere.
    pub(crate) fn resolve<'e>(&self, ty: &'e TypeExpression) -> Option<&'e TypeExpression>
    where
        'p: 'e,
    {
        let mut ty = ty;
        for _ in 0..=self.types.len() {
            let Shape::Named(name) = &ty.shape else { return Some(ty) };
            ty = &self.types.get(name.as_str())?.ty;
        }
        None
    }

    /// The declared types that a name leads through, in order. A circle is followed once at most.
    pub(crate) fn aliases<'e>(&self, ty: &'e TypeExpression) -> impl Iterator<Item = &'e TypeDeclaration>
    where
        'p: 'e,
    {
        let declared = |ty: &'e TypeExpression| match &ty.shape {
            Shape::Named(name) => self.types.get(name.as_str()).copied(),
            _ => None,
        };
        std::iter::successors(declared(ty), move |declaration| declared(&declaration.ty)).take(self.types.len())
    }

    /// Whether a declared type is one of its own in Rust, and not another name of what it says: it has constraints, or
    /// it is a list or map that holds itself.
    pub(crate) fn is_newtype(&self, declaration: &TypeDeclaration) -> bool {
        let is_collection = matches!(declaration.ty.shape, Shape::List(_) | Shape::Map { .. });
        !declaration.constraints.is_empty()
            || (is_collection && self.circular.contains(declaration.name.value.as_str()))
    }

    /// The first type of its own that a name leads to, where names alone lead to one.
    pub(crate) fn newtype<'e>(&self, ty: &'e TypeExpression) -> Option<&'e TypeDeclaration>
    where
        'p: 'e,
    {
        self.aliases(ty).find(|declaration| self.is_newtype(declaration))
    }

    /// The enum behind a type: its own, or the whole that it is a part of.
    pub(crate) fn enumeration<'e>(&self, ty: &'e TypeExpression) -> Option<&'e EnumShape>
    where
        'p: 'e,
    {
        let mut ty = ty;
        for _ in 0..=self.types.len() {
            match &ty.shape {
                Shape::Named(name) | Shape::Subset { of: name, .. } => ty = &self.types.get(name.as_str())?.ty,
                Shape::Enum(shape) => return Some(shape),
                _ => return None,
            }
        }
        None
    }

    /// The events that a name means: that of this key, else all of this wire name.
    pub(crate) fn events_called(&self, name: &str) -> Vec<&'p Event> {
        match self.events.get(name) {
            Some(event) => vec![event],
            None => self.events_of_wire(name),
        }
    }

    /// The events of a wire name.
    pub(crate) fn events_of_wire(&self, wire: &str) -> Vec<&'p Event> {
        self.wires.get(wire).cloned().unwrap_or_default()
    }

    /// The properties of an object type.
    pub(crate) fn object<'e>(&self, ty: &'e TypeExpression) -> Option<&'e Section<Property>>
    where
        'p: 'e,
    {
        match &self.resolve(ty)?.shape {
            Shape::Object(properties) => Some(properties),
            _ => None,
        }
    }
}

/// The types on a circle of names, lists and maps. Each leads to one other at most, so that a walk along them finds all.
fn circular<'p>(plan: &'p Plan, types: &ByName<'p, &'p TypeDeclaration>) -> Names<'p> {
    let mut circular = Names::new();
    let mut walked = ByName::new();
    for (walk, start) in plan.types.items.iter().enumerate() {
        let mut path: Vec<&str> = Vec::new();
        let mut next = Some(start);
        while let Some(declaration) = next {
            let name = declaration.name.value.as_str();
            if let Some(before) = walked.insert(name, walk) {
                let back = path.iter().position(|passed| *passed == name).filter(|_| before == walk);
                for name in back.map_or(&[][..], |back| &path[back..]) {
                    circular.add(name);
                }
                break;
            }
            path.push(name);
            next = leads_to(&declaration.ty).and_then(|name| types.get(name).copied());
        }
    }
    circular
}

/// The name that a type is made of without an object between.
fn leads_to(ty: &TypeExpression) -> Option<&str> {
    match &ty.shape {
        Shape::Named(name) => Some(name),
        Shape::List(element) | Shape::Map { values: element, .. } => leads_to(&element.ty),
        _ => None,
    }
}

fn by_wire(events: &Section<Event>) -> ByName<'_, Vec<&Event>> {
    let mut wires: ByName<'_, Vec<&Event>> = ByName::with_capacity(events.items.len());
    for event in &events.items {
        wires.or_insert(event.wire_name(), Vec::new()).push(event);
    }
    wires
}

fn by_name<T: Named>(section: &Section<T>) -> ByName<'_, &T> {
    let mut items = ByName::with_capacity(section.items.len());
    for item in &section.items {
        items.insert(item.name().value.as_str(), item);
    }
    items
}
