//! Every verb at every vendor: whole bodies, and what the vendor makes of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use taxogen::{
    Client, Destinations, LossReason, Options, PersonProperties, PlanId, PostHog, PostHogApi, PropertyWriter,
    Sensitivity, Timestamp, User,
};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::shop::{Company, OrderPlaced, Person};
use crate::supers::Supers;
use crate::vendors::{LONG, PLAN, Plain, counts, listen, schema, to, to_all};

const HOME: Plain = Plain(const { &schema("Home") }, |properties| {
    properties.internal("url", "https://shop.example/?q=\"tea\"");
    properties.internal("path", "/");
    properties.internal("title", "Tea, and more");
    properties.set().internal("last_page", "Home");
});

const NAMED: Plain = Plain(const { &schema("Cart") }, |properties| {
    properties.internal("name", "The cart");
    properties.internal("url_of", "x");
});

const BARE: Plain = Plain(const { &schema("Bare") }, |_: &mut PropertyWriter<'_>| {});

const PERSON: Person = Person { country: Some("DE"), signed_up: Some("2026-01-01") };

/// What each vendor gets of a call: its messages by path.
fn sent(call: impl Fn(&Client)) -> BTreeMap<&'static str, Value> {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    call(&client);
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let mut sent = BTreeMap::new();
    for vendor in Vendor::ALL {
        for request in sandbox.requests(vendor) {
            let mut body = request.json();
            let messages = if vendor == Vendor::Mixpanel { body } else { body["batch"].take() };
            let path = ["/batch", "/v1/batch", "/import", "/engage", "/groups"];
            let path = path.into_iter().find(|path| *path == request.path).unwrap();
            let known = sent.insert(path, plain(path, messages));
            assert!(known.is_none(), "one request to {path}");
        }
    }
    sent
}

/// The events that version 1 of PostHog gets of a call.
fn sent_to_v1(call: impl Fn(&Client)) -> Value {
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url()).api(PostHogApi::V1);
    let client = Client::builder().to(posthog).build().unwrap();
    call(&client);
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let requests = sandbox.requests(Vendor::PostHog);
    assert_eq!(requests.len(), 1);
    plain("v1", requests[0].json()["batch"].take())
}

/// Without what is the same in all messages, or new in each.
fn plain(path: &str, messages: Value) -> Value {
    let Value::Array(messages) = messages else { panic!("{path}: {messages}") };
    messages.into_iter().map(|message| plain_message(path, message)).collect()
}

fn plain_message(path: &str, mut message: Value) -> Value {
    let own: &[&str] = match path {
        "/import" => &["token", "mp_lib", "$lib_version", "ip"],
        "/batch" => &["$lib", "$lib_version", "$is_server"],
        "v1" => &["$is_server"],
        "/engage" | "/groups" => &["$token"],
        _ => &[],
    };
    let ids = ["uuid", "messageId", "$insert_id"];
    let times = ["timestamp", "time", "$time"];
    let strip = |fields: &mut Map<String, Value>| {
        for name in own {
            assert!(fields.remove(*name).is_some(), "{path} has `{name}`");
        }
        for name in ids {
            if let Some(Value::String(id)) = fields.get_mut(name) {
                id.replace_range(..36, "id");
            }
        }
        for name in times {
            if let Some(time) = fields.get_mut(name).filter(|time| is_now(time)) {
                *time = json!("now");
            }
        }
    };
    match path {
        "/engage" | "/groups" => strip(message.as_object_mut().unwrap()),
        "/v1/batch" => {
            let context = message["context"].as_object_mut().unwrap();
            assert!(context.remove("library").is_some());
            strip(message.as_object_mut().unwrap());
        }
        _ => {
            let mut properties = message["properties"].take();
            strip(properties.as_object_mut().unwrap());
            if matches!(path, "/batch" | "v1") {
                let own = std::mem::take(message.as_object_mut().unwrap());
                let mut own: Map<_, _> = own.into_iter().filter(|(name, _)| name != "properties").collect();
                let none = Map::new();
                std::mem::swap(&mut own, message.as_object_mut().unwrap());
                assert_eq!(own, none);
                let fields = message.as_object_mut().unwrap();
                for (name, value) in fields.iter_mut() {
                    match name.as_str() {
                        "uuid" => *value = json!("id"),
                        "timestamp" if is_now(value) => *value = json!("now"),
                        _ => {}
                    }
                }
            }
            message["properties"] = properties;
        }
    }
    message
}

