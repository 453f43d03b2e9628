//! What the runtime needs of the plan to tell exposures from other decisions of an engine.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::deprecated;
use super::docs::Docs;
use super::scope::{Scope, ident};
use crate::ir::{Experiment, Plan, Property, RuleKind, Sensitivity};
use crate::table::Table;

/// The name of the constant.
pub(crate) const IDENT: &str = "DECISIONS";

/// Whether there is a rule to tell apart.
pub(super) fn are_in(plan: &Plan) -> bool {
    plan.experiments.iter().any(|experiment| !experiment.optimizely_rules.is_empty())
}

/// The rules of Optimizely, and what may be told of the person; `None` where no experiment has rules.
pub(super) fn decisions(scope: &Scope<'_>) -> Option<TokenStream> {
    let plan = scope.plan();
    if !are_in(plan) {
        return None;
    }
    for name in ["DecisionPlan", "DecisionRule", "RuleKind"] {
        scope.uses_runtime(name);
    }
    let ident = ident(IDENT);
    let about = "What the rules of Optimizely are, and which attributes of a person the plan knows: for \
                 `ExposurePolicy::by_plan`.";
    let docs = Docs::new().sentence(about.to_owned()).tokens();
    // Experiments over one flag may say the same of a rule: the first one does.
    let mut said: Table<(usize, &str), ()> = Table::new();
    let (mut rules, mut names_deprecated) = (Vec::new(), false);
    for experiment in &plan.experiments {
        for (rule, kind) in &experiment.optimizely_rules {
            if said.insert((experiment.flag.0, rule), ()).is_none() {
                rules.push(self::rule(scope, experiment, rule, *kind));
                names_deprecated |= experiment.meta.deprecated.is_some() && names_exposure(experiment, *kind);
            }
        }
    }
    let person: Vec<_> = plan.person.iter().filter_map(|property| attribute(scope, property)).collect();
    let with_person = (!person.is_empty()).then(|| quote!(.with_person(PERSON)));
    let person = (!person.is_empty()).then(|| quote!(const PERSON: &[PersonAttribute] = &[#(#person),*];));
    let expected = deprecated::expected(names_deprecated);
    Some(quote! {
        #docs
        #expected
        pub const #ident: DecisionPlan = {
            const RULES: &[DecisionRule] = &[#(#rules),*];
            #person
            DecisionPlan::new(super::PLAN, RULES) #with_person
        };
    })
}

/// `&[("checkout_ab", RuleKind::Experiment)]`: the rules of one experiment; `None` where it has none.
#[must_use]
pub fn rules(experiment: &Experiment, rule_kind: &TokenStream) -> Option<TokenStream> {
    let rules = experiment.optimizely_rules.iter().map(|(rule, kind)| {
        let kind = self::kind(*kind);
        quote!((#rule, #rule_kind::#kind))
    });
    (!experiment.optimizely_rules.is_empty()).then(|| quote!(&[#(#rules),*]))
}

fn kind(kind: RuleKind) -> Ident {
    ident(match kind {
        RuleKind::Experiment => "Experiment",
        RuleKind::Delivery => "Delivery",
        RuleKind::Holdout => "Holdout",
    })
}

/// `DecisionRule::new("checkout", "checkout_ab", RuleKind::Experiment, "checkout-flow")`
fn rule(scope: &Scope<'_>, experiment: &Experiment, rule: &str, kind: RuleKind) -> TokenStream {
    let (flag, key) = (&scope.plan().flag_of(experiment).name.wire, &experiment.name.wire);
    let variant = self::kind(kind);
    let exposure = names_exposure(experiment, kind).then(|| {
        let constant = ident(&experiment.name.ident);
        // One of the module: an experiment may be called `rules`.
        quote!(.with_exposure(self::#constant.exposure()))
    });
    quote!(DecisionRule::new(#flag, #rule, RuleKind::#variant, #key) #exposure)
}

/// Whether the rule has the exposure of its experiment. Nobody is told of a delivery.
fn names_exposure(experiment: &Experiment, kind: RuleKind) -> bool {
    kind != RuleKind::Delivery && !experiment.exposure.is_usual()
}

/// `PersonAttribute::new("country", Sensitivity::Internal)`; none of what is `secret`.
fn attribute(scope: &Scope<'_>, property: &Property) -> Option<TokenStream> {
    let class = ident(match property.sensitivity {
        Sensitivity::Public => "Public",
        Sensitivity::Internal => "Internal",
        Sensitivity::Personal => "Personal",
        Sensitivity::Secret => return None,
    });
    scope.uses_runtime("PersonAttribute");
    scope.uses_runtime("Sensitivity");
    let name = &property.name.wire;
    let hashed = property.hash.then(|| quote!(.hashed()));
    Some(quote!(PersonAttribute::new(#name, Sensitivity::#class) #hashed))
}
