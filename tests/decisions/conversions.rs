//! Conversions: what Optimizely gets of an event, and nothing else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, Decision, Destinations, Event, EventSchema, ExposurePolicy, Extra, Group, LossReason, Optimizely,
    Options, PersonProperties, PlanId, PostHog, PropertyWriter, Sensitivity, Spool, Timestamp,
};
use taxogen_sandbox::{Fault, Received, Sandbox, Vendor};
use taxogen_tests::golden::conversion::{events, types};

const PLAN: PlanId = PlanId::new("shop", "0000000000000000");
const LONG: Duration = Duration::from_secs(20);

const DATAFILE: &str = r#"{"version":"4","accountId":"8000","projectId":"9000","revision":"12","region":"US",
    "events":[{"id":"6001","key":"purchase_completed","experimentIds":["2101"]},{"id":"6002","key":"bought \"it\""}],
    "attributes":[{"id":"70","key":"country"},{"id":"71","key":"plan"},{"id":"72","key":"age"}]}"#;

/// An event of this schema with what `write` gives.
struct Plain(&'static EventSchema, fn(&mut PropertyWriter<'_>));

impl Event for Plain {
    fn schema(&self) -> &'static EventSchema {
        self.0
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.1)(properties);
    }
}

const SCHEMA: EventSchema = EventSchema::new("purchase_completed", PLAN).converting();

/// As the compiler emits an event with `conversion: { optimizely: { revenue: cents } }`.
struct Purchase {
    cents: i64,
    country: &'static str,
}

impl Event for Purchase {
    fn schema(&self) -> &'static EventSchema {
        const { &SCHEMA }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("cents", &self.cents);
        properties.set().internal("country", self.country);
        properties.conversion().revenue("cents");
    }
}

fn purchase(cents: i64) -> Purchase {
    Purchase { cents, country: "US" }
}

fn optimizely(sandbox: &Sandbox) -> Optimizely {
    Optimizely::new(DATAFILE).host(sandbox.optimizely_url()).strict(true)
}

/// Reason, detail and events.
type Lost = (LossReason, String, Vec<String>);

/// What was told: losses, and the sentences of limits.
#[derive(Clone, Default)]
struct Told {
    losses: Arc<Mutex<Vec<Lost>>>,
    limits: Arc<Mutex<Vec<String>>>,
}

impl Told {
    fn listen(&self, builder: Builder) -> Builder {
        let (losses, limits) = (Arc::clone(&self.losses), Arc::clone(&self.limits));
        builder
            .on_loss(move |loss| {
                assert_eq!(loss.destination, Some("optimizely"));
                let events = loss.events.iter().map(|event| event.name.clone()).collect();
                losses.lock().unwrap().push((loss.reason, loss.detail.clone(), events));
            })
            .on_limit(move |limited| limits.lock().unwrap().push(limited.to_string()))
    }

    fn losses(&self) -> Vec<Lost> {
        self.losses.lock().unwrap().clone()
    }

    fn limits(&self) -> Vec<String> {
        self.limits.lock().unwrap().clone()
    }
}

/// Captures by a client that delivers to Optimizely alone; everything is settled then.
fn send(
    sandbox: &Sandbox,
    settings: impl FnOnce(Optimizely) -> Optimizely,
    capture: impl FnOnce(&Client),
) -> (taxogen::Report, Told) {
    let told = Told::default();
    let client = told.listen(Client::builder().to(settings(optimizely(sandbox)))).build().unwrap();
    capture(&client);
    (client.shutdown(LONG), told)
}

/// The one event that a vendor has, as it came.
fn event_of(received: &Received) -> &Value {
    &received.item["snapshots"][0]["events"][0]
}

fn received(sandbox: &Sandbox) -> Vec<Received> {
    sandbox.received(Vendor::Optimizely)
}

