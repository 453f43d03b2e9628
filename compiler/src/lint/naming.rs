//! Names in another way than `conventions` say.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToTitleCase, ToUpperCamelCase};

use super::Lint;
use crate::ast::walk::{self, Place};
use crate::ast::{Case, Plan, Spanned, Text};
use crate::diagnostic::Diagnostics;
use crate::list;

/// Every name for which there is a convention. Those of the vendors, with their `$`, are not the plan's to choose.
pub(super) fn all(plan: &Plan, diagnostics: &mut Diagnostics) {
    let wanted = &plan.conventions;
    if !wanted.events.is_empty() {
        for event in &plan.events.items {
            name("event", event.wire.as_ref().unwrap_or(&event.name), &wanted.events, diagnostics);
        }
    }
    if !wanted.properties.is_empty() {
        walk::plan(plan, &mut |place| {
            if let Place::Property(property) = place {
                name("property", &property.name, &wanted.properties, diagnostics);
            }
        });
    }
    if !wanted.flags.is_empty() {
        plan.flags.items.iter().for_each(|flag| name("flag", &flag.name, &wanted.flags, diagnostics));
    }
}

fn name(what: &str, name: &Text, wanted: &[Spanned<Case>], diagnostics: &mut Diagnostics) {
    let written = name.value.as_str();
    if written.starts_with('$') || wanted.iter().any(|case| is_written(written, case.value)) {
        return;
    }
    let cases = list::map(wanted, |case| format!("`{}`", word(case.value))).join(" or ");
    let mut right: Vec<String> = Vec::new();
    for case in wanted {
        let converted = converted(written, case.value);
        if is_written(&converted, case.value) {
            right.push(format!("`{converted}`"));
        }
    }
    right.dedup();
    let help = (!right.is_empty()).then(|| format!("it would be {}", right.join(" or ")));
    diagnostics.lint(Lint::Naming, name.span, format!("{what} `{written}` is not written in {cases}")).help(help);
}

fn word(case: Case) -> &'static str {
    Case::WORDS[case as usize].0
}

/// Words that stand in lower case within a title.
const SMALL_WORDS: [&str; 17] =
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "nor", "of", "on", "or", "the", "to", "via", "with"];

fn is_written(name: &str, case: Case) -> bool {
    match case {
        Case::Snake => name.split('_').all(is_lower),
        Case::Kebab => name.split('-').all(is_lower),
        Case::Dotted => name.split(['.', '_']).all(is_lower),
        Case::ScreamingSnake => name.split('_').all(|word| is_word(word) && !word.contains(char::is_lowercase)),
        Case::Camel => is_word(name) && !name.starts_with(char::is_uppercase),
        Case::Pascal => is_word(name) && !name.starts_with(char::is_lowercase),
        Case::Title => name.split(' ').enumerate().all(|(at, word)| {
            !word.is_empty()
                && (!word.starts_with(char::is_lowercase) || (at > 0 && SMALL_WORDS.contains(&word)))
                && !word.contains(['_', '.'])
        }),
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(char::is_alphanumeric)
}

fn is_lower(word: &str) -> bool {
    is_word(word) && !word.contains(char::is_uppercase)
}

fn converted(name: &str, case: Case) -> String {
    match case {
        Case::Snake => name.to_snake_case(),
        Case::Kebab => name.to_kebab_case(),
        Case::Camel => name.to_lower_camel_case(),
        Case::Pascal => name.to_upper_camel_case(),
        Case::Title => name.to_title_case(),
        Case::ScreamingSnake => name.to_shouty_snake_case(),
        Case::Dotted => name.to_snake_case().replace('_', "."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_cases_belong_together() {
        assert!(Case::WORDS.iter().all(|(written, case)| word(*case) == *written));
    }

    #[test]
    fn each_case_takes_its_own_names() {
        let cases = [
            ("order_completed", &["snake_case", "dotted"][..]),
            ("order-completed", &["kebab-case"]),
            ("orderCompleted", &["camelCase"]),
            ("OrderCompleted", &["PascalCase", "Title Case"]),
            ("Order Completed", &["Title Case"]),
            ("Product Added to Wishlist", &["Title Case"]),
            ("Order completed", &[]),
            ("ORDER_COMPLETED", &["SCREAMING_SNAKE"]),
            ("order.completed", &["dotted"]),
            ("order", &["snake_case", "kebab-case", "camelCase", "dotted"]),
            ("HTTPError", &["PascalCase", "Title Case"]),
            ("userID", &["camelCase"]),
            ("step_2", &["snake_case", "dotted"]),
            ("größe_in_cm", &["snake_case", "dotted"]),
            ("order__completed", &[]),
            ("order_", &[]),
            ("order completed", &[]),
        ];
        for (name, expected) in cases {
            let taken = Case::WORDS.iter().filter(|(_, case)| is_written(name, *case)).map(|(word, _)| *word);
            assert_eq!(taken.collect::<Vec<_>>(), expected, "{name}");
        }
    }

    #[test]
    fn what_a_name_is_converted_to_is_written_so() {
        for name in
            ["order_completed", "orderCompleted", "Order Completed", "order-completed.twice", "HTTPError2", "größe"]
        {
            for (word, case) in Case::WORDS {
                let converted = converted(name, *case);
                assert!(is_written(&converted, *case), "{name} in {word} is {converted}");
            }
        }
    }
}
