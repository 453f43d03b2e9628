//! Which destinations an event goes to, and what it is called there.

use serde_json::json;
use taxogen::{Client, Destinations, EventSchema, LossReason};
use taxogen_sandbox::{Kind, Sandbox, Vendor};

use crate::vendors::{LONG, PLAN, Plain, counts, listen, schema, to, to_all};

const EVERYWHERE: Plain = Plain(const { &schema("everywhere") }, |properties| properties.internal("n", &1));

const RENAMED: Plain = Plain(
    const {
        &EventSchema::new("subscription_started", PLAN)
            .to(Destinations::POSTHOG.and(Destinations::SEGMENT))
            .named(Destinations::SEGMENT, "Subscription \"Started\"")
            .named(Destinations::MIXPANEL, "never seen")
    },
    |properties| {
        properties.internal("n", &2);
        properties.set().internal("plan", "pro");
    },
);

const AT_MIXPANEL: Plain = Plain(
    const { &schema("a").to(Destinations::MIXPANEL).named(Destinations::ALL, "b").named(Destinations::MIXPANEL, "c") },
    |properties| properties.set().internal("seen", &true),
);

const NOWHERE: Plain =
    Plain(const { &schema("nowhere").to(Destinations::SEGMENT) }, |_| unreachable!("nobody would get it"));

#[test]
fn an_event_arrives_where_it_is_sent_to_under_the_name_that_it_has_there() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    let user = client.user("u");
    user.capture(EVERYWHERE);
    user.capture(RENAMED);
    user.capture(AT_MIXPANEL);
    assert_eq!(counts(&client.shutdown(LONG)), (6, 0, vec![]), "three, two and one");

    let events = |vendor| -> Vec<_> {
        let events = sandbox.messages(vendor).into_iter().filter(|message| message.kind == Kind::Event);
        events.map(|event| event.name).collect()
    };
    assert_eq!(events(Vendor::PostHog), ["everywhere", "subscription_started"]);
    assert_eq!(events(Vendor::Segment), ["everywhere", "Subscription \"Started\""]);
    assert_eq!(events(Vendor::Mixpanel), ["everywhere", "c"]);
    // What an event says of the person goes where the event goes.
    let person = |vendor| sandbox.summary(vendor).people.get("u").cloned().map(serde_json::Value::Object);
    assert_eq!(person(Vendor::PostHog), Some(json!({ "plan": "pro" })));
    assert_eq!(person(Vendor::Segment), Some(json!({ "plan": "pro" })));
    assert_eq!(person(Vendor::Mixpanel), Some(json!({ "seen": true })));
}

#[test]
fn an_event_for_none_of_the_clients_destinations_is_for_nobody() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to(&sandbox, Vendor::PostHog));
    let client = builder.build().unwrap();
    client.user("u").capture(NOWHERE);
    client.user("").capture(NOWHERE);
    client.user("u").capture(EVERYWHERE);
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (1, 0, vec![]), "neither delivered nor lost");
    assert!(report.is_complete());
    client.user("u").capture(NOWHERE);
    assert!(client.report().is_complete(), "after shutdown as well");
    assert!(losses.lock().unwrap().is_empty());
}

#[test]
fn a_recorder_keeps_an_event_wherever_it_would_go() {
    let (client, recorder) = Client::recorder();
    client.user("u").capture(RENAMED);
    let event = &recorder.events("subscription_started")[0];
    assert_eq!(*event, RENAMED);
    let sent_to = [Destinations::POSTHOG, Destinations::SEGMENT, Destinations::MIXPANEL].map(|to| event.sent_to(to));
    let segment = r#"Subscription "Started" {"n":2,"$set":{"plan":"pro"}}"#;
    let posthog = r#"subscription_started {"n":2,"$set":{"plan":"pro"}}"#;
    assert_eq!(sent_to, [Some(posthog.to_owned()), Some(segment.to_owned()), None]);
}

#[test]
fn a_loss_is_told_under_the_name_of_the_plan() {
    let (builder, losses) = listen(Client::builder());
    let (client, _) = builder.recorder();
    client.user("").capture(RENAMED);
    let name = vec!["subscription_started".to_owned()];
    assert_eq!(*losses.lock().unwrap(), [(None, LossReason::EmptyId, String::new(), name)]);
}
