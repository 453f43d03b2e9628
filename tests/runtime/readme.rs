//! What the README shows is a plan, code and a finding as they are.

use std::path::Path;

use taxogen_compiler::{analyze, read, render, source::Source};

const README: &str = include_str!("../../README.md");
const PLAN: &str = include_str!("../readme/taxonomy.yaml");

/// The program, compiled: its plan is the one that the manifest of these tests names.
#[expect(dead_code, reason = "nobody runs the README's `main`")]
#[path = "../readme/main.rs"]
mod program;

#[test]
fn the_readme_shows_the_files_that_are_tested() {
    assert!(README.contains(&format!("```yaml\n# taxonomy.yaml\n{PLAN}```")));
    assert!(README.contains(&format!("```rust\n{}```", include_str!("../readme/main.rs"))));
    assert!(README.contains(&format!("```rust\n{}```", include_str!("../readme/test.rs"))));
    assert!(README.contains(&format!("```rust\n{}```", include_str!("../readme/flags.rs"))));
}

#[test]
fn the_plan_of_the_readme_has_no_problems() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("readme/taxonomy.yaml");
    let analysis = analyze(&read(&path, "taxonomy.yaml").expect("it is there"));
    assert!(analysis.plan.is_some() && analysis.diagnostics.is_empty());
}

#[test]
fn the_finding_of_the_readme_is_what_is_told() {
    let text = format!("# taxonomy.yaml\n{}", PLAN.replace("type: plan_tier,", "type: plan_teir,"));
    let source = Source::from_text("taxonomy.yaml", text);
    let analysis = analyze(&source);
    let told: Vec<_> =
        analysis.diagnostics.sorted().iter().map(|found| render::frames(found, &source, false)).collect();
    let [finding] = told.as_slice() else { panic!("one finding: {told:?}") };
    assert!(README.contains(&format!("```text\n{}\n```", finding.trim_end())), "{finding}");
}

/// The test that the README shows.
mod shown {
    use super::program::events;
    use super::program::types::PlanTier;

    fn sign_up(user: &taxogen::User) {
        user.capture(events::UserSignedUp::new(PlanTier::Pro));
    }

    include!("../readme/test.rs");
}

/// The flags that the README shows.
mod decided {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::program::types::PlanTier;
    use super::program::{flags, person};

    include!("../readme/flags.rs");

    #[test]
    fn the_dashboard_of_the_readme_is_decided_here() {
        let pays = r#"{"key": "plan_tier", "operator": "exact", "value": ["pro"], "type": "person"}"#;
        let definitions = format!(
            r#"{{"flags": [{{"key": "new-dashboard", "active": true, "filters": {{"groups": [{{"properties": [{pays}]}}]}}}}]}}"#
        );
        let local = taxogen::LocalFlags::bytes(definitions);
        let (client, _) = taxogen::Client::builder().local_flags(local).recorder();
        let page = pin!(dashboard(&client, "user_123")).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(page, Poll::Ready("charts"));
    }
}
