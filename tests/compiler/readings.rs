//! Readings of the language: plans that are without findings, and what they mean.

use taxogen_compiler::ir::{self, FlagValue, Literal, Type, TypeKind};
use taxogen_compiler::render;
use taxogen_compiler::source::Source;

use crate::analyze;

pub(crate) fn plan(text: &str) -> ir::Plan {
    let source = Source::from_text("taxonomy.yaml", format!("taxogen: 1\n{text}\n"));
    let analysis = analyze(&source);
    let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
    assert!(told.is_empty(), "{text}\n{}", told.join("\n"));
    analysis.plan.expect("nothing was told")
}

fn properties(text: &str) -> Vec<ir::Property> {
    let mut plan = plan(&format!("events:\n  seen:\n    properties:\n{}", text.replace('\n', "\n      ")));
    plan.events.remove(0).properties
}

fn type_names(plan: &ir::Plan) -> Vec<&str> {
    plan.types.iter().map(|item| item.name.ident.as_str()).collect()
}

#[test]
fn short_forms_mean_what_their_long_forms_do() {
    let cases = [
        ("events: { seen: }", "events: { seen: {} }"),
        (
            "events: { seen: { properties: { a: string } } }",
            "events: { seen: { properties: { a: { type: string } } } }",
        ),
        (
            "events: { seen: { properties: { a: { type: { enum: [x] } } } } }",
            "events: { seen: { properties: { a: { enum: [x] } } } }",
        ),
        ("events: { seen: { owner: a, tags: b } }", "events: { seen: { owner: [a], tags: [b] } }"),
        (
            "property_groups: { g: { a: string } }\nevents: { seen: { include: g } }",
            "property_groups: { g: { properties: { a: string } } }\nevents: { seen: { include: [g] } }",
        ),
        ("flags: { a: { kind: ops, rollout: 5 } }", "flags: { a: { kind: ops, rollout: [{ percent: 5 }] } }"),
        (
            "flags: { a: { kind: ops, variants: [x, y, z], default: y } }",
            "flags: { a: { kind: ops, variants: { x: 34, y: { weight: 33 }, z: 33 }, default: y } }",
        ),
        ("events: { a: { deprecated: gone } }", "events: { a: { deprecated: { note: gone } } }"),
        (
            "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: x } }] } }",
            "person: { p: string }\nflags: { a: { kind: ops, rollout: [{ when: { p: { exact: x } } }] } }",
        ),
        ("events: { a: { conversion: false } }", "events: { a: {} }"),
        ("events: { a: { conversion: optimizely } }", "events: { a: { conversion: { optimizely: {} } } }"),
        ("events: { a: { conversion: optimizely } }", "events: { a: { conversion: { optimizely: } } }"),
        (
            "events: { e: {} }\nflags: { a: { kind: ops, variants: [x, y], default: x } }\nexperiments: { t: { flag: a, metrics: { primary: e } } }",
            "events: { e: {} }\nflags: { a: { kind: ops, variants: [x, y], default: x } }\nexperiments: { t: { flag: a, metrics: { primary: [{ event: e, kind: count, goal: increase }] } } }",
        ),
    ];
    for (short, long) in cases {
        assert_eq!(without_places(&plan(short)), without_places(&plan(long)), "{short}");
    }
}

