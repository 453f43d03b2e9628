//! What `capture` costs the thread that calls it.

use std::time::Duration;

use taxogen::{Client, EventSchema, Mixpanel, PropertyWriter, Segment, User};
use taxogen_sandbox::Sandbox;

use crate::supers::Supers;
use crate::vendors::{LONG, Plain, schema};

const SHADOWING: EventSchema = schema("allocations").shadowing(&["app_version"]);

/// Every kind of property that has no text of its own.
fn write(properties: &mut PropertyWriter<'_>) {
    properties.internal("channel", "web \"1\"");
    properties.personal("attempt", &3);
    properties.public("share", &0.25);
    properties.hashed().personal("email", "somebody@example.com");
    properties.set().internal("seen", &true);
    properties.internal("app_version", "1.3");
}

const EVENT: Plain = Plain(const { &SHADOWING }, write);

/// Allocations of a hundred captures, behind a hundred others.
fn allocations(user: &User) -> u64 {
    let capture = || (0..100).for_each(|_| user.capture(EVENT));
    capture();
    allocation_counter::measure(capture).count_total
}

#[test]
fn a_capture_allocates_nothing_with_super_properties_either() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(Segment::new("x").host(sandbox.segment_url()))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()))
        .linger(Duration::from_secs(60))
        .hash_key("key")
        .stamp_plan(true)
        .build()
        .unwrap();
    let user = client.user("u");
    assert_eq!(allocations(&user), 0);
    client.register(Supers(|properties| {
        properties.internal("app_version", "1.2");
        properties.personal("region", "eu");
    }));
    user.register(Supers(|properties| properties.hashed().personal("team", "red")));
    assert_eq!(allocations(&user), 0);
    let variations = r#"{"version":1,"id":"u","variations":[["checkout","test"],["redesign","on","Optimizely"]]}"#;
    let user = client.resume(variations).unwrap();
    user.stamp_variations();
    assert_eq!(allocations(&user), 0, "nor with the variations that the person is in");
    assert!(client.shutdown(LONG).is_complete());
}

#[test]
fn a_hook_that_only_looks_makes_a_capture_allocate_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(Segment::new("x").host(sandbox.segment_url()))
        .linger(Duration::from_secs(60))
        .opted_out(["somebody else"])
        .before_capture(|draft| assert_eq!(draft.verb(), "capture"))
        .build()
        .unwrap();
    assert_eq!(allocations(&client.user("u")), 0);
    assert!(client.shutdown(LONG).is_complete());
}
