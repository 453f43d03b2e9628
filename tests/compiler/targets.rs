//! Targets of `sync`: the plan as each of them has it.

use taxogen_compiler::ir::{Flag, FlagValue, Literal, Plan};
use taxogen_compiler::render;
use taxogen_compiler::source::Source;

use crate::analyze;

const PLAN: &str = r#"
taxogen: 1
sync:
  targets:
    dev: { host: "http://127.0.0.1:8717/", project: 1 }
    prod:
      host: "https://eu.posthog.com"
      project: 2
      owner_tag: shop
      exclude: [limits, dark-mode]
      flags:
        layout:
          rollout: [{ percent: 5, variant: test }]
          active: false
          variants: { control: 90, test: { weight: 10, payload: Hi } }
        banner: { rollout: 100, payload: Hello }
flags:
  dark-mode: { kind: experiment, variants: [off, on], default: off }
  banner: { kind: release, rollout: 10, payload_type: string }
  limits: { kind: remote_config, payload_type: integer, default: 5 }
  layout: { kind: experiment, variants: [control, test], default: control, payload_type: string }
experiments:
  darkness: { flag: dark-mode }
  look: { flag: layout }
"#;

fn plan(text: &str) -> Plan {
    let source = Source::from_text("taxonomy.yaml", text.trim_start());
    let analysis = analyze(&source);
    let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
    analysis.plan.unwrap_or_else(|| panic!("{}", told.join("\n")))
}

/// Percentages of the rollout, whether it is active, weights, and payloads of the flag and its variants.
type Varying = (Option<Vec<f64>>, bool, Vec<f64>, Vec<Option<Literal>>);

fn varying(flag: &Flag) -> Varying {
    let variants = match &flag.value {
        FlagValue::Variants { variants, .. } => variants.as_slice(),
        _ => &[],
    };
    let percents = flag.rollout.as_ref().map(|entries| entries.iter().map(|entry| entry.percent).collect());
    let payloads = std::iter::once(&flag.payload).chain(variants.iter().map(|variant| &variant.payload));
    (percents, flag.active, variants.iter().map(|variant| variant.weight).collect(), payloads.cloned().collect())
}

#[test]
fn a_target_has_what_differs_there_and_not_what_it_leaves_out() {
    let text = |text: &str| Some(Literal::Text(text.to_owned()));
    let whole = plan(PLAN);
    let prod = whole.for_target("prod").expect("it is a target");
    let flags: Vec<_> = prod.flags.iter().map(|flag| (flag.name.wire.as_str(), varying(flag))).collect();
    let layout = (Some(vec![5.0]), false, vec![90.0, 10.0], vec![None, None, text("Hi")]);
    assert_eq!(flags, [("banner", (Some(vec![100.0]), true, vec![], vec![text("Hello")])), ("layout", layout)]);
    assert_eq!(prod.flags[1].rollout.as_ref().expect("it has one")[0].variant.as_deref(), Some("test"));

    let experiments: Vec<_> = prod.experiments.iter().map(|experiment| experiment.name.wire.as_str()).collect();
    assert_eq!(experiments, ["look"]);
    assert_eq!(prod.flag_of(&prod.experiments[0]).name.wire, "layout");
    assert_eq!((prod.events, prod.types, prod.hash), (whole.events, whole.types, whole.hash));
}

#[test]
fn a_target_of_which_nothing_differs_has_the_plan_as_it_is() {
    let whole = plan(PLAN);
    assert_eq!(whole.for_target("dev"), Some(whole.clone()));
    assert_eq!(whole.for_target("test"), None);
    let target = whole.target("dev").expect("it is one");
    assert_eq!((target.host.as_str(), target.project, &target.owner_tag), ("http://127.0.0.1:8717", 1, &None));
}

#[test]
fn the_code_is_the_same_for_every_target() {
    let (first, rest) = PLAN.split_once("sync:").expect("it has targets");
    let without = format!("{first}{}", &rest[rest.find("flags:\n  dark-mode").expect("it has flags")..]);
    let code = |text: &str| {
        let code = taxogen_compiler::generate(&plan(text));
        code.lines().filter(|line| !line.contains("::PlanId::new(")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(code(PLAN), code(&without));
}

#[test]
fn no_message_shows_a_key() {
    let secrets = ["0123456789", "A1b2C3d4", "my-own-secret", "my-password"];
    let source = Source::from_text("taxonomy.yaml", include_str!("mistakes/personal-keys.yaml"));
    let analysis = analyze(&source);
    assert!(analysis.diagnostics.errors() >= 7);
    for found in analysis.diagnostics.sorted() {
        let told = [render::plain(found, &source), render::frames(found, &source, true), render::json(found, &source)];
        for text in told {
            assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
        }
    }
}
