use crate::run::{Folder, GOOD, run};

/// A plan with one warning.
const WARNED: &str = "taxogen: 1\nflags:\n  a: { kind: release, rollout: 0.25 }\n";

fn code(plan: &str, arguments: &[&str]) -> i32 {
    let folder = Folder::new(&[("plan.yaml", plan)]);
    folder.run(&[&["check", "plan.yaml"], arguments].concat()).code
}

#[test]
fn only_errors_and_what_is_named_make_the_exit_code() {
    let denied = WARNED.replace("flags:", "lints: { tiny-percent: deny }\nflags:");
    let noted = WARNED.replace("flags:", "lints: { tiny-percent: note }\nflags:");
    let cases: [(&str, &[&str], i32); 12] = [
        (WARNED, &[], 0),
        (WARNED, &["--deny", "tiny-percent"], 1),
        (WARNED, &["--deny", "expired"], 0),
        (WARNED, &["--fail-on", "error"], 0),
        (WARNED, &["--fail-on", "warning"], 1),
        (WARNED, &["--fail-on", "note"], 1),
        (WARNED, &["--fail-on", "note", "--allow", "tiny-percent"], 0),
        (GOOD, &["--fail-on", "note"], 0),
        (&noted, &["--fail-on", "warning"], 0),
        (&noted, &["--fail-on", "note"], 1),
        (&denied, &[], 1),
        (&denied, &["--warn", "tiny-percent"], 0),
    ];
    for (plan, arguments, expected) in cases {
        assert_eq!(code(plan, arguments), expected, "{arguments:?} of {plan}");
    }
}

#[test]
fn what_fails_is_not_written() {
    let folder = Folder::new(&[("plan.yaml", WARNED)]);
    let told = folder.run(&["generate", "plan.yaml", "-o", "taxonomy.rs", "--fail-on", "warning"]);
    assert!(told.code == 1 && told.err.ends_with("plan.yaml: 1 warning\n"), "{}", told.err);
    assert!(!folder.file("taxonomy.rs").exists());
    assert_eq!(folder.run(&["generate", "plan.yaml", "-o", "taxonomy.rs"]).code, 0);
}

#[test]
fn an_unknown_lint_is_a_wrong_call() {
    let folder = Folder::new(&[("plan.yaml", GOOD)]);
    let told = folder.run(&["check", "plan.yaml", "--deny", "missing-owners"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("a similar value exists: 'missing-owner'"), "{}", told.err);
}

#[test]
fn the_day_is_that_of_source_date_epoch() {
    let plan = "taxogen: 1\nflags:\n  a: { kind: release, expires: 2027-03-31 }\n";
    let folder = Folder::new(&[("plan.yaml", plan)]);
    let on = |epoch: &str| {
        let output = folder.command(&["check", "plan.yaml"]).env("SOURCE_DATE_EPOCH", epoch).output();
        crate::run::Run::from(output.expect("it runs"))
    };
    let verdict = |epoch| on(epoch).err.lines().last().map(str::to_owned);
    assert_eq!(verdict("1800000000").as_deref(), Some("plan.yaml: 0 events, 1 flag, no problems"));
    assert_eq!(verdict("1806364800").as_deref(), Some("plan.yaml: 0 events, 1 flag, 1 note"));
    assert_eq!(verdict("1806537600").as_deref(), Some("plan.yaml: 0 events, 1 flag, 1 warning"));
    let expected = "\
error: `SOURCE_DATE_EPOCH` is a number of seconds since 1970, not `tomorrow`
help: set it to the time of the last commit, or unset it to ask the clock
";
    assert_eq!(on("tomorrow"), run(2, "", expected));
}

#[test]
fn lints_are_listed_explained_by_name_and_completed() {
    let folder = Folder::new(&[]);
    let list = folder.run(&["explain", "--lints"]).out;
    for line in list.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        assert!(["allow", "note", "warn", "deny"].contains(&words[1]), "{line}");
        let page = folder.run(&["explain", words[0]]);
        assert_eq!(page, folder.run(&["explain", words[2]]));
        assert!(page.out.replace('\n', " ").contains(&format!("`{}`", words[0])), "{line}");
        assert!(folder.run(&["completions", "bash"]).out.contains(words[0]), "{line}");
    }
    let expected = "error: unknown lint `missing-owners`\nhelp: a lint with a similar name exists: `missing-owner`\n";
    assert_eq!(folder.run(&["explain", "missing-owners"]), run(2, "", expected));
}
