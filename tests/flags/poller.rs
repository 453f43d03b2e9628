//! Where definitions come from: PostHog's endpoint, which may answer anything or nothing, files and bytes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, DefinitionsSource, Flag, LocalFlags, PostHog, Segment, Timestamp, Trouble, TroubleKind,
};
use taxogen_sandbox::{Fault, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, RecordedRequest, Sandbox, Vendor};

const NEW: Flag<bool> = Flag::boolean("new", false);
const PATH: &str = "/flags/definitions";
const OLDER_PATH: &str = "/api/feature_flag/local_evaluation";
/// For what a busy machine does late.
const PATIENCE: Duration = Duration::from_secs(30);

/// Boolean flags of these names, on for everybody.
pub(crate) fn on_for_everybody(keys: &[&str]) -> Value {
    let flag = |key: &&str| {
        json!({"key": key, "id": 1, "version": 1, "active": true,
            "filters": {"groups": [{"properties": [], "rollout_percentage": 100}]}})
    };
    json!({"flags": keys.iter().map(flag).collect::<Vec<_>>(), "group_type_mapping": {}, "cohorts": {}})
}

fn quickly() -> LocalFlags {
    LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(Duration::from_millis(20))
}

/// A client of the sandbox that is a thousand times as impatient as others.
fn builder(sandbox: &Sandbox) -> Builder {
    let posthog = PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
    Client::builder().to(posthog).local_flags(quickly()).times_for_tests(Timestamp::now, 1000)
}

/// What `on_trouble` was told.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Trouble>>>);

impl Told {
    pub(crate) fn hear(&self, builder: Builder) -> Builder {
        let told = self.clone();
        builder.on_trouble(move |trouble| told.0.lock().unwrap().push(trouble.clone()))
    }

    fn kinds(&self) -> Vec<TroubleKind> {
        self.0.lock().unwrap().iter().map(|trouble| trouble.kind).collect()
    }

    pub(crate) fn sentences(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(Trouble::to_string).collect()
    }
}

pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn polls(sandbox: &Sandbox) -> Vec<RecordedRequest> {
    let requests = sandbox.requests(Vendor::PostHog).into_iter();
    requests.filter(|request| [PATH, OLDER_PATH].contains(&request.path.as_str())).collect()
}

#[test]
fn definitions_are_polled_and_what_has_not_changed_is_not_sent_again() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    let client = builder(&sandbox).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    assert!(client.user("u").flag(NEW));
    let loaded = client.flag_definitions();
    assert_eq!((loaded.source, loaded.flags, loaded.odd_flags), (DefinitionsSource::Polled, Some(1), 0));
    assert_eq!((loaded.failures, loaded.trouble), (0, None));

    wait_until("unchanged", || sandbox.flags().polls().unchanged >= 3);
    wait_until("heard", || client.flag_definitions().polls >= 4);
    assert_eq!(client.flag_definitions().loaded_at, loaded.loaded_at, "they are the same");
    assert_eq!(sandbox.flags().polls().sent, 1);
    sandbox.flags().define(&on_for_everybody(&["other", "third"]));
    wait_until("renewed", || client.flag_definitions().flags == Some(2));
    assert!(!client.user("u").flag(NEW), "there is no such flag any more");

    let polls = polls(&sandbox);
    let [first, second, ..] = &polls[..] else { panic!("{polls:?}") };
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", PATH));
    assert_eq!(first.query, "token=phc_sandbox&send_cohorts");
    assert_eq!(first.header("authorization"), Some("Bearer phx_sandbox"));
    assert_eq!((first.header("if-none-match"), second.header("if-none-match").is_some()), (None, true));
}

#[test]
fn unchanged_counts_as_fresh() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    let client = builder(&sandbox).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    let age = || client.flag_definitions().age.unwrap();
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::status(401).forever());
    wait_until("older", || age() > Duration::from_millis(400));
    sandbox.clear_faults(Vendor::PostHog);
    wait_until("fresh", || age() < Duration::from_millis(400));
    assert_eq!(sandbox.flags().polls().sent, 1, "nothing had changed");
}

