//! Who sees what: the bodies that arrive are searched for the values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;
use taxogen::{
    Builder, Client, Constrain, Decision, Destinations, EventSchema, ExposurePolicy, Group, Mixpanel, PersonProperties,
    PlanId, PostHog, PropertyWriter, Report, Segment, Sensitivity, SuperProperties, Value, ValueWriter,
};
use taxogen_sandbox::{Sandbox, Vendor};
use taxogen_tests::golden::sensitivity;

use crate::vendors::{LONG, Plain};

/// PostHog may see what is personal, Segment what is internal, Mixpanel what is public.
const PLAN: PlanId = PlanId::new("privacy", "0123456789abcdef")
    .allow(Destinations::POSTHOG, Sensitivity::Personal)
    .allow(Destinations::MIXPANEL, Sensitivity::Public);

/// The key and the value of RFC 4231's second case, and the first half of its hash.
const KEY: &str = "Jefe";
const HASHED: &str = "what do ya want for nothing?";
const HASH: &str = "5bdcc146bf60754e6a042426089575c7";

/// Every class of property at one place, its values marked with where they stand.
struct Marked(&'static str);

impl Marked {
    fn text(&self, class: &str) -> String {
        format!("{class}<{}>", self.0)
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.public("public", &self.text("public"));
        properties.internal("internal", &self.text("internal"));
        properties.personal("personal", &self.text("personal"));
        properties.personal("object", &Wrapped(&self.text("within")));
        properties.hashed().personal("hashed", HASHED);
    }

    fn write_person(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().public("public", &self.text("public"));
        properties.set().internal("internal", &self.text("internal"));
        properties.set().personal("personal", &self.text("personal"));
        properties.set_once().personal("once", &self.text("once"));
        properties.set().hashed().personal("hashed", HASHED);
        properties.set_once().hashed().internal("number", &42);
    }
}

/// A value inside of a list of objects.
struct Wrapped<'a>(&'a str);

impl Value for Wrapped<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.list(|list| list.item(&Field(self.0)));
    }
}

struct Field<'a>(&'a str);

impl Value for Field<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|object| object.field("field", self.0));
    }
}

/// A map by what is personal.
fn by_address<V>(value: V) -> BTreeMap<Cow<'static, str>, V> {
    BTreeMap::from([("a@example.com".into(), value)])
}

/// The same with a field that has to be short.
struct Short<'a>(&'a str);

impl Value for Short<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|object| object.field("field", &self.0.max_length(1)));
    }
}

impl PersonProperties for Marked {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        self.write_person(properties);
    }
}

impl Group for Marked {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &'static str {
        "acme"
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        self.write(properties);
    }
}

struct Registered(&'static str, &'static str);

impl SuperProperties for Registered {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal(&format!("{}-internal", self.0), self.1);
        properties.personal(&format!("{}-personal", self.0), &format!("personal<{}>", self.0));
        properties.hashed().personal(&format!("{}-hashed", self.0), HASHED);
    }
}

const EVENT: Plain = Plain(const { &EventSchema::new("event", PLAN) }, |properties| {
    Marked("event").write(properties);
    Marked("of event").write_person(properties);
});

/// Everything that a client can be told, once.
fn tell_all(client: &Client) -> Report {
    client.register(Registered("client", "internal<client>"));
    let user = client.user("u");
    user.register(Registered("user", "internal<user>"));
    user.identify(Marked("identify"));
    user.set(Marked("set"));
    user.group(Marked("group"));
    user.capture(EVENT);
    client.shutdown(LONG)
}

fn to_three(sandbox: &Sandbox) -> Builder {
    Client::builder()
        .to(PostHog::new("phc_x").host(sandbox.posthog_url()))
        .to(Segment::new("x").host(sandbox.segment_url()))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()))
}

/// Everything that arrived at a vendor, as text.
fn arrived(sandbox: &Sandbox, vendor: Vendor) -> String {
    let bodies = sandbox.requests(vendor).into_iter().map(|request| String::from_utf8(request.body).unwrap());
    bodies.collect::<Vec<_>>().join("\n")
}

/// Which marks arrived at PostHog, Segment and Mixpanel.
fn seen(sandbox: &Sandbox, mark: &str) -> [bool; 3] {
    [Vendor::PostHog, Vendor::Segment, Vendor::Mixpanel].map(|vendor| arrived(sandbox, vendor).contains(mark))
}

const PLACES: [&str; 5] = ["event", "of event", "identify", "set", "group"];

