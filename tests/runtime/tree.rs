//! What an application builds with each choice of features.

use std::collections::BTreeSet;
use std::process::Command;

/// The names of the crates that `taxogen` brings in with these features.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--locked", "--package", "taxogen", "--edges", "normal", "--prefix", "none"]);
    command.args(["--format", "{p}", "--no-default-features", "--features", &features.join(",")]);
    let output = command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn without_a_destination_there_is_no_http_no_tls_and_no_tokio() {
    let crates = crates(&["macros", "gzip"]);
    assert!(crates.contains("taxogen-macros"), "{crates:?}");
    for unwanted in ["reqwest", "hyper", "http", "rustls", "ring", "tokio", "rustls-platform-verifier"] {
        assert!(!crates.contains(unwanted), "{unwanted} is in {crates:?}");
    }
}

#[test]
fn a_destination_brings_rustls_with_ring_and_nothing_that_needs_a_c_build_of_its_own() {
    let crates = crates(&["posthog"]);
    assert!(crates.contains("reqwest") && crates.contains("ring"), "{crates:?}");
    for unwanted in ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls", "serde_derive"] {
        assert!(!crates.contains(unwanted), "{unwanted} is in {crates:?}");
    }
}

#[test]
fn who_asks_for_neither_metrics_nor_events_builds_neither() {
    let bare = crates(&["macros", "gzip"]);
    assert!(!bare.contains("metrics") && !bare.contains("tracing"), "{bare:?}");
    assert!(!crates(&["posthog", "segment", "mixpanel"]).contains("metrics"), "hyper brings `tracing`");
    let both = crates(&["metrics", "tracing"]);
    assert!(both.contains("metrics") && both.contains("tracing") && !both.contains("tokio"), "{both:?}");
}