#[test]
fn whatever_goes_wrong_the_last_good_ones_stay_and_it_is_told_once() {
    let key = |status| {
        format!(
            "posthog refuses the key for local flags (status {status}): give `LocalFlags::polled` a personal API key of \
             this project with the scope `feature_flag:read`, or the project's secret key"
        )
    };
    let page = "a web page came instead of definitions: something between here and posthog answers; let these requests \
                through, or name another host";
    let many = "there were too many requests for definitions (status 429): ask less often, with \
                `LocalFlags::poll_interval`, or from fewer processes";
    let unreadable = |why| format!("what came cannot be read as definitions: {why}");
    let silent = |why| format!("posthog cannot be asked for definitions: {why}");
    for (fault, detail) in [
        (Fault::status(401), key(401)),
        (Fault::status(403), key(403)),
        (Fault::status(429), many.to_owned()),
        (
            Fault::status(400),
            "the host does not take the request for definitions (status 400): look at the host and the key of the project"
                .to_owned(),
        ),
        (
            Fault::status(302),
            "the host answers with status 302, and redirects are not followed: name the host that it leads to".to_owned(),
        ),
        (Fault::status(500), "posthog gives no definitions for now (status 500)".to_owned()),
        (Fault::Html(200), page.to_owned()),
        (Fault::Html(503), "posthog gives no definitions for now (status 503)".to_owned()),
        (Fault::EmptyAnswer, unreadable("not JSON at line 1 column 0")),
        (Fault::InvalidJson, unreadable("not JSON at line 1 column 14")),
        (Fault::TwoHundredWithError, unreadable("no list of `flags` is in it")),
        (Fault::CutBefore, silent("connection closed before message completed")),
    ] {
        let (sandbox, told) = (Sandbox::start().unwrap(), Told::default());
        sandbox.flags().define(&on_for_everybody(&["new"]));
        let client = told.hear(builder(&sandbox)).build().unwrap();
        client.flags_ready(PATIENCE).unwrap();
        sandbox.fault_at(Vendor::PostHog, PATH, fault.clone().forever());
        wait_until("three failures", || client.flag_definitions().failures >= 3);
        let status = client.flag_definitions();
        assert_eq!((status.flags, status.trouble.as_ref()), (Some(1), Some(&detail)), "{fault:?}");
        assert!(client.user("u").flag(NEW), "{fault:?}");
        client.flags_ready(Duration::ZERO).unwrap();
        wait_until("told", || !told.kinds().is_empty());
        assert_eq!(told.sentences(), [format!("local flags are not renewed: {detail}")], "{fault:?}");

        sandbox.clear_faults(Vendor::PostHog);
        wait_until("renewed", || client.flag_definitions().trouble.is_none());
        wait_until("told", || told.kinds().len() == 2);
        assert_eq!(told.kinds(), [TroubleKind::DefinitionsStale, TroubleKind::DefinitionsRenewed], "{fault:?}");
        let words = format!("{:?} {:?} {client:?}", told.sentences(), client.flag_definitions());
        assert!(!words.contains("phx_") && !words.contains("phc_"), "{words}");
    }
}

#[test]
fn who_has_used_up_the_quota_has_no_definitions() {
    let (sandbox, told) = (Sandbox::start().unwrap(), Told::default());
    sandbox.flags().define(&on_for_everybody(&["new"]));
    let client = told.hear(builder(&sandbox)).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::QuotaLimited.forever());
    wait_until("dropped", || client.flag_definitions().flags.is_none());
    assert!(!client.user("u").flag(NEW));
    let error = client.flags_ready(PATIENCE).unwrap_err();
    let quota =
        "the project has used up its quota of flag requests (status 402): raise the limit in its billing settings";
    assert_eq!((error.to_string().as_str(), error.is_network()), (quota, true));

    sandbox.clear_faults(Vendor::PostHog);
    wait_until("back", || client.user("u").flag(NEW));
    assert_eq!(sandbox.flags().polls().sent, 2, "what was dropped is not unchanged");
    wait_until("told", || told.kinds().len() == 2);
    assert_eq!(
        told.sentences(),
        [
            format!("local flags are dropped: {quota}"),
            "local flags are renewed: the newest definitions are in use".into()
        ]
    );
}