fn is_now(time: &Value) -> bool {
    let now = Timestamp::now().as_unix_millis();
    let millis = match time {
        Value::String(text) => Timestamp::parse(text).unwrap().as_unix_millis(),
        time => {
            let time = time.as_f64().unwrap();
            #[expect(clippy::cast_possible_truncation, reason = "a time of this century")]
            let millis = if time < 1e11 { (time * 1000.0) as i64 } else { time as i64 };
            millis
        }
    };
    (now - 60_000..=now).contains(&millis)
}

fn assert_sent(call: impl Fn(&Client), expected: &Value) {
    assert_eq!(json!(sent(call)), *expected);
}

fn of_user(call: impl Fn(&User)) -> impl Fn(&Client) {
    move |client| call(&client.user("u1"))
}

#[test]
fn capture() {
    assert_sent(
        of_user(|user| user.capture(OrderPlaced::new("tea", 2, 3.5))),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "order_placed", "distinct_id": "u1", "properties": {
                "$geoip_disable": true, "item": "tea", "quantity": 2, "price": 3.5, "$set": {"last_item": "tea"}}}],
            "/v1/batch": [
                {"type": "track", "messageId": "id", "timestamp": "now", "userId": "u1", "event": "order_placed",
                    "properties": {"item": "tea", "quantity": 2, "price": 3.5}, "context": {}},
                {"type": "identify", "messageId": "id-traits", "timestamp": "now", "userId": "u1",
                    "traits": {"last_item": "tea"}, "context": {}},
            ],
            "/import": [{"event": "order_placed", "properties": {"distinct_id": "u1", "time": "now",
                "$insert_id": "id", "item": "tea", "quantity": 2, "price": 3.5}}],
            "/engage": [{"$time": "now", "$distinct_id": "u1", "$set": {"last_item": "tea"}}],
        }),
    );
}

#[test]
fn identify() {
    assert_sent(
        of_user(|user| user.identify(PERSON)),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$identify", "distinct_id": "u1", "properties": {
                "$geoip_disable": true, "$set": {"country": "DE"}, "$set_once": {"signed_up": "2026-01-01"}}}],
            "/v1/batch": [{"type": "identify", "messageId": "id", "timestamp": "now", "userId": "u1",
                "traits": {"country": "DE", "signed_up": "2026-01-01"}, "context": {}}],
            "/engage": [
                {"$time": "now", "$distinct_id": "u1", "$set": {"country": "DE"}},
                {"$time": "now", "$distinct_id": "u1", "$set_once": {"signed_up": "2026-01-01"}},
            ],
        }),
    );
}

#[test]
fn set() {
    assert_sent(
        of_user(|user| user.set(Person { country: Some("FR"), signed_up: None })),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$set", "distinct_id": "u1",
                "properties": {"$geoip_disable": true, "$set": {"country": "FR"}}}],
            "/v1/batch": [{"type": "identify", "messageId": "id", "timestamp": "now", "userId": "u1",
                "traits": {"country": "FR"}, "context": {}}],
            "/engage": [{"$time": "now", "$distinct_id": "u1", "$set": {"country": "FR"}}],
        }),
    );
}

#[test]
fn set_once() {
    assert_sent(
        of_user(|user| user.set_once(PERSON)),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$set", "distinct_id": "u1", "properties": {
                "$geoip_disable": true, "$set_once": {"country": "DE", "signed_up": "2026-01-01"}}}],
            "/v1/batch": [{"type": "identify", "messageId": "id", "timestamp": "now", "userId": "u1",
                "traits": {"country": "DE", "signed_up": "2026-01-01"}, "context": {}}],
            "/engage": [{"$time": "now", "$distinct_id": "u1",
                "$set_once": {"country": "DE", "signed_up": "2026-01-01"}}],
        }),
    );
}

