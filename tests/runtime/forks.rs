//! A fork of a process has no delivery thread. That happens in a process of its own, which has no other tests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, exit};
use std::time::Instant;

use fork::Fork;
use taxogen::{Client, LossReason, Spool, TroubleKind};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, numbers, to};

const FORKING: &str = "TAXOGEN_TESTS_FORKING";
const NO_THREAD: &str = "this process was forked from the one that built the client, and has no delivery thread: build a client after the fork";

/// Whether this is the process that may fork; where it is not, runs the test there.
fn may_fork(name: &str) -> bool {
    let may = std::env::var_os(FORKING).is_some();
    if !may {
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output = tests.args(["--exact", name, "--nocapture"]).env(FORKING, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    may
}

/// Forks, does this there with the only handle of a client, and waits until it has ended well.
fn fork(client: Client, in_the_fork: fn(Client)) -> Client {
    match fork::fork().unwrap() {
        Fork::Child => exit(i32::from(catch_unwind(AssertUnwindSafe(|| in_the_fork(client))).is_err())),
        Fork::Parent(child) => {
            assert_eq!(fork::waitpid(child).unwrap(), 0, "the fork ends well");
            client
        }
    }
}

#[test]
fn a_fork_says_that_it_delivers_nothing_and_does_not_hang() {
    if !may_fork("forks::a_fork_says_that_it_delivers_nothing_and_does_not_hang") {
        return;
    }
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog)
        .on_trouble(|trouble| assert_eq!((trouble.kind, trouble.detail.as_str()), (TroubleKind::Forked, NO_THREAD)))
        .build()
        .unwrap();
    client.user("u").capture(Numbered(0));
    client.flush(LONG).unwrap();
    let client = fork(client, in_the_fork);
    client.user("u").capture(Numbered(1));
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::PostHog), [0, 1]);
}

#[test]
fn a_fork_leaves_the_spool_to_the_first_process() {
    if !may_fork("forks::a_fork_leaves_the_spool_to_the_first_process") {
        return;
    }
    let (sandbox, directory) = (Sandbox::start().unwrap(), tempfile::tempdir().unwrap());
    sandbox.fault(Vendor::Segment, Fault::status(500).forever());
    let next = || to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())).build().unwrap();
    let client = next();
    client.user("u").capture(Numbered(0));
    let client = fork(client, |client| {
        client.user("u").capture(Numbered(1));
        assert_eq!(client.report().lost_for(LossReason::Forked), 1);
    });
    client.user("u").capture(Numbered(2));
    let other = next();
    assert_eq!((client.report().kept, other.report().kept), (2, 0), "it is still the first one's");
    sandbox.clear_faults(Vendor::Segment);
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::Segment), [0, 2]);
    assert!(other.shutdown(LONG).is_complete());
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "nothing is left behind");
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
