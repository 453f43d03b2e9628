use crate::run::Folder;

#[test]
fn a_wrong_call_ends_with_2() {
    let folder = Folder::new(&[]);
    let calls: &[&[&str]] = &[
        &[],
        &["chek"],
        &["check", "--format", "xml"],
        &["check", "a", "b"],
        &["generate", "--check"],
        &["completions"],
        &["completions", "tcl"],
        &["sandbox", "--port", "70000"],
        &["decisions"],
        &["flags"],
        &["flags", "evaluate"],
        &["flags", "evaluate", "--definitions", "a", "--contexts", "b", "--now", "noon"],
        &["flags", "evaluate", "--definitions", "-", "--contexts", "-"],
        &["flags", "list", "--format", "xml"],
        &["decisions", "replay", "x"],
        &["decisions", "replay", "x", "--to", "optimizely"],
        &["decisions", "replay", "--to", "posthog"],
    ];
    for call in calls {
        let told = folder.run(call);
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{call:?}: {}", told.err);
        assert!(!told.err.is_empty());
    }
}

#[test]
fn every_command_has_help_and_the_program_a_version() {
    let folder = Folder::new(&[]);
    let version = folder.run(&["--version"]);
    assert_eq!((version.code, version.out), (0, format!("taxogen {}\n", env!("CARGO_PKG_VERSION"))));
    for command in ["init", "check", "generate", "explain", "decisions", "flags", "sandbox", "completions"] {
        let help = folder.run(&[command, "--help"]);
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        assert!(help.out.contains("Usage: taxogen "), "{}", help.out);
    }
}

#[test]
fn each_shell_has_completions() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = folder.run(&["completions", shell]);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{shell}");
        assert!(told.out.contains("taxogen") && told.out.contains("generate"), "{shell}");
    }
}
