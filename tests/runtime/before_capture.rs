//! What the application may change or drop before it is recorded.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::Value;
use taxogen::{
    Client, Decision, Destinations, Draft, Event, EventSchema, ExposurePolicy, Json, LossReason, PlanId,
    PropertyWriter, Recorded, Sensitivity, SuperProperties,
};
use taxogen_sandbox::{FlagAnswer, Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, counts, schema, to_all};
use taxogen_tests::checkout::{CHECKOUT, Stage};

fn order() -> OrderPlaced<'static> {
    OrderPlaced { email: Some("a@example.com".into()), ..OrderPlaced::new("tea \"1\"", 2, 3.5) }
}

/// What is recorded of an order after this hook.
fn after(hook: impl Fn(&mut Draft<'_>) + Send + Sync + 'static) -> String {
    let (client, recorder) = Client::builder().before_capture(hook).recorder();
    client.user("u").capture(order());
    recorder.all().iter().map(Recorded::to_json).collect()
}

#[test]
fn what_is_unset_has_no_value_and_gets_none() {
    let (client, recorder) = Client::builder()
        .before_capture(|draft| {
            draft.remove("b");
            draft.replace("a", "x");
            draft.add("c", "x");
        })
        .recorder();
    client.user("u").unset(&["a", "b"]);
    assert_eq!(recorder.all()[0].to_json(), r#"{"$unset":["a"]}"#);
}

#[test]
fn properties_are_read_removed_replaced_and_added() {
    let whole =
        r#"{"item":"tea \"1\"","quantity":2,"price":3.5,"email":"a@example.com","$set":{"last_item":"tea \"1\""}}"#;
    assert_eq!(after(|_| {}), whole);
    assert_eq!(
        after(|draft| {
            assert_eq!(
                (draft.verb(), draft.name().as_str(), draft.distinct_id().as_str()),
                ("capture", "order_placed", "u")
            );
            assert_eq!(draft.names(), ["item", "quantity", "price", "last_item", "email"]);
            assert_eq!(draft.property("item"), Some(r#""tea \"1\"""#));
            assert_eq!((draft.property("quantity"), draft.property("none")), (Some("2"), None));
            assert_eq!(
                format!("{draft:?}"),
                r#"Draft { verb: "capture", name: "order_placed", properties: ["item", "quantity", "price", "last_item", "email"] }"#
            );
            assert!(!draft.remove("none") && !draft.replace("none", &1));
        }),
        whole
    );
    assert_eq!(
        after(|draft| {
            assert!(draft.remove("item") && draft.remove("last_item") && !draft.remove("item"));
            assert!(draft.replace("email", "hidden") && draft.replace("price", &f64::NAN));
            draft.add("region \"x\"", "eu");
            draft.add("quantity", &7);
            assert_eq!(draft.property("email"), Some("\"hidden\""));
            assert_eq!(draft.names(), ["quantity", "email", "region \"x\""]);
        }),
        r#"{"quantity":7,"email":"hidden","region \"x\"":"eu"}"#
    );
}

#[test]
fn what_breaks_a_rule_in_the_hook_is_left_out_and_counted() {
    let (client, recorder) = Client::builder()
        .before_capture(|draft| {
            draft.replace("price", &f64::INFINITY);
            draft.add("distinct_id", "somebody else");
        })
        .recorder();
    client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
    assert_eq!(recorder.all()[0].to_json(), r#"{"item":"tea","quantity":2,"$set":{"last_item":"tea"}}"#);
    let left_out: Vec<_> = client.invalid_report().into_iter().map(|count| (count.event, count.property)).collect();
    let of_order = |property: &str| (OrderPlaced::NAME.to_owned(), property.to_owned());
    assert_eq!(left_out, [of_order("price"), of_order("distinct_id")]);
}

#[test]
fn who_may_see_a_property_stays_as_it_was_and_the_hash_follows_the_value() {
    const PLAN: PlanId = PlanId::new("p", "1").allow(Destinations::MIXPANEL, Sensitivity::Personal);
    struct Tagged;
    impl SuperProperties for Tagged {
        fn plan(&self) -> PlanId {
            PLAN
        }

        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.hashed().personal("owner", "ann");
            properties.hashed().personal("guest", "bob");
            properties.hashed().personal("host", "cleo");
        }
    }
    let recorded = |owner: &'static str, with_hook: bool| {
        let mut builder = Client::builder().hash_key("key");
        if with_hook {
            builder = builder.before_capture(move |draft| {
                draft.replace("owner", owner);
                draft.remove("guest");
                draft.add("region", "eu");
            });
        }
        let (client, recorder) = builder.recorder();
        client.register(Tagged);
        client.user("u").capture(OrderPlaced::new("tea", 2, 3.5));
        recorder.all().remove(0)
    };
    let (plain, changed) = (recorded("ann", false), recorded("dora", true));
    let hash_of = |recorded: &Recorded, name: &str| {
        let sent = recorded.sent_to(Destinations::SEGMENT).unwrap();
        let (_, behind) = sent.split_once(&format!("\"{name}\":\""))?;
        Some(behind.split('"').next().unwrap().to_owned())
    };
    assert_eq!(
        changed.sent_to(Destinations::MIXPANEL).unwrap(),
        "order_placed {\"item\":\"tea\",\"quantity\":2,\"price\":3.5,\"owner\":\"dora\",\"host\":\"cleo\",\"region\":\"eu\",\
         \"$set\":{\"last_item\":\"tea\"}}"
    );
    assert_eq!(hash_of(&changed, "host"), hash_of(&plain, "host"));
    assert_eq!(hash_of(&changed, "guest"), None);
    assert_eq!(hash_of(&recorded("ann", true), "owner"), hash_of(&plain, "owner"));
    assert_ne!(hash_of(&changed, "owner"), hash_of(&plain, "owner"));
    assert_eq!(changed, OrderPlaced::new("tea", 2, 3.5), "what is added is no property of the event's own");
}

#[test]
fn every_record_is_shown_also_those_that_the_client_makes() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&seen);
    let (client, recorder) = Client::builder()
        .exposures(ExposurePolicy::guide())
        .before_capture(move |draft| {
            log.lock().unwrap().push(format!("{} {}", draft.verb(), draft.name()));
            draft.add("added", &true);
        })
        .recorder();
    let user = client.user("u");
    user.capture(OrderPlaced::new("tea", 2, 3.5));
    user.identify(Person { country: Some("DE"), signed_up: None });
    user.set(Person { country: Some("FR"), signed_up: None });
    user.group(Company { key: "acme", employees: 12 });
    user.alias("anonymous_7");
    client.decided(&Decision::new("u", "checkout").with_variation("test").with_rule("rule"));
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "capture order_placed",
            "identify identify",
            "set set",
            "group group",
            "alias alias",
            "capture Experiment Viewed"
        ]
    );
    let texts: Vec<_> = recorder.all().iter().map(Recorded::to_json).collect();
    assert_eq!(
        texts[1..5],
        [
            r#"{"$set":{"country":"DE","added":true}}"#,
            r#"{"$set":{"country":"FR","added":true}}"#,
            r#"{"employees":12,"added":true}"#,
            "{}"
        ]
    );
}

