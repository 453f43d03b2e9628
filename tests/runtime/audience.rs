//! Whatever the plan allows whom: each destination gets the values that it may see, and the hashes of the others.

use proptest::prelude::*;
use serde_json::{Map, Value};
use taxogen::{Client, Destinations, PersonProperties, PlanId, PropertyWriter, Sensitivity};

const KINDS: [Destinations; 3] = [Destinations::POSTHOG, Destinations::SEGMENT, Destinations::MIXPANEL];

#[derive(Debug, Clone, Copy)]
struct Property {
    class: Sensitivity,
    hash: bool,
    once: bool,
}

/// Properties `0`, `1`, .. of the values `"v0"`, `"v1"`, ..
#[derive(Debug)]
struct Person {
    plan: PlanId,
    properties: Vec<Property>,
}

impl PersonProperties for Person {
    fn plan(&self) -> PlanId {
        self.plan
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        for (number, Property { class, hash, once }) in self.properties.iter().enumerate() {
            let (name, value) = (number.to_string(), format!("v{number}"));
            let mut place = if *once { properties.set_once() } else { properties.set() };
            match (class, hash) {
                (Sensitivity::Public, false) => place.public(&name, &value),
                (Sensitivity::Internal, false) => place.internal(&name, &value),
                (Sensitivity::Personal, false) => place.personal(&name, &value),
                (Sensitivity::Public, true) => place.hashed().public(&name, &value),
                (Sensitivity::Internal, true) => place.hashed().internal(&name, &value),
                (Sensitivity::Personal, true) => place.hashed().personal(&name, &value),
            }
        }
    }
}

fn class() -> impl Strategy<Value = Sensitivity> {
    prop::sample::select(vec![Sensitivity::Public, Sensitivity::Internal, Sensitivity::Personal])
}

fn property() -> impl Strategy<Value = Property> {
    (class(), any::<bool>(), any::<bool>()).prop_map(|(class, hash, once)| Property { class, hash, once })
}

/// What a destination gets: the person's properties of both places, by name.
fn sent(text: &str) -> Map<String, Value> {
    let json: Value = serde_json::from_str(text.strip_prefix("identify ").expect("of an identify")).expect("JSON");
    let places = ["$set", "$set_once"].map(|place| json[place].as_object().cloned().unwrap_or_default());
    places.into_iter().flatten().collect()
}

proptest! {
    #[test]
    fn each_gets_what_it_may_see_and_else_the_hash_where_there_is_one(
        allowed in prop::array::uniform3(prop::option::of(class())),
        properties in prop::collection::vec(property(), 0..8),
        key in any::<bool>(),
    ) {
        let plan = KINDS.into_iter().zip(allowed).fold(PlanId::new("p", "0"), |plan, (kind, allowed)| {
            allowed.map_or(plan, |highest| plan.allow(kind, highest))
        });
        let (client, recorder) = Client::builder().hash_key(if key { "k" } else { "" }).recorder();
        client.user("u").identify(Person { plan, properties: properties.clone() });
        let allowed = allowed.map(Option::unwrap_or_default);
        for (kind, allowed) in KINDS.into_iter().zip(allowed) {
            let mut sent = sent(&recorder.all()[0].sent_to(kind).unwrap());
            for (number, Property { class, hash, .. }) in properties.iter().enumerate() {
                let got = sent.remove(&number.to_string());
                let got = got.as_ref().map(|value| value.as_str().unwrap());
                if *class <= allowed {
                    prop_assert_eq!(got, Some(&*format!("v{number}")));
                } else if *hash && key {
                    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                    prop_assert!(got.is_some_and(|hash| hash.len() == 32 && hash.bytes().all(is_digit)), "{:?}", got);
                } else {
                    prop_assert_eq!(got, None);
                }
            }
            prop_assert!(sent.is_empty(), "{:?}", sent);
        }
        let unseen = |property: &&Property| property.hash && allowed.iter().any(|allowed| property.class > *allowed);
        let unhashed = if key { 0 } else { properties.iter().filter(unseen).count() };
        prop_assert_eq!(client.report().unhashed, unhashed as u64);
    }
}
