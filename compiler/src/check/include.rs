//! `include`: what it names, and whether the properties of all that is included get along.

use std::borrow::Cow;
use std::rc::Rc;

use super::reference::nearest;
use crate::ast::index::Index;
use crate::ast::{Event, Keyed, Property, PropertyGroup, Section, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::register::Register;
use crate::source::Span;
use crate::table::ByName;

/// What property groups and object types bring, worked out once for each.
pub(crate) struct Included<'i, 'p> {
    index: &'i Index<'p>,
    groups: ByName<'p, Rc<Brought<'p>>>,
    events: ByName<'p, Brought<'p>>,
    /// How many properties all includes brought so far.
    total: usize,
}

/// The properties that come by one name.
struct Brought<'p> {
    /// In order.
    properties: Vec<&'p Property>,
    /// Whether all that is included could be found and read.
    complete: bool,
    /// How many groups lead from this one to the last.
    depth: usize,
}

/// How many property groups may lead from one to the next.
const DEEPEST: usize = 100;

/// How many properties all includes of a plan may bring together: a hundred to each of two thousand events.
const MOST: usize = 200_000;

impl<'i, 'p> Included<'i, 'p> {
    /// Works out every property group and event, and tells what is wrong with what they include.
    pub(super) fn new(index: &'i Index<'p>, diagnostics: &mut Diagnostics) -> Self {
        let mut included = Self::empty(index);
        let mut path = Vec::new();
        for group in &index.plan.property_groups.items {
            included.group(group, &mut path, diagnostics);
        }
        for event in &index.plan.events.items {
            included.event(event, diagnostics);
        }
        included
    }

    /// Works out one event alone, of which everything was told.
    pub(super) fn of_one(event: &'p Event, index: &'i Index<'p>) -> Self {
        let mut included = Self::empty(index);
        let mut told = Diagnostics::default();
        for name in &event.include {
            if let Some(group) = index.property_groups.get(name.value.as_str()) {
                included.group(group, &mut Vec::new(), &mut told);
            }
        }
        included.event(event, &mut told);
        included
    }

    fn empty(index: &'i Index<'p>) -> Self {
        Self { index, groups: ByName::new(), events: ByName::new(), total: 0 }
    }

    /// All properties of an event, and whether they are all: some may not have been readable.
    pub(crate) fn of_event(&self, event: &'p Event) -> (Cow<'_, [&'p Property]>, bool) {
        match self.events.get(event.name.value.as_str()) {
            Some(brought) => (Cow::Borrowed(&brought.properties), brought.complete),
            None => (event.properties.items.iter().collect(), event.properties.complete),
        }
    }

    /// The same by the key of the event.
    pub(super) fn of_event_by_key(&self, key: &str) -> (Cow<'_, [&'p Property]>, bool) {
        self.index.events.get(key).map_or((Cow::Borrowed(&[]), false), |event| self.of_event(event))
    }

