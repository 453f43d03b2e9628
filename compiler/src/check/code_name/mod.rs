//! Names in Rust: of every name something is left, and in no scope do two meet.

mod scope;

use std::borrow::Cow;

use self::scope::{Claim, Scope, Told, identifier};
use super::include::Included;
use super::value::source_text;
use crate::ast::index::Index;
use crate::ast::scalar::is_null;
use crate::ast::{EnumShape, Event, Experiment, Plan, Property, Section, Shape, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::emit::decisions::IDENT;
use crate::lower::meta::said;
use crate::lower::names;
use crate::lower::shape::{self, PAYLOAD};
use crate::register::Register;

/// Every scope of the generated code.
pub(super) fn all(plan: &Plan, included: &Included<'_, '_>, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let told = &mut Told::new(diagnostics);
    types(plan, index, told);
    events(plan, included, index, told);
    fields_of(&plan.super_properties, told);
    fields_of(&plan.person, told);
    let mut groups = Scope::default();
    for group in &plan.groups.items {
        groups.claim_named(group, |said| names::type_name(said).map(Cow::Owned), told);
        fields_of(&group.properties, told);
    }
    flags(plan, told);
    let mut experiments = Scope::default();
    for experiment in &plan.experiments.items {
        experiments.claim_named(experiment, |said| names::constant(said).map(Cow::Owned), told);
    }
    decisions(plan, told);
}

/// Where experiments have rules of Optimizely, their module has a constant that says what these are.
fn decisions(plan: &Plan, told: &mut Told<'_>) {
    let mut experiments = plan.experiments.items.iter();
    let Some((rule, _)) = experiments.clone().find_map(|experiment| experiment.optimizely_rules.first()) else {
        return;
    };
    let is_called_so =
        |experiment: &&Experiment| names::constant(said(&experiment.name, &experiment.meta)).as_deref() == Some(IDENT);
    if let Some(experiment) = experiments.find(is_called_so) {
        let claim = Claim::of(&experiment.name, &experiment.meta);
        let message = format!("`{}` is `{IDENT}` in Rust, which says what the rules of Optimizely are", claim.name);
        told.diagnostics
            .error(Code::CodeNameCollision, claim.span, message)
            .also(rule.span, "a rule")
            .help("give it another name in Rust: `code_name: ..`".to_owned());
    }
}

/// The module `types`: declared types, then inline shapes.
fn types(plan: &Plan, index: &Index<'_>, told: &mut Told<'_>) {
    let mut scope = Scope::default();
    for declaration in &plan.types.items {
        scope.claim_named(declaration, |said| names::type_name(said).map(Cow::Owned), told);
    }
    for declaration in &plan.types.items {
        let stem = names::camel(said(&declaration.name, &declaration.meta));
        shapes(&declaration.ty, stem, true, &mut scope, index, told);
        inner(&declaration.ty, told);
        if let Shape::Object(properties) = &declaration.ty.shape {
            let ident = || names::type_name(said(&declaration.name, &declaration.meta));
            scope.required(
                ident,
                properties.items.iter(),
                Claim::of(&declaration.name, &declaration.meta),
                index,
                told,
            );
        }
    }
    let groups = plan.property_groups.items.iter().map(|group| (said(&group.name, &group.meta), &group.properties));
    for group in &plan.property_groups.items {
        // It has no item of its own, but shapes in it are named behind it.
        identifier(&group.name, &group.meta, names::camel, told);
    }
    let events = plan.events.items.iter().map(|event| (said(&event.name, &event.meta), &event.properties));
    let people = [("Super", &plan.super_properties), ("Person", &plan.person)];
    let kinds = plan.groups.items.iter().map(|group| (said(&group.name, &group.meta), &group.properties));
    for (owner, properties) in groups.chain(events).chain(people).chain(kinds) {
        let Some(owner) = names::camel(owner) else { continue };
        for property in properties.items.iter().filter(|property| shape::may_be_in(&property.ty)) {
            let stem = names::nested(&owner, said(&property.name, &property.meta));
            shapes(&property.ty, stem, false, &mut scope, index, told);
        }
    }
    for flag in &plan.flags.items {
        let Some(payload) = &flag.payload_type else { continue };
        if let Some(stem) = names::camel(said(&flag.name, &flag.meta)) {
            let stem = format!("{stem}{PAYLOAD}");
            shape::visit_element(payload, &stem, &mut |ty, stem| claim(ty, stem, &mut scope, index, told));
        }
        inner(&payload.ty, told);
    }
}

/// Takes the identifiers of the inline shapes of one type.
fn shapes<'p>(
    ty: &'p TypeExpression,
    stem: Option<String>,
    named: bool,
    scope: &mut Scope<'p>,
    index: &Index<'_>,
    told: &mut Told<'_>,
) {
    let Some(stem) = stem else { return };
    shape::visit(ty, &stem, named, &mut |ty, stem| claim(ty, stem, scope, index, told));
}