#[test]
fn a_conversion_is_the_body_that_the_sdks_send() {
    // As an event of the plan writes it whose revenue and value are properties of these names.
    let event = Plain(const { &SCHEMA }, |properties| {
        properties.internal("revenue", &4999);
        properties.internal("value", &12.5);
        properties.internal("coupon", "X");
        properties.internal("items", &3);
        properties.internal("gift", &true);
        properties.set().internal("country", "US");
        properties.set().internal("unknown_there", "x");
        properties.conversion().revenue("revenue");
        properties.conversion().value("value");
    });
    let sandbox = Sandbox::start().unwrap();
    let time = Timestamp::from_unix_millis(1_795_206_446_729);
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            client.user("user_003").capture_with(event, &Options::new().at(time));
        },
    );
    assert!(report.is_complete(), "{report}");
    assert_eq!((told.losses(), told.limits()), (vec![], vec![]));
    let request = sandbox.requests(Vendor::Optimizely).remove(0);
    let uuid = received(&sandbox)[0].id.clone().unwrap();
    // The recording of the SDK, its fields in their order, with our name, version and uuid.
    let recorded = format!(
        r#"{{"client_name":"taxogen","client_version":"{}","account_id":"8000","project_id":"9000","revision":"12","#,
        env!("CARGO_PKG_VERSION")
    ) + r#""anonymize_ip":true,"enrich_decisions":true,"visitors":[{"visitor_id":"user_003","#
        + r#""attributes":[{"entity_id":"70","key":"country","type":"custom","value":"US"}],"#
        + r#""snapshots":[{"events":[{"entity_id":"6001","key":"purchase_completed","timestamp":1795206446729,"#
        + &format!(r#""uuid":"{uuid}","revenue":4999,"value":12.5,"#)
        + r#""tags":{"revenue":4999,"value":12.5,"coupon":"X","items":3,"gift":true}}]}]}]}"#;
    assert_eq!(String::from_utf8(request.body.clone()).unwrap(), recorded);
    assert_eq!((request.path.as_str(), request.header("x-optimizely-strict")), ("/v1/events", Some("true")));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!((request.header("authorization"), request.header("content-encoding")), (None, None));
}

#[test]
fn what_one_visitor_did_stands_in_one_place() {
    let sandbox = Sandbox::start().unwrap();
    let (report, _) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            for (user, cents, country) in
                [("u1", 1, "US"), ("u2", 2, "US"), ("u1", 3, "US"), ("u1", 4, "CA"), ("u\"3", 5, "US")]
            {
                client.user(user).capture(Purchase { cents, country });
            }
        },
    );
    assert!(report.is_complete(), "{report}");
    let requests = sandbox.requests(Vendor::Optimizely);
    assert_eq!(requests.len(), 1);
    let body = requests[0].json();
    let visitors = body["visitors"].as_array().unwrap().iter().map(|visitor| {
        assert_eq!(visitor["snapshots"].as_array().unwrap().len(), 1);
        let events = visitor["snapshots"][0]["events"].as_array().unwrap().iter();
        let cents: Vec<_> = events.map(|event| event["revenue"].as_i64().unwrap()).collect();
        (visitor["visitor_id"].clone(), visitor["attributes"][0]["value"].clone(), cents)
    });
    let expected = [("u1", "US", vec![1, 3]), ("u2", "US", vec![2]), ("u1", "CA", vec![4]), ("u\"3", "US", vec![5])]
        .map(|(id, country, cents)| (json!(id), json!(country), cents));
    assert!(visitors.eq(expected), "{body}");
}

#[test]
fn only_conversions_go_there_and_all_else_goes_elsewhere() {
    struct Nobody;
    impl PersonProperties for Nobody {
        fn plan(&self) -> PlanId {
            PLAN
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.set().internal("country", "US");
        }
    }
    impl Group for Nobody {
        fn plan(&self) -> PlanId {
            PLAN
        }
        fn group_type(&self) -> &'static str {
            "company"
        }
        fn key(&self) -> &'static str {
            "acme"
        }
        fn write(&self, _: &mut PropertyWriter<'_>) {}
    }
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url());
    let builder = Client::builder().to(posthog).to(optimizely(&sandbox)).exposures(ExposurePolicy::guide());
    let client = builder.build().unwrap();
    let user = client.user("u");
    user.identify(Nobody);
    user.set(Nobody);
    user.group(Nobody);
    user.alias("before");
    user.unset(&["country"]);
    user.capture(Plain(const { &EventSchema::new("seen", PLAN) }, |_| {}));
    client.decided(&Decision::new("u", "flag"));
    client.flush(LONG).unwrap();
    let others = sandbox.received(Vendor::PostHog).len();
    assert!(others >= 6, "{others}");
    assert_eq!(sandbox.summary(Vendor::Optimizely).requests, 0);
    user.capture(Plain(const { &SCHEMA.to(Destinations::SEGMENT).converting() }, |_| {}));
    user.capture(purchase(7));
    let report = client.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(sandbox.received(Vendor::PostHog).len(), others + 1, "one of the two is for Segment and Optimizely");
    let bought = sandbox.received(Vendor::PostHog).pop().unwrap();
    assert_eq!((bought.name.as_str(), &bought.properties["cents"]), ("purchase_completed", &json!(7)));
    assert!(bought.properties.get("revenue").is_none(), "{}", bought.item);
    let conversions = received(&sandbox);
    assert_eq!((event_of(&conversions[0]).get("tags"), event_of(&conversions[0]).get("revenue")), (None, None));
    assert_eq!(event_of(&conversions[1])["tags"], json!({ "revenue": 7, "cents": 7 }));
    assert_eq!(conversions[1].id, bought.id, "a record has one id everywhere");
}

