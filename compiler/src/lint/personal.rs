//! Properties that look as if they were about a person and say nothing of who may see them.

use super::Lint;
use crate::ast::index::Index;
use crate::ast::{Plan, Property, Section, Shape, Text, TypeExpression};
use crate::diagnostic::Diagnostics;
use crate::ir::Scalar;

/// What a name of several words is of a person, in front of `name`.
const WHOSE_NAME: [&str; 22] = [
    "contact",
    "customer",
    "display",
    "family",
    "first",
    "full",
    "given",
    "guest",
    "last",
    "legal",
    "maiden",
    "member",
    "middle",
    "nick",
    "owner",
    "person",
    "real",
    "recipient",
    "sender",
    "sur",
    "user",
    "visitor",
];

/// The same in one word.
const NAMES: [&str; 7] = ["firstname", "fullname", "lastname", "nickname", "realname", "surname", "username"];

/// Everything that is sent; what a flag hands out is not.
pub(super) fn all(plan: &Plan, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let search = Search { index, is_group: false };
    for declaration in &plan.types.items {
        search.inside(&declaration.ty, diagnostics);
    }
    let groups = plan.property_groups.items.iter().map(|group| &group.properties);
    let events = plan.events.items.iter().map(|event| &event.properties);
    groups.chain([&plan.super_properties, &plan.person]).chain(events).for_each(|all| search.section(all, diagnostics));
    let search = Search { is_group: true, ..search };
    plan.groups.items.iter().for_each(|group| search.section(&group.properties, diagnostics));
}

struct Search<'i, 'p> {
    index: &'i Index<'p>,
    /// The properties of a group of people: its name is nobody's.
    is_group: bool,
}

impl Search<'_, '_> {
    /// A property with a class speaks for all that it holds.
    fn section(&self, properties: &Section<Property>, diagnostics: &mut Diagnostics) {
        for property in properties.items.iter().filter(|property| property.sensitivity.is_none()) {
            let name = &property.name;
            if is_personal(&name.value) && !(self.is_group && name.value == "name") && self.is_text(&property.ty) {
                tell(name, diagnostics);
            }
            self.inside(&property.ty, diagnostics);
        }
    }

    fn inside(&self, ty: &TypeExpression, diagnostics: &mut Diagnostics) {
        match &ty.shape {
            Shape::Object(fields) => self.section(fields, diagnostics),
            Shape::List(element) | Shape::Map { values: element, .. } => self.inside(&element.ty, diagnostics),
            _ => {}
        }
    }

    /// Whether anything may stand in it: a number, one of a few words, or an object says less.
    fn is_text(&self, ty: &TypeExpression) -> bool {
        match self.index.resolve(ty).map(|ty| &ty.shape) {
            Some(Shape::Scalar(scalar)) => matches!(scalar, Scalar::String | Scalar::Json),
            Some(Shape::List(element) | Shape::Map { values: element, .. }) => self.is_text(&element.ty),
            _ => false,
        }
    }
}

fn tell(name: &Text, diagnostics: &mut Diagnostics) {
    diagnostics
        .lint(Lint::PersonalName, name.span, format!("`{}` may be personal, and has no class", name.value))
        .help("write `sensitivity: personal`; where it says nothing of a person, `internal`".to_owned());
}

/// Whether a name is that of an email address, a phone number, a person's name, an address or an ip.
///
/// What it is stands at its end: an `email_template` is no `user_email`.
fn is_personal(name: &str) -> bool {
    let Some((mut before, mut last)) = last_word(name) else { return false };
    // `address_line_2`, `phone_number`, `email_address`: the word before says what it is.
    while is_one_of(last, &["line", "number", "hash"]) || last.bytes().all(|byte| byte.is_ascii_digit()) {
        let Some(words) = last_word(before) else { break };
        (before, last) = words;
    }
    if is_one_of(last, &["name"]) {
        return last_word(before).is_none_or(|(_, whose)| is_one_of(whose, &WHOSE_NAME));
    }
    is_one_of(last, &["email", "phone", "telephone", "address", "ip"]) || is_one_of(last, &NAMES)
}

/// The last word of a name, and what stands before it.
fn last_word(name: &str) -> Option<(&str, &str)> {
    let name = name.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    let mut letters = name.char_indices().rev().peekable();
    while let Some((at, letter)) = letters.next() {
        let before = letters.peek().map_or(' ', |(_, before)| *before);
        if !before.is_alphanumeric()
            || (before.is_lowercase() && letter.is_uppercase())
            || (before.is_numeric() != letter.is_numeric())
        {
            return Some(name.split_at(at));
        }
    }
    None
}

/// Whether a word is one of some in lower case.
fn is_one_of(word: &str, words: &[&str]) -> bool {
    if !word.is_ascii() {
        return words.contains(&&*word.to_lowercase());
    }
    words.iter().any(|wanted| word.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_a_person_is_told_from_what_sounds_like_it() {
        let personal = [
            "email",
            "Email",
            "user_email",
            "userEmail",
            "email_address",
            "$email",
            "phone",
            "phone_number",
            "Phone Number",
            "name",
            "first_name",
            "lastName",
            "username",
            "ip",
            "$ip",
            "client_ip",
            "ip_address",
            "billing_address",
            "address_line_2",
            "address1",
        ];
        for name in personal {
            assert!(is_personal(name), "{name}");
        }
        let others = [
            "filename",
            "file_name",
            "event_name",
            "plan_name",
            "product_name",
            "campaign_name",
            "shipping",
            "zip",
            "tip",
            "email_template",
            "email_sent",
            "email_count",
            "phone_model",
            "address_type",
            "names",
            "hostname",
            "line",
            "number",
            "2",
            "",
            "ship",
            "has_email_opt_in",
        ];
        for name in others {
            assert!(!is_personal(name), "{name}");
        }
    }
}