fn claim<'p>(ty: &'p TypeExpression, stem: &str, scope: &mut Scope<'p>, index: &Index<'_>, told: &mut Told<'_>) {
    let ident = names::finish_type(stem.to_owned());
    if let Shape::Object(properties) = &ty.shape {
        scope.required(|| Some(ident.clone()), properties.items.iter(), unnamed(ty), index, told);
    }
    scope.claim(ident, unnamed(ty), told);
}

fn unnamed(ty: &TypeExpression) -> Claim<'static> {
    Claim { name: "", span: ty.span }
}

/// Scopes inside a type: fields of objects, values of enums.
fn inner(ty: &TypeExpression, told: &mut Told<'_>) {
    match &ty.shape {
        Shape::Object(properties) => fields_of(properties, told),
        Shape::Enum(shape) => values(shape, told),
        Shape::List(element) => inner(&element.ty, told),
        Shape::Map { keys, values } => {
            if let Some(keys) = keys {
                inner(keys, told);
            }
            inner(&values.ty, told);
        }
        _ => {}
    }
}

/// The variants of an enum; an open one has `Other` besides.
fn values(shape: &EnumShape, told: &mut Told<'_>) {
    let mut scope = Scope::default();
    let mut wires: Register<'_, ()> = Register::default();
    for value in &shape.values {
        let wire = source_text(&value.value);
        // A value that stands twice, or is missing, was told as such.
        if wires.get(wire).is_some() || is_null(&value.value) && wire.is_empty() {
            continue;
        }
        wires.add(wire, ());
        let span = value.meta.code_name.as_ref().map_or(value.value.span, |name| name.span);
        let said = value.meta.code_name.as_ref().map_or(wire, |name| &name.value);
        match names::variant(said) {
            Some(ident) if shape.open && ident == "Other" => {
                let message = format!("`{wire}` is `Other` in Rust, which an open enum has already");
                let help = "give it another name in Rust: `{ value: .., code_name: .. }`".to_owned();
                told.diagnostics.error(Code::CodeNameCollision, span, message).help(help);
            }
            Some(ident) => {
                claim_inside(ident, Claim { name: wire, span }, "{ value: .., code_name: .. }", &mut scope, told);
            }
            None => told.nothing_left(said, span, "name it in letters: `{ value: .., code_name: .. }`"),
        }
    }
}

/// Takes an identifier for what may stand in a short form, in which there is no place for `code_name`.
fn claim_inside<'p>(ident: String, claim: Claim<'p>, long: &str, scope: &mut Scope<'p>, told: &mut Told<'_>) {
    let Some(other) = scope.holder(&ident) else { return scope.claim(ident, claim, told) };
    let (first, later) = if other.span < claim.span { (other, claim) } else { (claim, other) };
    let message = format!("`{}` and `{}` are both `{ident}` in Rust", later.name, first.name);
    told.diagnostics
        .error(Code::CodeNameCollision, later.span, message)
        .also(first.span, "the first")
        .help(format!("give one of them another name in Rust: `{long}`"));
}