#[test]
fn an_event_that_the_datafile_does_not_have_is_lost_and_told_and_harms_no_other() {
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            let user = client.user("u");
            user.capture(purchase(1));
            user.capture(Plain(const { &EventSchema::new("refunded", PLAN).converting() }, |_| {}));
            let named = const { &SCHEMA.named(Destinations::OPTIMIZELY, "Nobody \"knows\"") };
            user.capture(Plain(named, |_| {}));
            let known = const { &SCHEMA.named(Destinations::OPTIMIZELY, "bought \"it\"") };
            user.capture(Plain(known, |_| {}));
        },
    );
    let what = "create it in the project, and start with a datafile that has it";
    let lost = |key: &str, event: &str| {
        let detail = format!("revision 12 of the datafile has no event `{key}`: {what}");
        (LossReason::NotInDatafile, detail, vec![event.to_owned()])
    };
    assert_eq!(told.losses(), [lost("refunded", "refunded"), lost("Nobody \"knows\"", "purchase_completed")]);
    assert_eq!(report.destinations[0].delivered, 2);
    let keys: Vec<_> = received(&sandbox).iter().map(|one| event_of(one)["key"].clone()).collect();
    assert_eq!(keys, ["purchase_completed", "bought \"it\""]);
    assert_eq!(event_of(&received(&sandbox)[1])["entity_id"], "6002");
}

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
fn strict_shows_what_optimizely_would_drop_without_a_word() {
    let long_ago = Options::new().at(Timestamp::from_unix_millis(0));
    for (is_strict, delivered, verdict) in [(true, 1, None), (false, 2, Some("is no time in milliseconds"))] {
        let sandbox = Sandbox::start().unwrap();
        let (report, told) = send(
            &sandbox,
            |optimizely| optimizely.strict(is_strict),
            |client| {
                client.user("u1").capture(purchase(1));
                client.user("u2").capture_with(purchase(2), &long_ago);
            },
        );
        assert_eq!(report.destinations[0].delivered, delivered);
        let header = sandbox.requests(Vendor::Optimizely)[0].header("x-optimizely-strict").map(str::to_owned);
        assert_eq!(header.as_deref(), is_strict.then_some("true"));
        let refused = told.losses().into_iter().map(|(reason, detail, _)| (reason, detail)).collect::<Vec<_>>();
        let detail = "status 400: `visitors[0].snapshots[0].events[0].timestamp` is no time in milliseconds";
        let expected = is_strict.then(|| (LossReason::Refused, detail.to_owned()));
        assert_eq!(refused, expected.into_iter().collect::<Vec<_>>());
        let dropped = sandbox.summary(Vendor::Optimizely).dropped.into_keys().next();
        assert_eq!(dropped.is_some_and(|reason| reason.ends_with(verdict.unwrap_or_default())), verdict.is_some());
    }
}

#[test]
fn trouble_loses_nothing_and_changes_no_uuid() {
    for fault in [
        Fault::status(503).times(2),
        Fault::status(429).with_retry_after(1),
        Fault::CutAfter,
        Fault::CutBefore,
        Fault::Html(200),
        Fault::EmptyAnswer,
        Fault::InvalidJson,
        Fault::TwoHundredWithError,
        Fault::Partial { accepted: 2 },
        Fault::status(413).times(2),
    ] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.fault(Vendor::Optimizely, fault.clone());
        let (report, told) = send(
            &sandbox,
            |optimizely| optimizely,
            |client| {
                for (number, user) in ["u1", "u2", "u1", "u3", "u2"].into_iter().enumerate() {
                    client.user(user).capture(purchase(i64::try_from(number).unwrap()));
                }
            },
        );
        assert_eq!((report.destinations[0].delivered, told.losses()), (5, vec![]), "{fault:?}");
        let requests = sandbox.requests(Vendor::Optimizely);
        assert!(requests.len() > 1, "{fault:?}");
        let uuids = |request: &taxogen_sandbox::RecordedRequest| {
            let body = request.json();
            let visitors = body["visitors"].as_array().unwrap().clone();
            let events =
                visitors.iter().flat_map(|visitor| visitor["snapshots"][0]["events"].as_array().unwrap().clone());
            let mut uuids: Vec<_> =
                events.map(|event| (event["revenue"].to_string(), event["uuid"].to_string())).collect();
            uuids.sort();
            uuids
        };
        let first = uuids(&requests[0]);
        assert_eq!(first.len(), 5);
        assert!(requests.iter().all(|request| uuids(request).iter().all(|pair| first.contains(pair))), "{fault:?}");
        assert_eq!(received(&sandbox).len(), 5, "{fault:?}");
    }
}

