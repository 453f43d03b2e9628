//! Plans made of the words of the language: most of what stands in them fits together.

use std::fmt::Write as _;

use crate::random::Random;

/// Names of things that are declared, so that they can be referred to.
struct Names {
    enums: Vec<String>,
    types: Vec<String>,
    groups: Vec<String>,
    person: Vec<String>,
    events: Vec<String>,
    variants: Vec<String>,
}

/// Once in so many places something else stands than fits there.
const SLIP: usize = 60;

const SCALARS: &[&str] = &["string", "integer", "number", "boolean", "datetime", "json"];
const WORDS: &[&str] = &[
    "order",
    "type",
    "Self",
    "channel",
    "price_usd",
    "30+ days",
    "Order Completed",
    "größe",
    "id2",
    "X",
    "kebab-case",
    "camelCase",
    "HTTPStatus",
    "$lib",
    "email",
    "名前",
    "match",
    "String",
    "new",
    "a b",
];
const JUNK: &[&str] =
    &["{}", "[]", "null", "-1", "1e400", "\"\"", "true", "[a, a]", "{ a: b }", "strng", "'30+ days'", "*x", "0.25"];
const META: &[&str] = &[
    "description: \"A line with */ and \\\"quotes\\\" and \\\\.\"",
    "tags: [a, b]",
    "owner: team",
    "owner: [team, other]",
    "deprecated: true",
    "deprecated: Use another.",
    "deprecated: { note: gone, since: 2025-01-01 }",
    "expires: 2031-01-01",
    "expires: never",
    "links: [\"https://example.com\"]",
    "x-anything: [1, { a: b }]",
    "code_name: renamed",
];

/// A plan, and a file that it may include.
pub(crate) fn plan(random: &mut Random) -> (String, String) {
    let mut names = Names {
        enums: Vec::new(),
        types: Vec::new(),
        groups: Vec::new(),
        person: Vec::new(),
        events: Vec::new(),
        variants: vec!["control".to_owned(), "test".to_owned(), "v-3".to_owned()],
    };
    let mut text = "taxogen: 1\n".to_owned();
    for line in [
        "name: shop\n",
        "include: [plans/part.yaml]\n",
        "conventions: { events: [snake_case, \"Title Case\"], properties: snake_case }\n",
        "destinations: { posthog: { allow: personal }, segment: { allow: internal } }\n",
        "lints: { missing-owner: allow }\n",
    ] {
        if random.once_in(3) {
            text.push_str(line);
        }
    }
    text.push_str("owners: { team: \"#team\", other: { contact: a@example.com } }\n");
    types(&mut text, &mut names, random);
    section(&mut text, "property_groups", 3, random, &mut |name, random| {
        names.groups.push(name.to_owned());
        properties(&names, true, random)
    });
    if random.once_in(2) {
        let _ = writeln!(text, "super: {}", properties(&names, false, random));
    }
    names.person = vec!["plan".to_owned(), "seats".to_owned(), "seen_at".to_owned()];
    text.push_str("person: { plan: string, seats: integer, seen_at: datetime }\n");
    section(&mut text, "groups", 2, random, &mut |_, random| {
        format!("{{ properties: {} }}", properties(&names, false, random))
    });
    text.push_str("cohorts: { beta: { posthog: Beta testers } }\n");
    let mut events = Vec::new();
    section(&mut text, "events", 6, random, &mut |name, random| {
        events.push(name.to_owned());
        event(&names, random)
    });
    names.events = events;
    section(&mut text, "flags", 4, random, &mut |_, random| flag(&names, random));
    if random.once_in(2) {
        text.push_str("flags_of_experiments: {}\n");
    }
    let mut part = "owners: { third: nobody }\n".to_owned();
    section(&mut part, "events", 3, random, &mut |name, random| {
        format!("{{ x-from: {}, {} }}", quoted(name), meta(random))
    });
    if random.once_in(3) {
        section(&mut part, "flags", 2, random, &mut |_, random| flag(&names, random));
    }
    (text.replace("flags_of_experiments: {}\n", ""), part)
}

fn section(
    text: &mut String,
    key: &str,
    most: usize,
    random: &mut Random,
    item: &mut dyn FnMut(&str, &mut Random) -> String,
) {
    let count = random.below(most + 1);
    if count == 0 {
        return;
    }
    let _ = writeln!(text, "{key}:");
    for number in 0..count {
        let name = if key == "flags" {
            format!("flag-{number}")
        } else {
            format!("{}_{}{number}", random.pick(WORDS), if text.contains("third:") { "part" } else { "" })
        };
        let value = item(&name, random);
        let _ = writeln!(text, "  {}: {}", quoted(&name), slip(value, random));
    }
}

