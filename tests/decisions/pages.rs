//! The pages on Optimizely with each vendor show the plan, the program and what arrives as they are.

use serde_json::{Value, json};
use taxogen::{Client, SkipReason};
use taxogen_compiler::{analyze, source::Source};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, SEGMENT_WRITE_KEY, Sandbox, Vendor};

use taxogen_tests::checkout::plain;

const PLAN: &str = include_str!("../guides/taxonomy.yaml");
const POSTHOG: &str = include_str!("../../docs/optimizely-with-posthog.md");
const SEGMENT: &str = include_str!("../../docs/optimizely-with-segment.md");
const MIXPANEL: &str = include_str!("../../docs/optimizely-with-mixpanel.md");

/// The blocks of code of a page, by language, in order.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let after = page.split(&fence).skip(1);
    after.map(|rest| rest.split_once("```").expect("a block ends").0).collect()
}

/// Holds a page to its plan and its program, and gives what it says comes in and arrives.
fn shown(page: &'static str, program: &str) -> (String, Vec<Value>) {
    assert_eq!(blocks(page, "yaml"), [format!("# taxonomy.yaml\n{PLAN}")]);
    let program = program.replace("taxonomy!(\"taxonomy.yaml\")", "taxonomy!()");
    assert_eq!(blocks(page, "rust"), [format!("// src/main.rs\n{program}")]);
    let [notifications] = *blocks(page, "jsonl") else { panic!("one block of notifications") };
    let arrives = blocks(page, "json").into_iter().map(|block| serde_json::from_str(block).expect("JSON"));
    (notifications.to_owned(), arrives.collect())
}

/// What the pages say of the three decisions.
fn is_told_once(client: &Client) {
    let report = client.decision_report();
    assert_eq!((report.reported, report.repeated), (1, 1));
    assert_eq!(report.skipped, [(SkipReason::Delivery, 1)]);
}

/// What arrived, as the pages show it: name, person and what it says.
fn arrived(client: &Client, sandbox: &Sandbox, vendor: Vendor) -> Vec<Value> {
    client.flush(std::time::Duration::from_secs(20)).expect("the sandbox takes everything");
    let received = sandbox.received(vendor).into_iter();
    let shown = |received: taxogen_sandbox::Received| {
        let (user, properties) = (received.distinct_id, plain(received.properties));
        if received.name == "engage" {
            json!({"user": user, "profile": properties})
        } else {
            json!({"name": received.name, "user": user, "properties": properties})
        }
    };
    let mut all: Vec<_> = received.map(shown).collect();
    // Mixpanel takes the two at endpoints of their own, in any order.
    all.sort_by_key(|shown| shown.get("profile").is_some());
    all
}

#[test]
fn the_plan_has_no_problems() {
    let analysis = analyze(&Source::from_text("taxonomy.yaml", PLAN.to_owned()));
    assert!(analysis.plan.is_some() && analysis.diagnostics.is_empty());
}

mod posthog {
    #![expect(dead_code, reason = "nobody runs the page's `main`, or uses all of its plan")]
    include!("../guides/posthog.rs");

    #[test]
    fn the_page_shows_what_happens() {
        let (notifications, arrives) = super::shown(super::POSTHOG, include_str!("../guides/posthog.rs"));
        let sandbox = super::Sandbox::start().expect("a free port");
        let client = client(PostHog::new(super::POSTHOG_KEY).host(sandbox.posthog_url())).unwrap();
        forward(&client, notifications.as_bytes()).unwrap();
        assert_eq!(super::arrived(&client, &sandbox, super::Vendor::PostHog), arrives);
        super::is_told_once(&client);
    }
}

mod segment {
    #![expect(dead_code, reason = "nobody runs the page's `main`, or uses all of its plan")]
    include!("../guides/segment.rs");

    #[test]
    fn the_page_shows_what_happens() {
        let (notifications, arrives) = super::shown(super::SEGMENT, include_str!("../guides/segment.rs"));
        let sandbox = super::Sandbox::start().expect("a free port");
        let client = client(Segment::new(super::SEGMENT_WRITE_KEY).host(sandbox.segment_url())).unwrap();
        forward(&client, notifications.as_bytes()).unwrap();
        assert_eq!(super::arrived(&client, &sandbox, super::Vendor::Segment), arrives);
        super::is_told_once(&client);
    }
}

mod mixpanel {
    #![expect(dead_code, reason = "nobody runs the page's `main`, or uses all of its plan")]
    include!("../guides/mixpanel.rs");

    #[test]
    fn the_page_shows_what_happens() {
        let (notifications, arrives) = super::shown(super::MIXPANEL, include_str!("../guides/mixpanel.rs"));
        let sandbox = super::Sandbox::start().expect("a free port");
        let client = client(Mixpanel::new(super::MIXPANEL_TOKEN).host(sandbox.mixpanel_url())).unwrap();
        forward(&client, notifications.as_bytes()).unwrap();
        assert_eq!(super::arrived(&client, &sandbox, super::Vendor::Mixpanel), arrives);
        super::is_told_once(&client);
    }
}
