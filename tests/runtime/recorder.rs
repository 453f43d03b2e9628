//! What is captured, as the recorder keeps it.

use std::sync::{Arc, Mutex};

use crate::shop::{Company, OrderPlaced, Person};
use taxogen::{Client, Event, LossReason};

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
            "`quantity` of `order_placed` is left out: it has to be at least 1",
            "`price` of `order_placed` is left out: it has to be a finite number",
            "`coupon` of `order_placed` is left out: it has to be at most 8 characters",
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
fn a_person_without_an_id_is_counted_and_told() {
    let lost = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&lost);
    let (client, recorder) = Client::builder().on_loss(move |loss| hear.lock().unwrap().push(loss.clone())).recorder();
    client.user("").capture(OrderPlaced::new("tea", 1, 1.0));

    assert!(recorder.is_empty());
    assert_eq!(client.report().lost, [(LossReason::EmptyDistinctId, 1)]);
    let lost = lost.lock().unwrap();
    assert_eq!((lost[0].destination, lost[0].reason), (None, LossReason::EmptyDistinctId));
    assert_eq!(lost[0].events[0].name, "order_placed");
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
