//! What the compiler emits for routes, names, super properties and open events, as it arrives.

use serde_json::{Value, json};
use taxogen::{Client, Recorded, Recorder, Rule};
use taxogen_sandbox::{Kind, Sandbox, Vendor};
use taxogen_tests::golden::{open_event, routing, supers};

use crate::vendors::{LONG, to_all};
use taxogen_tests::checkout::plain;

/// Names and properties of the events that arrived.
fn events(sandbox: &Sandbox, vendor: Vendor) -> Vec<(String, Value)> {
    let events = sandbox.messages(vendor).into_iter().filter(|message| message.kind == Kind::Event);
    events.map(|event| (event.name, plain(event.properties))).collect()
}

#[test]
fn routes_names_and_classes_of_a_plan_are_kept() {
    use routing::events::{CardDeclined, CardExpired, InvoiceSent, SubscriptionStarted};
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    let user = client.user("u");
    user.capture(SubscriptionStarted::new(routing::types::Tier::Pro).with_seats(3));
    user.capture(InvoiceSent::new());
    user.capture(CardDeclined::new().with_code("51"));
    user.capture(CardExpired::new());
    user.identify(routing::person::Properties::new().with_email("ada@example.com"));
    assert!(client.shutdown(LONG).is_complete());

    let event = |name: &str, properties| (name.to_owned(), properties);
    let started = json!({ "tier": "pro", "seats": 3 });
    let declined = json!({ "reason": "card_declined", "code": "51" });
    let expired = json!({ "reason": "card_expired" });
    assert_eq!(
        events(&sandbox, Vendor::PostHog),
        [
            event("subscription_started", started.clone()),
            event("invoice_sent", json!({})),
            event("Payment Failed", declined.clone()),
            event("Payment Failed", expired.clone()),
        ]
    );
    let nothing = json!({});
    assert_eq!(
        events(&sandbox, Vendor::Segment),
        [
            event("Subscription Started", nothing.clone()),
            event("Payment Failed", nothing.clone()),
            event("Card Expired", nothing),
        ],
        "which may see what is public"
    );
    assert_eq!(
        events(&sandbox, Vendor::Mixpanel),
        [event("Subscription: Started", started), event("Payment Failed", declined), event("Payment Failed", expired),]
    );
    let email = |vendor| sandbox.summary(vendor).people.get("u").and_then(|person| person.get("email").cloned());
    let emails = Vendor::ALL.map(email);
    assert_eq!(emails.iter().flatten().count(), 1);
    assert_eq!(email(Vendor::PostHog), Some(json!("ada@example.com")));
}

fn last(recorder: &Recorder) -> String {
    recorder.all().last().map(Recorded::to_json).expect("something was captured")
}

#[test]
fn super_properties_of_a_plan_lie_under_its_events() {
    use supers::events::{Audited, Called, Installed, Visited};
    use supers::super_properties::Properties;
    use supers::types::{Channel, InstalledChannel};
    let (client, recorder) = Client::recorder();
    client.register(Properties::new().with_app_version("1.2").with_channel(Channel::Api));
    let user = client.user("u");
    user.register(Properties::new().with_region_null());
    user.capture(Visited::new("/"));
    assert_eq!(last(&recorder), r#"{"page":"/","region":null,"build":7,"app_version":"1.2","channel":"api"}"#);
    user.capture(Called::new());
    assert_eq!(last(&recorder), r#"{"region":null,"build":7,"app_version":"1.2","channel":"api"}"#);
    user.capture(Called::new().with_channel(Channel::Web));
    assert_eq!(last(&recorder), r#"{"channel":"web","region":null,"build":7,"app_version":"1.2"}"#);
    user.capture(Installed::new(InstalledChannel::Mobile));
    assert_eq!(last(&recorder), r#"{"channel":"mobile","app_version":"first","region":null,"build":7}"#);
    user.capture(Audited::new().with_channel(4));
    assert_eq!(last(&recorder), r#"{"channel":4}"#);

    client.register(Properties::new().with_app_version("x".repeat(21)));
    user.capture(Visited::new("/"));
    assert_eq!(last(&recorder), r#"{"page":"/","region":null,"build":7,"app_version":"1.2","channel":"api"}"#);
    let invalid = &client.invalid_report()[0];
    assert_eq!((&*invalid.event, &*invalid.property, invalid.rule), ("super", "app_version", Rule::MaxLength(20)));
    assert_eq!(format!("{:?}", Properties::new().with_app_version("1.2")), r#"super {"app_version":"1.2","build":7}"#);
}

#[test]
fn a_secret_property_keeps_back_the_super_property_of_its_name() {
    use supers::{events::Guarded, super_properties::Properties};
    let (client, recorder) = Client::recorder();
    client.register(Properties::new().with_region("eu").with_app_version("1.2"));
    client.user("u").capture(Guarded::new().with_region("us"));
    client.user("u").capture(Guarded::new());
    let all: Vec<_> = recorder.events("guarded").iter().map(Recorded::to_json).collect();
    assert_eq!(all, [r#"{"app_version":"1.2","build":7}"#; 2]);
}

#[test]
fn an_open_event_of_a_plan_takes_all_names_but_its_own() {
    use open_event::events::{ClientError, RequestFailed, RequestFailedRequired};
    let (client, recorder) = Client::recorder();
    let user = client.user("u");
    user.capture(ClientError::new().with_extra("screen", "start").with_extra("status", 3));
    assert_eq!(last(&recorder), r#"{"screen":"start","status":3}"#);
    let failed = || RequestFailed::new(RequestFailedRequired { status: 503, attempt: 1 }).with_token_used("hidden");
    let secret = failed().with_extra("token_used", "hidden").with_extra("status", 3).with_extra("retries", 2);
    assert_eq!(format!("{secret:?}"), r#"Request Failed {"status":503,"attempt":1,"retries":2}"#);
    user.capture(secret);
    assert_eq!(last(&recorder), r#"{"status":503,"attempt":1,"retries":2}"#);
    assert_eq!(client.report().invalid, 2);
    // Names of super properties that not everybody may see are the plan's on every event.
    let with_supers =
        ClientError::new().with_extra("email", "a").with_extra("token_used", "b").with_extra("region", "eu");
    user.capture(with_supers);
    assert_eq!((last(&recorder).as_str(), client.report().invalid), (r#"{"region":"eu"}"#, 4));
}
