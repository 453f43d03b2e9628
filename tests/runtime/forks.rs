//! A fork of a process has no delivery thread. That happens in a process of its own, which has no other tests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, exit};
use std::time::Instant;

use fork::Fork;
use taxogen::{Client, LossReason, TroubleKind};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, numbers, to};

const FORKING: &str = "TAXOGEN_TESTS_FORKING";
const NO_THREAD: &str = "this process was forked from the one that built the client, and has no delivery thread: build a client after the fork";

#[test]
fn a_fork_says_that_it_delivers_nothing_and_does_not_hang() {
    if std::env::var_os(FORKING).is_none() {
        let name = "forks::a_fork_says_that_it_delivers_nothing_and_does_not_hang";
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output = tests.args(["--exact", name, "--nocapture"]).env(FORKING, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog)
        .on_trouble(|trouble| assert_eq!((trouble.kind, trouble.detail.as_str()), (TroubleKind::Forked, NO_THREAD)))
        .build()
        .unwrap();
    client.user("u").capture(Numbered(0));
    client.flush(LONG).unwrap();
    match fork::fork().unwrap() {
        Fork::Child => exit(i32::from(catch_unwind(AssertUnwindSafe(|| in_the_fork(client))).is_err())),
        Fork::Parent(child) => {
            assert_eq!(fork::waitpid(child).unwrap(), 0, "the fork ends well");
            client.user("u").capture(Numbered(1));
            assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![]));
            assert_eq!(numbers(&sandbox, Vendor::PostHog), [0, 1]);
        }
    }
}

fn in_the_fork(client: Client) {
    let start = Instant::now();
    let error = client.flush(LONG).unwrap_err();
    assert!(error.is_configuration());
    assert_eq!(error.to_string(), NO_THREAD);
    client.user("u").capture(Numbered(2));
    let outcome = client.user("u").capture_now(Numbered(3)).wait();
    assert_eq!(outcome.refused, Some(LossReason::Forked));
    let report = client.shutdown(LONG);
    assert_eq!(counts(&report), (1, 0, vec![(LossReason::Forked, 2)]));
    assert_eq!(report.destinations[0].paused.as_deref(), Some(NO_THREAD));
    drop(client);
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
}
