//! The state of a user as JSON, version 1. What is absent is left out:
//!
//! ```text
//! {"version": 1, "id": "user_123", "anonymous": true, "anonymous_id": "cookie_7", "groups": [["company", "acme"]],
//!  "variations": [["checkout", "test"], ["redesign", "treatment", "Optimizely"]],
//!  "called": [["checkout", "test"]],
//!  "viewed": [["redesign", "Optimizely", null, "treatment", "exp_rule_1", true]]}
//! ```
//!
//! A variation is flag, value and, unless it is PostHog's, engine. Of what was viewed: flag, engine, experiment,
//! variation, rule, and whether the flag was on.

use serde_json::{Map, Value, json};
use taxogen_flags::FlagValue;

use super::reported::{self, Of, Report};
use super::{UserState, Variation, active};
use crate::decision::Engine;
use crate::error::{Error, Kind};
use crate::payload::kind;

const VERSION: u64 = 1;
/// A person is in no more groups.
const GROUPS: usize = 255;

pub(super) fn write(state: &UserState) -> Value {
    let UserState { distinct_id, is_anonymous, anonymous_id, groups, variations, reports } = state;
    let (mut called, mut viewed) = (Vec::new(), Vec::new());
    for Report { of, flag } in reports {
        match of {
            Of::Called { variant, enabled } => {
                // A variant, whether it is on, or null.
                called.push(json!([
                    flag,
                    variant.as_deref().map_or(enabled.map_or(Value::Null, Value::Bool), Value::from)
                ]));
            }
            Of::Viewed { engine, experiment, variation, rule, enabled } => {
                viewed.push(json!([flag, engine, experiment, variation, rule, enabled]));
            }
        }
    }
    let mut object = Map::new();
    object.insert("version".to_owned(), VERSION.into());
    object.insert("id".to_owned(), distinct_id.as_str().into());
    if *is_anonymous {
        object.insert("anonymous".to_owned(), true.into());
    }
    if let Some(id) = anonymous_id {
        object.insert("anonymous_id".to_owned(), id.as_str().into());
    }
    for (name, list) in [
        ("groups", groups.iter().map(|(group_type, key)| json!([group_type, key])).collect()),
        ("variations", variations.iter().map(variation).collect()),
        ("called", called),
        ("viewed", viewed),
    ] {
        if !list.is_empty() {
            object.insert(name.to_owned(), Value::Array(list));
        }
    }
    Value::Object(object)
}

fn variation(Variation { flag, engine, value }: &Variation) -> Value {
    let value = json_of(value);
    if *engine == Engine::PostHog { json!([flag, value]) } else { json!([flag, value, engine.name()]) }
}

/// As PostHog has it: `true`, `false`, or the variant.
pub(super) fn json_of(value: &FlagValue) -> Value {
    match value {
        FlagValue::Boolean(on) => Value::Bool(*on),
        FlagValue::Variant(variant) => Value::from(&**variant),
    }
}

pub(super) fn read(value: &Value) -> Result<UserState, Error> {
    let whole = At { path: String::new(), value: Some(value) };
    let version = whole.member("version")?;
    if version.value != Some(&Value::from(VERSION)) {
        return Err(version.wrong(&format!("another version than `{VERSION}`: begin with the user's id again")));
    }
    let mut reports = Vec::new();
    for at in whole.list("called", reported::KEPT)? {
        reports.push(read_called(&at)?);
    }
    for at in whole.list("viewed", reported::KEPT)? {
        reports.push(read_viewed(&at)?);
    }
    let groups = whole.list("groups", GROUPS)?;
    let variations = whole.list("variations", active::KEPT)?;
    Ok(UserState {
        distinct_id: whole.member("id")?.text()?.to_owned(),
        is_anonymous: whole.member("anonymous")?.boolean_or_not()?,
        anonymous_id: whole.member("anonymous_id")?.text_or_none()?.map(str::to_owned),
        groups: groups
            .iter()
            .map(|at| Ok((at.item(0)?.text()?.to_owned(), at.item(1)?.text()?.to_owned())))
            .collect::<Result<_, Error>>()?,
        variations: variations.iter().map(read_variation).collect::<Result<_, _>>()?,
        reports,
    })
}

