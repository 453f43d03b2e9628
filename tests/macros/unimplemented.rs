//! What a user is told who passes the wrong thing where the runtime wants something of the plan.

use crate::workspace::Workspace;

const WRONG: &str = r#"
struct Paid;

pub fn wrong(user: &taxogen::User) {
    user.capture(Paid);
    user.identify("somebody");
    user.group("acme");
    let _: Paid = user.experiment();
}
"#;

/// rustc's own lines around ours differ between its versions; ours are what is compared.
#[test]
fn a_trait_that_is_missing_says_what_to_write() {
    let workspace = Workspace::new();
    workspace.edit("telemetry/src/lib.rs", "taxogen::taxonomy!();", WRONG);
    let said = workspace.cargo(&["check", "--package", "telemetry"]);
    let told: Vec<_> = said.stderr.lines().filter(|line| line.starts_with("error[")).collect();
    let expected = [
        "error[E0277]: `Paid` is not an event of the plan",
        "error[E0277]: `&str` does not hold properties of a person",
        "error[E0277]: `&str` is not a group of the plan",
        "error[E0277]: `Paid` is not bound to an experiment of the plan",
    ];
    assert_eq!(told, expected, "{}", said.stderr);
    let notes = said.stderr.lines().filter(|line| line.trim_start().starts_with("= note: declare it under")).count();
    assert_eq!(notes, 2, "{}", said.stderr);
}
