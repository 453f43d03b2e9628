//! What the vendors take at most, held before anything is sent.

mod ids;
mod whatever;

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use taxogen::{
    Builder, Client, Event, EventSchema, Json, Limit, Limited, LossReason, PostHog, PostHogApi, PropertyWriter,
};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::shop::{Company, Person};
use crate::vendors::{LONG, Numbered, Plain, counts, listen, schema, to, to_all};

/// An event with these properties.
struct With(Map<String, Value>);

impl With {
    fn text(text: &str) -> Self {
        Self::of(&json!({ "text": text }))
    }

    fn of(properties: &Value) -> Self {
        Self(properties.as_object().unwrap().clone())
    }
}

impl Event for With {
    fn schema(&self) -> &'static EventSchema {
        const { &schema("with") }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        for (name, value) in &self.0 {
            properties.internal(name, &Json::from(value));
        }
    }
}

type Told = Arc<Mutex<Vec<Limited>>>;

/// Keeps what `on_limit` is told.
fn hear(builder: Builder) -> (Builder, Told) {
    let told = Told::default();
    let hear = Arc::clone(&told);
    (builder.on_limit(move |limited| hear.lock().unwrap().push(limited.clone())), told)
}

fn limits(told: &Told) -> Vec<(&'static str, String, Limit)> {
    let told = told.lock().unwrap();
    told.iter().map(|limited| (limited.destination, limited.property.clone(), limited.limit)).collect()
}

/// A text of so many bytes, most of them of characters of several.
fn wide(bytes: usize) -> String {
    let mut text = "日".repeat(bytes / 3);
    text.push_str(&"x".repeat(bytes % 3));
    text
}

#[test]
fn a_message_may_have_the_last_byte_that_the_vendor_takes_and_no_more() {
    for (vendor, most) in [(Vendor::PostHog, 1_000_000), (Vendor::Segment, 32 * 1024)] {
        let sandbox = Sandbox::start().unwrap();
        let (builder, losses) = listen(to(&sandbox, vendor));
        let client = builder.build().unwrap();
        let user = client.user("ü");
        user.capture(With::text(""));
        client.flush(LONG).unwrap();
        let around = sandbox.received(vendor)[0].item.to_string().len();
        user.capture(With::text(&wide(most - around)));
        user.capture(With::text(&wide(most - around + 1)));
        user.capture(Numbered(7));
        let report = client.shutdown(LONG);
        assert_eq!(counts(&report), (3, 0, vec![(LossReason::TooLarge, 1)]), "{vendor}");
        let detail = "larger than the destination takes".to_owned();
        let name = if vendor == Vendor::PostHog { "posthog" } else { "segment" };
        assert_eq!(*losses.lock().unwrap(), [(Some(name), LossReason::TooLarge, detail, vec!["with".to_owned()])]);
        let received = sandbox.received(vendor);
        assert_eq!(received[1].item.to_string().len(), most, "{vendor}");
        assert!(sandbox.summary(vendor).rejected.is_empty(), "{vendor}");
    }
}

#[test]
fn a_batch_keeps_to_bytes_and_to_messages() {
    for (vendor, path, most_bytes, most_messages) in [
        (Vendor::PostHog, "/batch", 20 << 20, usize::MAX),
        (Vendor::Segment, "/v1/batch", 500_000, 2_500),
        (Vendor::Mixpanel, "/import", 2 << 20, 2_000),
    ] {
        let sandbox = Sandbox::start().unwrap();
        let client = to(&sandbox, vendor).build().unwrap();
        let user = client.user("u");
        (0..2_600).for_each(|number| user.capture(Numbered(number)));
        let texts: Vec<_> = (0..100).map(|_| json!(wide(255))).collect();
        (0..80).for_each(|_| user.capture(With::of(&json!({ "texts": texts }))));
        let report = client.shutdown(LONG);
        assert_eq!(counts(&report), (2_680, 0, vec![]), "{vendor}");
        assert_eq!(report.limited, 0, "{vendor}");
        let requests = sandbox.requests(vendor);
        for request in &requests {
            let mut body = request.json();
            let messages = if vendor == Vendor::Mixpanel { body } else { body["batch"].take() };
            let count = messages.as_array().unwrap().len();
            assert!(request.body.len() <= most_bytes && count <= most_messages, "{vendor} {count}");
            assert_eq!((request.path.as_str(), request.status), (path, Some(200)), "{vendor}");
        }
        assert!(requests.len() >= 2, "{vendor}");
    }
}