#[test]
fn what_is_set_once_is_hashed_where_it_may_not_be_seen() {
    struct Hashed;
    impl PersonProperties for Hashed {
        fn plan(&self) -> PlanId {
            PLAN.allow(Destinations::POSTHOG, Sensitivity::Personal)
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.set().hashed().personal("email", "ada@example.com");
            properties.set().personal("phone", "1");
        }
    }
    let (client, recorder) = Client::builder().hash_key("Jefe").recorder();
    client.user("u1").set_once(Hashed);
    let recorded = recorder.all().remove(0);
    let sent = |destination| recorded.sent_to(destination).unwrap();
    assert_eq!(sent(Destinations::POSTHOG), r#"set {"$set_once":{"email":"ada@example.com","phone":"1"}}"#);
    let hashed = sent(Destinations::MIXPANEL);
    let hash = hashed.strip_prefix(r#"set {"$set_once":{"email":""#).and_then(|rest| rest.strip_suffix(r#""}}"#));
    assert!(hash.is_some_and(|hash| hash.len() == 32), "{hashed}");
}

#[test]
fn unset() {
    assert_sent(
        of_user(|user| user.unset(&["country", "a \"b\""])),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$set", "distinct_id": "u1",
                "properties": {"$geoip_disable": true, "$unset": ["country", "a \"b\""]}}],
            "/v1/batch": [{"type": "identify", "messageId": "id", "timestamp": "now", "userId": "u1",
                "traits": {"country": null, "a \"b\"": null}, "context": {}}],
            "/engage": [{"$time": "now", "$distinct_id": "u1", "$unset": ["country", "a \"b\""]}],
        }),
    );
}

#[test]
fn group() {
    assert_sent(
        of_user(|user| {
            user.group(Company { key: "acme", employees: 12 });
            user.capture(BARE);
        }),
        &json!({
            "/batch": [
                {"uuid": "id", "timestamp": "now", "event": "$groupidentify", "distinct_id": "$company_acme",
                    "properties": {"$geoip_disable": true, "$group_type": "company", "$group_key": "acme",
                        "$group_set": {"employees": 12}}},
                {"uuid": "id", "timestamp": "now", "event": "Bare", "distinct_id": "u1",
                    "properties": {"$geoip_disable": true, "$groups": {"company": "acme"}}},
            ],
            "/v1/batch": [
                {"type": "group", "messageId": "id", "timestamp": "now", "userId": "u1", "groupId": "acme",
                    "traits": {"employees": 12}, "context": {}},
                {"type": "track", "messageId": "id", "timestamp": "now", "userId": "u1", "event": "Bare",
                    "properties": {}, "context": {"groupId": "acme"}},
            ],
            "/import": [{"event": "Bare", "properties": {"distinct_id": "u1", "time": "now", "$insert_id": "id",
                "company": "acme"}}],
            "/groups": [{"$time": "now", "$group_key": "company", "$group_id": "acme", "$set": {"employees": 12}}],
        }),
    );
}

#[test]
fn alias() {
    assert_sent(
        of_user(|user| user.alias("old")),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$create_alias", "distinct_id": "old",
                "properties": {"$geoip_disable": true, "distinct_id": "old", "alias": "u1"}}],
            "/v1/batch": [{"type": "alias", "messageId": "id", "timestamp": "now", "userId": "u1",
                "previousId": "old", "context": {}}],
            "/import": [{"event": "$create_alias", "properties": {"distinct_id": "old", "time": "now",
                "$insert_id": "id", "alias": "u1"}}],
        }),
    );
}

#[test]
fn page() {
    let url = "https://shop.example/?q=\"tea\"";
    assert_sent(
        of_user(|user| {
            user.page(HOME);
            user.page(NAMED);
        }),
        &json!({
            "/batch": [
                {"uuid": "id", "timestamp": "now", "event": "$pageview", "distinct_id": "u1", "properties": {
                    "$geoip_disable": true, "name": "Home", "$current_url": url, "$pathname": "/",
                    "title": "Tea, and more", "$set": {"last_page": "Home"}}},
                {"uuid": "id", "timestamp": "now", "event": "$pageview", "distinct_id": "u1",
                    "properties": {"$geoip_disable": true, "name": "The cart", "url_of": "x"}},
            ],
            "/v1/batch": [
                {"type": "page", "messageId": "id", "timestamp": "now", "userId": "u1", "name": "Home",
                    "properties": {"url": url, "path": "/", "title": "Tea, and more"}, "context": {}},
                {"type": "identify", "messageId": "id-traits", "timestamp": "now", "userId": "u1",
                    "traits": {"last_page": "Home"}, "context": {}},
                {"type": "page", "messageId": "id", "timestamp": "now", "userId": "u1", "name": "Cart",
                    "properties": {"name": "The cart", "url_of": "x"}, "context": {}},
            ],
            "/import": [
                {"event": "Home", "properties": {"distinct_id": "u1", "time": "now", "$insert_id": "id",
                    "url": url, "path": "/", "title": "Tea, and more"}},
                {"event": "Cart", "properties": {"distinct_id": "u1", "time": "now", "$insert_id": "id",
                    "name": "The cart", "url_of": "x"}},
            ],
            "/engage": [{"$time": "now", "$distinct_id": "u1", "$set": {"last_page": "Home"}}],
        }),
    );
}