fn read_variation(at: &At<'_>) -> Result<Variation, Error> {
    let engine = at.item(2)?.text_or_none()?.map_or(Engine::PostHog, engine_of);
    Ok(Variation { flag: at.item(0)?.text()?.into(), engine, value: at.item(1)?.flag_value()? })
}

fn engine_of(name: &str) -> Engine {
    let known = [Engine::Optimizely, Engine::OpenFeature, Engine::PostHog];
    known.into_iter().find(|engine| engine.name() == name).unwrap_or_else(|| Engine::Other(name.to_owned().into()))
}

fn read_called(at: &At<'_>) -> Result<Report, Error> {
    let called = at.item(1)?;
    let (variant, enabled) = match called.value {
        Some(Value::Null) => (None, None),
        _ => match called.flag_value()? {
            FlagValue::Boolean(enabled) => (None, Some(enabled)),
            FlagValue::Variant(variant) => (Some((*variant).into()), Some(true)),
        },
    };
    Ok(Report { of: Of::Called { variant, enabled }, flag: at.item(0)?.text()?.into() })
}

fn read_viewed(at: &At<'_>) -> Result<Report, Error> {
    let optional = |place| Ok::<_, Error>(at.item(place)?.text_or_none()?.map(Into::into));
    let of = Of::Viewed {
        engine: at.item(1)?.text()?.into(),
        experiment: optional(2)?,
        variation: optional(3)?,
        rule: optional(4)?,
        enabled: at.item(5)?.boolean()?,
    };
    Ok(Report { of, flag: at.item(0)?.text()?.into() })
}

/// A place in the JSON.
struct At<'a> {
    /// Empty for the whole.
    path: String,
    value: Option<&'a Value>,
}

impl<'a> At<'a> {
    fn member(&self, name: &str) -> Result<At<'a>, Error> {
        match self.value {
            Some(Value::Object(members)) => Ok(At { path: name.to_owned(), value: members.get(name) }),
            _ => Err(self.expected("an object")),
        }
    }

    /// A list that may be missing.
    fn list(&self, name: &str, longest: usize) -> Result<Vec<At<'a>>, Error> {
        let list = self.member(name)?;
        match list.value {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= longest => {
                let at = |(place, value)| At { path: format!("{name}[{place}]"), value: Some(value) };
                Ok(items.iter().enumerate().map(at).collect())
            }
            Some(Value::Array(_)) => Err(list.wrong(&format!("longer than {longest}"))),
            Some(_) => Err(list.expected("a list")),
        }
    }

    fn item(&self, place: usize) -> Result<At<'a>, Error> {
        match self.value {
            Some(Value::Array(items)) => Ok(At { path: format!("{}[{place}]", self.path), value: items.get(place) }),
            _ => Err(self.expected("a list")),
        }
    }

    fn text(&self) -> Result<&'a str, Error> {
        self.value.and_then(Value::as_str).ok_or_else(|| self.expected("a text"))
    }

    fn text_or_none(&self) -> Result<Option<&'a str>, Error> {
        match self.value {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.text().map(Some),
        }
    }

    fn boolean(&self) -> Result<bool, Error> {
        self.value.and_then(Value::as_bool).ok_or_else(|| self.expected("a boolean"))
    }

    fn boolean_or_not(&self) -> Result<bool, Error> {
        if self.value.is_none() { Ok(false) } else { self.boolean() }
    }

    fn flag_value(&self) -> Result<FlagValue, Error> {
        self.value.and_then(FlagValue::from_json).ok_or_else(|| self.expected("a boolean or a text"))
    }

    fn expected(&self, expected: &str) -> Error {
        let found = self.value.map_or("missing", kind);
        self.wrong(&format!("{found} where {expected} is expected"))
    }

    fn wrong(&self, what: &str) -> Error {
        let of = if self.path.is_empty() { String::new() } else { format!("`{}` of ", self.path) };
        Error::new(Kind::Input, format!("{of}the state of a user is {what}"))
    }
}
