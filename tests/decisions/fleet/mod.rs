//! A fleet of processes with a real Redis: each exposure once, whatever becomes of Redis.

mod silent;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, exit};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fork::Fork;
use taxogen::{
    Builder, Client, Decision, DecisionHub, Dedup, ExposurePolicy, FleetProblem, FleetReport, LossReason, Mixpanel,
    Redis, Timestamp, TroubleKind,
};
use taxogen_sandbox::{Fault, FlagAnswer, MIXPANEL_TOKEN, Sandbox, Vendor};
use taxogen_tests::checkout::{CHECKOUT, Checkout, Stage};
use taxogen_tests::redis::RedisServer;

const LONG: Duration = Duration::from_secs(20);

/// A Redis, a vendor, and processes between them.
struct Fleet {
    redis: RedisServer,
    sandbox: Sandbox,
    troubles: Arc<Mutex<Vec<(TroubleKind, String)>>>,
}

impl Fleet {
    /// `None` where there is no Redis to be had.
    fn start(settings: &[&str]) -> Option<Self> {
        let redis = RedisServer::start(settings)?;
        Some(Self { redis, sandbox: Sandbox::start().expect("a free port"), troubles: Arc::default() })
    }

    fn client(&self) -> Client {
        self.client_at(self.redis.url().as_str())
    }

    fn client_at(&self, redis: impl Into<Redis>) -> Client {
        self.builder(redis).build().expect("a client")
    }

    /// What rests for seconds rests a tenth of that here.
    fn builder(&self, redis: impl Into<Redis>) -> Builder {
        let troubles = Arc::clone(&self.troubles);
        delivering(&self.sandbox)
            .dedup(Dedup::fleet(redis))
            .times_for_tests(Timestamp::now, 10)
            .on_trouble(move |trouble| troubles.lock().unwrap().push((trouble.kind, trouble.detail.clone())))
    }

    /// The variations that the vendor was told of, in order, after these have delivered all they have.
    fn told(&self, clients: &[&Client]) -> Vec<String> {
        for client in clients {
            client.flush(LONG).expect("the sandbox takes everything");
        }
        let events = self.sandbox.received(Vendor::Mixpanel).into_iter().filter(|one| one.name == "Experiment Viewed");
        events.map(|one| one.properties["variation_key"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn troubles(&self) -> Vec<TroubleKind> {
        self.troubles.lock().unwrap().iter().map(|(kind, _)| *kind).collect()
    }

    fn wait_for(&self, troubles: &[TroubleKind]) {
        let end = Instant::now() + LONG;
        while self.troubles() != troubles {
            assert!(Instant::now() < end, "{:?}", self.troubles.lock().unwrap());
            sleep(Duration::from_millis(10));
        }
    }
}

fn delivering(sandbox: &Sandbox) -> Builder {
    let mixpanel = Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url());
    Client::builder().to(mixpanel).linger(Duration::from_millis(10)).exposures(ExposurePolicy::guide())
}

fn seen(variation: &str) -> Decision {
    seen_by("user-1", variation)
}

fn seen_by(user: &str, variation: &str) -> Decision {
    Decision::new(user, "checkout").with_variation(variation).with_rule("rule")
}

fn at(variation: &str, second: i64) -> Decision {
    seen(variation).with_time(Timestamp::from_unix_millis(1_795_206_446_000 + 1000 * second))
}

/// Reported, repeated, older, and how often there was no answer.
fn counts(client: &Client) -> [u64; 4] {
    let FleetReport { reported, repeated, older, unanswered, .. } = client.fleet_report().expect("a fleet");
    [reported, repeated, older, unanswered.iter().map(|(_, count)| count).sum()]
}

fn problems(client: &Client) -> Vec<(FleetProblem, u64)> {
    client.fleet_report().expect("a fleet").unanswered
}

#[test]
fn a_fleet_reports_once_what_all_see_and_every_change() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let (one, other) = (fleet.client(), fleet.client());
    let mut expected = Vec::new();
    for (client, variation, is_new) in [
        (&one, "a", true),
        (&other, "a", false),
        (&one, "a", false),
        (&other, "b", true),
        (&one, "a", true),
        (&one, "a", false),
        (&other, "a", false),
        (&other, "b", true),
    ] {
        client.decided(&seen(variation));
        expected.extend(is_new.then(|| variation.to_owned()));
        assert_eq!(fleet.told(&[client]), expected);
    }
    assert_eq!((counts(&one), counts(&other)), ([2, 2, 0, 0], [2, 2, 0, 0]));
    assert!(one.shutdown(LONG).is_complete() && other.shutdown(LONG).is_complete());
    assert_eq!(fleet.troubles(), []);
}

#[test]
fn what_one_process_sees_in_a_row_is_told_in_that_row() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    let row: Vec<_> = ["a", "b", "a", "a", "c", "a"].into_iter().cycle().take(600).collect();
    for variation in &row {
        client.decided(&seen(variation));
    }
    let mut expected = row.clone();
    expected.dedup();
    assert_eq!(fleet.told(&[&client]), expected);
}

