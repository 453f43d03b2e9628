//! Names of the plan to identifiers of Rust.

use std::borrow::Cow;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::letters::letters;

/// Names that a generated module has already: the prelude and what it imports. A type of the plan by
/// one of them gets `_` behind it.
const TAKEN: &[&str] = &[
    // The prelude of the edition 2024.
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
    // The standard library beyond it.
    "BTreeMap",
    "Cow",
    // The runtime.
    "Constrain",
    "Constraint",
    "ConstraintError",
    "DecisionPlan",
    "DecisionRule",
    "Destinations",
    "Event",
    "EventSchema",
    "Experiment",
    "ExperimentKey",
    "Extra",
    "ExtraValue",
    "Flag",
    "Group",
    "Json",
    "ListWriter",
    "MapKey",
    "NoPayload",
    "Null",
    "Nullable",
    "ObjectWriter",
    "OrNull",
    "Payload",
    "PayloadError",
    "PayloadReader",
    "PersonAttribute",
    "PersonProperties",
    "PlanId",
    "PropertyWriter",
    "RuleKind",
    "Sensitivity",
    "SuperProperties",
    "Timestamp",
    "Value",
    "ValueWriter",
    "Variant",
];

/// Words that no identifier is without `r#`, in order.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that are none even with `r#`.
const PATH_WORDS: &[&str] = &["crate", "self", "super", "Self"];

/// The struct, enum or alias of that name; `None` where nothing of the name is left.
pub(crate) fn type_name(name: &str) -> Option<String> {
    camel(name).map(finish_type)
}

/// The type of a shape that stands inline in `parent`, under `name`.
///
/// `parent` is what [`camel`] made of the parent's name.
pub(crate) fn nested(parent: &str, name: &str) -> Option<String> {
    let mut ident = String::with_capacity(parent.len() + name.len());
    ident.push_str(parent);
    push_camel(name, &mut ident).then_some(ident)
}

/// What [`camel`] made, as the identifier of a type.
pub(crate) fn finish_type(camel: String) -> String {
    let mut ident = starting_with_a_letter(camel, 'N');
    if TAKEN.contains(&ident.as_str()) || PATH_WORDS.contains(&ident.as_str()) {
        ident.push('_');
    }
    ident
}

/// The words of a name, each with a capital, together: the stem of a type's identifier.
pub(crate) fn camel(name: &str) -> Option<String> {
    nested("", name)
}

/// Adds them to `ident`; whether there is one.
fn push_camel(name: &str, ident: &mut String) -> bool {
    if is_snake(name) {
        let mut begins = true;
        for letter in name.chars() {
            if letter != '_' {
                ident.push(if begins { letter.to_ascii_uppercase() } else { letter });
            }
            begins = letter == '_';
        }
        return true;
    }
    let camel = letters(name).to_upper_camel_case();
    ident.push_str(&camel);
    !camel.is_empty()
}

/// The variant of an enum.
pub(crate) fn variant(name: &str) -> Option<String> {
    let mut ident = starting_with_a_letter(camel(name)?, 'N');
    if PATH_WORDS.contains(&ident.as_str()) {
        ident.push('_');
    }
    Some(ident)
}

/// The field of a struct, `r#` included.
pub(crate) fn field(name: &str) -> Option<String> {
    field_of(name).map(Cow::into_owned)
}

/// The same, which most names are as they stand.
pub(crate) fn field_of(name: &str) -> Option<Cow<'_, str>> {
    let ident = if is_snake(name) {
        Cow::Borrowed(name)
    } else {
        let snake = letters(name).to_snake_case();
        if snake.is_empty() {
            return None;
        }
        Cow::Owned(starting_with_a_letter(snake, 'n'))
    };
    Some(if KEYWORDS.binary_search(&&*ident).is_ok() {
        Cow::Owned(format!("r#{ident}"))
    } else if PATH_WORDS.contains(&&*ident) {
        Cow::Owned(format!("{ident}_"))
    } else {
        ident
    })
}

/// The constant of a flag or an experiment.
pub(crate) fn constant(name: &str) -> Option<String> {
    let shouty = letters(name).to_shouty_snake_case();
    (!shouty.is_empty()).then(|| starting_with_a_letter(shouty, 'N'))
}

