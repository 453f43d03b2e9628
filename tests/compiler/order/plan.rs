//! Random events, and what happens to them.

use proptest::prelude::*;

/// Properties of one event at most.
pub(super) const MOST: usize = 8;

const TYPES: [&str; 18] = [
    "type: string",
    "type: alias",
    "type: email",
    "type: integer",
    "type: number",
    "type: percentage",
    "type: boolean",
    "type: datetime",
    "type: json",
    "type: whole",
    "type: part",
    "type: money",
    "list: string",
    "list: integer",
    "list: number",
    "list: whole",
    "map: integer",
    "map: number",
];

const DECLARATIONS: &str = "taxogen: 1
types:
  alias: string
  email: { type: string, max_length: 99 }
  percentage: { type: integer, max: 100 }
  whole: { enum: [a, b] }
  part: { type: whole, only: [a] }
  money: { object: { cents: integer } }
";

/// What a plan says of the event besides its properties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    is_open: bool,
    /// With a name of its own on the wire, and another at one destination.
    is_renamed: bool,
    is_routed: bool,
    /// Whether there are super properties, and whether they are part of it.
    supers: Option<bool>,
}

#[derive(Debug, Clone)]
pub(super) struct Property {
    name: String,
    kind: Kind,
    home: Home,
}

/// Where a property is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    /// In a property group that the other includes.
    Inner,
    /// In the property group that the event includes.
    Outer,
    Event,
}

#[derive(Debug, Clone)]
enum Kind {
    Const,
    Asked { ty: &'static str, required: bool, nullable: bool, hash: bool },
}

/// One way in which a plan is edited.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Sorted by these keys.
    Permute(Vec<u32>),
    /// Each at a place, both counted modulo what there is.
    Add(Vec<(usize, Property)>),
    Remove(Vec<usize>),
}

impl Change {
    pub(super) fn of(&self, properties: &[Property]) -> Vec<Property> {
        let mut changed = properties.to_vec();
        match self {
            Self::Permute(keys) => {
                let mut keyed: Vec<_> = keys.iter().zip(changed).collect();
                keyed.sort_by_key(|(key, _)| **key);
                keyed.into_iter().map(|(_, property)| property).collect()
            }
            Self::Add(added) => {
                for (place, property) in added {
                    changed.insert(place % (changed.len() + 1), property.clone());
                }
                changed
            }
            Self::Remove(places) => {
                for place in places {
                    let place = place % properties.len();
                    changed.retain(|property| {
                        property.name != properties[place].name || matches!(property.kind, Kind::Const)
                    });
                }
                changed
            }
        }
    }
}

/// The names of what is added.
pub(super) const ADDED: [&str; 2] = ["f", "z"];

/// An event whose properties have names in another order than that of the alphabet.
pub(super) fn properties() -> impl Strategy<Value = Vec<Property>> {
    prop::collection::vec((kind(true), home()), 1..=MOST).prop_map(|kinds| {
        let names = ["k", "c", "h", "a", "m", "e", "b", "g"];
        let all = kinds.into_iter().zip(names);
        all.map(|((kind, home), name)| Property { name: name.to_owned(), kind, home }).collect()
    })
}

pub(super) fn words() -> impl Strategy<Value = Words> {
    (any::<bool>(), any::<bool>(), any::<bool>(), any::<Option<bool>>())
        .prop_map(|(is_open, is_renamed, is_routed, supers)| Words { is_open, is_renamed, is_routed, supers })
}

fn home() -> impl Strategy<Value = Home> {
    prop_oneof![1 => Just(Home::Inner), 1 => Just(Home::Outer), 3 => Just(Home::Event)]
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let added = prop::collection::vec((any::<usize>(), kind(false), home()), 1..3).prop_map(|added| {
        let named = added.into_iter().zip(ADDED);
        named.map(|((place, kind, home), name)| (place, Property { name: name.to_owned(), kind, home })).collect()
    });
    prop_oneof![
        prop::collection::vec(any::<u32>(), MOST).prop_map(Change::Permute),
        added.prop_map(Change::Add),
        prop::collection::vec(any::<usize>(), 1..3).prop_map(Change::Remove),
    ]
}

fn kind(may_be_const: bool) -> impl Strategy<Value = Kind> {
    // Few types, and most of them required, so that equal ones meet.
    let often = prop::bool::weighted;
    let asked = (prop::sample::select(TYPES.to_vec()), often(0.7), often(0.2), often(0.3)).prop_map(
        |(ty, required, nullable, hash)| Kind::Asked { ty, required, nullable, hash: hash && has_one_text(ty) },
    );
    let constant = if may_be_const { Just(Kind::Const).boxed() } else { asked.clone().boxed() };
    prop_oneof![9 => asked, 1 => constant]
}

/// Whether a hash can stand in for it.
fn has_one_text(ty: &str) -> bool {
    ty.starts_with("type: ") && !matches!(ty, "type: json" | "type: money")
}

pub(super) fn yaml(words: Words, properties: &[Property]) -> String {
    let of = |home| -> Vec<_> { properties.iter().filter(|property| property.home == home).map(entry).collect() };
    let map = |entries: &[String]| format!("{{ {} }}", entries.join(", "));
    let (inner, outer, own) = (of(Home::Inner), of(Home::Outer), of(Home::Event));
    let mut yaml = DECLARATIONS.to_owned();
    if words.supers.is_some() {
        yaml.push_str("super: { s: string, x: { type: string, sensitivity: personal } }\n");
    }
    yaml.extend(["property_groups:\n  inner: { properties: ", &map(&inner), " }\n"]);
    yaml.extend(["  outer: { include: [inner], properties: ", &map(&outer), " }\n"]);
    yaml.push_str("events:\n  e:\n    include: [outer]\n");
    let said = [
        (words.is_open, "open: true"),
        (words.is_renamed, "name: Another Name"),
        (words.is_renamed, "send_as: { segment: A Third }"),
        (words.is_routed, "to: [segment, mixpanel]"),
        (words.supers == Some(false), "super: false"),
    ];
    for (_, line) in said.iter().filter(|(is_said, _)| *is_said) {
        yaml.extend(["    ", line, "\n"]);
    }
    yaml.extend(["    properties: ", &map(&own), "\n"]);
    yaml
}

fn entry(Property { name, kind, .. }: &Property) -> String {
    let shape = match kind {
        Kind::Const => format!("const: the {name}"),
        Kind::Asked { ty, required, nullable, hash } => {
            let class = if *hash { ", sensitivity: personal, hash: true" } else { "" };
            format!("{ty}, required: {required}, nullable: {nullable}{class}")
        }
    };
    format!("{name}: {{ {shape} }}")
}