#[test]
fn screen() {
    assert_sent(
        of_user(|user| user.screen(NAMED)),
        &json!({
            "/batch": [{"uuid": "id", "timestamp": "now", "event": "$screen", "distinct_id": "u1", "properties": {
                "$geoip_disable": true, "$screen_name": "Cart", "name": "The cart", "url_of": "x"}}],
            "/v1/batch": [{"type": "screen", "messageId": "id", "timestamp": "now", "userId": "u1", "name": "Cart",
                "properties": {"name": "The cart", "url_of": "x"}, "context": {}}],
            "/import": [{"event": "Cart", "properties": {"distinct_id": "u1", "time": "now", "$insert_id": "id",
                "name": "The cart", "url_of": "x"}}],
        }),
    );
}

#[test]
fn what_lies_over_an_event_lies_over_a_page() {
    const PAGE: Plain = Plain(const { &schema("Home") }, |properties| {
        properties.hashed().personal("url", "https://shop.example/?token=7");
        properties.personal("referrer", "https://mail.example/ada");
        properties.set().hashed().personal("last_url", "x");
    });
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).hash_key("key").stamp_plan(true).build().unwrap();
    client.register(Supers(|properties| properties.internal("path", "/super")));
    let user = client.user("u1");
    user.group(Company { key: "acme", employees: 12 });
    user.page(PAGE);
    assert!(client.shutdown(LONG).is_complete());
    let received = sandbox.received(Vendor::PostHog);
    let page = received.iter().find(|received| received.name == "$pageview").unwrap();
    let mut properties = page.item["properties"].clone();
    for name in ["$lib", "$lib_version", "$is_server", "$geoip_disable"] {
        properties.as_object_mut().unwrap().remove(name);
    }
    let url = properties["$current_url"].clone();
    assert_eq!(url.as_str().unwrap().len(), 32, "a hash and no url: {url}");
    assert_eq!(
        properties,
        json!({"name": "Home", "$current_url": url, "$pathname": "/super", "taxogen_plan": "0000000000000000",
            "$groups": {"company": "acme"}, "$set": {"last_url": properties["$set"]["last_url"]}})
    );
    let pages = sandbox.received(Vendor::Segment).into_iter().filter(|received| received.name == "Home");
    let page = pages.map(|page| page.item).next().unwrap();
    assert_eq!((&page["properties"]["url"], &page["context"]["groupId"]), (&url, &json!("acme")));
}

#[test]
fn somebody_anonymous() {
    assert_sent(
        |client| {
            let visitor = client.anonymous("cookie");
            visitor.capture(BARE);
            visitor.identify(Person { country: Some("DE"), signed_up: None });
            visitor.alias("older");
        },
        &json!({
            "/batch": [
                {"uuid": "id", "timestamp": "now", "event": "Bare", "distinct_id": "cookie",
                    "properties": {"$geoip_disable": true}},
                {"uuid": "id", "timestamp": "now", "event": "$set", "distinct_id": "cookie",
                    "properties": {"$geoip_disable": true, "$set": {"country": "DE"}}},
                {"uuid": "id", "timestamp": "now", "event": "$create_alias", "distinct_id": "older",
                    "properties": {"$geoip_disable": true, "distinct_id": "older", "alias": "cookie"}},
            ],
            "/v1/batch": [
                {"type": "track", "messageId": "id", "timestamp": "now", "anonymousId": "cookie", "event": "Bare",
                    "properties": {}, "context": {}},
                {"type": "identify", "messageId": "id", "timestamp": "now", "anonymousId": "cookie",
                    "traits": {"country": "DE"}, "context": {}},
                {"type": "alias", "messageId": "id", "timestamp": "now", "userId": "cookie",
                    "previousId": "older", "context": {}},
            ],
            "/import": [
                {"event": "Bare", "properties": {"distinct_id": "$device:cookie", "$device_id": "cookie",
                    "time": "now", "$insert_id": "id"}},
                {"event": "$create_alias", "properties": {"distinct_id": "older", "time": "now",
                    "$insert_id": "id", "alias": "cookie"}},
            ],
            "/engage": [{"$time": "now", "$distinct_id": "$device:cookie", "$set": {"country": "DE"}}],
        }),
    );
}

