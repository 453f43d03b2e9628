//! What a browser is told of a person, and who reports what they see.

use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{Assignment, Client, ExposureSide, Flag};
use taxogen_sandbox::{FlagAnswer, Vendor};

use taxogen_tests::checkout::{CHECKOUT, Checkout, LIMITS, Limits, NEW_DASHBOARD, PAYMENTS_ENABLED, REDESIGN, Stage};

/// A person with flags of all kinds; one of them the client has fixed.
fn stage() -> Stage {
    let stage = Stage::with(|builder| builder.fix_flag(PAYMENTS_ENABLED, false));
    let flags = stage.sandbox.flags();
    flags.set_default(CHECKOUT.key(), FlagAnswer::variant("test").payload(json!({ "headline": "Fish & <Chips>" })));
    flags.set_default(NEW_DASHBOARD.key(), FlagAnswer::off());
    flags.set_default(PAYMENTS_ENABLED.key(), FlagAnswer::on());
    flags.set_default(LIMITS.key(), FlagAnswer::on().payload(json!({ "timeout_ms": 3000 })));
    flags.set_default("held-out", FlagAnswer::variant("holdout-7"));
    stage
}

#[test]
fn posthog_js_begins_with_what_the_server_knows() {
    let stage = stage();
    let hand_over = stage.loaded("u1").hand_over(ExposureSide::Server);
    let bootstrap = concat!(
        r#"{"distinctID":"u1","featureFlagPayloads":{"checkout-experiment":{"headline":"Fish \u0026 \u003cChips\u003e"},"#,
        r#""checkout-limits":{"timeout_ms":3000}},"featureFlags":{"checkout-experiment":"test","checkout-limits":true,"#,
        r#""held-out":"holdout-7","new-dashboard":false,"payments-enabled":false},"isIdentifiedID":true}"#
    );
    assert_eq!(hand_over.posthog_bootstrap().to_json(), bootstrap);
    assert_eq!(hand_over.posthog_bootstrap().to_string(), bootstrap);
    let serialized = serde_json::to_value(hand_over.posthog_bootstrap()).unwrap();
    assert_eq!(serialized, serde_json::from_str::<Value>(bootstrap).unwrap(), "what is escaped reads as it was");

    let anonymous = stage.client.anonymous("cookie_7").hand_over(ExposureSide::Server).only(&[]);
    assert_eq!(
        anonymous.posthog_bootstrap().to_json(),
        r#"{"distinctID":"cookie_7","featureFlagPayloads":{},"featureFlags":{},"isIdentifiedID":false}"#
    );
}

#[test]
fn the_plain_form_says_who_reports() {
    let stage = stage();
    let text = r#"{"version":1,"id":"u1","anonymous_id":"cookie_7","groups":[["company","acme"]],
        "variations":[["redesign","treatment","Optimizely"],["checkout-experiment","control"],["earlier","blue"]]}"#;
    let user = stage.client.resume(text).unwrap();
    user.load_flags_blocking(Duration::from_secs(20)).unwrap();
    let theirs = ["checkout-experiment", "redesign", "earlier"];
    let hand_over = user.hand_over(ExposureSide::Browser).only(&theirs);
    assert_eq!(hand_over.side(), ExposureSide::Browser);
    let json = concat!(
        r#"{"anonymous_id":"cookie_7","distinct_id":"u1","exposure":"browser","flags":{"#,
        r#""checkout-experiment":{"engine":"PostHog","payload":{"headline":"Fish \u0026 \u003cChips\u003e"},"value":"test"},"#,
        r#""earlier":{"engine":"PostHog","payload":null,"value":"blue"},"#,
        r#""redesign":{"engine":"Optimizely","payload":null,"value":"treatment"}},"#,
        r#""groups":{"company":"acme"},"identified":true,"version":1}"#
    );
    assert_eq!(hand_over.to_json(), json, "what was loaded goes before what was");
    assert_eq!(hand_over.to_string(), json);
    assert_eq!(serde_json::to_value(&hand_over).unwrap(), serde_json::from_str::<Value>(json).unwrap());
    let flags = hand_over.posthog_bootstrap().to_json();
    assert!(!flags.contains("redesign"), "posthog-js knows PostHog's flags: {flags}");

    let server = user.hand_over(ExposureSide::Server).only(&[]);
    assert_eq!(
        server.to_json(),
        concat!(
            r#"{"anonymous_id":"cookie_7","distinct_id":"u1","exposure":"server","flags":{},"#,
            r#""groups":{"company":"acme"},"identified":true,"version":1}"#
        )
    );
    assert_eq!(
        format!("{:?}", user.hand_over(ExposureSide::Server).only(&["earlier"])),
        r#"HandOver { side: Server, distinct_id: "u1", flags: ["earlier"], .. }"#
    );
}

#[test]
fn nothing_in_it_ends_the_script_that_it_stands_in() {
    const ODD: Flag<bool> = Flag::boolean("</script><!--\u{2028}\u{2029}", false);
    let (client, _) = Client::recorder();
    let user = client.user("</script><script>alert(1)</script>");
    user.fix_flag(ODD, true);
    let hand_over = user.hand_over(ExposureSide::Server);
    for json in [hand_over.to_json(), hand_over.posthog_bootstrap().to_json()] {
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
        let read: Value = serde_json::from_str(&json).unwrap();
        let id = read.get("distinct_id").or_else(|| read.get("distinctID"));
        assert_eq!(id, Some(&json!("</script><script>alert(1)</script>")));
    }
}

#[test]
fn a_flag_that_is_fixed_for_the_person_goes_before_all() {
    let stage = stage();
    let user = stage.loaded("u1");
    user.fix_flag(NEW_DASHBOARD, true);
    user.fix_flag(LIMITS, Limits { timeout_ms: 1 });
    let bootstrap = user.hand_over(ExposureSide::Server).only(&[NEW_DASHBOARD.key(), LIMITS.key()]);
    assert_eq!(
        bootstrap.posthog_bootstrap().to_json(),
        r#"{"distinctID":"u1","featureFlagPayloads":{},"featureFlags":{"new-dashboard":true},"isIdentifiedID":true}"#,
        "settings that were fixed are the program's own"
    );
}

#[test]
fn where_the_browser_reports_the_server_reads_without_a_report() {
    let stage = stage();
    let user = stage.loaded("u1");
    let _ = user.hand_over(ExposureSide::Browser);
    let answer = user.peek_experiment::<Checkout>();
    assert_eq!((answer.variant, answer.assignment), (Checkout::Test, Assignment::Assigned));
    assert!(user.peek_variant(REDESIGN).assignment.is_assigned() && user.peek(CHECKOUT).assignment.is_assigned());
    assert_eq!(stage.arrived(Vendor::PostHog), []);
}
