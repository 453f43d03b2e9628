//! What holds between crates, and between one build and the next.

use std::fs;

use taxogen_compiler::{analyze, generate, read};

use crate::workspace::{Said, Workspace};

/// The crate `taxogen` that a verified package takes in place of a published one.
const UNPUBLISHED: &str = concat!("patch.crates-io.taxogen.path='", env!("CARGO_MANIFEST_DIR"), "/../../runtime'");

/// It compiles, and rustc has nothing to say of the crates of the workspace.
fn assert_quiet(said: &Said) {
    let is_told = |name: &str| said.stderr.contains(&format!("--> {name}/"));
    let told: Vec<_> = ["telemetry", "web", "renamed", "scripted"].into_iter().filter(|name| is_told(name)).collect();
    assert!(said.success && told.is_empty(), "{}", said.stderr);
}

/// One crate owns the plan, one knows taxogen through it alone, one calls taxogen by another name and has the plan
/// in a module, one has it from a build script.
#[test]
fn every_crate_of_a_workspace_reaches_the_plan_without_a_warning() {
    let workspace = Workspace::new();
    assert_quiet(&workspace.cargo(&["check", "--workspace"]));
}

#[test]
fn an_edited_plan_is_compiled_by_the_next_build() {
    let workspace = Workspace::new();
    assert_quiet(&workspace.cargo(&["check", "--package", "web"]));

    workspace.edit("taxonomy.yaml", "order_paid:", "order_payed:");
    let said = workspace.cargo(&["check", "--package", "web"]);
    let expected = [
        "error: unknown event `order_paid`",
        "       help: an event with a similar name exists: `order_payed` (taxonomy.yaml:8)",
        " --> web/src/lib.rs:9:51",
    ];
    assert!(!said.success && said.stderr.contains(&expected.join("\n")), "{}", said.stderr);

    workspace.edit("web/src/lib.rs", "order_paid", "order_payed");
    workspace.edit("web/src/lib.rs", "OrderPaid", "OrderPayed");
    assert_quiet(&workspace.cargo(&["check", "--package", "web"]));
}

/// The macro and the build script watch the files that a plan includes.
#[test]
fn an_edited_file_of_the_plan_is_compiled_by_the_next_build() {
    let workspace = Workspace::new();
    workspace.edit("taxonomy.yaml", "name: shop\n", "name: shop\ninclude: [plans/refunds.yaml]\n");
    let said = workspace.cargo(&["check", "--package", "scripted"]);
    assert!(!said.success && said.stderr.contains("there is no file `../plans/refunds.yaml`"), "{}", said.stderr);

    fs::create_dir(workspace.path("plans")).expect("a folder can be made");
    fs::write(workspace.path("plans/refunds.yaml"), "events: { order_refunded: {} }\n").expect("a file can be written");
    let refunded = "\npub fn refunded(user: &taxogen::User) {\n    user.capture(events::OrderRefunded::new());\n}\n";
    workspace.edit("telemetry/src/lib.rs", "taxogen::taxonomy!();", &format!("taxogen::taxonomy!();{refunded}"));
    let both = ["check", "--package", "telemetry", "--package", "scripted"];
    assert_quiet(&workspace.cargo(&both));

    workspace.edit("plans/refunds.yaml", "order_refunded", "order_returned");
    let said = workspace.cargo(&both);
    assert!(!said.success && said.stderr.contains("OrderRefunded"), "{}", said.stderr);
    workspace.edit("telemetry/src/lib.rs", "OrderRefunded", "OrderReturned");
    assert_quiet(&workspace.cargo(&both));

    workspace.edit("plans/refunds.yaml", "order_returned: {}", "order_returned: { ownr: nobody }");
    let said = workspace.cargo(&["check", "--package", "telemetry"]);
    assert!(!said.success && said.stderr.contains(" --> plans/refunds.yaml:1:29\n"), "{}", said.stderr);
    let said = workspace.cargo(&["check", "--package", "scripted"]);
    assert!(!said.success && said.stderr.contains("plans/refunds.yaml:1:29"), "{}", said.stderr);
}

#[test]
fn a_manifest_that_names_another_plan_is_followed_by_the_next_build() {
    let workspace = Workspace::new();
    assert_quiet(&workspace.cargo(&["check", "--package", "renamed"]));
    fs::rename(workspace.path("taxonomy.yaml"), workspace.path("plan.yaml")).expect("the plan can be moved");
    let metadata = "edition.workspace = true\nmetadata.taxogen.plan = \"../plan.yaml\"\n";
    workspace.edit("renamed/Cargo.toml", "edition.workspace = true\n", metadata);
    assert_quiet(&workspace.cargo(&["check", "--package", "renamed"]));

    workspace.edit("renamed/Cargo.toml", "../plan.yaml", "../plam.yaml");
    let said = workspace.cargo(&["check", "--package", "renamed"]);
    assert!(!said.success && said.stderr.contains("error: there is no file `"), "{}", said.stderr);
}

#[test]
fn the_build_script_writes_what_generate_prints() {
    let workspace = Workspace::new();
    let said = workspace.cargo(&["check", "--package", "scripted", "--message-format", "json"]);
    assert!(said.success, "{}", said.stderr);
    let messages = said.stdout.lines().map(serde_json::from_str::<serde_json::Value>);
    let messages: Vec<_> = messages.collect::<Result<_, _>>().expect("cargo prints JSON");
    let ours = messages.iter().filter(|message| message["reason"] == "build-script-executed");
    let ours = ours.filter(|message| message["package_id"].as_str().is_some_and(|id| id.contains("/scripted")));
    let folders: Vec<_> = ours.filter_map(|message| message["out_dir"].as_str()).collect();
    let [folder] = folders.as_slice() else { panic!("one build script has run: {folders:?}") };

    let source = read(&workspace.path("taxonomy.yaml"), "taxonomy.yaml").expect("the plan can be read");
    let plan = analyze(&source).plan.expect("the plan is right");
    let written = fs::read_to_string(format!("{folder}/taxonomy.rs")).expect("the build script wrote its file");
    assert_eq!(written, generate(&plan));
}

#[test]
fn a_package_holds_its_plan_or_says_what_to_do() {
    let workspace = Workspace::new();
    let package = ["package", "--package", "telemetry", "--allow-dirty", "--config", UNPUBLISHED];
    let said = workspace.cargo(&package);
    let sentence = "does not hold its plan: commit what `taxogen generate` prints and use that instead of the macro, \
                    or put the plan into the package\n --> src/lib.rs:5:1";
    assert!(!said.success && said.stderr.contains(sentence), "{}", said.stderr);

    fs::copy(workspace.path("taxonomy.yaml"), workspace.path("telemetry/taxonomy.yaml")).expect("the plan is copied");
    let said = workspace.cargo(&package);
    assert!(said.success, "{}", said.stderr);
}
