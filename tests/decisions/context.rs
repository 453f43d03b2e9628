//! The variations that a person is in: on later events, and in another process.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};
use taxogen::{
    Assignment, Builder, Client, Decision, DecisionOutcome, Dedup, Destinations, Event, EventSchema, ExposurePolicy,
    Group, PlanId, PostHog, PropertyWriter, Recorder, SuperProperties, User, UserState,
};
use taxogen_sandbox::{Fault, FlagAnswer, POSTHOG_KEY, Vendor};

use taxogen_tests::checkout::{CHECKOUT, Checkout, CheckoutExperiment, NEW_DASHBOARD, REDESIGN, Stage};

const LONG: Duration = Duration::from_secs(20);
const PLAN: PlanId = PlanId::new("shop", "0000000000000000");

/// An event with these properties.
struct Plain(&'static EventSchema, fn(&mut PropertyWriter<'_>));

impl Event for Plain {
    fn schema(&self) -> &'static EventSchema {
        self.0
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.1)(properties);
    }
}

const SEEN: Plain = Plain(const { &EventSchema::new("seen", PLAN) }, |properties| properties.internal("page", "cart"));

struct Acme;

impl Group for Acme {
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

struct Supers(fn(&mut PropertyWriter<'_>));

impl SuperProperties for Supers {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        (self.0)(properties);
    }
}

/// Somebody in two variations of PostHog and one of Optimizely; one flag is off, and of one they are held out.
const STATE: &str = r#"{"version": 1, "id": "u1", "variations": [
    ["checkout-experiment", "test"], ["redesign", "treatment", "Optimizely"], ["new-dashboard", true],
    ["old-dashboard", false], ["pricing", "holdout-7"]]}"#;

/// What a vendor would get of what was captured last, without the name.
fn last_at(recorder: &Recorder, destination: Destinations) -> String {
    let sent = recorder.all().last().and_then(|recorded| recorded.sent_to(destination)).expect("it is for this vendor");
    sent.split_once(' ').expect("a name and properties").1.to_owned()
}

/// The same of the event `seen`, at the vendors.
fn seen(user: &User, recorder: &Recorder) -> [String; 3] {
    user.capture(SEEN);
    [Destinations::POSTHOG, Destinations::SEGMENT, Destinations::MIXPANEL].map(|vendor| last_at(recorder, vendor))
}

