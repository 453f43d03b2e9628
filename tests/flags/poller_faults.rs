//! What becomes of definitions where PostHog refuses, hangs, is not there, or answers what is none.

use std::time::{Duration, Instant};

use taxogen::TroubleKind;
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::poller::{NEW, OLDER_PATH, PATH, PATIENCE, Told, builder, on_for_everybody, polls, wait_until};

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