#[test]
fn mixpanel_gets_what_it_keeps_and_the_others_the_whole() {
    let object = |count: usize| Value::Object((0..count).map(|number| (number.to_string(), json!(0))).collect());
    let given = json!({
        "fits": wide(255),
        "long \"text\"": wide(256),
        "quotes": "\"".repeat(300),
        "inside": {"a": [wide(300), {"b": "é".repeat(128)}], "short": 1},
        "deep": [[[[1]]]],
        "three": [[[1]]],
        "list": vec![0; 255],
        "full": vec![0; 254],
        "object": object(255),
        "last": true,
    });
    let sandbox = Sandbox::start().unwrap();
    let (builder, told) = hear(to_all(&sandbox));
    let client = builder.build().unwrap();
    let user = client.user("u");
    user.capture(Numbered(1));
    user.capture(With::of(&given));
    user.capture(Numbered(2));
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (9, 0, vec![]));
    let cut = Limit::TextBytes(255);
    let expected = [
        ("deep", Limit::Depth(3)),
        ("inside", cut),
        ("list", Limit::Members(254)),
        ("long \"text\"", cut),
        ("object", Limit::Members(254)),
        ("quotes", cut),
    ];
    assert_eq!(limits(&told), expected.map(|(name, limit)| ("mixpanel", name.to_owned(), limit)));
    let by_destination: Vec<_> = report.destinations.iter().map(|one| (one.name, one.limited)).collect();
    assert_eq!((report.limited, by_destination), (6, vec![("posthog", 0), ("segment", 0), ("mixpanel", 6)]));
    assert!(report.to_string().contains("; 6 properties were cut or left out by a limit"), "{report}");

    let received = sandbox.received(Vendor::Mixpanel);
    let kept = &received[1].item["properties"];
    let own = |name: &&String| given.get(name.as_str()).is_some();
    assert_eq!(kept.as_object().unwrap().keys().filter(own).count(), 7);
    assert_eq!(kept["long \"text\""], json!(wide(255)));
    assert_eq!(kept["quotes"], json!("\"".repeat(255)));
    assert_eq!(kept["inside"], json!({"a": [wide(255), {"b": "é".repeat(127)}], "short": 1}));
    assert!(received[1].notes.is_empty(), "nothing is left to be cut: {:?}", received[1].notes);
    for vendor in [Vendor::PostHog, Vendor::Segment] {
        let item = &sandbox.received(vendor)[1].item["properties"];
        for (name, value) in given.as_object().unwrap() {
            assert_eq!(&item[name], value, "{vendor} {name}");
        }
    }
    let line = told.lock().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        line,
        [
            "`deep` of `with` is left out: mixpanel takes at most 3 levels of a value",
            "`inside` of `with` is cut to the 255 bytes that mixpanel keeps of a text",
            "`list` of `with` is left out: mixpanel takes at most 254 elements or keys of a value",
            "`long \"text\"` of `with` is cut to the 255 bytes that mixpanel keeps of a text",
            "`object` of `with` is left out: mixpanel takes at most 254 elements or keys of a value",
            "`quotes` of `with` is cut to the 255 bytes that mixpanel keeps of a text",
        ]
    );
}

#[test]
fn of_too_many_properties_mixpanel_gets_the_first() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, told) = hear(to(&sandbox, Vendor::Mixpanel));
    let client = builder.build().unwrap();
    let many = |count: usize| {
        let properties = (0..count).map(|number| (format!("{number:03}"), json!(1)));
        With(properties.collect())
    };
    let user = client.user("u").with_anonymous_id("cookie");
    user.group(Company { key: "acme", employees: 1 });
    user.capture(many(244));
    user.capture(many(246));
    assert_eq!(counts(&client.shutdown(LONG)), (3, 0, vec![]));
    let limit = Limit::Properties(254);
    assert_eq!(limits(&told), ["244", "245"].map(|name| ("mixpanel", name.to_owned(), limit)));
    let events = sandbox.received(Vendor::Mixpanel).into_iter().filter(|received| received.name == "with");
    let sizes: Vec<_> = events.map(|event| event.item["properties"].as_object().unwrap().len()).collect();
    assert_eq!(sizes, [254, 254]);
}

