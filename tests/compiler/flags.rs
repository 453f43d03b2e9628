//! What flags and cohorts mean, with every key that they have.

use std::fmt::Write as _;

use taxogen_compiler::ir::{Flag, Literal, RolloutEntry};

use crate::readings::plan;

#[test]
fn every_key_of_a_flag_reaches_its_meaning() {
    let plan = plan(
        "
owners: { growth: {} }
cohorts:
  beta: Beta testers
  staff: { posthog: 12, description: Who works here., owner: growth }
  quoted: { posthog: \"12\" }
person: { tier: { enum: [free, pro] }, seen_at: datetime, version: string, score: number, email: string }
groups: { company: { properties: { seats: integer } } }
flags:
  unmanaged: { kind: ops }
  by-device:
    kind: release
    active: false
    bucket_by: device_id
    runtime: server
    manage: [rollout, active]
    created: 2026-01-31
    rollout:
      - { percent: 1.5, when: { tier: [free, pro], score: { gt: 3, lte: 4.5 } }, note: Few. }
      - { in_cohort: beta, not_in_cohort: [staff, quoted] }
      - { percent: 40, flags: { by-company: false, three-ways: true } }
      - { percent: 50, flags: { three-ways: b } }
      - { percent: 60, when: { seen_at: { is_date_after: -7d }, version: { semver_wildcard: 1.2.* } } }
      - { percent: 70, when: { email: { icontains_multi: [a, 3.10], is_not: no, is_set: true } } }
  by-company: { kind: permission, group: company, rollout: [{ percent: 20, when: { seats: { gte: 10 } } }] }
  three-ways:
    kind: experiment
    persist: true
    early_exit: true
    variants: [a, b, c]
    default: b
    rollout: [{ percent: 20, variant: a, when: { tier: pro } }, { percent: 10, variant: c }]
  limits: { kind: remote_config, payload_type: integer, payload: 3, default: 5, runtime: client }",
    );
    let cohorts: Vec<_> = plan.cohorts.iter().map(|cohort| (cohort.name.as_str(), &cohort.posthog)).collect();
    let text = |text: &str| Literal::Text(text.to_owned());
    assert_eq!(cohorts, [("beta", &text("Beta testers")), ("staff", &Literal::Integer(12)), ("quoted", &text("12"))]);
    assert_eq!(plan.cohorts[1].meta.description.as_deref(), Some("Who works here."));
    assert_eq!(plan.cohorts[1].meta.owners, ["growth"]);
    let told: String = plan.flags.iter().map(flag).collect();
    assert_eq!(told, MEANING);
}

const MEANING: &str = r#"unmanaged Ops None true DistinctId false All false [] None
by-device Release None false DeviceId false Server false [Rollout, Active] Some("2026-01-31")
  1.5 [tier exact List([Text("free"), Text("pro")]), score gt Integer(3), score lte Number(4.5)] [] [] [] None Some("Few.")
  100 [] ["beta"] ["staff", "quoted"] [] None None
  40 [] [] [] [by-company Boolean(false), three-ways Boolean(true)] None None
  50 [] [] [] [three-ways Text("b")] None None
  60 [seen_at is_date_after Text("-7d"), version semver_wildcard Text("1.2.*")] [] [] [] None None
  70 [email icontains_multi List([Text("a"), Text("3.10")]), email is_not Text("no"), email is_set Boolean(true)] [] [] [] None None
by-company Permission Some("company") true DistinctId false All false [] None
  20 [seats gte Integer(10)] [] [] [] None None
three-ways Experiment None true DistinctId true All true [] None
  20 [tier exact Text("pro")] [] [] [] Some("a") None
  10 [] [] [] [] Some("c") None
limits RemoteConfig None true DistinctId false Client false [] None
"#;

/// A flag in a few lines.
fn flag(flag: &Flag) -> String {
    let Flag { name, kind, group, active, bucket_by, persist, runtime, early_exit, manage, created, .. } = flag;
    let mut text = format!(
        "{} {kind:?} {group:?} {active} {bucket_by:?} {persist} {runtime:?} {early_exit} {manage:?} {created:?}\n",
        name.wire
    );
    for entry in flag.rollout.iter().flatten() {
        let RolloutEntry { percent, when, in_cohort, not_in_cohort, flags, variant, note, .. } = entry;
        let when: Vec<_> =
            when.iter().map(|when| format!("{} {} {:?}", when.property, when.operator, when.operand)).collect();
        let flags: Vec<_> = flags.iter().map(|flag| format!("{} {:?}", flag.flag, flag.answer)).collect();
        let _ = writeln!(
            text,
            "  {percent} [{}] {in_cohort:?} {not_in_cohort:?} [{}] {variant:?} {note:?}",
            when.join(", "),
            flags.join(", ")
        );
    }
    text
}
