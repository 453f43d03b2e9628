//! Where definitions come from: PostHog's endpoint, which may answer anything or nothing, files and bytes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use taxogen::{
    Builder, Client, DefinitionsSource, Flag, LocalFlags, PostHog, Segment, Timestamp, Trouble, TroubleKind,
};
use taxogen_sandbox::{Fault, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, RecordedRequest, Sandbox, Vendor};

pub(crate) const NEW: Flag<bool> = Flag::boolean("new", false);
pub(crate) const PATH: &str = "/flags/definitions";
pub(crate) const OLDER_PATH: &str = "/api/feature_flag/local_evaluation";
/// For what a busy machine does late.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

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
pub(crate) fn builder(sandbox: &Sandbox) -> Builder {
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

    pub(crate) fn kinds(&self) -> Vec<TroubleKind> {
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

pub(crate) fn polls(sandbox: &Sandbox) -> Vec<RecordedRequest> {
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