/// The setter of a field.
pub(crate) fn setter(field: &str) -> String {
    format!("with_{}", field.strip_prefix("r#").unwrap_or(field))
}

/// Whether the name is in snake case already, as most are: then its words need not be looked for.
pub(crate) fn is_snake(name: &str) -> bool {
    let mut before = b'_';
    let mut fits = |byte: u8| {
        let fits = byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b'_' && before != b'_');
        before = byte;
        fits
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(&mut fits) && before != b'_'
}

fn starting_with_a_letter(mut ident: String, letter: char) -> String {
    if !ident.starts_with(unicode_ident::is_xid_start) {
        ident.insert(0, letter);
    }
    ident
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers_of_each_kind() {
        let cases = [
            ("user_signed_up", "UserSignedUp", "user_signed_up", "USER_SIGNED_UP"),
            ("Order Completed", "OrderCompleted", "order_completed", "ORDER_COMPLETED"),
            ("new-dashboard-v2", "NewDashboardV2", "new_dashboard_v2", "NEW_DASHBOARD_V2"),
            ("camelCaseName", "CamelCaseName", "camel_case_name", "CAMEL_CASE_NAME"),
            ("XMLHttpRequest", "XmlHttpRequest", "xml_http_request", "XML_HTTP_REQUEST"),
            ("dotted.name/with:all", "DottedNameWithAll", "dotted_name_with_all", "DOTTED_NAME_WITH_ALL"),
            ("$pageview", "Pageview", "pageview", "PAGEVIEW"),
            ("30+ days", "N30Days", "n30_days", "N30_DAYS"),
            ("-1", "N1", "n1", "N1"),
            ("Größe", "Größe", "größe", "GRÖSSE"),
            ("注文", "注文", "注文", "注文"),
            ("type", "Type", "r#type", "TYPE"),
            ("self", "Self_", "self_", "SELF"),
            ("Self", "Self_", "self_", "SELF"),
            ("option", "Option_", "option", "OPTION"),
            ("event", "Event_", "event", "EVENT"),
            ("a²b", "AB", "a_b", "A_B"),
        ];
        for (name, type_ident, field_ident, constant_ident) in cases {
            assert_eq!(type_name(name).as_deref(), Some(type_ident), "type of {name:?}");
            assert_eq!(field(name).as_deref(), Some(field_ident), "field of {name:?}");
            assert_eq!(constant(name).as_deref(), Some(constant_ident), "constant of {name:?}");
        }
    }

    #[test]
    fn a_name_without_letters_and_digits_leaves_nothing() {
        for name in ["", " ", "$$", "+", "👍", "___", "²"] {
            assert_eq!(
                (type_name(name), field(name), constant(name), variant(name)),
                (None, None, None, None),
                "{name:?}"
            );
        }
    }

    #[test]
    fn variants_may_be_called_as_the_prelude_is() {
        assert_eq!(variant("none").as_deref(), Some("None"));
        assert_eq!(variant("self").as_deref(), Some("Self_"));
    }

    #[test]
    fn inline_shapes_are_named_after_where_they_stand() {
        let order = camel("Order Completed").expect("it has letters");
        assert_eq!(nested(&order, "items").as_deref(), Some("OrderCompletedItems"));
        assert_eq!(nested(&order, "3d_model").as_deref(), Some("OrderCompleted3dModel"));
        let item = nested("", "Option").map(finish_type);
        assert_eq!(item.as_deref(), Some("Option_"));
    }

    #[test]
    fn keywords_stand_in_order() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn names_in_snake_case_are_what_heck_makes_of_them() {
        for name in ["a", "a1", "a1b_2c", "user_signed_up", "a_1", "x9_y", "ab_c_d"] {
            assert!(is_snake(name), "{name}");
            assert_eq!(camel(name), Some(name.to_upper_camel_case()), "{name}");
            assert_eq!(field(name), Some(name.to_snake_case()), "{name}");
        }
        for name in ["", "_a", "a_", "a__b", "1a", "aB", "a-b", "é"] {
            assert!(!is_snake(name), "{name}");
        }
    }

    #[test]
    fn setters_are_plain_even_of_raw_fields() {
        assert_eq!(setter("r#type"), "with_type");
        assert_eq!(setter("sku"), "with_sku");
    }
}