#[test]
fn later_events_say_the_variations_when_asked_and_only_then() {
    let bare = [r#"{"page":"cart"}"#; 3];
    let posthog = concat!(
        r#"{"page":"cart","$feature/checkout-experiment":"test","$feature/redesign":"treatment","#,
        r#""$feature/new-dashboard":true,"$feature/old-dashboard":false,"$feature/pricing":"holdout-7","#,
        r#""$active_feature_flags":["checkout-experiment","new-dashboard","pricing"]}"#,
    );
    let others = concat!(
        r#"{"page":"cart","[PostHog] checkout-experiment":"test","[Optimizely] redesign":"treatment","#,
        r#""[PostHog] new-dashboard":true}"#,
    );

    let (client, recorder) = Client::recorder();
    let user = client.resume(STATE).unwrap();
    assert_eq!(seen(&user, &recorder), bare);
    user.clone().stamp_variations();
    assert_eq!(seen(&user, &recorder), [posthog, others, others], "clones share them");
    assert_eq!(seen(&client.resume(STATE).unwrap(), &recorder), bare, "another handle was not asked");

    let (client, recorder) = Client::builder().stamp_variations(true).recorder();
    assert_eq!(seen(&client.resume(STATE).unwrap(), &recorder), [posthog, others, others]);
    assert_eq!(seen(&client.user("u1"), &recorder), bare, "a handle knows what it was told");
}

#[test]
fn what_an_event_says_itself_goes_before_them_and_so_do_super_properties() {
    const OWN: EventSchema = EventSchema::new("own", PLAN);
    const ALONE: EventSchema = EventSchema::new("alone", PLAN).without_super();
    let (client, recorder) = Client::builder().stamp_variations(true).recorder();
    let user = client.resume(r#"{"version":1,"id":"u","variations":[["a","x"],["b","y"],["c","z"]]}"#).unwrap();
    client.register(Supers(|properties| properties.internal("$feature/b", "of the client")));
    user.register(Supers(|properties| properties.internal("[PostHog] c", "of the person")));
    user.capture(Plain(const { &OWN }, |properties| {
        properties.internal("$feature/a", "of the event");
        properties.set().internal("[PostHog] a", "of another place");
    }));
    assert_eq!(
        last_at(&recorder, Destinations::POSTHOG),
        concat!(
            r#"{"$feature/a":"of the event","[PostHog] c":"of the person","$feature/b":"of the client","#,
            r#""$feature/c":"z","$active_feature_flags":["a","b","c"],"$set":{"[PostHog] a":"of another place"}}"#
        )
    );
    user.capture(Plain(const { &ALONE }, |properties| properties.internal("n", &1)));
    assert_eq!(last_at(&recorder, Destinations::MIXPANEL), r#"{"n":1}"#, "an event without super properties");
}

#[test]
fn reading_a_flag_says_what_the_person_is_in_from_then_on() {
    let stage = Stage::with(|builder| builder.stamp_variations(true));
    let flags = stage.sandbox.flags();
    let stamps = |user: &User| {
        user.capture(SEEN);
        stage.events(Vendor::PostHog, "seen").pop().unwrap().get("$feature/checkout-experiment").cloned()
    };
    let user = stage.client.user("u1");
    let read = |answer: FlagAnswer| {
        flags.set_default(CHECKOUT.key(), answer);
        user.load_flags_blocking(LONG).unwrap();
        let _ = user.experiment::<Checkout>();
        stamps(&user)
    };
    assert_eq!(read(FlagAnswer::variant("test")), Some("test".into()));
    assert_eq!(read(FlagAnswer::variant("control")), Some("control".into()));
    assert_eq!(read(FlagAnswer::variant("holdout-7")), Some("holdout-7".into()), "as PostHog has it");
    assert_eq!(read(FlagAnswer::variant("test")), Some("test".into()));
    assert_eq!(read(FlagAnswer::off()), Some(false.into()));
    assert_eq!(read(FlagAnswer::variant("test")), Some("test".into()));
    assert_eq!(read(FlagAnswer::variant("gold")), None, "the fallback is shown, which nobody assigned");
    assert_eq!(read(FlagAnswer::variant("test")), Some("test".into()));
    user.fix_flag(CHECKOUT, CheckoutExperiment::Control);
    let _ = user.flag(CHECKOUT);
    assert_eq!(stamps(&user), None, "nothing is reported of what was fixed");

    let peeking = stage.loaded("u2");
    let _ = (peeking.peek(CHECKOUT), peeking.peek_variant(REDESIGN), peeking.peek_experiment::<Checkout>());
    assert_eq!(stamps(&peeking), None, "a look is no reading");
}

#[test]
fn what_another_engine_decides_is_known_from_then_on() {
    let (client, recorder) = Client::builder().stamp_variations(true).recorder();
    let user = client.user("u1");
    let stamped = |decision: &Decision| {
        let _ = user.decided(decision);
        let [posthog, _, mixpanel] = seen(&user, &recorder);
        (posthog, mixpanel)
    };
    let decision = Decision::new("known elsewhere by another id", "redesign").with_rule("exp");
    let expected = |variation: &str| {
        let posthog = format!(r#"{{"page":"cart","$feature/redesign":"{variation}"}}"#);
        (posthog, format!(r#"{{"page":"cart","[Optimizely] redesign":"{variation}"}}"#))
    };
    assert_eq!(stamped(&decision.clone().with_variation("treatment")), expected("treatment"));
    let quiet = decision.clone().with_variation("control").with_enabled(false);
    assert_eq!(stamped(&quiet), expected("control"), "also where its feature is off");
    assert_eq!(stamped(&decision.with_enabled(false)), (r#"{"page":"cart"}"#.into(), r#"{"page":"cart"}"#.into()));
}

#[test]
fn an_engine_that_says_nothing_of_a_flag_takes_nothing_from_another_one() {
    let (client, _) = Client::builder().recorder();
    let user = client.user("u1");
    let of_both = Decision::new("u1", CHECKOUT.key()).with_rule("exp");
    let _ = user.decided(&of_both.clone().with_variation("test"));
    let known = user.state();
    assert_eq!(user.flag(CHECKOUT), CheckoutExperiment::Control, "nothing was loaded");
    assert_eq!(user.state(), known, "Optimizely has said so");
    let _ = user.decided(&of_both);
    assert_ne!(user.state(), known, "and takes it back itself");
}

#[test]
fn an_exposure_says_the_variation_of_now() {
    let stage = Stage::everywhere_with(|builder| builder.stamp_variations(true));
    let user = stage.client.user("u1");
    for variant in ["test", "control"] {
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant(variant));
        user.load_flags_blocking(LONG).unwrap();
        let _ = user.experiment::<Checkout>();
    }
    let said: Vec<_> = stage
        .events(Vendor::Mixpanel, "Experiment Viewed")
        .into_iter()
        .map(|event| (event["variation_key"].clone(), event["[PostHog] checkout-experiment"].clone()))
        .collect();
    assert_eq!(said, [("test".into(), "test".into()), ("control".into(), "control".into())]);
    let bodies: String = stage
        .sandbox
        .requests(Vendor::PostHog)
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect();
    assert_eq!(bodies.matches("$feature_flag_called").count(), 2, "{bodies}");
    assert_eq!(bodies.matches(r#""$feature/checkout-experiment""#).count(), 2, "its own, and no second: {bodies}");
}

#[test]
fn of_many_flags_those_that_changed_last_are_kept() {
    let flags: Vec<_> = (0..100).map(|number| format!(r#"["f{number}",true]"#)).collect();
    let text = format!(r#"{{"version":1,"id":"u","variations":[{}]}}"#, flags.join(","));
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(NEW_DASHBOARD.key(), FlagAnswer::on());
    let user = stage.client.resume(&text).unwrap();
    user.load_flags_blocking(LONG).unwrap();
    assert!(user.flag(NEW_DASHBOARD));
    let kept = user.state().to_json();
    assert!(!kept.contains(r#""f0""#) && kept.contains(r#"["f1",true]"#) && kept.contains("new-dashboard"), "{kept}");
}

#[test]
fn a_handle_goes_on_in_another_process() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1").with_anonymous_id("cookie_7");
    user.group(Acme);
    let _ = user.experiment::<Checkout>();

    let json = r#"{"anonymous_id":"cookie_7","groups":[["company","acme"]],"id":"u1","variations":[["checkout-experiment","test"]],"version":1}"#;
    assert_eq!(user.state().to_json(), json);
    let (client, recorder) = Client::builder().stamp_variations(true).recorder();
    for text in [json, &format!(" {json}\n"), &user.state().to_token()] {
        let resumed = User::resume(&client, text).unwrap();
        assert_eq!(resumed.state(), user.state());
        resumed.capture(SEEN);
        let event = recorder.all().pop().unwrap();
        assert_eq!(event.distinct_id(), "u1");
        assert_eq!(event.anonymous_id().as_deref(), Some("cookie_7"));
        assert_eq!(event.groups(), [("company".to_owned(), "acme".to_owned())]);
        let stamped = r#"{"page":"cart","[PostHog] checkout-experiment":"test"}"#;
        assert_eq!(last_at(&recorder, Destinations::SEGMENT), stamped);
        let answer = resumed.evaluate_experiment::<Checkout>();
        assert!(matches!(answer.assignment, Assignment::Fallback(_)), "flags are not part of it");
    }
    let anonymous = client.anonymous("cookie_7").state();
    assert_eq!(anonymous.to_json(), r#"{"anonymous":true,"id":"cookie_7","version":1}"#);
    assert_eq!(client.resume(&anonymous.to_token()).unwrap().state(), anonymous);
    assert!(anonymous.to_token().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    assert_eq!(format!("{:?}", user.state()), r#"UserState { distinct_id: "u1", .. }"#);
}

#[test]
fn a_state_goes_through_serde() {
    let state = UserState::parse(STATE).unwrap();
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(json, state.to_json());
    assert_eq!(serde_json::from_str::<UserState>(&json).unwrap(), state);
    let error = serde_json::from_str::<UserState>(r#"{"version":1,"id":7}"#).unwrap_err().to_string();
    assert_eq!(error, "`id` of the state of a user is a number where a text is expected");
}

#[test]
fn a_text_that_is_no_state_is_an_error_that_names_the_place() {
    let (client, _) = Client::recorder();
    let with = |fields: &str| format!(r#"{{"version":1,"id":"u",{fields}}}"#);
    let many = |name: &str, item: &str, count| with(&format!(r#""{name}":[{}]"#, vec![item; count].join(",")));
    for (text, message) in [
        (String::new(), "the state of a user is not JSON at line 1 column 0"),
        ("no such thing".to_owned(), "the state of a user is neither JSON nor base64url"),
        ("AAAA".to_owned(), "the state of a user is not JSON at line 1 column 1"),
        ("{".to_owned(), "the state of a user is not JSON at line 1 column 1"),
        ("W10".to_owned(), "the state of a user is a list where an object is expected"),
        ("x".repeat(64 * 1024 + 1), "the state of a user is longer than 64 KiB"),
        (
            r#"{"version":2,"id":"u"}"#.to_owned(),
            "`version` of the state of a user is another version than `1`: begin with the user's id again",
        ),
        (
            r#"{"id":"u"}"#.to_owned(),
            "`version` of the state of a user is another version than `1`: begin with the user's id again",
        ),
        (r#"{"version":1}"#.to_owned(), "`id` of the state of a user is missing where a text is expected"),
        (with(r#""anonymous":1"#), "`anonymous` of the state of a user is a number where a boolean is expected"),
        (with(r#""anonymous_id":{}"#), "`anonymous_id` of the state of a user is an object where a text is expected"),
        (with(r#""groups":{}"#), "`groups` of the state of a user is an object where a list is expected"),
        (with(r#""groups":["a"]"#), "`groups[0]` of the state of a user is a text where a list is expected"),
        (with(r#""groups":[["a"]]"#), "`groups[0][1]` of the state of a user is missing where a text is expected"),
        (many("groups", r#"["a","b"]"#, 256), "`groups` of the state of a user is longer than 255"),
        (
            with(r#""variations":[["a",true],["b",7]]"#),
            "`variations[1][1]` of the state of a user is a number where a boolean or a text is expected",
        ),
        (
            with(r#""variations":[["a",true,false]]"#),
            "`variations[0][2]` of the state of a user is a boolean where a text is expected",
        ),
        (many("variations", r#"["a",true]"#, 101), "`variations` of the state of a user is longer than 100"),
        (
            with(r#""viewed":[["a","b",null,null,null]]"#),
            "`viewed[0][5]` of the state of a user is missing where a boolean is expected",
        ),
        (
            with(r#""called":[[]]"#),
            "`called[0][1]` of the state of a user is missing where a boolean or a text is expected",
        ),
    ] {
        let error = client.resume(&text).unwrap_err();
        assert_eq!(error.to_string(), message, "{}", &text[..text.len().min(80)]);
        assert!(error.is_input());
    }
}

/// Everything that a text of a browser may be is an error or a state, and no panic.
#[test]
fn a_state_that_was_cut_or_changed_does_no_harm() {
    let (client, _) = Client::recorder();
    let token = client.resume(STATE).unwrap().state().to_token();
    for place in 0..token.len() {
        let _ = client.resume(&token[..place]);
        let mut changed = token.clone().into_bytes();
        changed[place] = b'A';
        let _ = client.resume(std::str::from_utf8(&changed).unwrap());
    }
}

#[test]
fn where_each_handle_remembers_its_exposures_another_process_goes_on_with_them() {
    let stage = Stage::with(|builder| builder.dedup(Dedup::request()));
    let another = Client::builder()
        .to(PostHog::new(POSTHOG_KEY).host(stage.sandbox.posthog_url()))
        .dedup(Dedup::request())
        .build()
        .unwrap();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    // Reads the experiment, and counts what has arrived since the beginning.
    let read = |user: &User, client: &Client| {
        user.load_flags_blocking(LONG).unwrap();
        let _ = user.experiment::<Checkout>();
        client.flush(LONG).unwrap();
        stage.sandbox.received(Vendor::PostHog).len()
    };
    let user = stage.client.user("u1");
    assert_eq!(read(&user, &stage.client), 1);
    let json = concat!(
        r#"{"called":[["checkout-experiment","test"]],"id":"u1","variations":[["checkout-experiment","test"]],"#,
        r#""version":1,"viewed":[["checkout-experiment","PostHog","checkout-flow-redesign","test","#,
        r#""checkout-flow-redesign",true]]}"#
    );
    assert_eq!(user.state().to_json(), json);

    let resumed = another.resume(&user.state().to_token()).unwrap();
    assert_eq!(read(&resumed, &another), 1, "nothing new arrived");
    assert_eq!(resumed.state().to_json(), json);
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("control"));
    assert_eq!(read(&resumed, &another), 2, "a change is reported");
    assert_eq!(read(&another.user("u1"), &another), 3, "a handle of its own reports for itself");
}

#[test]
fn what_another_engine_decided_is_reported_once_by_all_who_resume() {
    let process = || Client::builder().dedup(Dedup::request()).exposures(ExposurePolicy::guide()).recorder();
    let decision = Decision::new("u1", "redesign").with_variation("treatment").with_rule("exp");
    let (client, _) = process();
    let user = client.user("u1");
    user.group(Acme);
    assert_eq!(user.decided(&decision), DecisionOutcome::Reported);
    let text = user.state().to_token();

    let (client, recorder) = process();
    let resumed = client.resume(&text).unwrap();
    assert_eq!(resumed.decided(&decision), DecisionOutcome::Repeated);
    assert_eq!(resumed.decided(&decision.clone().with_variation("control")), DecisionOutcome::Reported);
    assert_eq!(client.resume(&text).unwrap().decided(&decision), DecisionOutcome::Repeated, "a handle of its own");
    assert_eq!(recorder.events("Experiment Viewed").len(), 1);
}

#[test]
fn where_the_process_remembers_a_handle_carries_no_exposures() {
    let stage = Stage::posthog();
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    let _ = user.experiment::<Checkout>();
    let json = r#"{"id":"u1","variations":[["checkout-experiment","test"]],"version":1}"#;
    assert_eq!(user.state().to_json(), json);
}

#[test]
fn what_was_lost_since_is_no_part_of_what_was_reported() {
    const LARGE: EventSchema = EventSchema::new("large", PLAN);
    let settings = |builder: Builder| builder.dedup(Dedup::request()).log_bytes(0).linger(Duration::ZERO);
    let stage = Stage::with(|builder| settings(builder).request_timeout(LONG));
    stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
    let user = stage.loaded("u1");
    // Behind what hangs on its way the log is all that there is.
    stage.sandbox.fault(Vendor::PostHog, Fault::Hang.forever());
    user.capture(SEEN);
    let begun = Instant::now();
    while !stage.sandbox.requests(Vendor::PostHog).iter().any(|request| request.path.starts_with("/batch")) {
        assert!(begun.elapsed() < LONG, "nothing is sent");
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = user.experiment::<Checkout>();
    assert!(user.state().to_json().contains("called"));
    for _ in 0..100 {
        user.capture(Plain(const { &LARGE }, |properties| properties.internal("text", "x".repeat(4096).as_str())));
    }
    assert!(!user.state().to_json().contains("called"), "{}", user.state().to_json());
    stage.sandbox.clear_faults(Vendor::PostHog);
    stage.client.shutdown(Duration::ZERO);
}

/// A text as the world has it, never blank.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "\\PC{1,20}x", Just("\"</script>\u{0}\u{2028}\\".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_state_comes_back_as_it_was(
        id in text(),
        anonymous_id in proptest::option::of(text()),
        groups in proptest::collection::btree_map(text(), text(), 0..4),
        variations in proptest::collection::btree_map(text(), (text(), text()), 0..4),
    ) {
        let variations: Vec<_> = variations.iter().map(|(flag, (value, engine))| json!([flag, value, engine])).collect();
        let groups: Vec<_> = groups.iter().map(|(group_type, key)| json!([group_type, key])).collect();
        let anonymous_id = anonymous_id.filter(|anonymous| *anonymous != id);
        let state = json!({
            "version": 1, "id": id, "anonymous_id": anonymous_id, "groups": groups, "variations": variations,
        });
        let (client, _) = Client::recorder();
        let user = client.resume(&state.to_string()).unwrap();
        let read: Value = serde_json::from_str(&user.state().to_json()).unwrap();
        for (name, value) in state.as_object().unwrap() {
            let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            prop_assert_eq!(read.get(name), Some(value).filter(|_| !is_empty));
        }
        prop_assert_eq!(client.resume(&user.state().to_token()).unwrap().state(), user.state());
    }
}
