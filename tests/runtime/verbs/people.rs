//! People who are anonymous, or were.

use serde_json::json;
use taxogen_sandbox::{Sandbox, Vendor};

use super::BARE;
use super::sent::assert_sent;
use crate::shop::Person;
use crate::vendors::{LONG, counts, to, to_all};

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