fn slip(text: String, random: &mut Random) -> String {
    if random.once_in(SLIP) { (*random.pick(JUNK)).to_owned() } else { text }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn meta(random: &mut Random) -> String {
    let entries: Vec<_> = META.iter().filter(|_| random.once_in(10)).copied().collect();
    let mut entries = entries;
    entries.dedup_by_key(|entry| entry.split(':').next().unwrap_or_default().to_owned());
    entries.push("x-end: 1");
    entries.join(", ")
}

fn types(text: &mut String, names: &mut Names, random: &mut Random) {
    text.push_str("types:\n  never_used: string\n");
    for number in 0..random.below(6) {
        let name = format!("{}_{number}", random.pick(WORDS));
        let shape = match random.below(8) {
            0 => {
                names.enums.push(name.clone());
                "{ enum: [one, two, { value: \"30+ days\", code_name: month }, three] }".to_owned()
            }
            1 => "{ enum: [1, 2, -3] }".to_owned(),
            2 => "{ enum: [one, two], open: true }".to_owned(),
            3 => "{ type: integer, min: 0, max: 10 }".to_owned(),
            4 => "{ type: string, pattern: \"^[A-Z]{3}$\", max_length: 3 }".to_owned(),
            5 => format!("{{ object: {} }}", properties(names, false, random)),
            6 if !names.enums.is_empty() => {
                format!("{{ type: {}, only: [one] }}", quoted(random.pick(&names.enums).as_str()))
            }
            _ => (*random.pick(SCALARS)).to_owned(),
        };
        let _ = writeln!(text, "  {}: {}", quoted(&name), slip(shape, random));
        names.types.push(name);
    }
}

/// A type as it stands beside other keys.
fn shape(names: &Names, depth: usize, random: &mut Random) -> String {
    let inner = |random: &mut Random| format!("{{ {} }}", shape(names, depth + 1, random));
    let text = match random.below(if depth > 3 { 2 } else { 9 }) {
        0 if !names.types.is_empty() => format!("type: {}", quoted(random.pick(&names.types).as_str())),
        2 => format!("list: {}", inner(random)),
        3 => format!("map: {}", inner(random)),
        4 => format!(
            "object: {{ first: {}, second: {{ {}, required: true }} }}",
            inner(random),
            shape(names, depth + 1, random)
        ),
        5 => "enum: [one, two, three]".to_owned(),
        6 => "type: string, min_length: 1, max_length: 5".to_owned(),
        7 => {
            if depth == 0 { "type: number, min: 0.5, examples: [1, 2.5]" } else { "type: number, min: 0.5" }.to_owned()
        }
        _ => format!("type: {}", random.pick(SCALARS)),
    };
    slip(text, random)
}

fn properties(names: &Names, is_group: bool, random: &mut Random) -> String {
    let mut text = "{ ".to_owned();
    for number in 0..random.below(4) {
        let mut entries = vec![shape(names, 0, random), meta(random)];
        if is_group && random.once_in(2) && !entries[1].contains("deprecated") {
            entries.push("required: true".to_owned());
        }
        for entry in ["nullable: true", "sensitivity: personal", "sensitivity: secret", "sensitivity: public"] {
            if random.once_in(9) && !entries.iter().any(|other| other.split(':').next() == entry.split(':').next()) {
                entries.push(entry.to_owned());
            }
        }
        let _ = write!(text, "\"{} {number}\": {{ {} }}, ", random.pick(WORDS), entries.join(", "));
    }
    text.push('}');
    slip(text, random)
}

fn event(names: &Names, random: &mut Random) -> String {
    let mut entries = vec![format!("properties: {}", properties(names, true, random)), meta(random)];
    for entry in [
        "open: true",
        "super: false",
        "to: [posthog, segment]",
        "send_as: { segment: Another Name }",
        "apps: [api]",
        "call: track",
        "conversion: true",
        "conversion: optimizely",
        "conversion: { optimizely: { revenue: a, value: b } }",
    ] {
        if random.once_in(7) {
            entries.push(entry.to_owned());
        }
    }
    if random.once_in(3) && !names.groups.is_empty() {
        entries.push(format!("include: [{}]", quoted(random.pick(&names.groups).as_str())));
    }
    format!("{{ {} }}", entries.join(", "))
}

fn flag(names: &Names, random: &mut Random) -> String {
    let rollout = *random.pick(&[
        "",
        ", rollout: 100",
        ", rollout: 25.5",
        ", rollout: [{ percent: 10, when: { plan: [pro, free] } }]",
        ", rollout: [{ when: { seats: { gt: 5 } }, note: Large first. }, { in_cohort: beta }, { percent: 5 }]",
        ", rollout: [{ when: { seen_at: { is_date_after: -7d } } }]",
        ", rollout: [{ when: { plan: { is_not: US, regex: \"^a\" } }, percent: 3 }]",
    ]);
    let variants = names.variants.join(", ");
    let body = match random.below(5) {
        0 => format!("kind: release{rollout}"),
        1 => format!("kind: kill_switch, default: true{rollout}"),
        2 => format!("kind: experiment, variants: [{variants}], default: control{rollout}"),
        3 => format!(
            "kind: remote_config, payload_type: {{ object: {{ first: integer, second: {{ {} }} }} }}, default: {{ first: 1 }}{rollout}",
            shape(names, 1, random)
        ),
        _ => format!(
            "kind: permission, variants: {{ control: {{ weight: 50 }}, test: {{ weight: 50 }} }}, default: test{rollout}"
        ),
    };
    format!("{{ {body}, {} }}", meta(random).replace("code_name: renamed, ", ""))
}
