//! The sample of the language: a plan with every construct, and a file that it includes.

use std::path::Path;

use taxogen_compiler::{analyze, generate, read, render};

#[test]
fn the_sample_compiles_without_a_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/sample/taxonomy.yaml");
    let source = read(&path, "taxonomy.yaml").expect("the sample is there");
    let analysis = analyze(&source);
    let told: Vec<_> = analysis.diagnostics.sorted().iter().map(|found| render::plain(found, &source)).collect();
    assert_eq!(told, [] as [String; 0]);

    let plan = analysis.plan.expect("nothing was told");
    let counts = [plan.owners.len(), plan.events.len(), plan.flags.len(), plan.experiments.len(), plan.targets.len()];
    assert_eq!(counts, [2, 10, 5, 1, 2]);
    let prod = plan.for_target("prod").expect("it is a target");
    let flags: Vec<_> = prod.flags.iter().map(|flag| flag.name.wire.as_str()).collect();
    assert_eq!(flags, ["new-dashboard-v2", "payments-enabled", "checkout-experiment", "refunds-enabled"]);
    assert!(generate(&plan).contains("pub struct PaymentFailed"));
}