#[test]
fn a_value_arrives_where_the_plan_allows_it_and_its_hash_everywhere_else() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_three(&sandbox).hash_key(KEY).build().unwrap();
    let report = tell_all(&client);
    assert!(report.is_complete() && report.unhashed == 0, "{report}");
    for place in PLACES {
        assert_eq!(seen(&sandbox, &format!("public<{place}>")), [true, true, true], "{place}");
        assert_eq!(seen(&sandbox, &format!("internal<{place}>")), [true, true, false], "{place}");
        for class in ["personal", "within", "once"] {
            let exists = arrived(&sandbox, Vendor::PostHog).contains(&format!("{class}<{place}>"));
            assert_eq!(seen(&sandbox, &format!("{class}<{place}>")), [exists, false, false], "{class} {place}");
        }
        assert_eq!(seen(&sandbox, &format!("personal<{place}>")), [true, false, false], "{place}");
    }
    for whose in ["client", "user"] {
        assert_eq!(seen(&sandbox, &format!("internal<{whose}>")), [true, true, false]);
        assert_eq!(seen(&sandbox, &format!("personal<{whose}>")), [true, false, false]);
    }
    assert_eq!(seen(&sandbox, HASHED), [true, false, false]);
    assert_eq!(seen(&sandbox, HASH), [false, true, true], "exactly where the value is not");
    assert_eq!(seen(&sandbox, KEY), [false; 3]);

    let of_event = |vendor| {
        let message = sandbox.received(vendor).into_iter().find(|received| received.name == "event").unwrap();
        ["hashed", "client-hashed", "user-hashed"].map(|name| message.properties[name].clone())
    };
    assert_eq!(of_event(Vendor::PostHog), [HASHED, HASHED, HASHED].map(|text| json!(text)));
    assert_eq!(of_event(Vendor::Segment), [HASH, HASH, HASH].map(|text| json!(text)));
    assert_eq!(of_event(Vendor::Mixpanel), [HASH, HASH, HASH].map(|text| json!(text)));
    let person = |vendor| {
        let people = sandbox.summary(vendor).people;
        (people["u"]["hashed"].clone(), people["u"]["number"].clone())
    };
    let of_42 = "2e28d94f19ad4b7cbc288ed7e1b05ac2";
    assert_eq!(person(Vendor::PostHog), (json!(HASHED), json!(42)));
    assert_eq!(person(Vendor::Segment), (json!(HASH), json!(42)));
    assert_eq!(person(Vendor::Mixpanel), (json!(HASH), json!(of_42)), "which may not see what is internal");
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        let groups = sandbox.summary(vendor).groups;
        assert!(groups.values().all(|group| group["hashed"] == HASH), "{vendor}: {groups:?}");
    }
}

#[test]
fn the_environment_gives_the_key_where_the_code_does_not() {
    let environment = |name: &str| match name {
        "TAXOGEN_HASH_KEY" => Some(KEY.into()),
        "TAXOGEN_STAMP_PLAN" => Some("true".into()),
        _ => None,
    };
    for (builder, expected) in [(Client::builder(), true), (Client::builder().hash_key("another"), false)] {
        let (client, recorder) = builder.with_env_from(environment).unwrap().recorder();
        client.user("u").capture(EVENT);
        let sent = recorder.events("event")[0].sent_to(Destinations::SEGMENT).unwrap();
        assert_eq!(sent.contains(HASH), expected, "{sent}");
        assert!(sent.contains(r#""taxogen_plan":"0123456789abcdef""#), "{sent}");
    }
}

#[test]
fn without_a_key_there_is_no_hash_and_that_is_counted() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_three(&sandbox).hash_key("").build().unwrap();
    let report = tell_all(&client);
    assert_eq!(seen(&sandbox, HASHED), [true, false, false]);
    for vendor in [Vendor::Segment, Vendor::Mixpanel] {
        assert!(!arrived(&sandbox, vendor).contains("hashed\""), "{vendor}");
    }
    // Of the event, of its person twice, of identify and set twice each, of the group, and two super properties.
    assert_eq!(report.unhashed, 10);
    assert!(report.is_complete());
    assert!(report.to_string().contains("; 10 properties were not hashed for lack of a key"), "{report}");
}

#[test]
fn nothing_is_hashed_for_destinations_that_see_the_value_or_are_not_there() {
    let sandbox = Sandbox::start().unwrap();
    let posthog = PostHog::new("phc_x").host(sandbox.posthog_url());
    let client = Client::builder().to(posthog.clone()).hash_key("").build().unwrap();
    assert_eq!(tell_all(&client).unhashed, 0);
    sandbox.clear(Vendor::PostHog);
    // Narrowed by the client.
    let client = Client::builder().to(posthog.allow(Sensitivity::Internal)).hash_key(KEY).build().unwrap();
    assert!(tell_all(&client).is_complete());
    assert_eq!(
        (seen(&sandbox, HASHED)[0], seen(&sandbox, HASH)[0], seen(&sandbox, "personal<")[0]),
        (false, true, false)
    );
    assert!(seen(&sandbox, "internal<event>")[0]);
}

#[test]
fn a_client_narrows_and_never_widens_what_the_plan_allows() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::builder()
        .to(PostHog::new("phc_x").host(sandbox.posthog_url()).allow(Sensitivity::Public))
        .to(Segment::new("x").host(sandbox.segment_url()).allow(Sensitivity::Personal))
        .to(Mixpanel::new("x").host(sandbox.mixpanel_url()).allow(Sensitivity::Personal))
        .build()
        .unwrap();
    tell_all(&client);
    assert_eq!(seen(&sandbox, "public<event>"), [true, true, true]);
    assert_eq!(seen(&sandbox, "internal<event>"), [false, true, false]);
    assert_eq!(seen(&sandbox, "personal<"), [false, false, false]);
}