#[test]
fn an_older_decision_never_replaces_a_newer_one() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let (one, other) = (fleet.client(), fleet.client());
    let mut expected = Vec::new();
    for (client, decision, is_new) in [
        (&one, at("a", 10), true),
        (&other, at("b", 5), false),
        (&one, at("a", 7), false),
        (&other, at("a", 30), false),
        // What was seen again at 30 was seen later than this.
        (&one, at("b", 20), false),
        (&other, at("b", 31), true),
        (&one, at("c", 31), true),
        (&other, at("c", 31), false),
    ] {
        client.decided(&decision);
        expected.extend(is_new.then(|| decision.variation_key().unwrap().to_owned()));
        assert_eq!(fleet.told(&[client]), expected, "{decision:?}");
    }
    assert_eq!((counts(&one), counts(&other)), ([2, 1, 1, 0], [1, 2, 1, 0]));
}

#[test]
fn redis_holds_hashes_for_as_long_as_it_was_told_to() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let redis = Redis::new(fleet.redis.url()).prefix("shop:");
    let dedup = Dedup::fleet(redis).time_to_live(Duration::from_millis(1500));
    let client = fleet.builder("redis://unused").dedup(dedup).build().unwrap();
    let user = "mötley:crüe\"";
    client.decided(&seen_by(user, "a"));
    client.decided(&seen_by(" ", "a"));
    assert_eq!(fleet.told(&[&client]), ["a"]);
    let keys = fleet.redis.keys();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].strip_prefix("shop:").is_some_and(|hash| hash.len() == 32), "{keys:?}");
    let entry: String = fleet.redis.command(&["GET", &keys[0]]);
    assert_eq!(entry.split(' ').map(str::len).collect::<Vec<_>>(), [13, 16, 32], "{entry}");
    let left: i64 = fleet.redis.command(&["PTTL", &keys[0]]);
    assert!((0..=1500).contains(&left), "{left}");

    client.decided(&seen_by(user, "a"));
    let end = Instant::now() + LONG;
    while !fleet.redis.keys().is_empty() {
        assert!(Instant::now() < end, "a repeat lets it live no longer");
        sleep(Duration::from_millis(50));
    }
    client.decided(&seen_by(user, "a"));
    assert_eq!(fleet.told(&[&client]), ["a", "a"]);
}

#[test]
fn what_is_lost_is_taken_back_for_all() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let down = Sandbox::start().unwrap();
    down.fault(Vendor::Mixpanel, Fault::status(500).forever());
    let one = delivering(&down).dedup(Dedup::fleet(fleet.redis.url())).build().unwrap();
    let other = fleet.client();
    one.decided(&seen("a"));
    assert!(one.flush(Duration::from_millis(300)).is_err());
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), [""; 0], "one of them has it");

    assert_eq!(one.shutdown(Duration::from_millis(300)).kept, 1);
    assert_eq!(fleet.redis.keys(), [""; 0]);
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), ["a"]);
}

#[test]
fn what_another_claimed_since_is_not_taken_back() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let down = Sandbox::start().unwrap();
    down.fault(Vendor::Mixpanel, Fault::status(500).forever());
    let one = delivering(&down).dedup(Dedup::fleet(fleet.redis.url())).build().unwrap();
    let other = fleet.client();
    one.decided(&seen("a"));
    assert!(one.flush(Duration::from_millis(300)).is_err());
    other.decided(&seen("b"));
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), ["b", "a"]);

    assert_eq!(one.shutdown(Duration::from_millis(300)).kept, 1);
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), ["b", "a"]);
    assert_eq!(counts(&other), [2, 1, 0, 0]);
}

#[test]
fn a_connection_that_was_closed_is_opened_again_without_a_word() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    client.decided(&seen("a"));
    assert_eq!(fleet.told(&[&client]), ["a"]);
    fleet.redis.command::<i64>(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    fleet.redis.command::<()>(&["SCRIPT", "FLUSH"]);
    client.decided(&seen("a"));
    client.decided(&seen("b"));
    assert_eq!(fleet.told(&[&client]), ["a", "b"]);
    assert_eq!((counts(&client), fleet.troubles()), ([2, 1, 0, 0], vec![]));
}

#[test]
fn a_password_opens_it() {
    let Some(fleet) = Fleet::start(&["requirepass p@ss:word"]) else { return };
    let url = fleet.redis.url().replace("//", "//:p%40ss%3Aword@");
    let (one, other) = (fleet.client_at(url.as_str()), fleet.client_at(url));
    one.decided(&seen("a"));
    assert_eq!(fleet.told(&[&one]), ["a"]);
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), ["a"]);
    assert_eq!((counts(&other), fleet.troubles()), ([0, 1, 0, 0], vec![]));
}

