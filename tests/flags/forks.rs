//! A fork of a process has the definitions, and nobody who asks for newer ones. That happens in a process of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, exit};
use std::time::Duration;

use fork::Fork;
use taxogen::{Client, Flag, LocalFlags, PostHog};
use taxogen_sandbox::{Fault, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, Sandbox, Vendor};

use crate::poller::on_for_everybody;
use taxogen_tests::executor::block_on;

const NEW: Flag<bool> = Flag::boolean("new", false);
const FORKING: &str = "TAXOGEN_TESTS_FORKING";
const PATIENCE: Duration = Duration::from_secs(30);

fn client(sandbox: &Sandbox) -> Client {
    let polled = LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(Duration::from_millis(10));
    Client::builder().to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url())).local_flags(polled).build().unwrap()
}

#[test]
fn a_fork_polls_nothing_and_waits_for_nothing() {
    if std::env::var_os(FORKING).is_none() {
        let mut tests = Command::new(std::env::current_exe().unwrap());
        tests.args(["--exact", "forks::a_fork_polls_nothing_and_waits_for_nothing", "--nocapture"]).env(FORKING, "1");
        let output = tests.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let (sandbox, silent) = (Sandbox::start().unwrap(), Sandbox::start().unwrap());
    sandbox.flags().define(&on_for_everybody(&["new"]));
    silent.fault_at(Vendor::PostHog, "/flags/definitions", Fault::Hang.forever());
    let (loaded, waiting) = (client(&sandbox), client(&silent));
    loaded.flags_ready(PATIENCE).unwrap();
    match fork::fork().unwrap() {
        Fork::Child => {
            let done = catch_unwind(AssertUnwindSafe(|| in_the_fork(&loaded, &waiting)));
            exit(i32::from(done.is_err()));
        }
        Fork::Parent(child) => assert_eq!(fork::waitpid(child).unwrap(), 0, "the fork ends well"),
    }
}

fn in_the_fork(loaded: &Client, waiting: &Client) {
    loaded.flags_ready(PATIENCE).unwrap();
    assert!(loaded.user("u").flag(NEW));
    let polls = loaded.flag_definitions().polls;
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(loaded.flag_definitions().polls, polls);
    let error = waiting.flags_ready(PATIENCE).unwrap_err();
    assert_eq!(error.to_string(), "a fork of the process asks for no definitions: build a client after the fork");
    let error = block_on(loaded.user("u").load_flags_of(&["other"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "posthog cannot be asked about flags: this process was forked from the one that built the client, and has no delivery \
         thread: build a client after the fork"
    );
}