#[test]
fn one_that_is_refused_is_refused_alone() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Optimizely, Fault::Poison("\"revenue\":3,".to_owned()).forever());
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            (0..6).for_each(|cents| client.user("u").capture(purchase(cents)));
        },
    );
    assert_eq!(report.destinations[0].delivered, 5);
    let losses = told.losses();
    assert_eq!((losses.len(), losses[0].0, losses[0].2.len()), (1, LossReason::Refused, 1));
    let revenues: Vec<_> = received(&sandbox).iter().map(|one| event_of(one)["revenue"].as_i64()).collect();
    assert_eq!(revenues, [0, 1, 2, 4, 5].map(Some));
}

#[test]
fn no_body_is_larger_than_optimizely_takes() {
    struct Note(String);
    impl Event for Note {
        fn schema(&self) -> &'static EventSchema {
            const { &SCHEMA }
        }
        fn write(&self, properties: &mut PropertyWriter<'_>) {
            properties.internal("note", &*self.0);
        }
    }
    let sandbox = Sandbox::start().unwrap();
    let (report, told) = send(
        &sandbox,
        |optimizely| optimizely,
        |client| {
            for length in [700_000, 3_500_000, 700_000, 3_300_000] {
                client.user("u").capture(Note("x".repeat(length)));
            }
        },
    );
    assert_eq!(report.destinations[0].delivered, 3);
    let [(reason, _, events)] = &told.losses()[..] else { panic!("one is lost") };
    assert_eq!((*reason, events.len()), (LossReason::TooLarge, 1));
    let sizes: Vec<_> = sandbox.requests(Vendor::Optimizely).iter().map(|request| request.wire_bytes).collect();
    assert!(sizes.len() == 3 && sizes.iter().all(|size| *size < 3_500_000), "{sizes:?}");
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
fn a_spool_keeps_conversions_for_the_next_client_and_for_no_other_project() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::Optimizely, Fault::status(503).forever());
    let spooled = |optimizely| Client::builder().to(optimizely).spool(Spool::new(directory.path()));
    let client = spooled(optimizely(&sandbox)).build().unwrap();
    client.user("u").capture(purchase(1));
    assert_eq!(client.shutdown(Duration::from_millis(100)).kept, 1);
    sandbox.clear_faults(Vendor::Optimizely);

    let other = Optimizely::new(DATAFILE.replace("9000", "9001")).host(sandbox.optimizely_url());
    let client = spooled(other).build().unwrap();
    let _ = client.flush(LONG);
    client.shutdown(LONG);
    assert_eq!(received(&sandbox), []);

    let client = spooled(optimizely(&sandbox)).build().unwrap();
    assert!(sandbox.wait_for(Vendor::Optimizely, 1, LONG));
    assert!(client.shutdown(LONG).is_complete());
    let requests = sandbox.requests(Vendor::Optimizely);
    let [first, last] = [requests.first(), requests.last()].map(|request| request.unwrap().json());
    assert_eq!(first["visitors"], last["visitors"]);
    assert_eq!(received(&sandbox).len(), 1);
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

#[test]
fn a_datafile_that_cannot_be_used_is_an_error_of_build() {
    let missing = tempfile::tempdir().unwrap().path().join("datafile.json");
    let built = |optimizely| Client::builder().to(optimizely).build().err().unwrap().to_string();
    let said = built(Optimizely::from_file(&missing));
    let expected = format!("the datafile of optimizely `{}` cannot be read: ", missing.display());
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(
        built(Optimizely::new(DATAFILE.replace("accountId", "account"))),
        "`accountId` is missing in the datafile of optimizely: give the whole JSON that Optimizely has for the SDKs of the \
         project"
    );
    for cut in (0..DATAFILE.len()).step_by(7) {
        assert!(built(Optimizely::new(&DATAFILE[..cut])).starts_with("the datafile of optimizely is no JSON: "));
    }
}
