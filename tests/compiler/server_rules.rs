//! The rules of PostHog's API for flags, one by one: which finding meets each, or why none can.
//!
//! Some the server takes in silence and stores a broken flag; some it cannot be asked about without a
//! project. What is told here never gets there.

use crate::analyze;
use taxogen_compiler::code::Code;
use taxogen_compiler::source::Source;

/// How a rule is kept.
enum Kept {
    /// By this finding, of plans that break it.
    Told(Code, &'static [&'static str]),
    /// The language has no words to break it; why.
    Unsayable(&'static str),
    /// Only with a project at hand: `sync` meets it.
    Online(&'static str),
    /// By the command line, which has an engine for it; tested there.
    CommandLine,
}

use Kept::{CommandLine, Online, Told, Unsayable};

const RULES: &[(&str, Kept)] = &[
    (
        "a key holds letters, digits, hyphens and underscores",
        Told(
            Code::InvalidName,
            &["flags: { a b: { kind: ops } }", "flags: { a.b: { kind: ops } }", "flags: { é: { kind: ops } }"],
        ),
    ),
    (
        "a key has at most 400 characters",
        Unsayable("a name of the language has at most 200: `a_key_has_at_most_200_characters`"),
    ),
    ("a key is unique in the plan", Told(Code::DuplicateKey, &["flags: { a: { kind: ops }, a: { kind: ops } }"])),
    ("a key is found without its case", Told(Code::FlagKeyCase, &["flags: { aB: { kind: ops }, ab: { kind: ops } }"])),
    ("a key is unique in the project, archived flags included", Online("the plan does not see the project")),
    ("a flag has at least one condition set", Told(Code::FlagShape, &["flags: { a: { kind: ops, rollout: [] } }"])),
    (
        "a percentage lies between 0 and 100",
        Told(
            Code::PercentRange,
            &[
                "flags: { a: { kind: ops, rollout: 100.5 } }",
                "flags: { a: { kind: ops, rollout: [{ percent: -1 }] } }",
                "flags: { a: { kind: ops, variants: { x: 110, y: 0 }, default: x } }",
            ],
        ),
    ),
    (
        "a percentage is a finite number",
        Told(
            Code::InvalidValue,
            &[
                "flags: { a: { kind: ops, rollout: \"10\" } }",
                "flags: { a: { kind: ops, rollout: true } }",
                "flags: { a: { kind: ops, rollout: .nan } }",
                "flags: { a: { kind: ops, rollout: [{ percent: .inf }] } }",
            ],
        ),
    ),
    (
        "a variant has a percentage",
        Told(
            Code::MissingKey,
            &["flags: { a: { kind: ops, variants: { x: { description: One. }, y: 50 }, default: x } }"],
        ),
    ),
    (
        "a variant's key holds letters, digits and `_./-`",
        Told(Code::InvalidName, &["flags: { a: { kind: ops, variants: [x y], default: x y } }"]),
    ),
    (
        "a flag with variants names one",
        Told(Code::FlagShape, &["flags: { a: { kind: ops, variants: [], default: x } }"]),
    ),
    (
        "the percentages of variants sum to 100",
        Told(
            Code::Weights,
            &[
                "flags: { a: { kind: ops, variants: { x: 50, y: 40 }, default: x } }",
                "flags: { a: { kind: ops, variants: { x: 50, y: 50.01 }, default: x } }",
            ],
        ),
    ),
    (
        "the keys of variants are unique",
        Told(
            Code::DuplicateKey,
            &[
                "flags: { a: { kind: ops, variants: { x: 100, x: 0 }, default: x } }",
                "flags: { a: { kind: ops, variants: [x, x], default: x } }",
            ],
        ),
    ),
    (
        "a payload belongs to a variant, or to the flag where there are none",
        Told(
            Code::PayloadPlace,
            &["flags: { a: { kind: ops, payload_type: integer, payload: 1, variants: [x], default: x } }"],
        ),
    ),
    (
        "a payload is JSON",
        Told(
            Code::ValueMismatch,
            &[
                "flags: { a: { kind: ops, payload_type: json, payload: .nan } }",
                "flags: { a: { kind: ops, payload_type: { list: number }, payload: [.inf] } }",
            ],
        ),
    ),
    (
        "the variant of an entry is one of the flag",
        Told(
            Code::UnknownVariant,
            &[
                "flags: { a: { kind: ops, variants: [x], default: x, rollout: [{ variant: y }] } }",
                "flags: { a: { kind: ops, rollout: [{ variant: y }] } }",
            ],
        ),
    ),
    (
        "a flag that counts groups asks for nothing but that group's properties",
        Told(
            Code::GroupCondition,
            &[
                "cohorts: { c: C }\ngroups: { g: {} }\nflags: { a: { kind: ops, group: g, rollout: [{ in_cohort: c }] } }",
                "groups: { g: {} }\nflags: { a: { kind: ops, group: g, rollout: [{ flags: { b: true } }] }, b: { kind: ops } }",
            ],
        ),
    ),
    (
        "the properties are those of whom the flag counts",
        Told(
            Code::UnknownProperty,
            &[
                "groups: { g: { properties: { p: string } } }\nflags: { a: { kind: ops, rollout: [{ when: { p: x } }] } }",
                "person: { p: string }\ngroups: { g: {} }\nflags: { a: { kind: ops, group: g, rollout: [{ when: { p: x } }] } }",
                "groups: { g: {}, h: { properties: { p: string } } }\nflags: { a: { kind: ops, group: g, rollout: [{ when: { p: x } }] } }",
            ],
        ),
    ),
    (
        "an operator is one that flags know; those of cohorts and flags are said of cohorts and flags",
        Told(
            Code::UnknownOperator,
            &[
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { like: x } } }] } }",
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { in: [x] } } }] } }",
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { flag_evaluates_to: true } } }] } }",
                "person: { p: integer }\nflags: { a: { kind: ops, rollout: [{ when: { p: { between: [1, 2] } } }] } }",
            ],
        ),
    ),
    (
        "an operand is a text, a list of texts, a number, a date or a version, as its operator wants",
        Told(
            Code::OperatorOperand,
            &[
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { icontains: [x] } } }] } }",
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { icontains_multi: x } } }] } }",
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { regex: { x: y } } } }] } }",
                "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { semver_gt: 1.x } } }] } }",
                "person: { p: integer }\nflags: { a: { kind: ops, rollout: [{ when: { p: { gt: x } } }] } }",
                "person: { p: datetime }\nflags: { a: { kind: ops, rollout: [{ when: { p: { is_date_after: 2027-02-30 } } }] } }",
                "person: { p: datetime }\nflags: { a: { kind: ops, rollout: [{ when: { p: { is_date_after: -10000d } } }] } }",
            ],
        ),
    ),
    ("a regular expression compiles", CommandLine),
    ("a cohort exists", Told(Code::UnknownCohort, &["flags: { a: { kind: ops, rollout: [{ in_cohort: beta }] } }"])),
    ("a cohort exists in the project, and is not behavioural", Online("the plan does not see the project")),
    (
        "a flag that is asked exists",
        Told(Code::UnknownFlag, &["flags: { a: { kind: ops, rollout: [{ flags: { b: true } }] } }"]),
    ),
    (
        "a flag that is asked is active",
        Told(
            Code::UnusableDependency,
            &["flags: { a: { kind: ops, rollout: [{ flags: { b: true } }] }, b: { kind: ops, active: false } }"],
        ),
    ),
    (
        "no flag asks itself, whichever way",
        Told(
            Code::FlagCycle,
            &[
                "flags: { a: { kind: ops, rollout: [{ flags: { a: true } }] } }",
                "flags: { a: { kind: ops, rollout: [{ flags: { b: true } }] }, b: { kind: ops, rollout: [{ flags: { a: true } }] } }",
            ],
        ),
    ),
    (
        "persistence does not go with devices",
        Told(Code::Bucketing, &["flags: { a: { kind: ops, bucket_by: device_id, persist: true } }"]),
    ),
    (
        "a remote config at 0 percent is made one at 100",
        Told(
            Code::RemoteConfigRollout,
            &["flags: { a: { kind: remote_config, payload_type: integer, default: 1, rollout: 0 } }"],
        ),
    ),
    (
        "the rollout, variants and payloads of a flag are at most 512 KiB of JSON",
        Unsayable("see `large_flags_are_told`"),
    ),
    ("an archived flag is not active", Unsayable("a plan archives nothing; `sync` does, and disables first")),
    ("encrypted payloads are those of a remote config", Unsayable("a payload of a plan is not encrypted")),
    ("an index of a group type has 32 bits, an id of a holdout 64", Unsayable("a plan has names; `sync` looks up ids")),
    ("`early_exit` is enabled for the organization", Online("a property of the organization")),
    ("no variant goes while an experiment runs", Online("whether it runs is known there")),
    ("a project may require tags or contexts", Online("a setting of the project")),
    ("a project has at most so many flags", Online("a setting of the project")),
];

