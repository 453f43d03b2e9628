//! What is captured, as the recorder keeps it.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use taxogen::{Client, Event, LossReason, LostEvent};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::vendors::{LONG, Plain, listen, schema, to};

#[test]
fn a_recorded_event_equals_one_that_encodes_the_same() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u1");
    user.capture(OrderPlaced::new("tea", 2, 3.5));
    user.capture(OrderPlaced::new("cup", 1, 9.0));

    assert_eq!(recorder.events(OrderPlaced::NAME), [OrderPlaced::new("tea", 2, 3.5), OrderPlaced::new("cup", 1, 9.0)]);
    assert_ne!(recorder.events(OrderPlaced::NAME)[0], OrderPlaced::new("tea", 3, 3.5));
    assert!(recorder.events("another").is_empty());
}

#[test]
fn recorders_of_parallel_tests_see_only_their_own() {
    let captured: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn(move || {
                    let (client, recorder) = Client::recorder();
                    for _ in 0..=number {
                        client.user("u").capture(OrderPlaced::new("tea", number + 1, 1.0));
                    }
                    recorder.events(OrderPlaced::NAME)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (number, events) in (0..).zip(captured) {
        let expected: Vec<_> = (0..=number).map(|_| OrderPlaced::new("tea", number + 1, 1.0)).collect();
        assert_eq!(events, expected);
    }
}

#[test]
fn properties_of_the_person_stand_apart() {
    let (client, recorder) = Client::recorder();
    client.user("u1").capture(OrderPlaced::new("tea \"green\"", 2, 3.5));
    assert_eq!(
        recorder.all()[0].to_json(),
        r#"{"item":"tea \"green\"","quantity":2,"price":3.5,"$set":{"last_item":"tea \"green\""}}"#
    );
}

#[test]
fn every_verb_is_a_record() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u\"1");
    user.identify(Person { country: Some("DE"), signed_up: Some("2026-01-01") });
    user.set(Person { country: Some("FR"), ..Person::default() });
    user.group(Company { key: "acme", employees: 12 });
    user.alias("anonymous_7");
    user.clone().capture(OrderPlaced::new("tea", 1, 1.0));

    let all = recorder.all();
    let lines: Vec<_> = all.iter().map(|recorded| format!("{recorded:?}")).collect();
    assert_eq!(
        lines,
        [
            r#"identify {"$set":{"country":"DE"},"$set_once":{"signed_up":"2026-01-01"}}"#,
            r#"set {"$set":{"country":"FR"}}"#,
            r#"group {"employees":12}"#,
            "alias {}",
            r#"order_placed {"item":"tea","quantity":1,"price":1.0,"$set":{"last_item":"tea"}}"#,
        ]
    );
    assert!(all.iter().all(|recorded| recorded.distinct_id() == "u\"1"));
    assert_eq!(all[4].groups(), [("company".to_owned(), "acme".to_owned())], "clones share their groups");
}

#[test]
fn one_group_of_each_type_is_kept() {
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    user.group(Company { key: "acme", employees: 1 });
    user.group(Company { key: "umbrella", employees: 1 });
    user.capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!(recorder.events(OrderPlaced::NAME)[0].groups(), [("company".to_owned(), "umbrella".to_owned())]);
}

#[test]
fn what_breaks_a_rule_is_left_out_and_told_and_the_event_goes_on() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&told);
    let (client, recorder) =
        Client::builder().on_invalid(move |invalid| hear.lock().unwrap().push(invalid.to_string())).recorder();
    let user = client.user("u");
    let mut order = OrderPlaced::new("tea", 0, f64::NAN);
    order.coupon = Some("TOO LONG A COUPON".into());
    user.capture(order);

    assert_eq!(recorder.all()[0].to_json(), r#"{"item":"tea","$set":{"last_item":"tea"}}"#);
    assert_eq!(
        *told.lock().unwrap(),
        [
            "`quantity` of `order_placed` is left out: it has to be at least 1, and is `0`",
            "`price` of `order_placed` is left out: it has to be a finite number",
            "`coupon` of `order_placed` is left out: it has to be at most 8 characters, and is `\"TOO LONG A COUPON\"`",
        ]
    );
    assert_eq!(client.report().invalid, 3);
}

