//! What a plan says of an engine's decisions, as its generated code would say it.

use taxogen::{
    DecisionPlan, DecisionRule, Destinations, Exposure, Json, PersonAttribute, PlanId, RuleKind, Sensitivity,
};
use taxogen_compiler::emit;
use taxogen_compiler::ir::{self, DestinationKind, Plan};

/// The rules of Optimizely of every experiment, and what each destination may see of the person.
pub(super) fn decisions(plan: &'static Plan) -> DecisionPlan {
    let id = PlanId::new(plan.name.as_deref().unwrap_or_default(), &plan.hash);
    let id = plan.destinations.iter().fold(id, |id, destination| {
        // `secret` is never written, so that nobody sees it.
        id.allow(kind(destination.kind), sensitivity(destination.allow).unwrap_or(Sensitivity::Personal))
    });
    let rules = plan.experiments.iter().flat_map(|experiment| {
        let rules = experiment.optimizely_rules.iter();
        rules.map(move |(key, kind)| rule(plan, experiment, key, *kind))
    });
    let decisions = rules.fold(DecisionPlan::new(id, &[]), DecisionPlan::with_rule);
    let person = plan.person.iter().filter_map(|property| {
        let attribute = PersonAttribute::owned(&property.name.wire, sensitivity(property.sensitivity)?);
        Some(if property.hash { attribute.hashed() } else { attribute })
    });
    person.fold(decisions, DecisionPlan::with_attribute)
}

/// Whether there is a rule by which something could be an exposure.
pub(super) fn has_rules(plan: &Plan) -> bool {
    plan.experiments.iter().any(|experiment| !experiment.optimizely_rules.is_empty())
}

fn rule(plan: &Plan, experiment: &ir::Experiment, key: &str, kind: ir::RuleKind) -> DecisionRule {
    let kind = match kind {
        ir::RuleKind::Experiment => RuleKind::Experiment,
        ir::RuleKind::Delivery => RuleKind::Delivery,
        ir::RuleKind::Holdout => RuleKind::Holdout,
    };
    let rule = DecisionRule::owned(&plan.flag_of(experiment).name.wire, key, kind, &experiment.name.wire);
    if experiment.exposure.is_usual() {
        return rule;
    }
    let properties = experiment.exposure.properties.iter().map(|(name, value)| {
        let value = Json::parse(emit::json(value)).expect("the compiler writes JSON");
        (name.clone(), value)
    });
    let event = experiment.exposure.event.as_deref().unwrap_or(Exposure::VIEWED.event());
    rule.with_exposure_of(event, properties.collect())
}

fn kind(kind: DestinationKind) -> Destinations {
    match kind {
        DestinationKind::PostHog => Destinations::POSTHOG,
        DestinationKind::Segment => Destinations::SEGMENT,
        DestinationKind::Mixpanel => Destinations::MIXPANEL,
        DestinationKind::Optimizely => Destinations::OPTIMIZELY,
    }
}

/// `None` of what is `secret`.
fn sensitivity(class: ir::Sensitivity) -> Option<Sensitivity> {
    match class {
        ir::Sensitivity::Public => Some(Sensitivity::Public),
        ir::Sensitivity::Internal => Some(Sensitivity::Internal),
        ir::Sensitivity::Personal => Some(Sensitivity::Personal),
        ir::Sensitivity::Secret => None,
    }
}
