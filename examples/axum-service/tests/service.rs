//! The router, asked without a socket, and what the vendors have received when it has shut down.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum_service::router;
use http_body_util::BodyExt as _;
use taxogen::{Client, LocalFlags, Mixpanel, PostHog};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, Sandbox, Vendor};
use tower::ServiceExt as _;

const DEFINITIONS: &str = include_str!("../../definitions.json");

fn client(sandbox: &Sandbox) -> Client {
    let client = Client::builder()
        .to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()))
        .to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()))
        .local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY))
        .hash_key("a key of this test")
        .build()
        .expect("the client starts");
    client.flags_ready(Duration::from_secs(10)).expect("the definitions are loaded");
    client
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let answer = router.clone().oneshot(request).await.expect("a router answers");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("the body is whole").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("the body is text"))
}

fn of(id: &str, method: &str, path: &str, body: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("x-user-id", id);
    let request = request.header("content-type", "application/json").header("x-plan", "pro");
    request.body(Body::from(body.to_owned())).expect("the request is right")
}

#[tokio::test]
async fn whoever_orders_is_exposed_once_and_their_events_say_to_what() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    sandbox.flags().define_text(DEFINITIONS);
    let client = client(&sandbox);
    let router = router(client.clone());

    let mut forms = BTreeMap::new();
    for number in 0..20 {
        let id = format!("user_{number}");
        let (status, page) = ask(&router, of(&id, "GET", "/checkout", "")).await;
        assert_eq!(status, StatusCode::OK);
        *forms.entry(page).or_insert(0) += 1;
        assert_eq!(ask(&router, of(&id, "POST", "/orders", r#"{"cents": 1900}"#)).await.0, StatusCode::CREATED);
    }
    let report = client.shutdown_async(Duration::from_secs(10)).await;
    assert!(report.is_complete(), "{report}");

    let control = r#"{"form":"three pages","headline":"Your basket"}"#;
    let test = r#"{"form":"one page","headline":"Ship faster"}"#;
    assert_eq!(forms, BTreeMap::from([(control.to_owned(), 15), (test.to_owned(), 5)]));
    assert_eq!(sandbox.summary(Vendor::PostHog).flag_requests, 0, "everything was decided in the process");

    let received = sandbox.messages(Vendor::PostHog);
    let count = |name: &str, property: &str, value: &str| {
        received.iter().filter(|message| message.name == name && message.properties[property] == value).count()
    };
    assert_eq!(count("$feature_flag_called", "$feature_flag", "checkout-experiment"), 20, "two requests, one exposure");
    assert_eq!(count("completed_purchase", "currency", "EUR"), 20);
    assert_eq!(count("completed_purchase", "$feature/checkout-experiment", "test"), 5);
}

#[tokio::test]
async fn a_kill_switch_and_nobody_are_told_so() {
    let sandbox = Sandbox::start().expect("the sandbox starts");
    let off = DEFINITIONS
        .replace(r#""key": "payments-enabled", "active": true"#, r#""key": "payments-enabled", "active": false"#);
    sandbox.flags().define_text(off);
    let client = client(&sandbox);
    let router = router(client.clone());

    let (status, said) = ask(&router, of("user_1", "POST", "/orders", r#"{"cents": 1900}"#)).await;
    assert_eq!((status, &*said), (StatusCode::SERVICE_UNAVAILABLE, "payments are off for now\n"));
    let (status, said) = ask(&router, of(" ", "GET", "/dashboard", "")).await;
    assert_eq!((status, &*said), (StatusCode::UNAUTHORIZED, "say who you are in the header `x-user-id`\n"));
    assert!(client.shutdown_async(Duration::from_secs(10)).await.is_complete());
}