#[test]
fn an_entry_that_is_somebody_elses_costs_itself_alone() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    client.decided(&seen("a"));
    assert_eq!(fleet.told(&[&client]), ["a"]);
    let key = fleet.redis.keys().remove(0);
    fleet.redis.command::<i64>(&["DEL", &key]);
    fleet.redis.command::<i64>(&["LPUSH", &key, "x"]);
    for variation in ["b", "b", "c"] {
        client.decided(&seen(variation));
        client.flush(LONG).unwrap();
    }
    client.decided(&seen_by("user-2", "d"));
    assert_eq!(fleet.told(&[&client]), ["a", "b", "c", "d"]);
    assert_eq!((problems(&client), fleet.troubles()), (vec![(FleetProblem::Refused, 3)], vec![]));

    for odd in ["", "x", "1 2", "99999999999999 xyz 3", "- - -"] {
        fleet.redis.command::<()>(&["SET", &key, odd]);
        client.decided(&seen("e"));
        client.decided(&seen("e"));
        client.flush(LONG).unwrap();
    }
    assert_eq!(fleet.told(&[&client])[4..], ["e"; 5], "a text that says nothing is replaced");
}

#[test]
fn the_hub_hears_of_an_exposure_once_though_the_fleet_is_asked_at_each_reading() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let hub = DecisionHub::new();
    let stage = Stage::everywhere_with(|builder| builder.decisions(&hub).dedup(Dedup::fleet(redis.url())));
    for (published, variant) in (1..).zip(["test", "control", "test"]) {
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant(variant));
        let user = stage.loaded("u1");
        for _ in 0..3 {
            let _ = user.experiment::<Checkout>();
            stage.client.flush(LONG).unwrap();
        }
        assert_eq!(hub.report().published, published, "{variant}");
    }
}

#[test]
fn a_flood_of_decisions_is_answered_one_by_one_and_counted() {
    const MANY: u64 = 50_000;
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    for number in 0..MANY {
        if number == MANY / 2 {
            fleet.redis.pause();
        }
        client.decided(&seen("a"));
    }
    assert_eq!(fleet.told(&[&client]), ["a"]);
    let [reported, repeated, older, unanswered] = counts(&client);
    assert_eq!((reported + repeated + unanswered, older), (MANY, 0));
    assert!(unanswered > 0);
}

#[test]
fn a_flag_is_called_once_by_all_and_not_asked_about_again() {
    let Some(redis) = RedisServer::start(&[]) else { return };
    let stage = || Stage::with(|builder| builder.dedup(Dedup::fleet(redis.url())));
    let (one, other) = (stage(), stage());
    for stage in [&one, &other, &one] {
        stage.sandbox.flags().set_default(CHECKOUT.key(), FlagAnswer::variant("test"));
        for _ in 0..3 {
            let _ = stage.loaded("u1").flag(CHECKOUT);
            stage.client.flush(LONG).unwrap();
        }
    }
    assert_eq!((one.arrived(Vendor::PostHog).len(), other.arrived(Vendor::PostHog).len()), (1, 0));
    assert_eq!((counts(&one.client), counts(&other.client)), ([1, 0, 0, 0], [0, 1, 0, 0]));
}

#[test]
fn a_fork_asks_nobody_and_leaves_the_queue_to_the_first_process() {
    const FORKING: &str = "TAXOGEN_TESTS_FORKING_FLEET";
    // A fork has one thread: it happens in a process that runs nothing else.
    if std::env::var_os(FORKING).is_none() {
        let name = "fleet::a_fork_asks_nobody_and_leaves_the_queue_to_the_first_process";
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output = tests.args(["--exact", name, "--nocapture"]).env(FORKING, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    fleet.redis.pause();
    client.decided(&seen("a"));
    match fork::fork().unwrap() {
        Fork::Child => {
            let in_the_fork = AssertUnwindSafe(|| {
                client.decided(&seen("b"));
                assert_eq!(client.shutdown(LONG).lost, [(LossReason::Forked, 1)]);
                drop(client);
            });
            exit(i32::from(catch_unwind(in_the_fork).is_err()))
        }
        Fork::Parent(child) => assert_eq!(fork::waitpid(child).unwrap(), 0, "the fork ends well"),
    }
    fleet.redis.resume();
    client.decided(&seen("b"));
    assert_eq!(fleet.told(&[&client]), ["a", "b"]);
    assert!(client.shutdown(LONG).is_complete());
}

#[test]
fn who_delivers_nowhere_asks_nobody() {
    let (client, recorder) =
        Client::builder().exposures(ExposurePolicy::guide()).dedup(Dedup::fleet("redis://127.0.0.1:1")).recorder();
    client.decided(&seen("a"));
    client.decided(&seen("a"));
    assert_eq!((recorder.len(), client.fleet_report()), (1, None));
}

#[test]
fn a_url_that_cannot_be_used_is_told_without_its_password() {
    let builder = Client::builder().to(Mixpanel::new(MIXPANEL_TOKEN)).dedup(Dedup::fleet("http://u:hidden@x"));
    assert!(!format!("{builder:?}").contains("hidden"));
    let error = builder.build().unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(
        error.to_string(),
        "the URL of the fleet's Redis cannot be used: its scheme is none of `redis`, `rediss`, `valkey` and `valkeys`"
    );
}