/// What a plan means, as text; the places and the fingerprint differ between two ways to say it.
fn without_places(plan: &ir::Plan) -> String {
    let text = format!("{plan:#?}");
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !["file: ", "start: ", "end: ", "hash: "].iter().any(|place| line.starts_with(place))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn where_text_is_wanted_the_source_text_is_the_value() {
    let given = properties(
        "
  a: { enum: [3.10, no, 012] }
  b: { type: string, const: 3.10 }
  c: { const: 3.10 }
  d: { type: string, examples: [1_000, 0x1F, \"quoted\", null] }
  e: { type: string, nullable: true, examples: [null, ~, \"null\"] }",
    );
    let text = |text: &str| Literal::Text(text.to_owned());
    assert_eq!(given[1].ty, Type::Const(text("3.10")));
    assert_eq!(given[2].ty, Type::Const(Literal::Number(3.1)));
    assert_eq!(given[3].examples, [text("1_000"), text("0x1F"), text("quoted"), text("null")]);
    assert_eq!(given[4].examples, [Literal::Null, Literal::Null, text("null")]);
    let plan = plan("types: { a: { enum: [3.10, no, 012, null, yes] } }");
    let TypeKind::Enum(values) = &plan.types[0].kind else { panic!("it is an enum") };
    let wires: Vec<_> = values.values.iter().map(|value| value.wire.clone()).collect();
    assert_eq!(wires, ["3.10", "no", "012", "null", "yes"].map(text));
}

#[test]
fn a_number_beyond_64_bits_is_the_nearest_double() {
    let plan = plan(
        "
events: { seen: { properties: { a: { type: number, max: 99999999999999999999, examples: [18446744073709551616] } } } }
flags: { a: { kind: remote_config, payload_type: number, default: -99999999999999999999 } }",
    );
    let seen = &plan.events[0].properties[0];
    assert_eq!(seen.examples, [Literal::Number(18_446_744_073_709_551_616.0)]);
    assert_eq!(plan.flags[0].value, FlagValue::Payload { default: Literal::Number(-1e20) });
}

#[test]
fn enums_of_integers_hold_integers() {
    let plan = plan("types: { a: { enum: [1, -2, { value: 3, code_name: three }] }, b: { enum: [\"1\", 2x] } }");
    let TypeKind::Enum(values) = &plan.types[0].kind else { panic!("it is an enum") };
    let values: Vec<_> = values.values.iter().map(|value| (value.ident.as_str(), value.wire.clone())).collect();
    assert_eq!(values, [("N1", Literal::Integer(1)), ("N2", Literal::Integer(-2)), ("Three", Literal::Integer(3))]);
    let TypeKind::Enum(texts) = &plan.types[1].kind else { panic!("it is an enum") };
    assert_eq!(texts.values[0].wire, Literal::Text("1".to_owned()));
}

#[test]
fn inline_shapes_are_named_after_where_they_stand() {
    let plan = plan(
        "
types:
  lines: { list: { object: { sku: string } } }
  prices: { map: { enum: [low, high] }, keys: { enum: [a, b] } }
property_groups:
  request: { via: { enum: [web] } }
person: { mood: { enum: [good] } }
groups: { company: { properties: { size: { enum: [s] } } } }
events:
  Order Completed:
    code_name: order_done
    include: [request]
    properties:
      items: { list: { object: { kind: { enum: [x] }, parts: { list: { list: { object: { a: string } } } } } } }
      tags: { list: { type: string, max_length: 5 } }
  seen: { include: [request] }
flags:
  limits: { kind: remote_config, payload_type: { object: { by: { enum: [day] } } }, default: {} }
  rows: { kind: remote_config, payload_type: { list: { object: { a: string } } }, default: [] }",
    );
    let expected = [
        "Lines",
        "Prices",
        "LinesItem",
        "PricesKey",
        "PricesItem",
        "RequestVia",
        "OrderDoneItems",
        "OrderDoneItemsKind",
        "OrderDoneItemsParts",
        "OrderDoneTags",
        "PersonMood",
        "CompanySize",
        "LimitsPayload",
        "LimitsPayloadBy",
        "RowsPayload",
    ];
    assert_eq!(type_names(&plan), expected);
}

#[test]
fn included_properties_come_first_and_may_be_replaced() {
    let plan = plan(
        "
types: { money: { object: { cents: integer } } }
property_groups:
  device: { os: string }
  request: { include: [device], properties: { channel: string, os: { type: string, override: true, required: true } } }
events:
  seen: { include: [request, money], properties: { at: datetime, channel: { type: integer, override: true } } }",
    );
    let properties: Vec<_> = plan.events[0]
        .properties
        .iter()
        .map(|property| (property.name.wire.as_str(), property.included_from.as_deref()))
        .collect();
    let expected = [("os", Some("request")), ("cents", Some("money")), ("at", None), ("channel", None)];
    assert_eq!(properties, expected);
}

#[test]
fn types_that_contain_themselves_behind_something_are_fine() {
    let plan = plan(
        "
types:
  node: { object: { children: { list: node }, by: { map: node }, parent: { type: node, nullable: true } } }
  leaf: { object: { tree: { type: tree, nullable: true } } }
  tree: { object: { leaf: leaf, name: string } }
events: { seen: { properties: { node: node, tree: tree } } }",
    );
    let borrows: Vec<_> = plan.types.iter().map(|item| (item.name.ident.as_str(), item.borrows)).collect();
    assert_eq!(borrows, [("Node", true), ("Leaf", true), ("Tree", true)]);
}

#[test]
fn only_what_a_payload_holds_is_decoded() {
    let plan = plan(
        "
types: { a: { object: { b: b } }, b: { enum: [x] }, c: { object: { b: b } } }
flags: { f: { kind: remote_config, payload_type: { list: a }, default: [] } }
events: { seen: { properties: { c: c } } }",
    );
    let decoded: Vec<_> = plan.types.iter().map(|item| (item.name.ident.as_str(), item.decoded)).collect();
    assert_eq!(decoded, [("A", true), ("B", true), ("C", false)]);
}

#[test]
fn a_part_of_an_enum_has_the_values_it_names() {
    let plan = plan(
        "
types:
  channel: { enum: [web, api, { value: fax, code_name: paper, deprecated: true }], open: true }
  medium: channel
  digital: { type: medium, only: [api, web] }
events: { seen: { properties: { via: { type: digital, only: [web] } } } }",
    );
    let parts: Vec<_> = plan
        .types
        .iter()
        .filter_map(|item| match &item.kind {
            TypeKind::Enum(part) => Some((
                item.name.ident.as_str(),
                part.values.iter().map(|value| value.ident.as_str()).collect::<Vec<_>>(),
                part.open,
                part.subset_of.map(|id| plan.type_item(id).name.ident.as_str()),
            )),
            _ => None,
        })
        .collect();
    let expected = [
        ("Channel", vec!["Web", "Api", "Paper"], true, None),
        ("Digital", vec!["Web", "Api"], false, Some("Channel")),
        ("SeenVia", vec!["Web"], false, Some("Digital")),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn constraints_stand_where_they_are_checked() {
    let plan = plan(
        "
types:
  cents: integer
  amount: { type: cents, min: 0 }
  price: amount
  tags: { list: string, max_items: 3 }
events: { seen: { properties: { tags: { type: tags, min_items: 1 }, cents: { type: cents, max: 9 }, price: price } } }",
    );
    assert!(matches!(plan.types[0].kind, TypeKind::Alias(_)));
    assert!(matches!(plan.types[1].kind, TypeKind::Newtype { .. }));
    assert!(matches!(plan.types[2].kind, TypeKind::Alias(_)));
    assert!(matches!(&plan.types[3].kind, TypeKind::Newtype { constraints, .. } if constraints.max_items == Some(3)));
    assert_eq!(plan.types.iter().map(|item| item.measured).collect::<Vec<_>>(), [false, false, false, true]);
    let properties = &plan.events[0].properties;
    assert_eq!((properties[0].constraints.min_items, properties[0].constraints.max_items), (Some(1), None));
    assert_eq!(properties[1].constraints.max, Some(Literal::Integer(9)));
    assert!(properties[2].constraints.is_empty());
}

#[test]
fn flags_give_what_their_kind_says() {
    let plan = plan(
        "
flags:
  dark: { kind: release }
  payments: { kind: kill_switch, default: true }
  layout: { kind: release, variants: { a: 50, 3-d: 50 }, default: 3-d }
  limit: { kind: remote_config, payload_type: number, default: 5 }",
    );
    let values: Vec<_> = plan.flags.iter().map(|flag| &flag.value).collect();
    assert_eq!(*values[0], FlagValue::Boolean { default: false });
    assert_eq!(*values[1], FlagValue::Boolean { default: true });
    let FlagValue::Variants { ident, variants, default } = values[2] else { panic!("it has variants") };
    let names: Vec<_> = variants.iter().map(|variant| variant.name.ident.as_str()).collect();
    assert_eq!((ident.as_str(), names, *default), ("Layout", vec!["A", "N3D"], 1));
    assert_eq!(*values[3], FlagValue::Payload { default: Literal::Number(5.0) });
}

#[test]
fn references_may_lead_forward() {
    plan(
        "
experiments: { t: { flag: f, metrics: { secondary: { steps: [a, b] } } } }
flags: { f: { kind: experiment, variants: [x, y], default: x, group: g, rollout: [{ when: { n: { gte: 1, lte: 9 } }, variant: y }] } }
events: { a: { properties: { p: t, q: { type: string, person: set_once } } }, b: {} }
groups: { g: { properties: { n: integer } } }
person: { q: string }
types: { t: u, u: string }",
    );
}
