use proc_macro2::Ident;
use taxogen_compiler::ir::{Name, Variant};
use taxogen_compiler::suggest;

use super::attribute::OwnVariant;
use crate::failure::Failure;
use crate::plan::Compiled;

/// For each variant of the plan the variant of the enum, in the plan's order; or all that does not fit.
pub(super) fn pair<'o>(
    own: &[OwnVariant<'o>],
    planned: &[Variant],
    flag: &Name,
    enum_ident: &Ident,
    compiled: &Compiled,
) -> Result<Vec<&'o Ident>, Vec<Failure>> {
    let mut pairs: Vec<Option<&OwnVariant<'_>>> = planned.iter().map(|_| None).collect();
    let mut failures = Vec::new();
    let mut unknown = Vec::new();
    for variant in own {
        match find(variant, planned) {
            None => unknown.push(variant),
            Some(index) => match pairs[index].replace(variant) {
                None => {}
                Some(first) => failures.push(repeated(variant, first, &planned[index].name, compiled)),
            },
        }
    }
    let mut missing: Vec<_> = planned.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()).map(|(v, _)| v).collect();
    for variant in unknown {
        let meant = nearest(variant, &missing);
        // One that is misspelt is not missing too.
        missing.retain(|planned| meant.is_none_or(|meant| meant.name != planned.name));
        failures.push(not_in_the_plan(variant, meant, flag, compiled));
    }
    failures.extend((!missing.is_empty()).then(|| not_in_the_enum(&missing, enum_ident, compiled)));
    if failures.is_empty() {
        Ok(pairs.into_iter().flatten().map(|variant| variant.ident).collect())
    } else {
        Err(failures)
    }
}

/// The variant of the plan that one of the enum stands for: by the name that it states, by the identifier that
/// the plan's name becomes, or by the same letters.
fn find(own: &OwnVariant<'_>, planned: &[Variant]) -> Option<usize> {
    if let Some(name) = &own.name {
        return planned.iter().position(|variant| variant.name.wire == name.value);
    }
    let ident = own.ident.to_string();
    let exact = planned.iter().position(|variant| variant.name.ident == ident);
    exact.or_else(|| planned.iter().position(|variant| folded(&variant.name.ident) == folded(&ident)))
}

fn folded(ident: &str) -> String {
    ident.strip_prefix("r#").unwrap_or(ident).chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

fn nearest<'p>(own: &OwnVariant<'_>, missing: &[&'p Variant]) -> Option<&'p Variant> {
    let nearest = suggest::nearest(&own.spelling(), missing.iter().map(|variant| variant.name.wire.as_str()))?;
    missing.iter().find(|variant| variant.name.wire == nearest).copied()
}

fn repeated(second: &OwnVariant<'_>, first: &OwnVariant<'_>, planned: &Name, compiled: &Compiled) -> Failure {
    let (first, line) = (first.ident, compiled.line(planned.span));
    let sentence = format!("`{}` and `{first}` stand for the same variant `{}` ({line})", second.ident, planned.wire);
    Failure::new(second.span(), sentence)
}

fn not_in_the_plan(own: &OwnVariant<'_>, meant: Option<&Variant>, flag: &Name, compiled: &Compiled) -> Failure {
    let sentence = format!("the flag `{}` has no variant `{}`", flag.wire, own.spelling());
    let help = match meant {
        Some(meant) => format!("a variant with a similar name exists: {}", described(meant, compiled)),
        None => format!("the flag is declared at {}", compiled.line(flag.span)),
    };
    Failure::new(own.span(), sentence).help(help)
}

fn not_in_the_enum(missing: &[&Variant], enum_ident: &Ident, compiled: &Compiled) -> Failure {
    let names: Vec<_> = missing.iter().map(|variant| described(variant, compiled)).collect();
    let word = if missing.len() == 1 { "variant" } else { "variants" };
    let sentence = format!("`{enum_ident}` lacks the {word} {}", names.join(", "));
    let idents: Vec<_> = missing.iter().map(|variant| variant.name.ident.as_str()).collect();
    Failure::new(enum_ident.span(), sentence).help(format!("add `{}`", idents.join("`, `")))
}

/// A variant of the plan and its line: `test` (taxonomy.yaml:73).
fn described(variant: &Variant, compiled: &Compiled) -> String {
    format!("`{}` ({})", variant.name.wire, compiled.line(variant.name.span))
}