#[test]
fn what_no_plan_speaks_of_goes_where_the_client_says_so() {
    let sandbox = Sandbox::start().unwrap();
    let segment = Segment::new("x").host(sandbox.segment_url());
    let decision = Decision::new("u", "f").with_variation("on").with_rule("r").with_attribute("plan", &"a mark");
    for (segment, expected) in [(segment.clone(), false), (segment.allow(Sensitivity::Personal), true)] {
        let client = Client::builder().to(segment).exposures(ExposurePolicy::guide()).build().unwrap();
        client.decided(&decision);
        assert!(client.shutdown(LONG).is_complete());
        assert_eq!(arrived(&sandbox, Vendor::Segment).contains("a mark"), expected);
    }
}

#[test]
fn what_is_secret_or_of_a_person_in_generated_code_stays_where_it_may_be() {
    use sensitivity::types::{Account, Contact, Login, Tier};
    use sensitivity::{events::Contacted, groups::Company, person::Properties};
    let sandbox = Sandbox::start().unwrap();
    let client = to_three(&sandbox).hash_key(KEY).build().unwrap();
    let user = client.user("u");
    let contact = || Contact::new().with_email("mark-of-a-person").with_label("mark-of-a-person");
    user.identify(Properties::new().with_phone("mark-of-a-phone").with_contact(contact()).with_tier(Tier::Pro));
    user.group(
        Company::new("acme").with_office(contact()).with_name("mark-of-a-company").with_domain("mark-of-a-phone"),
    );
    let contacted = || {
        Contacted::new(Some("mark-of-a-street".into()))
            .with_phone("mark-of-a-phone")
            .with_tier(Tier::Pro)
            .with_contacts(vec![contact()])
            .with_password("mark-of-a-secret")
            .with_login(Login::new().with_name("mark-of-a-login").with_password("mark-of-a-secret"))
    };
    user.capture(contacted());
    assert!(client.shutdown(LONG).is_complete());
    for mark in ["mark-of-a-person", "mark-of-a-phone", "mark-of-a-street", "mark-of-a-secret"] {
        assert_eq!(seen(&sandbox, mark), [false; 3], "{mark}: the plan allows nobody what is personal");
    }
    for mark in ["mark-of-a-company", "mark-of-a-login"] {
        assert_eq!(seen(&sandbox, mark), [true; 3], "{mark}");
    }
    let (phone, street, tier) =
        ("f6077574c5995f1fd9fc19898e337a6a", "de71a2b5ba99eed140bb95336e33af81", "41b9ea846de900816d28331c55a98d9f");
    for vendor in Vendor::ALL {
        let event = sandbox.received(vendor).into_iter().find(|received| received.name == "contacted").unwrap();
        let hashes = ["phone", "street", "tier"].map(|name| event.properties[name].clone());
        assert_eq!(hashes, [phone, street, tier].map(|hash| json!(hash)), "{vendor}");
        let (people, groups) = (sandbox.summary(vendor).people, sandbox.summary(vendor).groups);
        assert_eq!((&people["u"]["phone"], &people["u"]["tier"]), (&json!(phone), &json!(tier)), "{vendor}");
        assert!(groups.values().any(|group| group["domain"] == phone), "{vendor}: {groups:?}");
    }

    let account = Account::new("mark-of-a-person").with_card("mark-of-a-secret");
    let company = Company::new("acme").with_office(contact()).with_domain("mark-of-a-phone");
    let shown = format!("{:?} {:?} {account:?} {company:?}", contacted(), Properties::new().with_contact(contact()));
    for mark in ["mark-of-a-person", "mark-of-a-phone", "mark-of-a-street", "mark-of-a-secret"] {
        assert!(!shown.contains(mark), "{mark}: {shown}");
    }
    assert!(shown.contains("<personal>") && shown.contains("mark-of-a-login"), "{shown}");
}

