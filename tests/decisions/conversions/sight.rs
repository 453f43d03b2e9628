//! What Optimizely sees of an event, by the plan, by the client and by what the application keeps back.

use serde_json::{Value, json};
use taxogen::{Client, Destinations, EventSchema, Extra, Optimizely, PlanId, PropertyWriter, Sensitivity};
use taxogen_sandbox::Sandbox;
use taxogen_tests::golden::conversion::{events, types};

use super::{LONG, PLAN, Plain, SCHEMA, Told, event_of, optimizely, purchase, received, send};

#[test]
fn a_revenue_that_is_no_integer_never_arrives_and_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            let user = client.user("u");
            user.capture(Plain(const { &SCHEMA }, |properties| {
                properties.internal("revenue", &49.99);
                properties.internal("size", "12.5");
                properties.conversion().revenue("revenue");
                properties.conversion().value("size");
            }));
            user.capture(Plain(const { &SCHEMA }, |properties| {
                properties.internal("cents", &None::<i64>);
                properties.internal("seats", &3);
                properties.conversion().revenue("cents");
                properties.conversion().value("seats");
            }));
            user.capture(Plain(const { &SCHEMA }, |properties| {
                let mut extra = Extra::new();
                extra.add("revenue", 49.99);
                extra.add("basket", taxogen::Json::parse(r#"{"a":1}"#).unwrap());
                extra.add("coupon", "X");
                properties.extra(&extra, &[]);
                properties.set().internal("age", &None::<i64>);
                properties.set().internal("plan", &["a", "b"].as_slice());
            }));
        },
    );
    assert_eq!((report.destinations[0].delivered, report.limited), (3, 5));
    assert_eq!(told.losses(), []);
    assert_eq!(
        told.limits(),
        [
            "`revenue` of `purchase_completed` is left out: optimizely takes whole cents for a revenue and would misread \
             others",
            "`value` of `purchase_completed` is left out: optimizely takes a number for the value of a conversion",
            "`plan` of `purchase_completed` is left out: optimizely takes texts, numbers and booleans alone",
            "`revenue` of `purchase_completed` is left out: optimizely keeps the name for what the conversion counts for",
            "`basket` of `purchase_completed` is left out: optimizely takes texts, numbers and booleans alone",
        ]
    );
    let conversions = received(&sandbox);
    let counts = |place: usize| {
        let event = event_of(&conversions[place]);
        (event.get("revenue").cloned(), event.get("value").cloned(), event.get("tags").cloned())
    };
    assert_eq!(counts(0), (None, None, Some(json!({ "size": "12.5" }))));
    assert_eq!(counts(1), (None, Some(json!(3)), Some(json!({ "value": 3, "seats": 3 }))));
    assert_eq!(counts(2), (None, None, Some(json!({ "coupon": "X" }))));
    assert_eq!(conversions[2].item["attributes"], json!([]));
}

#[test]
fn optimizely_sees_what_the_plan_and_the_client_let_it_see() {
    const PUBLIC: PlanId = PLAN.allow(Destinations::OPTIMIZELY, Sensitivity::Public);
    const PERSONAL: PlanId = PLAN.allow(Destinations::OPTIMIZELY, Sensitivity::Personal);
    fn write(properties: &mut PropertyWriter<'_>) {
        properties.public("public", &100);
        properties.internal("internal", &2);
        properties.personal("personal", &3);
        properties.hashed().personal("hashed", "what do ya want for nothing?");
        properties.set().public("country", "US");
        properties.set().internal("plan", "pro");
        properties.set().personal("age", &40);
        properties.set_once().public("age", &1);
        properties.conversion().revenue("public");
        properties.conversion().value("internal");
    }
    const fn schema(plan: PlanId) -> EventSchema {
        EventSchema::new("purchase_completed", plan).converting()
    }
    let hash = json!("5bdcc146bf60754e6a042426089575c7");
    let [public, internal] = [
        json!({ "revenue": 100, "public": 100, "hashed": hash }),
        json!({
            "revenue": 100, "value": 2, "public": 100, "internal": 2, "hashed": hash,
        }),
    ];
    let all = json!({
        "revenue": 100, "value": 2, "public": 100, "internal": 2, "personal": 3,
        "hashed": "what do ya want for nothing?",
    });
    for (schema, allow, tags, attributes) in [
        (const { &schema(PLAN) }, None, &internal, ["country", "plan"].as_slice()),
        (const { &schema(PLAN) }, Some(Sensitivity::Personal), &internal, &["country", "plan"]),
        (const { &schema(PLAN) }, Some(Sensitivity::Public), &public, &["country"]),
        (const { &schema(PUBLIC) }, None, &public, &["country"]),
        (const { &schema(PERSONAL) }, None, &all, &["country", "plan", "age"]),
        (const { &schema(PERSONAL) }, Some(Sensitivity::Internal), &internal, &["country", "plan"]),
    ] {
        let sandbox = Sandbox::start().unwrap();
        let optimizely = match allow {
            None => optimizely(&sandbox),
            Some(highest) => optimizely(&sandbox).allow(highest),
        };
        let client = Client::builder().to(optimizely).hash_key(b"Jefe").build().unwrap();
        client.user("u").capture(Plain(schema, write));
        assert!(client.shutdown(LONG).is_complete());
        let one = received(&sandbox).remove(0);
        let event = event_of(&one);
        assert_eq!((&event["tags"], &event["revenue"]), (tags, &json!(100)), "{allow:?}");
        assert_eq!(event["value"], tags["value"], "{allow:?}");
        let keys =
            one.item["attributes"].as_array().unwrap().iter().map(|attribute| attribute["key"].as_str().unwrap());
        assert!(keys.eq(attributes.iter().copied()), "{allow:?} {}", one.item);
    }
}

