use crate::run::{BAD, Folder, Run, run};

const PLAN: &str = r"
taxogen: 1
owners: { growth: {}, payments: {} }
person: { country: string }
flags:
  new-dashboard:
    kind: release
    owner: [growth, payments]
    created: 2026-10-01
    expires: 2027-03-31
    rollout: [{ percent: 100, when: { country: DE } }, { percent: 12.5 }]
  old-banner: { kind: release, created: 2025-01-01, expires: 2026-01-01, rollout: 100 }
  running: { kind: experiment, owner: growth, created: 2026-01-01, variants: [a, b], default: a, rollout: 100 }
  won:
    kind: experiment
    owner: growth
    created: 2026-01-01
    variants: [a, b]
    default: a
    rollout: [{ variant: b, when: { country: DE } }, { variant: b }]
  payments-enabled: { kind: kill_switch, owner: payments, created: 2025-01-01, default: true, rollout: 100 }
  stays: { kind: ops, owner: payments, created: 2025-01-01, expires: never, rollout: 100 }
  undated: { kind: release, owner: growth, rollout: 100 }
  switched-off: { kind: permission, owner: growth, created: 2026-11-18, active: false, rollout: 100 }
";

/// The list on 2026-11-18.
fn list(plan: &str, more: &[&str]) -> Run {
    let folder = Folder::new(&[("taxonomy.yaml", plan)]);
    let call = [&["flags", "list"], more].concat();
    folder.command(&call).env("SOURCE_DATE_EPOCH", "1795000000").output().expect("the program starts").into()
}

const SUMMARY: &str = "\
taxonomy.yaml: 8 flags, 2 stale: 1 expired, 2 at 100 %, 1 without owner
help: 1 flag is at 100 % without `created`: write the day, so that its age counts
";

#[test]
fn every_flag_has_a_row_and_what_is_stale_says_why() {
    let out = "\
flag              kind         rollout      owner             age       expires     stale
new-dashboard     release      100, 12.5 %  growth, payments  48 days   2027-03-31  -
old-banner        release      100 %        -                 686 days  2026-01-01  expired 321 days ago; at 100 %, 686 days old; no owner
running           experiment   100 %        growth            321 days  -           -
won               experiment   100, 100 %   growth            321 days  -           at 100 %, 321 days old
payments-enabled  kill_switch  100 %        payments          686 days  -           -
stays             ops          100 %        payments          686 days  never       -
undated           release      100 %        growth            -         -           -
switched-off      permission   off          growth            0 days    -           -
";
    assert_eq!(list(PLAN, &[]), run(0, out, SUMMARY));
}

#[test]
fn stale_flags_alone_fail_a_build() {
    let out = "\
flag        kind        rollout     owner   age       expires     stale
old-banner  release     100 %       -       686 days  2026-01-01  expired 321 days ago; at 100 %, 686 days old; no owner
won         experiment  100, 100 %  growth  321 days  -           at 100 %, 321 days old
";
    assert_eq!(list(PLAN, &["--stale"]), run(1, out, SUMMARY));
    let fresh = "taxogen: 1\nflags: { fresh: { kind: release, owner: growth } }\n";
    assert_eq!(list(fresh, &["--stale"]), run(0, "", "taxonomy.yaml: 1 flag, none stale\n"));
}

#[test]
fn for_a_program_each_flag_is_a_line() {
    let out = r#"{"key":"old-banner","kind":"release","active":true,"rollout":[100.0],"owners":[],"created":"2025-01-01","age_days":686,"expires":"2026-01-01","expires_in_days":-321,"stale":["expired","at_100_percent","without_owner"]}
{"key":"won","kind":"experiment","active":true,"rollout":[100.0,100.0],"owners":["growth"],"created":"2026-01-01","age_days":321,"expires":null,"expires_in_days":null,"stale":["at_100_percent"]}
"#;
    assert_eq!(list(PLAN, &["--stale", "--format", "json"]), run(1, out, SUMMARY));
    let unmanaged = "taxogen: 1\nflags: { later: { kind: release, owner: growth, created: 2026-12-18 } }\n";
    let out = r#"{"key":"later","kind":"release","active":true,"rollout":null,"owners":["growth"],"created":"2026-12-18","age_days":-30,"expires":null,"expires_in_days":null,"stale":[]}
"#;
    assert_eq!(list(unmanaged, &["--format", "json"]), run(0, out, "taxonomy.yaml: 1 flag, none stale\n"));
}

/// The age at which a flag is stale is 30 days, and the day of `expires` itself still counts.
#[test]
fn the_last_day_counts() {
    for (dates, stale) in [
        ("created: 2026-10-19", "at 100 %, 30 days old"),
        ("created: 2026-10-20", "-"),
        ("expires: 2026-11-17", "expired 1 day ago"),
        ("expires: 2026-11-18", "-"),
    ] {
        let plan = format!("taxogen: 1\nflags: {{ f: {{ kind: release, owner: growth, rollout: 100, {dates} }} }}\n");
        let told = list(&plan, &[]);
        let row = told.out.lines().nth(1).expect("a row");
        assert!(row.ends_with(&format!("  {stale}")), "{dates}: {row}");
    }
}

#[test]
fn what_everybody_gets_is_what_the_plan_gives_to_each() {
    let variants = "variants: { a: { weight: 100 }, b: { weight: 0 } }, default: a";
    for (flag, is_stale) in [
        ("rollout: [{ percent: 99.9 }]", false),
        ("rollout: [{ when: { country: DE } }]", false),
        ("rollout: [{ percent: 10, when: { country: DE } }, { percent: 100 }]", true),
        ("rollout: [{ percent: 10, when: { country: DE } }, { percent: 100 }], early_exit: true", false),
        ("rollout: [{ percent: 100, when: { country: DE } }, { percent: 100 }], early_exit: true", true),
        ("rollout: 100, active: false", false),
        (&format!("rollout: 100, {variants}"), true),
        (&format!("rollout: [{{ variant: b, when: {{ country: DE }} }}, {{ percent: 100 }}], {variants}"), false),
        (&format!("rollout: [{{ variant: b, percent: 0 }}, {{ percent: 100 }}], {variants}"), true),
        (&format!("rollout: [{{ variant: b }}], {variants}"), true),
    ] {
        let flag = format!("{{ kind: release, owner: growth, created: 2025-01-01, {flag} }}");
        let plan = format!("taxogen: 1\nperson: {{ country: string }}\nflags: {{ f: {flag} }}\n");
        let told = list(&plan, &["--stale"]);
        assert_eq!(told.code, i32::from(is_stale), "{flag}: {}", told.err);
    }
}

#[test]
fn a_plan_with_mistakes_has_no_list() {
    let told = list(BAD, &[]);
    assert_eq!((told.code, told.out.as_str()), (1, ""), "{}", told.err);
    assert!(told.err.ends_with("taxonomy.yaml: 2 errors\n"), "{}", told.err);
    let none = Folder::new(&[]).run(&["flags", "list", "--plan", "none.yaml"]);
    assert_eq!(none, run(2, "", "error: there is no file `none.yaml`\n"));
}
