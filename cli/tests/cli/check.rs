use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use crate::run::{BAD, Folder, GOOD, run};

#[test]
fn a_good_plan_is_told_in_one_line() {
    let folder = Folder::new(&[("taxonomy.yaml", GOOD)]);
    assert_eq!(folder.run(&["check"]), run(0, "", "taxonomy.yaml: 1 event, 1 flag, no problems\n"));
}

#[test]
fn every_mistake_is_told_with_its_place_and_remedy() {
    let folder = Folder::new(&[("plan.yaml", BAD)]);
    let expected = "\
error[TX0201]: unknown type `strng`
 --> plan.yaml:3:34
  |
3 |   visited: { properties: { page: strng, tier: { enum: [a, a] } } }
  |                                  ^^^^^ not declared in `types`
  |
help: a type with a similar name exists: `string`

error[TX0405]: `a` stands twice in this enum
 --> plan.yaml:3:59
  |
3 |   visited: { properties: { page: strng, tier: { enum: [a, a] } } }
  |                                                        -  ^
  |                                                        |
  |                                                        the first
  |
help: remove one of them

plan.yaml: 2 errors
";
    assert_eq!(folder.run(&["check", "plan.yaml"]), run(1, "", expected));
}

#[test]
fn json_is_one_object_per_finding_and_nothing_else() {
    let folder = Folder::new(&[("plan.yaml", BAD)]);
    let expected = concat!(
        r#"{"code":"TX0201","severity":"error","lint":null,"message":"unknown type `strng`","file":"plan.yaml","line":3,"#,
        r#""column":34,"end_line":3,"end_column":39,"help":"a type with a similar name exists: `string`"}"#,
        "\n",
        r#"{"code":"TX0405","severity":"error","lint":null,"message":"`a` stands twice in this enum","file":"plan.yaml","#,
        r#""line":3,"column":59,"end_line":3,"end_column":60,"help":"remove one of them"}"#,
        "\n"
    );
    assert_eq!(folder.run(&["check", "plan.yaml", "--format", "json"]), run(1, expected, ""));
}

#[test]
fn json_of_a_good_plan_is_empty() {
    let folder = Folder::new(&[("plan.yaml", GOOD)]);
    assert_eq!(folder.run(&["check", "--format", "json", "plan.yaml"]), run(0, "", ""));
}

#[test]
fn json_holds_any_text_of_the_plan() {
    let text = "taxogen: 1\nevents:\n  \"a\\\"\\\\\\t\\u2028\\x7Fü\": 3\n";
    let folder = Folder::new(&[("plan.yaml", text)]);
    let told = folder.run(&["check", "--format", "json", "plan.yaml"]);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    assert!(!told.out.is_empty());
    for line in told.out.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let keys: Vec<_> = finding.as_object().expect("it is an object").keys().map(String::as_str).collect();
        let expected =
            ["code", "column", "end_column", "end_line", "file", "help", "line", "lint", "message", "severity"];
        assert_eq!(keys, expected);
        assert!(finding["line"].as_u64().is_some_and(|line| line == 3), "{finding}");
    }
}

#[test]
fn columns_count_characters() {
    let folder =
        Folder::new(&[("plan.yaml", "taxogen: 1\nevents: { \"größe 日本\": { properties: { a: strng } } }\n")]);
    let told = folder.run(&["check", "--format", "json", "plan.yaml"]).out;
    let finding: serde_json::Value = serde_json::from_str(&told).expect("there is one finding");
    assert_eq!((finding["column"].as_u64(), finding["end_column"].as_u64()), (Some(42), Some(47)));
}

#[test]
fn warnings_are_printed_and_do_not_count() {
    let plan = "taxogen: 1\nflags:\n  a: { kind: release, rollout: 0.25 }\n";
    let folder = Folder::new(&[("plan.yaml", plan)]);
    let told = folder.run(&["check", "plan.yaml"]);
    assert_eq!(told.code, 0);
    assert!(told.err.starts_with("warning[TX0111]"), "{}", told.err);
    assert!(told.err.ends_with("plan.yaml: 0 events, 1 flag, 1 warning\n"), "{}", told.err);
}

#[test]
fn without_a_path_the_nearest_plan_is_taken_and_no_cargo_toml_is_needed() {
    let folder = Folder::new(&[("taxonomy.yaml", BAD), ("a/b/note.txt", ""), ("a/taxonomy.yaml", GOOD)]);
    let from = |path: &str| folder.command(&["check"]).current_dir(folder.file(path)).output().expect("it runs").into();
    assert_eq!(run(0, "", "../taxonomy.yaml: 1 event, 1 flag, no problems\n"), from("a/b"));
    assert_eq!(run(0, "", "taxonomy.yaml: 1 event, 1 flag, no problems\n"), from("a"));
}

#[test]
fn without_any_plan_it_says_what_to_do() {
    let folder = Folder::new(&[]);
    let expected = "\
error: there is no `taxonomy.yaml` in this folder or above
help: `taxogen init` writes a plan to begin with; a path names one elsewhere
";
    assert_eq!(folder.run(&["check"]), run(2, "", expected));
}