#[test]
fn waiting_for_definitions_ends_where_it_is_of_no_use() {
    let start = Instant::now();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::status(403).forever());
    let client = builder(&sandbox).build().unwrap();
    let error = client.flags_ready(100 * PATIENCE).unwrap_err();
    assert!(error.is_network() && error.to_string().starts_with("posthog refuses the key for local flags"), "{error}");

    sandbox.clear_faults(Vendor::PostHog);
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::status(503).forever());
    wait_until("no answer", || client.flag_definitions().trouble.is_some_and(|why| why.contains("503")));
    let error = client.flags_ready(Duration::from_millis(30)).unwrap_err();
    let late =
        "the definitions of local flags were not loaded in time: posthog gives no definitions for now (status 503)";
    assert_eq!((error.to_string().as_str(), error.is_timeout()), (late, true));
    sandbox.clear_faults(Vendor::PostHog);
    client.flags_ready(100 * PATIENCE).unwrap();

    let silent = Sandbox::start().unwrap();
    silent.fault_at(Vendor::PostHog, PATH, Fault::Hang.forever());
    let client = builder(&silent).build().unwrap();
    let late = "the definitions of local flags were not loaded in time: posthog has not answered yet";
    assert_eq!(client.flags_ready(Duration::from_millis(30)).unwrap_err().to_string(), late);
    client.shutdown(PATIENCE);
    let error = client.flags_ready(100 * PATIENCE).unwrap_err();
    assert_eq!(error.to_string(), "nobody asks for definitions after `shutdown`");
    assert!(start.elapsed() < 50 * PATIENCE, "none of these waits in vain");
}

#[test]
fn an_answer_that_is_cut_off_is_none() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::HalfClose.forever());
    let client = builder(&sandbox).build().unwrap();
    let trouble = "posthog cannot be asked for definitions: end of file before message length reached";
    wait_until("cut off", || client.flag_definitions().trouble.as_deref() == Some(trouble));
    assert_eq!(client.flag_definitions().flags, None);
    sandbox.clear_faults(Vendor::PostHog);
    client.flags_ready(PATIENCE).unwrap();
}

#[test]
fn nobody_is_asked_who_was_not_to_be() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    let posthog = || PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url());
    let none = (DefinitionsSource::None, None, 0);
    let seen = |client: &Client| {
        let status = client.flag_definitions();
        (status.source, status.flags, status.polls)
    };

    let without_key = Client::builder().to(posthog()).build().unwrap();
    let (recorder, _) = Client::builder().to(posthog()).local_flags(quickly()).recorder();
    let variables = |name: &str| match name {
        "POSTHOG_API_KEY" => Some(POSTHOG_KEY.into()),
        "POSTHOG_PERSONAL_API_KEY" => Some(POSTHOG_PERSONAL_KEY.into()),
        "POSTHOG_HOST" => Some(sandbox.posthog_url().into()),
        "TAXOGEN_DISABLED" => Some("true".into()),
        _ => None,
    };
    let disabled = Client::from_env_with(variables).unwrap();
    let nowhere = Client::builder().local_flags(quickly()).build().unwrap();
    let told = Told::default();
    let elsewhere = Client::builder().to(Segment::new("key").host(sandbox.segment_url())).local_flags(quickly());
    let elsewhere = told.hear(elsewhere).build().unwrap();

    std::thread::sleep(Duration::from_millis(100));
    for client in [&without_key, &recorder, &disabled, &nowhere] {
        assert_eq!(seen(client), none);
        client.flags_ready(PATIENCE).unwrap();
    }
    assert!(elsewhere.flags_ready(PATIENCE).unwrap_err().is_configuration());
    assert_eq!(
        told.sentences(),
        [
            "local flags are not renewed: no destination says which project's flags to poll: give the client a `PostHog`, or \
          take the definitions from a file with `LocalFlags::file`"
        ]
    );
    assert_eq!(sandbox.flags().polls().requests, 0);

    let enabled = Client::from_env_with(|name| variables(name).filter(|_| name != "TAXOGEN_DISABLED")).unwrap();
    enabled.flags_ready(PATIENCE).unwrap();
    assert!(enabled.user("u").flag(NEW));
}

#[test]
fn a_key_of_another_kind_is_refused_and_not_shown() {
    for (key, sentence) in [
        (
            "phc_hidden",
            "the key for local flags of posthog is the project's API key (`phc_`), which may not read them: use a personal \
             API key (`phx_`) with the scope `feature_flag:read`, or the project's secret key (`phs_`)",
        ),
        ("", "the key for local flags of posthog is empty"),
        ("phx_hid den", "the key for local flags of posthog holds spaces or other characters that no key has"),
    ] {
        let builder = Client::builder().to(PostHog::new(POSTHOG_KEY)).local_flags(LocalFlags::polled(key));
        assert!(!format!("{builder:?}").contains("hid"));
        let error = builder.build().unwrap_err();
        assert_eq!((error.to_string().as_str(), error.is_configuration()), (sentence, true));
    }
}

