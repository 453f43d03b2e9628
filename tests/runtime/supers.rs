//! Super properties: what is part of every event, and what lies over what.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use taxogen::{Client, Decision, EventSchema, Null, PlanId, PropertyWriter, Recorded, Recorder, SuperProperties, User};
use taxogen_sandbox::{FlagAnswer, Vendor};

use crate::shop::{Company, Person};
use crate::vendors::{PLAN, Plain, schema};
use taxogen_tests::checkout::{CHECKOUT, Stage};

/// Super properties with these.
pub(crate) struct Supers(pub(crate) fn(&mut PropertyWriter<'_>));

impl SuperProperties for Supers {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.0)(properties);
    }
}

const SEEN: Plain = Plain(const { &schema("seen") }, |properties| properties.internal("n", &1));

fn last(recorder: &Recorder) -> String {
    recorder.all().last().map(Recorded::to_json).expect("something was captured")
}

#[test]
fn what_is_registered_is_part_of_every_event_from_then_on() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    user.capture(SEEN);
    client.register(Supers(|properties| {
        properties.internal("app_version", "1.2");
        properties.internal("region", "eu");
    }));
    user.capture(SEEN);
    client.register(Supers(|properties| properties.internal("app_version", "1.3")));
    client.user("another").capture(SEEN);
    let all: Vec<_> = recorder.all().iter().map(Recorded::to_json).collect();
    let expected =
        [r#"{"n":1}"#, r#"{"n":1,"app_version":"1.2","region":"eu"}"#, r#"{"n":1,"app_version":"1.3","region":"eu"}"#];
    assert_eq!(all, expected, "what was captured does not change, and what is not set again stays");
    assert!(recorder.events("seen").iter().all(|recorded| *recorded == SEEN), "an event equals what it brought itself");
}

#[test]
fn the_persons_lie_over_the_clients_and_the_events_own_over_both() {
    const SHADOWING: EventSchema = schema("shadowing").shadowing(&["app_version", "region"]);
    let (client, recorder) = Client::recorder();
    client.register(Supers(|properties| {
        properties.internal("app_version", "client");
        properties.internal("region", "client");
        properties.internal("shard", &1);
    }));
    let user = client.user("u");
    user.register(Supers(|properties| properties.internal("region", "person")));
    user.clone().capture(SEEN);
    assert_eq!(last(&recorder), r#"{"n":1,"region":"person","app_version":"client","shard":1}"#, "clones share them");
    client.user("u").capture(SEEN);
    assert_eq!(last(&recorder), r#"{"n":1,"app_version":"client","region":"client","shard":1}"#, "another handle");

    user.capture(Plain(const { &SHADOWING }, |properties| {
        properties.internal("region", "event");
        properties.internal("app_version", &None::<&str>);
    }));
    let unset_lets_shine_through = r#"{"region":"event","app_version":"client","shard":1}"#;
    assert_eq!(last(&recorder), unset_lets_shine_through);
    user.capture(Plain(const { &SHADOWING }, |properties| properties.internal("region", &f64::NAN)));
    assert_eq!(last(&recorder), r#"{"app_version":"client","shard":1}"#, "what is left out is not unset");
    user.capture(Plain(const { &SHADOWING }, |properties| {
        properties.internal("app_version", &Null);
        properties.set().internal("region", "of the person");
    }));
    assert_eq!(
        last(&recorder),
        r#"{"app_version":null,"region":"person","shard":1,"$set":{"region":"of the person"}}"#,
        "null is a value, and the person's property is another"
    );
}

#[test]
fn an_event_of_another_plan_lies_over_them_too() {
    const OF_ANOTHER: EventSchema = EventSchema::new("of_another", PlanId::new("another", "fedcba9876543210"));
    let (client, recorder) = Client::recorder();
    client.register(Supers(|properties| {
        properties.internal("app_version", "client");
        properties.internal("region", "eu");
    }));
    client.user("u").capture(Plain(const { &OF_ANOTHER }, |properties| properties.internal("app_version", "event")));
    assert_eq!(last(&recorder), r#"{"app_version":"event","region":"eu"}"#, "whose plan does not know of them");
}

#[test]
fn what_threads_register_together_is_seen_together() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    client.register(Both(0));
    user.register(Both(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (1..300).for_each(|value| client.register(Both(value))));
            scope.spawn(|| (1..300).for_each(|value| user.register(Both(value))));
            scope.spawn(|| (1..300).for_each(|_| user.capture(SEEN)));
            scope.spawn(|| (1..300).for_each(|_| client.user("another").capture(SEEN)));
        }
    });
    let all = recorder.events("seen");
    assert_eq!(all.len(), 4 * 299);
    for recorded in all {
        let json: Value = serde_json::from_str(&recorded.to_json()).unwrap();
        assert!(json["first"].is_i64() && json["first"] == json["second"] && json["n"] == 1, "{json}");
    }
}

/// Two super properties of one value.
struct Both(i64);

impl SuperProperties for Both {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("first", &self.0);
        properties.hashed().personal("second", &self.0);
    }
}

