//! Events, and what they include; groups.

use std::collections::{HashMap, HashSet};

use super::types::{Types, stem};
use super::{meta, names, property};
use crate::ast::{self, Shape};
use crate::ir::{self, TypeKind};

/// The properties of property groups, made once, so that a shape in one exists once.
pub(super) struct Included<'p> {
    groups: HashMap<&'p str, (&'p ast::PropertyGroup, Vec<ir::Property>)>,
}

impl<'p> Included<'p> {
    pub(super) fn new(types: &mut Types<'p>) -> Self {
        let groups = &types.index.plan.property_groups.items;
        let made = groups.iter().map(|group| {
            let properties = property::all(&group.properties, &stem(group), types);
            (group.name.value.as_str(), (group, properties))
        });
        Self { groups: made.collect() }
    }

    /// Included properties first, then the own ones; an own one stands in for an included one.
    fn with(&self, include: &[ast::Text], own: Vec<ir::Property>, types: &Types<'p>) -> Vec<ir::Property> {
        let mut seen = HashSet::new();
        let mut properties = Vec::new();
        for name in include {
            self.collect(&name.value, &mut seen, &mut properties, types);
        }
        if !properties.is_empty() {
            let overridden: HashSet<_> = own.iter().map(|property| property.name.wire.as_str()).collect();
            properties.retain(|property| !overridden.contains(property.name.wire.as_str()));
        }
        properties.extend(own);
        properties
    }

    fn collect<'a>(
        &'a self,
        name: &'a str,
        seen: &mut HashSet<&'a str>,
        into: &mut Vec<ir::Property>,
        types: &Types<'p>,
    ) {
        if !seen.insert(name) {
            return;
        }
        let properties = match self.groups.get(name) {
            Some((group, own)) => {
                let mut included = Vec::new();
                for name in &group.include {
                    self.collect(&name.value, seen, &mut included, types);
                }
                included.retain(|property| !own.iter().any(|own| own.name.wire == property.name.wire));
                into.append(&mut included);
                own
            }
            None => types.object(name),
        };
        into.extend(properties.iter().cloned().map(|mut property| {
            property.included_from = Some(name.to_owned());
            property
        }));
    }
}

pub(super) fn event<'p>(event: &'p ast::Event, included: &Included<'p>, types: &mut Types<'p>) -> ir::Event {
    let own = property::all(&event.properties, &stem(event), types);
    ir::Event {
        name: meta::name(&event.name, &event.meta, names::type_name),
        meta: meta::meta(&event.meta),
        key: event.name.value.clone(),
        properties: included.with(&event.include, own, types),
        send_as: Vec::new(),
        to: None,
        open: false,
        takes_super: true,
        shadows: Vec::new(),
        apps: Vec::new(),
        conversion: false,
        examples: Vec::new(),
    }
}

pub(super) fn group<'p>(group: &'p ast::Group, types: &mut Types<'p>) -> ir::Group {
    ir::Group {
        name: meta::name(&group.name, &group.meta, names::type_name),
        meta: meta::meta(&group.meta),
        properties: property::all(&group.properties, &stem(group), types),
    }
}

impl Types<'_> {
    /// The properties of a declared object type.
    fn object(&self, name: &str) -> &[ir::Property] {
        let mut name = name;
        loop {
            let declaration = self.index.types[name];
            match &declaration.ty.shape {
                Shape::Named(next) => name = next,
                _ => break,
            }
        }
        match self.kind(name) {
            TypeKind::Object(properties) => properties,
            _ => unreachable!("an include of what is no object was told"),
        }
    }
}