#[test]
fn what_the_hook_drops_is_counted_and_is_no_loss() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox)
        .before_capture(|draft| {
            if draft.property("quantity") == Some("2") {
                draft.discard();
            }
        })
        .build()
        .unwrap();
    for quantity in 1..=3 {
        client.user("u").capture(OrderPlaced::new("tea", quantity, 3.5));
    }
    let report = client.shutdown(LONG);
    assert!(report.is_complete());
    assert_eq!((counts(&report), report.dropped), ((6, 0, vec![]), 1));
    assert_eq!(report.to_string().lines().next(), Some("delivered 6, kept 0, lost 0, dropped 1"));
    assert_eq!(sandbox.summary(Vendor::Segment).count(OrderPlaced::NAME), 2);
}

#[test]
fn a_hook_that_panics_lets_nothing_pass() {
    let told = Arc::<Mutex<Vec<(LossReason, String)>>>::default();
    let log = Arc::clone(&told);
    let (client, recorder) = Client::builder()
        .before_capture(|draft| {
            draft.remove("email");
            assert_ne!(draft.property("quantity"), Some("2"), "no twos");
        })
        .on_loss(move |loss| log.lock().unwrap().push((loss.reason, loss.events[0].name.clone())))
        .recorder();
    client.user("u").capture(order());
    client.user("u").capture(OrderPlaced::new("tea", 3, 3.5));
    assert_eq!(*told.lock().unwrap(), [(LossReason::HookPanicked, OrderPlaced::NAME.to_owned())]);
    let report = client.report();
    assert_eq!((recorder.len(), report.lost_for(LossReason::HookPanicked), report.dropped), (1, 1, 0));
}