#[test]
fn a_server_without_the_newer_path_is_asked_at_the_older_one() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().older_path_alone(true);
    sandbox.flags().define(&on_for_everybody(&["new"]));
    let client = builder(&sandbox).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    wait_until("unchanged", || sandbox.flags().polls().unchanged >= 2);
    let asked = polls(&sandbox);
    assert_eq!(asked.iter().filter(|request| request.path == PATH).count(), 1, "it is remembered");
    assert_eq!(asked[1].query, "token=phc_sandbox&send_cohorts");

    let neither = Sandbox::start().unwrap();
    for path in [PATH, OLDER_PATH] {
        neither.fault_at(Vendor::PostHog, path, Fault::status(404).forever());
    }
    let error = builder(&neither).build().unwrap().flags_ready(100 * PATIENCE).unwrap_err();
    let sentence = "the host has neither `/flags/definitions` nor `/api/feature_flag/local_evaluation/` (status 404): name \
                    PostHog's own host, or a proxy that passes these paths on";
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn a_path_that_is_missing_for_a_moment_is_asked_again() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::status(404));
    sandbox.fault_at(Vendor::PostHog, OLDER_PATH, Fault::status(410).forever());
    let client = builder(&sandbox).build().unwrap();
    wait_until("the newer path is back", || client.user("u").flag(NEW));
}

#[test]
fn who_asks_to_be_left_alone_is() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&on_for_everybody(&["new"]));
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::status(429).with_retry_after(1));
    let client = builder(&sandbox).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    let asked = polls(&sandbox);
    let pause = asked[1].since_start.saturating_sub(asked[0].since_start);
    assert!(pause >= Duration::from_millis(950), "{asked:?}");
}

#[test]
fn a_server_that_hangs_holds_up_neither_delivery_nor_the_end() {
    let start = Instant::now();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault_at(Vendor::PostHog, PATH, Fault::Hang.forever());
    let client = builder(&sandbox).build().unwrap();
    wait_until("asked", || sandbox.flags().polls().requests == 1);
    client.user("u").alias("cookie_7");
    client.flush(PATIENCE).unwrap();
    let report = client.shutdown(PATIENCE);
    assert!(report.is_complete(), "{report}");
    assert!(start.elapsed() < PATIENCE / 2);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(sandbox.flags().polls().requests, 1, "nobody asks after the end");
}

#[test]
fn what_is_pinned_is_of_one_snapshot_while_newer_ones_come() {
    let generation = |number: u32| {
        let name = format!("v{number}");
        let flag = |key: &str| {
            json!({"key": key, "id": 1, "version": number, "active": true, "filters": {
                "groups": [{"properties": [], "rollout_percentage": 100, "variant": name}],
                "multivariate": {"variants": [{"key": name, "rollout_percentage": 100}]},
            }})
        };
        json!({"flags": [flag("left"), flag("right")], "cohorts": {}, "group_type_mapping": {}})
    };
    let sandbox = Sandbox::start().unwrap();
    sandbox.flags().define(&generation(0));
    let client = builder(&sandbox).flag_loading(taxogen::FlagLoading::LocalOnly).build().unwrap();
    client.flags_ready(PATIENCE).unwrap();
    let read = |client: &Client| {
        let user = client.user("u");
        user.load_flags_blocking(PATIENCE).unwrap();
        let all = user.all_flags();
        let value = |key: &str| all.iter().find(|flag| flag.key == key).map(|flag| flag.value.clone()).unwrap();
        let values = [value("left"), value("right")];
        assert_eq!(values[0], values[1], "they agree");
        values[0].variant().unwrap().to_owned()
    };
    let seen = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let end = Instant::now() + PATIENCE;
                while !seen.lock().unwrap().contains("v9") {
                    assert!(Instant::now() < end, "the last ones come");
                    let name = read(&client);
                    seen.lock().unwrap().insert(name);
                }
            });
        }
        for number in 1..10 {
            std::thread::sleep(Duration::from_millis(40));
            sandbox.flags().define(&generation(number));
        }
    });
    assert!(seen.into_inner().unwrap().len() > 1);
}