#[test]
fn a_recorder_has_the_values_and_says_what_each_destination_would_get() {
    let (client, recorder) = Client::builder().hash_key(KEY).recorder();
    client.register(Registered("client", "x"));
    client.user("u").capture(EVENT);
    let event = &recorder.events("event")[0];
    assert_eq!(*event, EVENT, "hashes are no part of what is compared");
    assert!(event.to_json().contains(HASHED) && !event.to_json().contains(HASH));
    let sent = |to| event.sent_to(to).unwrap();
    assert!(sent(Destinations::POSTHOG).contains("personal<event>") && !sent(Destinations::POSTHOG).contains(HASH));
    assert!(sent(Destinations::SEGMENT).contains("internal<event>") && sent(Destinations::SEGMENT).contains(HASH));
    assert!(!sent(Destinations::SEGMENT).contains("personal<") && !sent(Destinations::SEGMENT).contains(HASHED));
    assert!(!sent(Destinations::MIXPANEL).contains("internal<"));
}

#[test]
fn no_message_and_no_debug_shows_a_key_or_what_is_personal() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let hear = std::sync::Arc::clone(&told);
    let builder = Client::builder().hash_key("the-key-itself");
    assert!(!format!("{builder:?}").contains("the-key-itself"));
    let (client, _) = builder
        .on_invalid(move |invalid| hear.lock().unwrap().push((invalid.property.clone(), invalid.value.clone())))
        .recorder();
    assert!(!format!("{client:?}").contains("the-key-itself"));
    client.user("u").capture(Plain(const { &EventSchema::new("event", PLAN) }, |properties| {
        properties.personal("email", &"a@example.com".max_length(3));
        properties.hashed().personal("phone", &"0123".max_length(3));
        properties.personal("contact", &Short("long"));
        properties.internal("parcel", &Short("long"));
        properties.internal("coupon", &"x".repeat(200).max_length(3));
        properties.internal("loads", &vec![1.0, f64::NAN]);
        properties.personal("contacts", &by_address(vec![Short("long")]));
        properties.internal("loads", &by_address(f64::NAN));
        properties.internal("parcels", &by_address(Short("long")));
    }));
    let (long, cut) = ("x".repeat(99), "…");
    let expected = [
        ("email", None),
        ("phone", None),
        ("contact.field", None),
        ("parcel.field", Some("\"long\"".to_owned())),
        ("coupon", Some(format!("\"{long}{cut}"))),
        ("loads", None),
        // The keys of a map are data, as the places in a list are.
        ("contacts.field", None),
        ("loads", None),
        ("parcels.field", Some("\"long\"".to_owned())),
    ];
    assert_eq!(*told.lock().unwrap(), expected.map(|(property, value)| (property.to_owned(), value)));
}

#[test]
fn the_plan_is_stamped_on_every_event_of_it_where_that_is_asked_for() {
    let sandbox = Sandbox::start().unwrap();
    for (stamp, expected) in [(true, [true; 3]), (false, [false; 3])] {
        for vendor in Vendor::ALL {
            sandbox.clear(vendor);
        }
        let client = to_three(&sandbox).stamp_plan(stamp).build().unwrap();
        tell_all(&client);
        assert_eq!(seen(&sandbox, r#""taxogen_plan":"0123456789abcdef""#), expected);
        let stamped = sandbox.received(Vendor::PostHog).into_iter();
        let stamped: Vec<_> = stamped.filter(|one| !one.properties["taxogen_plan"].is_null()).collect();
        assert_eq!(stamped.len(), usize::from(stamp), "on events alone");
    }
    let (client, recorder) = Client::builder().stamp_plan(true).recorder();
    client.user("u").capture(EVENT);
    assert_eq!(recorder.events("event")[0], EVENT);
}
