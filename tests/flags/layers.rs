//! Layers of a test's own, and people whom they are asked about.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use taxogen::{
    Event, EventSchema, Fallback, FlagLayer, FlagQuestion, FlagSource, Group, LayerAnswer, PersonProperties, PlanId,
    PropertyWriter, Said,
};
use taxogen_flags::Properties;

/// Says what it was told to, about whoever it is.
pub(crate) struct Scripted {
    pub source: FlagSource,
    pub answers: BTreeMap<&'static str, LayerAnswer>,
}

impl Scripted {
    pub(crate) fn new<const N: usize>(source: FlagSource, answers: [(&'static str, LayerAnswer); N]) -> Self {
        Self { source, answers: answers.into() }
    }
}

impl FlagLayer for Scripted {
    fn source(&self) -> FlagSource {
        self.source
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        self.answers.get(question.key()).cloned().unwrap_or(LayerAnswer::Silent)
    }

    fn keys(&self) -> Vec<String> {
        self.answers.keys().map(|key| (*key).to_owned()).collect()
    }
}

/// A value with a payload.
pub(crate) fn with_payload(value: &str, payload: &str) -> LayerAnswer {
    let mut said = Said::new(value);
    said.payload = Some(payload.into());
    LayerAnswer::Says(said)
}

pub(crate) const CANNOT: LayerAnswer = LayerAnswer::CannotSay(Fallback::SourceError);

/// Says nothing, and remembers what it was told of the person.
#[derive(Clone, Default)]
pub(crate) struct Spy(Arc<Mutex<String>>);

impl Spy {
    /// What the last question said of the person.
    pub(crate) fn told(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl FlagLayer for Spy {
    fn source(&self) -> FlagSource {
        FlagSource::Other("spy")
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        let person = question.person();
        let shown = |properties: &Properties<'_>| {
            let shown: Vec<_> = properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
            shown.join(" ")
        };
        let mut told = format!("{} on {:?}: {}", person.distinct_id(), person.device_id(), shown(person.properties()));
        for group in person.groups().iter() {
            let (group_type, key, properties) = (group.group_type(), group.key(), shown(group.properties()));
            write!(told, "; {group_type} {key}: {properties}").expect("a text takes everything");
        }
        *self.0.lock().unwrap() = told;
        LayerAnswer::Silent
    }
}

const PLAN: PlanId = PlanId::new("shop", "0000000000000000");

/// The country is set, the day of the first visit once.
pub(crate) struct Person(pub &'static str);

impl PersonProperties for Person {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().personal("country", self.0);
        properties.set_once().internal("first_visit", "2026-01-01");
    }
}

pub(crate) struct Company(pub &'static str, pub i64);

impl Group for Company {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &str {
        self.0
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("seats", &self.1);
    }
}

pub(crate) struct OrderPlaced;

impl Event for OrderPlaced {
    fn schema(&self) -> &'static EventSchema {
        const { &EventSchema::new("order_placed", PLAN) }
    }

    fn write(&self, _: &mut PropertyWriter<'_>) {}
}