#[test]
fn a_hook_that_captures_ends() {
    thread_local! {
        static CLIENT: Cell<Option<Client>> = const { Cell::new(None) };
    }
    let (client, recorder) = Client::builder()
        .before_capture(|_| {
            if let Some(client) = CLIENT.take() {
                client.user("inner").capture(OrderPlaced::new("tea", 1, 1.0));
            }
        })
        .recorder();
    CLIENT.set(Some(client.clone()));
    client.user("outer").capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!(recorder.all().iter().map(Recorded::distinct_id).collect::<Vec<_>>(), ["outer"]);
    assert_eq!(client.report().lost_for(LossReason::InsideHook), 1);
}

#[test]
fn an_exposure_is_shown_until_the_hook_lets_it_pass_and_is_told_once() {
    let shown = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&shown);
    let stage = Stage::with(|builder| {
        builder.before_capture(move |draft| {
            let mut log = log.lock().unwrap();
            log.push(draft.name());
            if log.len() == 1 {
                draft.discard();
            }
        })
    });
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u");
    for _ in 0..3 {
        let _ = user.flag(CHECKOUT);
    }
    assert_eq!(*shown.lock().unwrap(), ["$feature_flag_called", "$feature_flag_called"]);
    let report = stage.client.shutdown(LONG);
    assert_eq!((report.delivered, report.dropped), (1, 1));
}

/// An event of these properties: where each goes (event, `$set`, `$set_once`), its name and its value as JSON.
#[derive(Clone, Debug)]
struct Any(Vec<(usize, &'static str, String)>);

impl Event for Any {
    fn schema(&self) -> &'static EventSchema {
        const { &schema("any") }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        for (place, name, value) in &self.0 {
            let value = Json::parse(value).unwrap();
            match place {
                0 => properties.internal(name, &value),
                1 => properties.set().personal(name, &value),
                _ => properties.set_once().public(name, &value),
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Remove(&'static str),
    Replace(&'static str, String),
    Add(&'static str, String),
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b \"c\"", "ü,{", "}]:", "\\"])
}

fn values() -> impl Strategy<Value = String> {
    let texts = vec!["1", "null", "\"x\"", "\"}],\\\"\\\\\"", "{\"a\":[1,{\"b\":\",\"}]}", "[]", "-0.5e3"];
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn edits() -> impl Strategy<Value = Edit> {
    prop_oneof![
        names().prop_map(Edit::Remove),
        (names(), values()).prop_map(|(name, value)| Edit::Replace(name, value)),
        (names(), values()).prop_map(|(name, value)| Edit::Add(name, value)),
    ]
}

proptest! {
    #[test]
    fn edits_do_to_a_record_what_they_do_to_three_maps(
        written in prop::collection::btree_map((0..3_usize, names()), values(), 0..8),
        edits in prop::collection::vec(edits(), 0..6),
    ) {
        let mut maps: [BTreeMap<&str, String>; 3] = Default::default();
        for ((place, name), value) in &written {
            maps[*place].insert(name, value.clone());
        }
        for edit in &edits {
            match edit {
                Edit::Remove(name) => maps.iter_mut().for_each(|map| drop(map.remove(name))),
                Edit::Replace(name, value) | Edit::Add(name, value) => {
                    let is_there = maps.iter().any(|map| map.contains_key(name));
                    if !is_there && matches!(edit, Edit::Add(..)) {
                        maps[0].insert(name, value.clone());
                    }
                    maps.iter_mut().filter_map(|map| map.get_mut(name)).for_each(|known| known.clone_from(value));
                }
            }
        }
        let (client, recorder) = Client::builder()
            .before_capture(move |draft| {
                for edit in &edits {
                    match edit {
                        Edit::Remove(name) => drop(draft.remove(name)),
                        Edit::Replace(name, value) => drop(draft.replace(name, &Json::parse(value).unwrap())),
                        Edit::Add(name, value) => draft.add(name, &Json::parse(value).unwrap()),
                    }
                }
            })
            .recorder();
        client.user("u").capture(Any(written.into_iter().map(|((place, name), value)| (place, name, value)).collect()));
        let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let object = |map: &BTreeMap<&str, String>| -> Value {
            map.iter().map(|(name, value)| ((*name).to_owned(), parsed(value))).collect()
        };
        let mut expected = object(&maps[0]);
        for (name, map) in [("$set", &maps[1]), ("$set_once", &maps[2])] {
            if !map.is_empty() {
                expected[name] = object(map);
            }
        }
        prop_assert_eq!(parsed(&recorder.all()[0].to_json()), expected);
    }
}
