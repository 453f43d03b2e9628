//! The program as somebody runs it.

use std::process::{Command, Output};

use taxogen_sandbox::{POSTHOG_KEY, Sandbox, Vendor};

/// The day, the events, the people and the experiment are the same on every run; deliveries are not.
const DAY: &str = include_str!("day.txt");

fn storefront(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storefront"));
    command.args(arguments);
    for variable in
        ["POSTHOG_API_KEY", "SEGMENT_WRITE_KEY", "MIXPANEL_TOKEN", "POSTHOG_PERSONAL_API_KEY", "TAXOGEN_DISABLED"]
    {
        command.env_remove(variable);
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

fn ends(output: &Output) -> (Option<i32>, String, String) {
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_day_is_the_same_on_every_run() {
    let output = storefront(&[]).output().expect("the program runs");
    let (code, told, complaints) = ends(&output);
    let (day, delivery) = told.split_once("\nDelivery\n").unwrap_or((&told, ""));
    assert_eq!(day, DAY.trim_end_matches('\n').to_owned() + "\n", "{complaints}");
    let last = delivery.lines().last();
    assert_eq!(last, Some("Every number of the vendors is the shop's own: nothing lost, nothing counted twice."));
    assert!(
        delivery.contains("\ndelivered 2155, kept 0, lost 0; 4 properties broke their rules and were left out\n"),
        "{delivery}"
    );
    assert!(told.lines().all(|line| line.chars().count() <= 100 && !line.contains('\x1b')), "{told}");
    assert_eq!((code, complaints.as_str()), (Some(0), ""));
}

#[test]
fn live_without_a_vendor_is_an_error() {
    let output = storefront(&["--live"]).output().expect("the program runs");
    let (code, told, complaints) = ends(&output);
    assert_eq!((code, told.as_str()), (Some(1), ""));
    let last = complaints.lines().last();
    assert_eq!(last, Some("error: no destination is set up: `storefront --help` names the variables"));
}

#[test]
fn live_says_where_it_delivers_and_what_arrived() {
    let sandbox = Sandbox::start().expect("a port is free");
    let mut command = storefront(&["--live"]);
    command.env("POSTHOG_API_KEY", POSTHOG_KEY).env("POSTHOG_HOST", sandbox.posthog_url());
    let (code, told, complaints) = ends(&command.output().expect("the program runs"));
    let arrived = sandbox.summary(Vendor::PostHog).distinct;
    let expected = format!(
        "A day of a small shop goes to posthog.\n\nThe client's own report\n\
         delivered {arrived}, kept 0, lost 0; 4 properties broke their rules and were left out\n  posthog: delivered {arrived}, kept 0, lost 0\n"
    );
    assert_eq!((code, told, complaints), (Some(0), expected, String::new()));
    assert!(arrived > 400, "{arrived}");
}

#[test]
fn help_is_on_stdout_and_a_wrong_option_is_not() {
    let (code, told, complaints) = ends(&storefront(&["--help"]).output().expect("the program runs"));
    assert!(told.contains("Usage: storefront [--live]"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 100));
    assert_eq!((code, complaints.as_str()), (Some(0), ""));
    let (code, told, complaints) = ends(&storefront(&["--life"]).output().expect("the program runs"));
    assert_eq!((code, told.as_str()), (Some(2), ""));
    assert_eq!(complaints, "error: the only options are `--live` and `--help`\n");
}