#[test]
fn a_file_that_is_no_text_ends_with_2() {
    let folder = Folder::new(&[("folder/x", "")]);
    folder.write("latin.yaml", b"taxogen: 1\nname: caf\xe9\n");
    let cases = [
        ("missing.yaml", "there is no file `missing.yaml`"),
        ("folder", "`folder` is a directory, not a plan"),
        ("folder/x/y", "there is no file `folder/x/y`"),
        ("latin.yaml", "`latin.yaml` is not UTF-8: the first wrong byte stands at 2:10; save the file as UTF-8"),
    ];
    for (path, message) in cases {
        for format in ["text", "json"] {
            let expected = run(2, "", &format!("error: {message}\n"));
            assert_eq!(folder.run(&["check", path, "--format", format]), expected, "{path}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_ends_with_2() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new(&[("plan.yaml", GOOD)]);
    let plan = folder.file("plan.yaml");
    fs::set_permissions(&plan, fs::Permissions::from_mode(0o000)).expect("the mode can be set");
    // Who may read everything sees a good plan.
    if fs::File::open(&plan).is_ok() {
        return;
    }
    let told = folder.run(&["check", "plan.yaml"]);
    assert_eq!(told.code, 2);
    assert!(told.err.starts_with("error: `plan.yaml` cannot be read: "), "{}", told.err);
}

#[test]
fn a_broken_text_is_an_error_of_the_plan() {
    let bomb = (1..12).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let cases = [
        ("", "error[TX0004]: the plan is empty"),
        ("# nothing\n", "error[TX0004]: the plan is empty"),
        ("taxogen: 1\n---\ntaxogen: 1\n", "error[TX0003]: a second document begins here"),
        ("taxogen: 1\ntaxogen: 1\n", "error[TX0002]: `taxogen` stands twice in this map"),
        ("events:\n\ta: {}\n", "error[TX0001]: tabs cannot indent in YAML"),
        (&"[".repeat(1 << 20), "error[TX0007]: nested more than 128 deep"),
        (&bomb, "error[TX0005]: aliases stand for more than 250000 nodes"),
        ("a: *b\n", "error[TX0006]: there is no anchor `&b`"),
    ];
    for (text, message) in cases {
        let folder = Folder::new(&[("plan.yaml", text)]);
        let told = folder.run(&["check", "plan.yaml"]);
        assert_eq!((told.code, told.err.lines().next()), (1, Some(message)));
        assert!(told.err.len() < 2_000, "{}", told.err);
    }
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let folder = Folder::new(&[("plan.yaml", BAD)]);
    let plain = folder.run(&["check", "plan.yaml"]).err;
    assert!(!plain.contains('\x1b'));
    let forced = folder.command(&["check", "plan.yaml"]).env("CLICOLOR_FORCE", "1").output().expect("it runs");
    assert!(forced.stderr.contains(&b'\x1b'));
    let refused = folder.command(&["check", "plan.yaml"]).env("NO_COLOR", "1").output().expect("it runs");
    assert_eq!(refused.stderr, plain.as_bytes());
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let mistakes: String = (0..3_000).fold("taxogen: 1\nevents:\n".to_owned(), |text, event| {
        format!("{text}  e{event}: {{ properties: {{ a: strng{event} }} }}\n")
    });
    let folder = Folder::new(&[("plan.yaml", &mistakes)]);
    let mut child = folder
        .command(&["check", "--format", "json", "plan.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = child.stdout.take().expect("it is piped");
    let mut begin = [0; 10];
    out.read_exact(&mut begin).expect("something is printed");
    drop(out);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}

#[test]
fn a_regular_expression_of_a_rollout_is_compiled_as_the_server_does() {
    let plan = "taxogen: 1
person: { title: string }
flags:
  inside: { kind: release, rollout: [{ when: { title: { regex: '(?<=@)example[.]com$' } } }] }
  broken: { kind: release, rollout: [{ when: { title: { not_regex: '^(a' } } }] }
";
    let folder = Folder::new(&[("plan.yaml", plan)]);
    let expected = "\
error[TX0409]: the server cannot compile this regular expression: opening parenthesis without closing parenthesis
 --> plan.yaml:5:68
  |
5 |   broken: { kind: release, rollout: [{ when: { title: { not_regex: '^(a' } } }] }
  |                                                                    ^^^^^

plan.yaml: 1 error
";
    assert_eq!(folder.run(&["check", "plan.yaml"]), run(1, "", expected));
    let told = folder.run(&["generate", "plan.yaml"]);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
}

#[test]
fn of_very_many_findings_ten_thousand_are_told_and_all_are_counted() {
    let events = (0..10_050).fold(String::new(), |text, at| text + &format!("  e{at}: {{ foo: 1 }}\n"));
    let folder = Folder::new(&[("plan.yaml", &format!("taxogen: 1\nevents:\n{events}"))]);
    let told = folder.run(&["check", "plan.yaml"]);
    assert_eq!(told.err.matches("error[TX0102]").count(), 10_000);
    assert!(told.err.ends_with("and 50 more\nplan.yaml: 10050 errors\n"), "{}", &told.err[told.err.len() - 100..]);
    let json = folder.run(&["check", "plan.yaml", "--format", "json"]);
    assert_eq!((json.code, json.out.lines().count(), json.err.as_str()), (1, 10_000, "and 50 more\n"));
}
