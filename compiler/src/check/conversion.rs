//! What a conversion counts: properties of its event, as Optimizely takes them.

use super::include::Included;
use super::reference::nearest;
use super::{property, value};
use crate::ast::index::Index;
use crate::ast::{Event, OptimizelyConversion, Property, Shape, Text, TypeExpression};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::{DestinationKind, Literal, Scalar, Sensitivity};
use crate::lint::Lint;

/// What a property is counted as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// An integer of cents.
    Revenue,
    /// A number.
    Value,
}

impl Role {
    /// The key of the plan, and the name at Optimizely.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Value => "value",
        }
    }
}

pub(super) fn all<'p>(event: &'p Event, included: &Included<'_, 'p>, index: &Index<'p>, diagnostics: &mut Diagnostics) {
    let Some(OptimizelyConversion { revenue, value }) = event.optimizely() else { return };
    let value = value.as_ref().filter(|value| !is_revenue(value, revenue.as_ref(), diagnostics));
    for (role, name) in [(Role::Revenue, revenue.as_ref()), (Role::Value, value)] {
        let Some(name) = name else { continue };
        if let Some(property) = self::property(name, event, included, index, diagnostics) {
            kind(role, name, property, index, diagnostics);
            null(name, property, diagnostics);
            visible(name, property, index, diagnostics);
        }
    }
    let (properties, _) = included.of_event(event);
    kept(Role::Revenue, revenue.as_ref(), &properties, index, diagnostics);
    kept(Role::Value, value, &properties, index, diagnostics);
}

/// Warns of a property that Optimizely would read as what is counted, and that is not what this conversion counts.
fn kept(
    role: Role,
    counted: Option<&Text>,
    properties: &[&Property],
    index: &Index<'_>,
    diagnostics: &mut Diagnostics,
) {
    let kept = role.as_str();
    let is_kept = |property: &&&Property| property.name.value == kept && property::class(property) <= allowed(index);
    let Some(property) = properties.iter().find(is_kept) else { return };
    if counted.is_some_and(|name| name.value == kept) {
        return;
    }
    let message = format!("`{kept}` is what optimizely counts, and this conversion does not count it");
    let help =
        format!("call it otherwise, since it is left out there, or count it: `optimizely: {{ {kept}: {kept} }}`");
    diagnostics.lint(Lint::LibraryName, property.name.span, message).help(help);
}

/// Tells a value that is the revenue already; what is wrong with that is told of the revenue.
fn is_revenue(value: &Text, revenue: Option<&Text>, diagnostics: &mut Diagnostics) -> bool {
    let Some(revenue) = revenue.filter(|revenue| revenue.value == value.value) else { return false };
    let (first, later) = if revenue.span < value.span { (revenue, value) } else { (value, revenue) };
    diagnostics
        .error(Code::ConversionProperty, later.span, format!("`{}` is both the revenue and the value", later.value))
        .also(first.span, "the first")
        .help("remove one of them: what was paid is the `revenue`, any other number the `value`".to_owned());
    true
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
            format!("`{}` is a `number`, and revenue is counted in whole cents", name.value),
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
    if class <= allowed(index) {
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

/// The highest class that Optimizely may see.
fn allowed(index: &Index<'_>) -> Sensitivity {
    let mut said = index.plan.destinations.iter().filter(|said| said.kind.value == DestinationKind::Optimizely);
    said.find_map(|optimizely| optimizely.allow).map_or(Sensitivity::default(), |allow| allow.value)
}
