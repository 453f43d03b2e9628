//! Conversions: what Optimizely gets of an event, and nothing else.

mod sight;
mod trouble;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, Decision, Destinations, Event, EventSchema, ExposurePolicy, Group, LossReason, Optimizely,
    Options, PersonProperties, PlanId, PostHog, PropertyWriter, Timestamp,
};
use taxogen_sandbox::{Received, Sandbox, Vendor};

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
