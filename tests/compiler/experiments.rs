//! Experiments and owners: what the plan means by them.

use taxogen_compiler::ir::{Goal, Literal, Metric, MetricKind, Plan, RuleKind};
use taxogen_compiler::render;
use taxogen_compiler::source::Source;

use crate::analyze;

fn plan(text: &str) -> Plan {
    let source = Source::from_text("taxonomy.yaml", format!("taxogen: 1\n{text}"));
    let analysis = analyze(&source);
    let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
    assert_eq!(told, [] as [String; 0]);
    analysis.plan.expect("nothing was told")
}

/// A metric as one line.
fn shown(metric: &Metric) -> String {
    let Metric { events, kind, property, goal, threshold, action, .. } = metric;
    let kind = match kind {
        MetricKind::Funnel => "funnel",
        MetricKind::Count => "count",
        MetricKind::Mean => "mean",
        MetricKind::Ratio => "ratio",
    };
    let goal = if *goal == Goal::Increase { "up" } else { "down" };
    let events: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    let property = property.as_ref().map_or_else(String::new, |property| format!(" of {property}"));
    let threshold = threshold.as_ref();
    let threshold =
        threshold.map_or_else(String::new, |it| format!(" until {}{}", it.value, if it.is_percent { "%" } else { "" }));
    let action = action.as_ref().map_or_else(String::new, |action| format!(", then {action}"));
    format!("{kind} {}{property} {goal}{threshold}{action}", events.join(" -> "))
}

const EXPERIMENTS: &str = r"
super: { session_seconds: number }
types:
  rating: { enum: [1, 2, 3] }
  seconds: { type: number, min: 0 }
  duration: seconds
property_groups: { timed: { duration: duration } }
events:
  order_paid: { properties: { price: { type: integer, required: true }, rating: rating } }
  checkout_left: { include: [timed] }
  client_error: {}
flags:
  checkout: { kind: experiment, variants: [control, test], default: control }
experiments:
  flow:
    flag: checkout
    metrics:
      primary: { steps: [checkout_left, order_paid] }
      secondary:
        - order_paid
        - { event: order_paid, kind: funnel }
        - { event: checkout_left, property: duration, kind: mean, goal: decrease }
        - { event: order_paid, property: rating, kind: ratio }
        - { event: order_paid, property: session_seconds, kind: mean }
      guardrails:
        - { event: client_error, goal: decrease, threshold: +100 %, action: disable }
        - { event: order_paid, threshold: -5 }
    minimum_detectable_effect: 5
    holdout: The quiet tenth
    hypothesis: Fewer pages.
    exposure: { event: order_paid, properties: { price: 5 } }
    optimizely: { rules: { checkout_ab: experiment, checkout_delivery: delivery, quiet: holdout } }
  look: { flag: checkout }
";

#[test]
fn an_experiment_means_what_it_says() {
    let plan = plan(EXPERIMENTS);
    let flow = plan.experiment("flow").expect("it is declared");
    assert_eq!(flow.primary.iter().map(shown).collect::<Vec<_>>(), ["funnel checkout_left -> order_paid up"]);
    let secondary = [
        "count order_paid up",
        "funnel order_paid up",
        "mean checkout_left of duration down",
        "ratio order_paid of rating up",
        "mean order_paid of session_seconds up",
    ];
    assert_eq!(flow.secondary.iter().map(shown).collect::<Vec<_>>(), secondary);
    let guardrails = ["count client_error down until 100%, then disable", "count order_paid up until -5"];
    assert_eq!(flow.guardrails.iter().map(shown).collect::<Vec<_>>(), guardrails);
    assert_eq!(flow.minimum_detectable_effect, Some(5.0));
    assert_eq!((flow.holdout.as_deref(), flow.hypothesis.as_deref()), (Some("The quiet tenth"), Some("Fewer pages.")));
    assert_eq!(flow.exposure.event.as_deref(), Some("order_paid"));
    assert_eq!(flow.exposure.properties, [("price".to_owned(), Literal::Integer(5))]);
    let rules: Vec<_> = flow.optimizely_rules.iter().map(|(rule, kind)| (rule.as_str(), *kind)).collect();
    let expected = [
        ("checkout_ab", RuleKind::Experiment),
        ("checkout_delivery", RuleKind::Delivery),
        ("quiet", RuleKind::Holdout),
    ];
    assert_eq!(rules, expected);
    assert!(plan.experiment("look").expect("it is declared").exposure.is_usual());
}

#[test]
fn a_key_means_one_event_and_a_wire_name_all_that_have_it() {
    let plan = plan(
        "property_groups: { apps: { app: { const: shop } } }\n\
         events:\n  \
           opened_shop: { name: App Opened, include: [apps], properties: { load_ms: integer } }\n  \
           opened_admin: { name: App Opened, properties: { app: { const: admin } } }\n  \
           closed: { name: App Closed }\n\
         flags: { layout: { kind: experiment, variants: [control, test], default: control } }\n\
         experiments:\n  look:\n    flag: layout\n    metrics:\n      \
           primary: [opened_shop, opened_admin, App Opened, closed, App Closed]\n      \
           secondary: { event: App Opened, kind: mean, property: load_ms }\n",
    );
    let look = plan.experiment("look").expect("it is declared");
    let events = look.primary.iter().map(|metric| {
        let event = &metric.events[0];
        (event.name.as_str(), event.keys.join(" "), event.only.clone())
    });
    let app = |app: &str| vec![("app".to_owned(), Literal::Text(app.to_owned()))];
    let expected = [
        ("App Opened", "opened_shop".to_owned(), app("shop")),
        ("App Opened", "opened_admin".to_owned(), app("admin")),
        ("App Opened", "opened_shop opened_admin".to_owned(), vec![]),
        ("App Closed", "closed".to_owned(), vec![]),
        ("App Closed", "closed".to_owned(), vec![]),
    ];
    assert_eq!(events.collect::<Vec<_>>(), expected);
}

#[test]
fn owners_have_a_contact_in_either_form() {
    let plan = plan(
        "owners:\n  growth: { contact: \"#growth\", description: Who grows. }\n  payments: pay@example.com\n  nobody:\n\
         flags: { layout: { kind: release, owner: [growth, payments] } }\n",
    );
    let owners: Vec<_> = plan.owners.iter().map(|owner| (owner.name.as_str(), owner.contact.as_deref())).collect();
    assert_eq!(owners, [("growth", Some("#growth")), ("payments", Some("pay@example.com")), ("nobody", None)]);
    assert_eq!(plan.owners[0].meta.description.as_deref(), Some("Who grows."));
    assert_eq!(plan.flags[0].meta.owners, ["growth", "payments"]);
}