/// The struct of some properties, and the scopes inside their types.
fn fields_of(properties: &Section<Property>, told: &mut Told<'_>) {
    fields(properties.items.iter(), told);
    properties.items.iter().for_each(|property| inner(&property.ty, told));
}

/// The fields of a struct, and its setters.
fn fields<'p>(properties: impl Iterator<Item = &'p Property> + Clone, told: &mut Told<'_>) {
    let has_null = |property: &Property| property.is_nullable() && !property.is_required();
    // Names in snake case are fields as they stand, and no two properties have one name.
    let is_itself = |property: &Property| property.meta.code_name.is_none() && names::is_snake(&property.name.value);
    if properties.clone().all(|property| is_itself(property) && !has_null(property)) {
        return;
    }
    let mut scope = Scope::default();
    for property in properties.clone() {
        scope.claim_named(property, names::field_of, told);
    }
    // `with_x_null` of a property that may be unset or null is the setter of a property `x_null` too.
    for property in properties.filter(|property| has_null(property)) {
        let Some(ident) = names::field_of(said(&property.name, &property.meta)) else { continue };
        let null = format!("{}_null", ident.strip_prefix("r#").unwrap_or(&ident));
        if let Some(other) = scope.holder(&null) {
            let setter = names::setter(&null);
            told.meet((Claim::of(&property.name, &property.meta), other), &format!("both have the setter `{setter}`"));
        }
    }
}

/// The module `events`.
fn events(plan: &Plan, included: &Included<'_, '_>, index: &Index<'_>, told: &mut Told<'_>) {
    let mut scope = Scope::default();
    for event in &plan.events.items {
        scope.claim_named(event, |said| names::type_name(said).map(Cow::Owned), told);
    }
    for group in &plan.property_groups.items {
        fields_of(&group.properties, told);
    }
    for event in &plan.events.items {
        if event.is_open() {
            extra(event, included, told);
        }
        if event.include.is_empty() {
            fields_of(&event.properties, told);
            let ident = || names::type_name(said(&event.name, &event.meta));
            scope.required(ident, event.properties.items.iter(), Claim::of(&event.name, &event.meta), index, told);
            continue;
        }
        let (properties, _) = included.of_event(event);
        fields(properties.iter().copied(), told);
        event.properties.items.iter().for_each(|property| inner(&property.ty, told));
        let ident = || names::type_name(said(&event.name, &event.meta));
        scope.required(ident, properties.iter().copied(), Claim::of(&event.name, &event.meta), index, told);
    }
}

/// An open event has the setter `with_extra` and a field of that name.
fn extra(event: &Event, included: &Included<'_, '_>, told: &mut Told<'_>) {
    let (properties, _) = included.of_event(event);
    for property in properties.iter() {
        if names::field_of(said(&property.name, &property.meta)).as_deref() != Some("extra") {
            continue;
        }
        let claim = Claim::of(&property.name, &property.meta);
        let message = format!("`{}` is `extra` in Rust, which an open event has already", claim.name);
        told.diagnostics
            .error(Code::CodeNameCollision, claim.span, message)
            .also(event.name.span, "the open event")
            .help("give it another name in Rust: `code_name: ..`".to_owned());
    }
}

/// The module `flags`: constants, and the enums of those with variants.
fn flags(plan: &Plan, told: &mut Told<'_>) {
    let mut constants = Scope::default();
    let mut enums = Scope::default();
    for flag in &plan.flags.items {
        constants.claim_named(flag, |said| names::constant(said).map(Cow::Owned), told);
        let Some(variants) = &flag.variants else { continue };
        if let Some(ident) = names::type_name(said(&flag.name, &flag.meta)) {
            enums.claim(ident, Claim::of(&flag.name, &flag.meta), told);
        }
        let mut scope = Scope::default();
        for variant in &variants.section.items {
            if let Some(ident) = identifier(&variant.name, &variant.meta, names::variant, told) {
                let claim = Claim::of(&variant.name, &variant.meta);
                claim_inside(ident, claim, "{ weight: .., code_name: .. }", &mut scope, told);
            }
        }
    }
}
