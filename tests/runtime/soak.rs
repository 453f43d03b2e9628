//! The long trials, short: the program runs them for as long as one likes.

use std::process::Command;

fn soak(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_soak")).args(arguments).output().expect("it starts");
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "soak {}\n{}", arguments.join(" "), told.concat());
}

#[test]
fn killed_processes_with_a_spool_lose_nothing_that_was_accepted() {
    soak(&["kill", "--kills", "20"]);
}

#[test]
fn an_outage_of_three_vendors_loses_nothing_and_counts_nothing_twice() {
    soak(&["outage", "--seconds", "3", "--events", "3000"]);
}

#[test]
fn faults_in_any_order_leave_no_event_unaccounted_for() {
    soak(&["fuzz", "--seconds", "5"]);
}