#[test]
fn ids_that_a_vendor_tells_nobody_apart_by_are_refused_there() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to_all(&sandbox));
    let (builder, told) = hear(builder);
    let client = builder.build().unwrap();
    for id in ["é".repeat(200), "é".repeat(201), "é".repeat(127), "é".repeat(128)] {
        client.user(id).capture(Numbered(1));
    }
    client.user("Guest").capture(Numbered(2));
    client.user("u").alias("guest");
    client.user("u").with_anonymous_id("guest").identify(Person { country: Some("DE"), signed_up: None });
    client.user("u").with_anonymous_id("NULL").capture(Numbered(3));
    let report = client.shutdown(LONG);
    let lost: Vec<_> = report.destinations.iter().map(|one| (one.name, one.delivered, one.lost.clone())).collect();
    assert_eq!(
        lost,
        [
            ("posthog", 6, vec![(LossReason::TooLarge, 1), (LossReason::Rejected, 1)]),
            ("segment", 8, vec![]),
            ("mixpanel", 5, vec![(LossReason::TooLarge, 3)]),
        ]
    );
    let mut details: Vec<_> = losses.lock().unwrap().iter().map(|loss| loss.2.clone()).collect();
    details.sort();
    details.dedup();
    assert_eq!(
        details,
        [
            "mixpanel keeps 255 bytes of an id: what is longer would be somebody else",
            "posthog knows ids of at most 200 characters",
            "posthog merges nobody by an id that stands for nobody in particular",
        ]
    );
    let mut met = limits(&told);
    met.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    assert_eq!(
        met,
        [("mixpanel", "$device_id"), ("posthog", "$anon_distinct_id"), ("posthog", "distinct_id")]
            .map(|(destination, name)| (destination, name.to_owned(), Limit::Id))
    );
    assert_eq!(
        told.lock().unwrap().iter().find(|limited| limited.destination == "mixpanel").unwrap().to_string(),
        "`$device_id` of `numbered` joins nobody: mixpanel tells nobody apart by such an id"
    );
}

#[test]
fn version_1_of_posthog_takes_fewer_names_and_keys() {
    let (name, key) = ("é".repeat(201), "é".repeat(192));
    let long_name = Plain(Box::leak(Box::new(schema(name.leak()))), |_| {});
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url()).api(PostHogApi::V1);
    let (builder, losses) = listen(Client::builder().to(posthog));
    let (builder, told) = hear(builder);
    let client = builder.build().unwrap();
    let user = client.user("u");
    user.capture(long_name);
    user.group(Company { key: key.leak(), employees: 1 });
    client.user("anonymous").capture(Numbered(1));
    client.user("é".repeat(201)).capture(Numbered(1));
    user.alias("null");
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (1, 0, vec![(LossReason::TooLarge, 3), (LossReason::Rejected, 1)]));
    assert_eq!(limits(&told), [("posthog", "distinct_id".to_owned(), Limit::Id)]);
    assert_eq!(sandbox.messages(Vendor::PostHog).len(), 1);
    let mut details: Vec<_> = losses.lock().unwrap().iter().map(|loss| loss.2.clone()).collect();
    details.sort();
    assert_eq!(
        details,
        [
            "posthog knows event names of at most 200 characters",
            "posthog knows ids of at most 200 characters",
            "posthog knows ids of at most 200 characters",
            "posthog merges nobody by an id that stands for nobody in particular",
        ]
    );
}

#[test]
fn a_banned_device_is_no_device() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to(&sandbox, Vendor::Mixpanel));
    let client = builder.build().unwrap();
    client.anonymous("undefined").capture(Numbered(1));
    client.user("u").with_anonymous_id("0").identify(Person::default());
    client.user("u").capture(Numbered(2));
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (1, 0, vec![(LossReason::Rejected, 2)]));
    assert_eq!(losses.lock().unwrap().len(), 2);
}