#[test]
fn somebody_who_was_anonymous() {
    assert_sent(
        |client| {
            let user = client.user("u1").with_anonymous_id("cookie");
            user.identify(Person { country: Some("DE"), signed_up: None });
            user.capture(BARE);
        },
        &json!({
            "/batch": [
                {"uuid": "id", "timestamp": "now", "event": "$identify", "distinct_id": "u1",
                    "properties": {"$geoip_disable": true, "$anon_distinct_id": "cookie", "$set": {"country": "DE"}}},
                {"uuid": "id", "timestamp": "now", "event": "Bare", "distinct_id": "u1",
                    "properties": {"$geoip_disable": true}},
            ],
            "/v1/batch": [
                {"type": "identify", "messageId": "id", "timestamp": "now", "userId": "u1", "anonymousId": "cookie",
                    "traits": {"country": "DE"}, "context": {}},
                {"type": "track", "messageId": "id", "timestamp": "now", "userId": "u1", "anonymousId": "cookie",
                    "event": "Bare", "properties": {}, "context": {}},
            ],
            "/import": [
                {"event": "$identify", "properties": {"distinct_id": "u1", "$device_id": "cookie", "$user_id": "u1",
                    "time": "now", "$insert_id": "id", "$identified_id": "u1", "$anon_id": "$device:cookie"}},
                {"event": "Bare", "properties": {"distinct_id": "u1", "$device_id": "cookie", "$user_id": "u1",
                    "time": "now", "$insert_id": "id"}},
            ],
            "/engage": [{"$time": "now", "$distinct_id": "u1", "$set": {"country": "DE"}}],
        }),
    );
}

#[test]
fn an_event_of_the_past_with_options() {
    let options = Options::new()
        .at(Timestamp::from_unix_millis(1_262_304_000_123))
        .process_person_profile(false)
        .disable_geoip(false)
        .ignore_sent_at(true);
    assert_sent(
        of_user(|user| {
            user.capture_with(BARE, &options);
            user.screen_with(BARE, &Options::new().process_person_profile(true));
        }),
        &json!({
            "/batch": [
                {"uuid": "id", "timestamp": "2010-01-01T00:00:00.123Z", "event": "Bare", "distinct_id": "u1",
                    "properties": {"$process_person_profile": false, "$ignore_sent_at": true}},
                {"uuid": "id", "timestamp": "now", "event": "$screen", "distinct_id": "u1", "properties": {
                    "$geoip_disable": true, "$process_person_profile": true, "$screen_name": "Bare"}},
            ],
            "/v1/batch": [
                {"type": "track", "messageId": "id", "timestamp": "2010-01-01T00:00:00.123Z", "userId": "u1",
                    "event": "Bare", "properties": {}, "context": {}},
                {"type": "screen", "messageId": "id", "timestamp": "now", "userId": "u1", "name": "Bare",
                    "properties": {}, "context": {}},
            ],
            "/import": [
                {"event": "Bare", "properties": {"distinct_id": "u1", "time": 1_262_304_000_123_i64,
                    "$insert_id": "id"}},
                {"event": "Bare", "properties": {"distinct_id": "u1", "time": "now", "$insert_id": "id"}},
            ],
        }),
    );
}

#[test]
fn version_1_of_posthog_gets_the_same_and_options_beside_the_properties() {
    let url = "https://shop.example/?q=\"tea\"";
    let sent = sent_to_v1(|client| {
        let user = client.user("u1").with_anonymous_id("cookie");
        user.identify(PERSON);
        user.unset(&["country"]);
        user.page(HOME);
        let options = Options::new().at(Timestamp::from_unix_millis(1_262_304_000_123)).ignore_sent_at(true);
        user.capture_with(BARE, &options.process_person_profile(false));
        user.alias("old");
    });
    let event = |name: &str, properties: Value, options: Value| {
        json!({"uuid": "id", "timestamp": "now", "event": name, "distinct_id": "u1",
            "properties": properties, "options": options})
    };
    let mut bare = event(
        "Bare",
        json!({"$geoip_disable": true}),
        json!({"disable_skew_correction": true, "process_person_profile": false}),
    );
    bare["timestamp"] = json!("2010-01-01T00:00:00.123Z");
    let mut alias =
        event("$create_alias", json!({"$geoip_disable": true, "distinct_id": "old", "alias": "u1"}), json!({}));
    alias["distinct_id"] = json!("old");
    assert_eq!(
        sent,
        json!([
            event(
                "$identify",
                json!({"$geoip_disable": true, "$anon_distinct_id": "cookie", "$set": {"country": "DE"},
                    "$set_once": {"signed_up": "2026-01-01"}}),
                json!({}),
            ),
            event("$set", json!({"$geoip_disable": true, "$unset": ["country"]}), json!({})),
            event(
                "$pageview",
                json!({"$geoip_disable": true, "name": "Home", "$current_url": url, "$pathname": "/",
                    "title": "Tea, and more", "$set": {"last_page": "Home"}}),
                json!({}),
            ),
            bare,
            alias,
        ])
    );
}

