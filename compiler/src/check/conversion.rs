//! What a conversion counts: properties of its event, as Optimizely takes them.

use super::include::Included;
use super::reference::nearest;
use super::{property, value};
use crate::ast::index::Index;
use crate::ast::{Event, Property, Shape, Text, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Literal, Scalar, Sensitivity};

/// What a property is counted as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// An integer of cents.
    Revenue,
    /// A number.
    Value,
}

pub(super) fn all<'p>(event: &'p Event, included: &Included<'_, 'p>, index: &Index<'p>, diagnostics: &mut Diagnostics) {
    let Some(conversion) = event.optimizely() else { return };
    let counted = [(Role::Revenue, &conversion.revenue), (Role::Value, &conversion.value)];
    for (role, name) in counted {
        let Some(name) = name else { continue };
        if let Some(property) = self::property(name, event, included, index, diagnostics) {
            kind(role, name, property, index, diagnostics);
            null(name, property, diagnostics);
            visible(name, property, index, diagnostics);
        }
    }
    if let (Some(revenue), Some(value)) = (&conversion.revenue, &conversion.value)
        && revenue.value == value.value
    {
        let (first, later) = if revenue.span < value.span { (revenue, value) } else { (value, revenue) };
        diagnostics
            .error(Code::ConversionProperty, later.span, format!("`{}` is both the revenue and the value", later.value))
            .also(first.span, "the first")
            .help("remove one of them: what was paid is the `revenue`, any other number the `value`".to_owned());
    }
}

/// The property of the event.
fn property<'p>(
    name: &Text,
    event: &'p Event,
    included: &Included<'_, 'p>,
    index: &Index<'p>,
    diagnostics: &mut Diagnostics,
) -> Option<&'p Property> {
    let (properties, complete) = included.of_event(event);
    if let Some(property) = properties.iter().find(|property| property.name.value == name.value) {
        return Some(property);
    }
    if !complete {
        return None;
    }
    let names = properties.iter().map(|property| property.name.value.as_str());
    let help = match nearest(&name.value, names, diagnostics) {
        Some(similar) => Some(format!("a property with a similar name exists: `{similar}`")),
        None if index.super_properties.contains_key(name.value.as_str()) => {
            Some("what counts is a property of the event itself, not one of `super`: declare it there".to_owned())
        }
        None => Some(format!("declare it there: `properties: {{ {}: integer }}`", name.value)),
    };
    let message = format!("event `{}` has no property `{}`", event.name.value, name.value);
    diagnostics.error(Code::UnknownProperty, name.span, message).also(event.name.span, "the event").help(help);
    None
}

/// The property is a number of the kind that is counted.
fn kind(role: Role, name: &Text, property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let number = Counted::of(&property.ty, index);
    let (message, help) = match (role, number) {
        (_, Counted::Integer) | (Role::Value, Counted::Number) => return,
        (Role::Revenue, Counted::Number) => (
            format!("`{}` is a number, and revenue is counted in whole cents", name.value),
            "take an `integer` of cents, such as `amount_cents`: 49.99 is 4999",
        ),
        (Role::Revenue, Counted::Other) => (
            format!("`{}` is no integer, and revenue is one", name.value),
            "take an `integer` of cents, such as `amount_cents`",
        ),
        (Role::Value, Counted::Other) => {
            (format!("`{}` is no number", name.value), "a `value` is an `integer` or a `number`")
        }
    };
    diagnostics
        .error(Code::ConversionProperty, name.span, message)
        .also(property.name.span, "declared here")
        .help(help.to_owned());
}

/// What there is to count in a type.
enum Counted {
    Integer,
    Number,
    Other,
}

impl Counted {
    /// What was told is taken for an integer, which always fits.
    fn of(ty: &TypeExpression, index: &Index<'_>) -> Self {
        let Some(ty) = index.resolve(ty) else { return Self::Integer };
        match &ty.shape {
            Shape::Scalar(Scalar::Integer) | Shape::Broken => Self::Integer,
            Shape::Scalar(Scalar::Number) => Self::Number,
            Shape::Enum(_) | Shape::Subset { .. } if index.enumeration(ty).is_none_or(value::is_integers) => {
                Self::Integer
            }
            Shape::Const { value, of } => {
                let told = &mut Diagnostics::default();
                match value::constant_literal(value, of.as_deref(), value.span, index, told) {
                    None | Some(Literal::Integer(_)) => Self::Integer,
                    Some(Literal::Number(_)) => Self::Number,
                    Some(_) => Self::Other,
                }
            }
            _ => Self::Other,
        }
    }
}

/// Null counts for nothing: a conversion without it leaves the property out.
fn null(name: &Text, property: &Property, diagnostics: &mut Diagnostics) {
    let Some(nullable) = property.nullable.as_ref().filter(|nullable| nullable.value) else { return };
    diagnostics
        .error(Code::ConversionProperty, name.span, format!("`{}` may be null, and null cannot be counted", name.value))
        .also(nullable.key, "it is nullable")
        .help("remove `nullable`: where there is nothing to count the property is left out".to_owned());
}

/// What Optimizely counts it may see.
fn visible(name: &Text, property: &Property, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let class = property::class(property);
    let mut said = index.plan.destinations.iter().filter(|said| said.kind.value == DestinationKind::Optimizely);
    let allowed = said.find_map(|optimizely| optimizely.allow).map_or(Sensitivity::default(), |allow| allow.value);
    if class <= allowed {
        return;
    }
    let place = property.sensitivity.map_or(property.name.span, |class| class.span);
    let (message, help) = if class == Sensitivity::Secret {
        let message = format!("`{}` is `secret`, and never reaches optimizely", name.value);
        (message, "give it another class, or count another property".to_owned())
    } else {
        let class = class.as_str();
        let message = format!("`{}` is `{class}`, and optimizely may not see it", name.value);
        let help = format!("let it, `destinations: {{ optimizely: {{ allow: {class} }} }}`, or count another property");
        (message, help)
    };
    diagnostics.error(Code::UnseenConversion, name.span, message).also(place, "its class").help(help);
}
