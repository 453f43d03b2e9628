//! Events of another time, and what is asked for them besides.

use serde_json::{Value, json};
use taxogen::{LossReason, Options, Timestamp};
use taxogen_sandbox::Sandbox;

use super::sent::{assert_sent, of_user, sent_to_v1};
use super::{BARE, HOME, PERSON};
use crate::vendors::{LONG, counts, listen, to_all};

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
