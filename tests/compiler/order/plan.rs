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
events:
  e:
    properties:
";

#[derive(Debug, Clone)]
pub(super) struct Property {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Const,
    Asked { ty: &'static str, required: bool, nullable: bool },
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

/// An event whose properties have names in another order than that of the alphabet.
pub(super) fn properties() -> impl Strategy<Value = Vec<Property>> {
    prop::collection::vec(kind(true), 1..=MOST).prop_map(|kinds| {
        let names = ["k", "c", "h", "a", "m", "e", "b", "g"];
        kinds.into_iter().zip(names).map(|(kind, name)| Property { name: name.to_owned(), kind }).collect()
    })
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let added = prop::collection::vec((any::<usize>(), kind(false)), 1..3).prop_map(|added| {
        let names = ["f", "z"];
        let added = added.into_iter().zip(names);
        added.map(|((place, kind), name)| (place, Property { name: name.to_owned(), kind })).collect()
    });
    prop_oneof![
        prop::collection::vec(any::<u32>(), MOST).prop_map(Change::Permute),
        added.prop_map(Change::Add),
        prop::collection::vec(any::<usize>(), 1..3).prop_map(Change::Remove),
    ]
}

fn kind(may_be_const: bool) -> impl Strategy<Value = Kind> {
    // Few types, and most of them required, so that equal ones meet.
    let asked = (prop::sample::select(TYPES.to_vec()), prop::bool::weighted(0.7), prop::bool::weighted(0.2))
        .prop_map(|(ty, required, nullable)| Kind::Asked { ty, required, nullable });
    let constant = if may_be_const { Just(Kind::Const).boxed() } else { asked.clone().boxed() };
    prop_oneof![9 => asked, 1 => constant]
}

pub(super) fn yaml(properties: &[Property]) -> String {
    let mut yaml = DECLARATIONS.to_owned();
    for Property { name, kind } in properties {
        let shape = match kind {
            Kind::Const => format!("const: the {name}"),
            Kind::Asked { ty, required, nullable } => format!("{ty}, required: {required}, nullable: {nullable}"),
        };
        yaml.extend(["      ", name, ": { ", &shape, " }\n"]);
    }
    if properties.is_empty() {
        yaml.truncate(yaml.len() - "    properties:\n".len());
        yaml.push_str("    description: Nothing.\n");
    }
    yaml
}