#[test]
fn what_the_code_of_a_plan_counts_arrives() {
    let sandbox = Sandbox::start().unwrap();
    let datafile = r#"{"accountId":"1","projectId":"2","revision":"3","attributes":[],"events":[
        {"id":"7","key":"purchase_completed"},{"id":"8","key":"plan_bought"},{"id":"9","key":"lead_left"}]}"#;
    let optimizely = Optimizely::new(datafile).host(sandbox.optimizely_url()).strict(true);
    let client = Client::builder().to(optimizely).build().unwrap();
    let user = client.user("u");
    let bought = events::PlanBought::new(types::PlanCents::N900).with_refunded(types::Paid::literal(7));
    let shown = format!("{bought:?}");
    user.capture(events::OrderPaid::new(4999).with_amount(49.99));
    user.capture(bought);
    user.capture(events::OrderPaid::new(-1));
    user.capture(events::LeadLeft::new());
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let hidden =
        r#"plan_bought {"price":900,"refunded":"<personal>","$conversion":{"revenue":"price","value":"refunded"}}"#;
    assert_eq!(shown, hidden);
    let counted = received(&sandbox).into_iter().map(|one| {
        let event = event_of(&one);
        (event["entity_id"].clone(), event["revenue"].clone(), event["value"].clone())
    });
    let expected = [
        (json!("7"), json!(4999), json!(49.99)),
        (json!("8"), json!(900), json!(7)),
        (json!("7"), Value::Null, Value::Null),
        (json!("9"), Value::Null, Value::Null),
    ];
    assert!(counted.eq(expected));
}

#[test]
fn what_the_filter_holds_back_is_dropped_and_no_loss() {
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely.filter(|outgoing| outgoing.property("cents") != Some("1")),
        |client| {
            client.user("u").capture(purchase(1));
            client.user("u").capture(purchase(2));
        },
    );
    assert_eq!((report.destinations[0].delivered, report.destinations[0].dropped), (1, 1));
    assert_eq!((told.losses(), received(&sandbox).len()), (vec![], 1));
}

#[test]
fn what_is_counted_is_what_before_capture_left() {
    let sandbox = Sandbox::start().unwrap();
    let told = Told::default();
    let builder = told.listen(Client::builder().to(optimizely(&sandbox)));
    let hook = |draft: &mut taxogen::Draft<'_>| {
        assert_eq!(draft.names(), ["cents", "country"]);
        assert!(!draft.remove("revenue"));
        match draft.distinct_id().as_str() {
            "removed" => assert!(draft.remove("cents")),
            "replaced" => assert!(draft.replace("cents", &5)),
            "float" => assert!(draft.replace("cents", &49.99)),
            "added" => draft.add("revenue", &7),
            _ => {}
        }
    };
    let client = builder.before_capture(hook).build().unwrap();
    for user in ["kept", "removed", "replaced", "float", "added"] {
        client.user(user).capture(purchase(4999));
    }
    assert!(client.shutdown(LONG).is_complete());
    let counted = received(&sandbox).into_iter().map(|one| (event_of(&one)["revenue"].clone(), one.properties));
    let expected = [
        (json!(4999), json!({ "revenue": 4999, "cents": 4999 })),
        (Value::Null, json!({})),
        (json!(5), json!({ "revenue": 5, "cents": 5 })),
        (Value::Null, json!({ "cents": 49.99 })),
        (json!(4999), json!({ "revenue": 4999, "cents": 4999 })),
    ];
    assert_eq!(counted.collect::<Vec<_>>(), expected);
    let sentence = "`revenue` of `purchase_completed` is left out: optimizely takes whole cents for a revenue and would misread \
                    others";
    assert_eq!((told.losses(), told.limits()), (vec![], vec![sentence.to_owned()]));
}

#[test]
fn super_properties_are_no_tags() {
    struct Supers;
    impl taxogen::SuperProperties for Supers {
        fn plan(&self) -> PlanId {
            PLAN
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.internal("app", "shop");
        }
    }
    let sandbox = Sandbox::start().unwrap();
    send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            client.register(Supers);
            client.user("u").capture(purchase(1));
        },
    );
    assert_eq!(received(&sandbox)[0].properties, json!({ "revenue": 1, "cents": 1 }));
}

#[test]
fn a_recorder_shows_what_optimizely_would_get() {
    let (client, recorder) = Client::recorder();
    client.user("u").capture(purchase(5));
    client.user("u").capture(Plain(const { &EventSchema::new("seen", PLAN) }, |_| {}));
    let sent =
        recorder.all().into_iter().map(|recorded| recorded.sent_to(Destinations::OPTIMIZELY)).collect::<Vec<_>>();
    let expected = r#"purchase_completed {"cents":5,"$set":{"country":"US"},"$conversion":{"revenue":"cents"}}"#;
    assert_eq!(sent, [Some(expected.to_owned()), None]);
    let posthog = recorder.all()[0].sent_to(Destinations::POSTHOG);
    assert_eq!(posthog.as_deref(), Some(r#"purchase_completed {"cents":5,"$set":{"country":"US"}}"#));
}