#[test]
fn lengths_are_counted_in_characters() {
    let (client, recorder) = Client::recorder();
    let mut order = OrderPlaced::new("tea", 1, 1.0);
    order.coupon = Some("ünïcödé!".into());
    client.user("u").capture(order);
    assert!(recorder.all()[0].to_json().contains(r#""coupon":"ünïcödé!""#));
}

#[test]
fn what_has_an_empty_id_is_counted_and_told_and_goes_nowhere() {
    let (builder, losses) = listen(Client::builder());
    let (client, recorder) = builder.recorder();
    client.user("").capture(OrderPlaced::new("tea", 1, 1.0));
    client.user(" \t").identify(Person::default());
    let user = client.user("u");
    user.alias("");
    user.alias("\u{3000}");
    user.group(Company { key: "", employees: 1 });
    assert!(recorder.is_empty());
    assert_eq!(client.report().lost, [(LossReason::EmptyId, 5)]);
    let told = ["order_placed", "identify", "alias", "alias", "group"];
    let loss = |name: &str| (None, LossReason::EmptyId, String::new(), vec![name.to_owned()]);
    assert_eq!(*losses.lock().unwrap(), told.map(loss));

    user.group(Company { key: "acme", employees: 1 });
    user.group(Company { key: " ", employees: 1 });
    user.capture(OrderPlaced::new("tea", 1, 1.0));
    let groups = recorder.events(OrderPlaced::NAME)[0].groups();
    assert_eq!(groups, [("company".to_owned(), "acme".to_owned())], "nobody joins a group without a key");
}

#[test]
fn what_is_captured_after_shutdown_is_lost_for_a_recorder_too() {
    let (builder, losses) = listen(Client::builder());
    let (client, recorder) = builder.recorder();
    client.user("u").capture(OrderPlaced::new("tea", 1, 1.0));
    assert!(client.shutdown(Duration::ZERO).is_complete());
    client.user("u").capture(OrderPlaced::new("tea", 2, 1.0));
    assert_eq!(client.report().lost, [(LossReason::AfterShutdown, 1)]);
    assert_eq!(losses.lock().unwrap().len(), 1);
    assert_eq!(recorder.events(OrderPlaced::NAME), [OrderPlaced::new("tea", 1, 1.0)]);
}

#[test]
fn a_hook_that_captures_is_not_called_for_that() {
    let user = Arc::<OnceLock<taxogen::User>>::default();
    let hear = Arc::clone(&user);
    let (builder, losses) = listen(Client::builder().on_invalid(move |_| {
        // Breaks the same rule, and is lost besides.
        hear.get().unwrap().capture(OrderPlaced::new("tea", 0, 1.0));
    }));
    let hear = Arc::clone(&user);
    let told = Arc::clone(&losses);
    let builder = builder.on_loss(move |loss| {
        told.lock().unwrap().push((loss.destination, loss.reason, String::new(), Vec::new()));
        hear.get().unwrap().capture(OrderPlaced::new("tea", 1, 1.0));
    });
    let (client, _) = builder.recorder();
    let user = user.get_or_init(|| client.user("u"));
    client.shutdown(Duration::ZERO);
    user.capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!((client.report().total_lost(), losses.lock().unwrap().len()), (2, 1));
    user.capture(OrderPlaced::new("tea", 0, 1.0));
    let report = client.report();
    assert_eq!((report.total_lost(), report.invalid), (5, 2), "what is not told is counted");
    assert_eq!(losses.lock().unwrap().len(), 2);
}

#[test]
fn names_and_ids_come_back_as_they_were_given() {
    const ODD: &str = "a \"quoted\" \\ name/\u{0}\u{1}\n\u{7f}\u{2028}\u{e9}\u{1f600}";
    let (client, recorder) = Client::recorder();
    let user = client.user(ODD);
    user.group(Company { key: ODD, employees: 1 });
    user.capture(Plain(const { &schema(ODD) }, |_| {}));
    let event = &recorder.events(ODD)[0];
    assert_eq!((event.name(), event.distinct_id()), (ODD.to_owned(), ODD.to_owned()));
    assert_eq!(event.groups(), [("company".to_owned(), ODD.to_owned())]);

    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(401).forever());
    let lost = Arc::<Mutex<Vec<LostEvent>>>::default();
    let hear = Arc::clone(&lost);
    let client = to(&sandbox, Vendor::PostHog)
        .on_loss(move |loss| hear.lock().unwrap().extend(loss.events.iter().cloned()))
        .build()
        .unwrap();
    client.user(ODD).capture(Plain(const { &schema(ODD) }, |_| {}));
    client.shutdown(LONG);
    client.user(ODD).capture(Plain(const { &schema(ODD) }, |_| {}));
    let lost = lost.lock().unwrap();
    let told: Vec<_> = lost.iter().map(|event| (event.name.as_str(), event.distinct_id.as_str())).collect();
    assert_eq!(told, [(ODD, ODD); 2], "by the destination, and after shutdown");
}

#[test]
fn a_hook_that_panics_harms_nobody() {
    let (client, recorder) = Client::builder().on_invalid(|_| panic!("on purpose")).recorder();
    client.user("u").capture(OrderPlaced::new("tea", 0, 1.0));
    client.user("u").capture(OrderPlaced::new("tea", 1, 1.0));
    assert_eq!(recorder.len(), 2);
}

#[test]
fn an_event_that_captures_while_it_is_written_is_two_events() {
    struct Nested(taxogen::User);
    impl Event for Nested {
        fn schema(&self) -> &'static taxogen::EventSchema {
            OrderPlaced::new("", 1, 1.0).schema()
        }
        fn write(&self, properties: &mut taxogen::PropertyWriter<'_>) {
            properties.internal("before", &1_i64);
            self.0.capture(OrderPlaced::new("inner", 1, 1.0));
            properties.internal("after", &2_i64);
        }
    }
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    user.capture(Nested(user.clone()));
    let all: Vec<_> = recorder.all().iter().map(taxogen::Recorded::to_json).collect();
    assert_eq!(all[1], r#"{"before":1,"after":2}"#);
    assert!(all[0].contains("inner"));
}

#[test]
fn debug_shows_what_would_be_sent_but_nothing_personal() {
    let mut order = OrderPlaced::new("tea", 1, 1.0);
    order.email = Some("ada@example.com".into());
    assert_eq!(
        format!("{order:?}"),
        r#"order_placed {"item":"tea","quantity":1,"price":1.0,"email":"<personal>","$set":{"last_item":"tea"}}"#
    );
}

#[test]
fn a_string_of_100_kib_is_kept_whole() {
    let long = "x".repeat(100 * 1024);
    let (client, recorder) = Client::recorder();
    client.user("u").capture(OrderPlaced::new(long.as_str(), 1, 1.0));
    assert_eq!(recorder.events(OrderPlaced::NAME), [OrderPlaced::new(long.as_str(), 1, 1.0)]);
}

#[test]
fn a_disabled_client_takes_everything_and_says_so_of_nothing() {
    let client = Client::disabled();
    client.user("u").capture(OrderPlaced::new("tea", 1, 1.0));
    client.flush(std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(client.shutdown(std::time::Duration::from_secs(1)), taxogen::Report::default());
}

#[test]
fn the_client_and_its_users_can_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>() {}
    anywhere::<Client>();
    anywhere::<taxogen::User>();
}
