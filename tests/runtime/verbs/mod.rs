//! Every verb at every vendor: whole bodies, and what the vendor makes of them.

mod options;
mod people;
mod sent;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use taxogen::{Client, Destinations, PersonProperties, PlanId, PropertyWriter, Sensitivity};
use taxogen_sandbox::{Sandbox, Vendor};

use self::sent::{assert_sent, of_user};
use crate::shop::{Company, OrderPlaced, Person};
use crate::supers::Supers;
use crate::vendors::{LONG, PLAN, Plain, schema, to_all};

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
    let record = recorder.all().remove(0);
    let sent = |destination| record.sent_to(destination).unwrap();
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
fn pages_screens_and_names_are_kept_by_a_recorder() {
    let (builder, told) = {
        let told = Arc::new(Mutex::new(Vec::new()));
        let hear = Arc::clone(&told);
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