#[test]
fn two_ids_become_one_person_everywhere() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    let visitor = client.anonymous("cookie");
    visitor.set(Person { country: Some("DE"), signed_up: None });
    visitor.capture(BARE);
    client.flush(LONG).unwrap();
    let user = client.user("u1").with_anonymous_id("cookie");
    user.clone().identify(Person { country: None, signed_up: Some("2026-01-01") });
    user.capture(BARE);
    client.flush(LONG).unwrap();
    user.unset(&["signed_up"]);
    assert!(client.shutdown(LONG).is_complete());
    for vendor in Vendor::ALL {
        let summary = sandbox.summary(vendor);
        assert_eq!(json!(summary.people), json!({"u1": {"country": "DE"}}), "{vendor}");
        assert_eq!(summary.aliases.values().collect::<Vec<_>>(), ["u1"], "{vendor}");
    }
}

#[test]
fn a_merge_counts_once_where_there_is_nothing_to_set() {
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::Mixpanel).build().unwrap();
    client.user("u1").with_anonymous_id("cookie").identify(Person::default());
    client.user("u2").with_anonymous_id("u2").identify(Person::default());
    client.user("u3").with_anonymous_id(" ").identify(Person::default());
    client.anonymous("c").with_anonymous_id("d").identify(Person::default());
    client.user("u4").with_anonymous_id("jar").identify(Person { country: Some("DE"), signed_up: None });
    client.user("u5").unset(&[]);
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, Vec::new()));
    let aliases = sandbox.summary(Vendor::Mixpanel).aliases;
    assert_eq!(json!(aliases), json!({"$device:cookie": "u1", "$device:jar": "u4"}));
}

#[test]
fn what_lies_too_far_in_the_future_is_rejected_by_mixpanel_and_told() {
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to_all(&sandbox));
    let client = builder.build().unwrap();
    let user = client.user("u1");
    let now = Timestamp::now().as_unix_millis();
    for time in [now + 50 * 60_000, now + 70 * 60_000, 1] {
        user.capture_with(BARE, &Options::new().at(Timestamp::from_unix_millis(time)));
    }
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (7, 0, vec![(LossReason::Rejected, 2)]));
    let mut told = losses.lock().unwrap().clone();
    told.sort_by(|one, other| one.2.cmp(&other.2));
    let loss = |why: &str| (Some("mixpanel"), LossReason::Rejected, why.to_owned(), vec!["Bare".to_owned()]);
    assert_eq!(
        told,
        [
            loss("properties.time must be after 1971-01-01"),
            loss("properties.time must not be more than an hour in the future"),
        ]
    );
}

#[test]
fn pages_screens_and_names_are_kept_by_a_recorder() {
    let (builder, told) = {
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let hear = std::sync::Arc::clone(&told);
        (Client::builder().on_invalid(move |invalid| hear.lock().unwrap().push(invalid.to_string())), told)
    };
    let (client, recorder) = builder.recorder();
    let user = client.user("u1").with_anonymous_id("cookie");
    user.page(HOME);
    user.screen(HOME);
    user.unset(&["plan", " "]);
    user.set_once(PERSON);
    assert_eq!(recorder.events("Home"), [HOME, HOME]);
    let all = recorder.all();
    let lines: Vec<_> = all[2..].iter().map(|recorded| format!("{recorded:?}")).collect();
    assert_eq!(
        lines,
        [r#"unset {"$unset":["plan"]}"#, r#"set {"$set_once":{"country":"DE","signed_up":"2026-01-01"}}"#]
    );
    assert!(all.iter().all(|recorded| recorded.anonymous_id().as_deref() == Some("cookie")));
    assert_eq!(told.lock().unwrap().len(), 1);
    assert!(client.shutdown(Duration::ZERO).is_complete());
}