    /// Whether one of these brings a property of that name; one that could not be read may.
    pub(super) fn brings(&self, include: &[Text], name: &str) -> bool {
        include.iter().any(|from| {
            let is_brought = |brought: Rc<Brought<'p>>| {
                !brought.complete || brought.properties.iter().any(|property| property.name.value == name)
            };
            self.brought(&from.value).is_none_or(is_brought)
        })
    }

    fn event(&mut self, event: &'p Event, diagnostics: &mut Diagnostics) {
        if event.include.is_empty() {
            let own = &event.properties;
            own.items.iter().for_each(|property| overriding(property, None, own.complete, diagnostics));
            return;
        }
        for name in &event.include {
            self.exists(name, diagnostics);
        }
        let brought = self.combine(&event.include, &event.properties, diagnostics);
        self.events.insert(&event.name.value, brought);
    }

    fn group(&mut self, group: &'p PropertyGroup, path: &mut Vec<&'p str>, diagnostics: &mut Diagnostics) {
        let name = group.name.value.as_str();
        if self.groups.contains_key(name) {
            return;
        }
        path.push(name);
        for include in &group.include {
            if let Some(start) = path.iter().position(|name| *name == include.value) {
                path.push(&include.value);
                let circle = list::quoted(&path[start..], " -> ");
                path.pop();
                let message = format!("property groups include each other in a circle: {circle}");
                diagnostics.error(Code::IncludeCycle, include.span, message).help("remove one `include`".to_owned());
            } else if path.len() > DEEPEST {
                path.pop();
                return too_deep(group, diagnostics);
            } else if let Some(next) = self.index.property_groups.get(include.value.as_str()) {
                self.group(next, path, diagnostics);
            } else {
                self.exists(include, diagnostics);
            }
        }
        path.pop();
        let included = group.include.iter().filter_map(|include| self.groups.get(include.value.as_str()));
        let depth = included.map(|brought| brought.depth).max().unwrap_or(0);
        let brought = if depth < DEEPEST {
            self.combine(&group.include, &group.properties, diagnostics)
        } else {
            // Told once, where the limit is passed.
            if depth == DEEPEST {
                too_deep(group, diagnostics);
            }
            Brought { properties: Vec::new(), complete: false, depth: DEEPEST + 1 }
        };
        self.groups.insert(name, Rc::new(brought));
    }

    /// The name is that of a property group or an object type.
    fn exists(&self, name: &Text, diagnostics: &mut Diagnostics) {
        let Index { plan, property_groups, types, .. } = self.index;
        if property_groups.contains_key(name.value.as_str()) {
            return;
        }
        if let Some(declaration) = types.get(name.value.as_str()) {
            let is_known = self.index.resolve(&declaration.ty).is_some_and(|ty| !ty.is_broken());
            if is_known && self.index.object(&declaration.ty).is_none() {
                diagnostics
                    .error(
                        Code::UnknownPropertyGroup,
                        name.span,
                        format!("the type `{}` has no properties", name.value),
                    )
                    .also(declaration.name.span, "declared here")
                    .help("`include` takes property groups and object types".to_owned());
            }
            return;
        }
        if !plan.property_groups.complete || !plan.types.complete {
            return;
        }
        let objects = plan.types.items.iter().filter(|declaration| self.index.object(&declaration.ty).is_some());
        let objects = objects.map(|declaration| declaration.name.value.as_str());
        let groups = plan.property_groups.items.iter().map(|group| group.name.value.as_str());
        let help = match nearest(&name.value, groups.chain(objects), diagnostics) {
            Some(similar) => format!("one with a similar name exists: `{similar}`"),
            None => "`include` takes property groups and object types".to_owned(),
        };
        diagnostics
            .error(Code::UnknownPropertyGroup, name.span, format!("unknown property group `{}`", name.value))
            .label("not declared in `property_groups` or `types`")
            .help(help);
    }

    fn brought(&self, name: &str) -> Option<Rc<Brought<'p>>> {
        if let Some(brought) = self.groups.get(name) {
            return Some(Rc::clone(brought));
        }
        if self.index.property_groups.contains_key(name) {
            return None;
        }
        let object = self.index.object(&self.index.types.get(name)?.ty)?;
        Some(Rc::new(Brought { properties: object.items.iter().collect(), complete: object.complete, depth: 1 }))
    }

    /// Included properties first, then the own ones. One that comes from two places, or stands beside an
    /// own one without `override`, is told.
    fn combine(&mut self, include: &[Text], own: &'p Section<Property>, diagnostics: &mut Diagnostics) -> Brought<'p> {
        let mut complete = own.complete;
        let mut depth = 0;
        // Told once, where the limit is passed.
        if self.total > MOST && !include.is_empty() {
            return Brought { properties: Vec::new(), complete: false, depth: 1 };
        }
        let mut by_name: Register<'_, (&'p Property, Span)> = Register::default();
        let mut properties: Vec<&'p Property> = Vec::new();
        let mut own_names: Register<'_, ()> = Register::default();
        if !include.is_empty() {
            own.items.iter().for_each(|property| own_names.add(property.name.value.as_str(), ()));
        }
        for name in include {
            let Some(brought) = self.brought(&name.value) else {
                complete = false;
                continue;
            };
            complete &= brought.complete;
            depth = depth.max(brought.depth);
            for property in &brought.properties {
                let key = property.name.value.as_str();
                match by_name.get(key) {
                    Some((first, _)) if std::ptr::eq(*first, *property) => {}
                    Some((first, from)) if own_names.get(key).is_none() => {
                        diagnostics
                            .error(Code::DuplicateProperty, name.span, format!("`{key}` comes from two includes"))
                            .also(*from, "the first")
                            .also(first.name.span, "declared here")
                            .also(property.name.span, "and here")
                            .help(format!("declare `{key}` here too, with `override: true`"));
                    }
                    Some(_) => {}
                    None => {
                        by_name.add(key, (property, name.span));
                        if own_names.get(key).is_none() {
                            properties.push(property);
                        }
                    }
                }
            }
        }
        self.total += properties.len();
        if let (true, Some(first)) = (self.total > MOST, include.first()) {
            too_much(first, diagnostics);
            return Brought { properties: Vec::new(), complete: false, depth: depth + 1 };
        }
        for property in &own.items {
            overriding(property, by_name.get(property.name.value.as_str()).map(|(it, _)| *it), complete, diagnostics);
        }
        properties.extend(&own.items);
        Brought { properties, complete, depth: depth + 1 }
    }
}

fn too_deep(group: &PropertyGroup, diagnostics: &mut Diagnostics) {
    let message = format!("property groups include each other more than {DEEPEST} deep");
    diagnostics.error(Code::IncludeCycle, group.name.span, message);
}

fn too_much(include: &Text, diagnostics: &mut Diagnostics) {
    let message = format!("with `{}` all includes bring more than {MOST} properties", include.value);
    let help = "include smaller property groups, or include them in fewer events";
    diagnostics.error(Code::IncludeCycle, include.span, message).help(help.to_owned());
}

/// An own property says so when it stands in for an included one.
fn overriding(property: &Property, included: Option<&Property>, complete: bool, diagnostics: &mut Diagnostics) {
    let says_so = property.overrides.as_deref().filter(|overrides| overrides.value);
    match (included, says_so) {
        (Some(included), None) => {
            let name = &property.name.value;
            diagnostics
                .error(Code::DuplicateProperty, property.name.span, format!("`{name}` is included already"))
                .also(included.name.span, "declared here")
                .help("to replace it, add `override: true`".to_owned());
        }
        (None, Some(Keyed { key, .. })) if complete => {
            diagnostics
                .error(Code::NothingToOverride, *key, format!("no `{}` is included here", property.name.value))
                .help("remove `override`".to_owned());
        }
        _ => {}
    }
}
