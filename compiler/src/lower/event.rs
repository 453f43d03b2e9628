//! Events, and what they include; groups.

use super::types::{Types, stem};
use super::{example, meta, names, property};
use crate::ast::{self, Shape};
use crate::ir::{self, TypeKind};
use crate::list;
use crate::table::{ByName, Names};

/// The properties of property groups, made once, so that a shape in one exists once.
pub(super) struct Included<'p> {
    groups: ByName<'p, (&'p ast::PropertyGroup, Vec<ir::Property>)>,
}

impl<'p> Included<'p> {
    pub(super) fn new(types: &mut Types<'p>) -> Self {
        let groups = &types.index.plan.property_groups.items;
        let mut made = ByName::new();
        for group in groups {
            let properties = property::all(&group.properties, &stem(group), types);
            made.insert(group.name.value.as_str(), (group, properties));
        }
        Self { groups: made }
    }

    /// Included properties first, then the own ones; an own one stands in for an included one.
    fn with(&self, include: &[ast::Text], own: Vec<ir::Property>, types: &Types<'p>) -> Vec<ir::Property> {
        let mut seen = Names::new();
        let mut properties = Vec::new();
        for name in include {
            self.collect(&name.value, &mut seen, &mut properties, types);
        }
        if !properties.is_empty() {
            let overridden = Names::of(&list::map(&own, |property| property.name.wire.as_str()));
            properties.retain(|property| !overridden.contains(property.name.wire.as_str()));
        }
        properties.extend(own);
        properties
    }

    fn collect<'a>(&'a self, name: &'a str, seen: &mut Names<'a>, into: &mut Vec<ir::Property>, types: &Types<'p>) {
        if !seen.add(name) {
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
    let properties = included.with(&event.include, own, types);
    let mut name = meta::name(&event.name, &event.meta, names::type_name);
    name.wire.clone_from(&event.wire().value);
    let send_as = event.send_as.iter().map(|(kind, name)| (kind.value, name.value.clone()));
    ir::Event {
        name,
        key: event.name.value.clone(),
        meta: meta::meta(&event.meta),
        send_as: send_as.collect(),
        to: event.to.as_ref().map(|to| list::map(&to.value, |kind| kind.value)),
        open: event.is_open(),
        takes_super: event.takes_super(),
        shadows: if event.takes_super() { shadows(&properties, types) } else { Vec::new() },
        apps: list::map(&event.apps, |app| app.value.clone()),
        conversion: event.conversion.as_deref().map(conversion),
        examples: example::all(event, types),
        properties,
    }
}

fn conversion(conversion: &ast::Conversion) -> ir::Conversion {
    let name = |property: &Option<ast::Text>| property.as_ref().map(|name| name.value.clone());
    let optimizely = conversion.optimizely.as_ref().map(|optimizely| ir::OptimizelyConversion {
        revenue: name(&optimizely.revenue),
        value: name(&optimizely.value),
    });
    ir::Conversion { optimizely }
}

/// The super properties that an event writes itself.
fn shadows(properties: &[ir::Property], types: &Types<'_>) -> Vec<String> {
    let below = &types.index.super_properties;
    let is_shadow = |property: &&ir::Property| below.contains_key(property.name.wire.as_str());
    properties.iter().filter(is_shadow).map(|property| property.name.wire.clone()).collect()
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