#[test]
fn an_event_may_have_none_and_other_calls_never_do() {
    let (client, recorder) = Client::recorder();
    client.register(Supers(|properties| properties.internal("app_version", "1.2")));
    let user = client.user("u");
    user.register(Supers(|properties| {
        properties.internal("shard", &1);
        properties.set().internal("left", "aside");
    }));
    user.identify(Person { country: Some("DE"), signed_up: None });
    user.set(Person { country: Some("DE"), signed_up: None });
    user.group(Company { key: "acme", employees: 1 });
    user.alias("anonymous");
    user.capture(Plain(const { &schema("bare").without_super() }, |properties| properties.internal("n", &1)));
    user.capture(SEEN);
    let all: Vec<_> = recorder.all().iter().map(Recorded::to_json).collect();
    let country = r#"{"$set":{"country":"DE"}}"#;
    let seen = r#"{"n":1,"shard":1,"app_version":"1.2"}"#;
    assert_eq!(all, [country, country, r#"{"employees":1}"#, "{}", r#"{"n":1}"#, seen]);
}

#[test]
fn events_that_the_client_makes_itself_have_them_too() {
    let stage = Stage::everywhere();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    stage.client.register(Supers(|properties| {
        properties.internal("app_version", "1.2");
        properties.internal("flag_key", "shadowed");
    }));
    let user = stage.loaded("u");
    let _ = user.flag(CHECKOUT);
    stage.client.decided(&Decision::new("u", "redesign").with_variation("on").with_rule("r"));
    let called = stage.events(Vendor::PostHog, "$feature_flag_called").remove(0);
    assert_eq!((&called["app_version"], &called["flag_key"]), (&json!("1.2"), &json!("shadowed")));
    for (vendor, flag_key) in [(Vendor::Mixpanel, json!("redesign")), (Vendor::Segment, Value::Null)] {
        let viewed = stage.events(vendor, "Experiment Viewed").remove(0);
        assert_eq!(viewed["app_version"], "1.2", "{vendor}");
        assert_eq!(viewed["flag_key"], flag_key, "{vendor}: its own name is nobody else's");
    }
}

#[test]
fn what_breaks_a_rule_is_counted_when_it_is_registered() {
    let (client, recorder) = Client::recorder();
    client.register(Supers(|properties| properties.internal("load", &f64::INFINITY)));
    client.user("u").capture(SEEN);
    client.user("u").capture(SEEN);
    assert_eq!((client.report().invalid, last(&recorder).as_str()), (1, r#"{"n":1}"#));
    assert_eq!(client.invalid_report()[0].event, "super");
}

#[test]
fn an_event_may_register_while_it_is_written() {
    struct Registering(Client, User);
    impl taxogen::Event for Registering {
        fn schema(&self) -> &'static EventSchema {
            const { &schema("registering") }
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            self.0.register(Supers(|properties| properties.internal("of_client", &1)));
            self.1.register(Supers(|properties| properties.internal("of_person", &2)));
            properties.internal("own", &3);
        }
    }
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    user.capture(Registering(client.clone(), user.clone()));
    assert_eq!(last(&recorder), r#"{"own":3,"of_person":2,"of_client":1}"#);
}

const NAMES: [&str; 3] = ["a", "b\"", "c,\":1"];

/// An event, or super properties, with values at some of the names.
#[derive(Debug, Clone)]
struct Some3([Option<String>; 3]);

impl Some3 {
    fn write(&self, properties: &mut PropertyWriter<'_>) {
        NAMES.iter().zip(&self.0).for_each(|(name, value)| properties.internal(name, value));
    }

    fn lie_over(&self, under: &mut BTreeMap<String, Value>) {
        let set = NAMES.iter().zip(&self.0).filter_map(|(name, value)| Some((*name, value.as_ref()?)));
        under.extend(set.map(|(name, value)| (name.to_owned(), json!(value))));
    }
}

impl taxogen::Event for Some3 {
    fn schema(&self) -> &'static EventSchema {
        const { &EventSchema::new("three", PLAN).shadowing(&NAMES) }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        self.write(properties);
    }
}

impl SuperProperties for Some3 {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        self.write(properties);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Client(Some3),
    Person(usize, Some3),
    Capture(usize, Some3),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = || prop::array::uniform3(prop::option::of("[ab\",:{\\[\\\\\u{1}é]{0,4}")).prop_map(Some3);
    let step = prop_oneof![
        some().prop_map(Step::Client),
        (0..2_usize, some()).prop_map(|(who, some)| Step::Person(who, some)),
        (0..2_usize, some()).prop_map(|(who, some)| Step::Capture(who, some)),
    ];
    prop::collection::vec(step, 0..12)
}

proptest! {
    #[test]
    fn what_lies_over_what_is_as_three_maps_have_it(steps in steps()) {
        let (client, recorder) = Client::recorder();
        let users: [User; 2] = [client.user("0"), client.user("1")];
        let (mut of_client, mut of_person) = (BTreeMap::new(), [BTreeMap::new(), BTreeMap::new()]);
        let mut expected = Vec::new();
        for step in &steps {
            match step {
                Step::Client(some) => {
                    client.register(some.clone());
                    some.lie_over(&mut of_client);
                }
                Step::Person(who, some) => {
                    users[*who].register(some.clone());
                    some.lie_over(&mut of_person[*who]);
                }
                Step::Capture(who, some) => {
                    users[*who].capture(some);
                    let mut all = of_client.clone();
                    all.extend(of_person[*who].clone());
                    some.lie_over(&mut all);
                    expected.push(all);
                }
            }
        }
        let recorded = recorder.all();
        for recorded in &recorded {
            // Read as pairs, so that a name that stands twice is seen.
            let json = recorded.to_json();
            let object: BTreeMap<String, Value> = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(serde_json::to_string(&object).unwrap().len(), json.len(), "{}", json);
        }
        let read = |recorded: &Recorded| serde_json::from_str::<BTreeMap<String, Value>>(&recorded.to_json()).unwrap();
        prop_assert_eq!(recorded.iter().map(read).collect::<Vec<_>>(), expected);
    }
}
