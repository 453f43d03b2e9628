//! Names that can be sent, and names that the language keeps.

use crate::ast::{Named, Plan, Section, Shape, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::parse::{TYPE_SHAPES, TYPE_WORDS};
use crate::table::ByName;

/// Longest name, in characters.
const LONGEST: usize = 200;

/// The names of everything but properties.
pub(super) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    each(&plan.owners, diagnostics);
    each(&plan.types, diagnostics);
    each(&plan.property_groups, diagnostics);
    each(&plan.groups, diagnostics);
    each(&plan.cohorts, diagnostics);
    each(&plan.events, diagnostics);
    each(&plan.flags, diagnostics);
    each(&plan.experiments, diagnostics);
    for event in &plan.events.items {
        event.wire.iter().for_each(|name| length(name, diagnostics));
        event.send_as.iter().for_each(|(_, name)| length(name, diagnostics));
        event.apps.iter().for_each(|name| length(name, diagnostics));
    }
    for flag in &plan.flags.items {
        characters(&flag.name, "a flag key", "-_", diagnostics);
        for variant in flag.variants.iter().flat_map(|variants| &variants.section.items) {
            length(&variant.name, diagnostics);
            characters(&variant.name, "a variant key", "-_./", diagnostics);
        }
    }
    builtin_types(plan, diagnostics);
    includable(plan, diagnostics);
}

/// The names of one section.
pub(super) fn each<T: Named>(section: &Section<T>, diagnostics: &mut Diagnostics) {
    section.items.iter().for_each(|item| length(item.name(), diagnostics));
}

/// A name that can be sent.
pub(super) fn length(name: &Text, diagnostics: &mut Diagnostics) {
    let (message, help) = if name.value.is_empty() {
        ("a name has at least one character".to_owned(), "give it a name")
    } else if name.value.len() > LONGEST && name.value.chars().count() > LONGEST {
        let message = format!("a name has at most {LONGEST} characters; this one has {}", name.value.chars().count());
        (message, "shorten it: what it means is said by `description`")
    } else if let Some(control) = name.value.chars().find(|character| character.is_control()) {
        let message = format!("a name holds no control characters; this one holds U+{:04X}", u32::from(control));
        (message, "remove the character, or write a space")
    } else {
        return;
    };
    diagnostics.error(Code::InvalidName, name.span, message).help(help.to_owned());
}

/// Keys of flags and variants hold letters, digits and a few marks.
fn characters(name: &Text, what: &str, marks: &str, diagnostics: &mut Diagnostics) {
    let is_allowed = |character: char| character.is_ascii_alphanumeric() || marks.contains(character);
    let Some(other) = name.value.chars().find(|character| !is_allowed(*character)) else { return };
    if other.is_control() {
        return;
    }
    let marks = list::map(&marks.chars().collect::<Vec<_>>(), |mark| format!("`{mark}`")).join(", ");
    let fixed = name.value.replace(|character| !is_allowed(character), "-");
    let has_letters = fixed.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let fixed = if has_letters { format!(": `{fixed}`") } else { String::new() };
    diagnostics
        .error(Code::InvalidName, name.span, format!("{what} cannot hold `{other}`"))
        .help(format!("it holds the letters a to z, digits, {marks}{fixed}"));
}

fn builtin_types(plan: &Plan, diagnostics: &mut Diagnostics) {
    for declaration in &plan.types.items {
        let name = declaration.name.value.as_str();
        if TYPE_WORDS.iter().any(|(word, _)| *word == name) || TYPE_SHAPES.iter().any(|(key, _)| *key == name) {
            diagnostics
                .error(Code::ReservedName, declaration.name.span, format!("`{name}` is a type of the language"))
                .help("give the type another name".to_owned());
        }
    }
}

/// `include` takes both property groups and object types, so that one name cannot be both.
fn includable(plan: &Plan, diagnostics: &mut Diagnostics) {
    let objects = plan.types.items.iter().filter(|declaration| matches!(declaration.ty.shape, Shape::Object(_)));
    let mut spans = ByName::new();
    for object in objects {
        spans.insert(object.name.value.as_str(), object.name.span);
    }
    for group in &plan.property_groups.items {
        if let Some(object) = spans.get(group.name.value.as_str()) {
            let (later, first) =
                if group.name.span > *object { (group.name.span, *object) } else { (*object, group.name.span) };
            let message = format!("`{}` is a property group and an object type", group.name.value);
            diagnostics
                .error(Code::ReservedName, later, message)
                .also(first, "the first")
                .help("`include` takes both: give one of them another name".to_owned());
        }
    }
}