fn codes(text: &str) -> Vec<Code> {
    let analysis = analyze(&Source::from_text("taxonomy.yaml", format!("taxogen: 1\n{text}\n")));
    analysis.diagnostics.sorted().iter().map(|found| found.code).collect()
}

#[test]
fn each_rule_of_the_server_is_met_offline_where_it_can_be() {
    for (rule, kept) in RULES {
        match kept {
            Told(code, plans) => {
                plans.iter().for_each(|plan| assert_eq!(codes(plan), [*code], "{rule}\n{plan}"));
            }
            Unsayable(why) | Online(why) => assert!(!why.is_empty(), "{rule}"),
            CommandLine => {}
        }
    }
}

#[test]
fn a_key_has_at_most_200_characters() {
    let plan = |length| format!("flags: {{ {}: {{ kind: ops }} }}", "a".repeat(length));
    assert_eq!(codes(&plan(200)), []);
    assert_eq!(codes(&plan(201)), [Code::InvalidName]);
}

#[test]
fn large_flags_are_told() {
    let config = |letters| {
        let text = "a".repeat(letters);
        format!("flags: {{ a: {{ kind: remote_config, payload_type: string, payload: {text}, default: b }} }}")
    };
    assert_eq!(codes(&config(500 * 1024)), []);
    assert_eq!(codes(&config(512 * 1024)), [Code::FlagTooLarge]);
    let people = |count: usize| {
        let emails: Vec<_> = (0..count).map(|at| format!("person-{at:06}@example.com")).collect();
        let when = format!("{{ when: {{ email: [{}] }} }}", emails.join(", "));
        format!("person: {{ email: string }}\nflags: {{ a: {{ kind: ops, rollout: [{when}] }} }}")
    };
    assert_eq!(codes(&people(18_000)), []);
    assert_eq!(codes(&people(20_000)), [Code::FlagTooLarge]);
}
