//! A plan of several files on a disk: what is read, and what is told where it cannot be.

use std::fs;
use std::path::{Path, PathBuf};

use taxogen_compiler::source::Source;
use taxogen_compiler::{Analysis, generate, read, render};
use tempfile::TempDir;

use crate::analyze;

const ROOT: &str = "taxogen: 1\ninclude: [plans/payments.yaml]\n";
const EVENT: &str = "events:\n  order_paid: { description: Money arrived. }\n";

/// A repository with files in it, removed at the end.
struct Repository(TempDir);

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder can be made"));
        fs::create_dir(repository.path("repository")).expect("a folder can be made");
        fs::create_dir(repository.path("repository/.git")).expect("a folder can be made");
        for (path, text) in files {
            repository.write(path, text.as_bytes());
        }
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    /// The plan at `path`, as the command line names it that runs in its folder.
    fn source(&self, path: &str) -> Source {
        let path = self.path(path);
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        read(&path, &name).expect("the plan itself can be read")
    }

    /// What is told: the place of each finding and its sentence.
    fn told(&self, path: &str) -> Vec<String> {
        let source = self.source(path);
        told(&source, &analyze(&source))
    }
}

fn told(source: &Source, analysis: &Analysis) -> Vec<String> {
    let line = |found: &&taxogen_compiler::diagnostic::Diagnostic| {
        let file = &source.file(found.primary.file).name;
        format!("{file}:{}: {}", source.start(found.primary), found.message)
    };
    analysis.diagnostics.sorted().iter().map(line).collect()
}

#[test]
fn files_are_read_in_the_order_in_which_they_are_included() {
    let repository = Repository::new(&[
        (
            "repository/shop/taxonomy.yaml",
            "taxogen: 1\ninclude: [plans/b.yaml, ../common/c.yaml]\nevents: { first: {} }\n",
        ),
        ("repository/shop/plans/b.yaml", "taxogen: 1\ninclude: deep/d.yaml\nevents: { second: {} }\n"),
        ("repository/shop/plans/deep/d.yaml", "events: { third: {} }\nflags: { dark: { kind: release } }\n"),
        ("repository/common/c.yaml", "events: { fourth: {} }\nowners: { team: \"#team\" }\n"),
    ]);
    let source = repository.source("repository/shop/taxonomy.yaml");
    let names: Vec<_> = source.files().iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["taxonomy.yaml", "plans/b.yaml", "plans/deep/d.yaml", "../common/c.yaml"]);
    let plan = analyze(&source).plan.expect("the plan is right");
    let events: Vec<_> = plan.events.iter().map(|event| event.name.wire.as_str()).collect();
    assert_eq!(events, ["first", "second", "third", "fourth"]);
    assert_eq!(plan.flags.len(), 1);
    assert_eq!(plan.hash, source.hash());
}

#[test]
fn a_plan_in_several_files_is_the_plan_in_one() {
    let head = "taxogen: 1\n";
    let [types, first, second, flags] = [
        "types: { channel: { enum: [web, mobile] } }\nproperty_groups: { request: { channel: channel } }\n",
        "  first: { properties: { channel: { type: channel, required: true } } }\n",
        "  second: { include: [request], properties: { items: { list: { object: { sku: string } } } } }\n",
        "person: { tier: string }\nflags: { dark: { kind: release, rollout: [{ when: { tier: pro } }] } }\n",
    ];
    let one = format!("{head}{types}events:\n{first}{second}{flags}");
    let root = format!("{head}include: [plans/a.yaml, plans/b.yaml]\nevents:\n{first}");
    let texts =
        [("taxonomy.yaml", &*root), ("plans/a.yaml", &*format!("{types}events:\n{second}")), ("plans/b.yaml", flags)];
    let code = |source: &Source| {
        let plan = analyze(source).plan.expect("the plan is right");
        generate(&plan).replace(&source.hash(), "hash")
    };
    let several = Source::from_texts(&texts);
    assert_eq!(code(&several), code(&Source::from_text("taxonomy.yaml", one)));
}

#[test]
fn the_name_of_an_included_file_begins_as_that_of_the_plan() {
    let repository = Repository::new(&[("repository/taxonomy.yaml", ROOT), ("repository/plans/payments.yaml", EVENT)]);
    let path = repository.path("repository/taxonomy.yaml");
    for (name, expected) in
        [("../shop/taxonomy.yaml", "../shop/plans/payments.yaml"), ("/taxonomy.yaml", "/plans/payments.yaml")]
    {
        let source = read(&path, name).expect("it can be read");
        assert_eq!(source.file(1).name, expected);
        assert_eq!(source.file(1).path, repository.path("repository/plans/payments.yaml"));
    }
}

#[test]
fn a_plan_has_one_hash_wherever_it_stands() {
    let hash = |folder: &str, name: &str, break_line: &str| {
        let lines = |text: &str| text.replace('\n', break_line);
        let repository = Repository::new(&[
            (&format!("repository/{folder}{name}"), &lines(ROOT)),
            (&format!("repository/{folder}plans/payments.yaml"), &lines(EVENT)),
        ]);
        repository.source(&format!("repository/{folder}{name}")).hash()
    };
    let one = hash("", "taxonomy.yaml", "\n");
    assert_eq!(hash("a/b/", "taxonomy.yaml", "\n"), one);
    assert_eq!(hash("", "plan.yaml", "\r\n"), one);
    let in_memory = Source::from_texts(&[("taxonomy.yaml", ROOT), ("plans/payments.yaml", EVENT)]);
    assert_eq!(in_memory.hash(), one);
    assert_ne!(Source::from_texts(&[("taxonomy.yaml", ROOT), ("plans/payments.yaml", "events: {}\n")]).hash(), one);
}

#[test]
fn what_cannot_be_included_is_told_where_it_is_included() {
    let repository = Repository::new(&[
        (
            "repository/shop/taxonomy.yaml",
            "taxogen: 1\ninclude:\n  - plans\n  - plans/missing.yaml\n  - plans/latin.yaml\n  - ./plans/latin.yaml\n  - plans/latin.yaml/x.yaml\n  - ../../outside.yaml\n  - ../../../../../../../../../outside.yaml\n  - ../inside.yaml\nevents: { a: { owner: nobody } }\n",
        ),
        ("outside.yaml", EVENT),
        ("repository/inside.yaml", EVENT),
    ]);
    repository.write("repository/shop/plans/latin.yaml", b"a: \xc3\xbc\nb: \xfc\n");
    let expected = [
        "taxonomy.yaml:3:5: `plans` is a directory, not a plan",
        "taxonomy.yaml:4:5: there is no file `plans/missing.yaml`",
        "taxonomy.yaml:5:5: `plans/latin.yaml` is not UTF-8: the first wrong byte stands at 2:4; save the file as UTF-8",
        "taxonomy.yaml:7:5: there is no file `plans/latin.yaml/x.yaml`",
        "taxonomy.yaml:8:5: `../../outside.yaml` leads out of the repository",
        "taxonomy.yaml:9:5: `../../../../../../../../../outside.yaml` leads out of the repository",
    ];
    assert_eq!(repository.told("repository/shop/taxonomy.yaml"), expected);
}

#[test]
fn a_plan_outside_of_a_repository_stays_in_its_workspace_or_its_folder() {
    let above = "taxogen: 1\ninclude: [../above.yaml]\n";
    let repository = Repository::new(&[
        ("loose/taxonomy.yaml", above),
        ("above.yaml", EVENT),
        ("workspace/Cargo.toml", "[workspace]\nmembers = []\n"),
        ("workspace/shop/taxonomy.yaml", "taxogen: 1\ninclude: [../common.yaml, ../../above.yaml]\n"),
        ("workspace/common.yaml", EVENT),
        ("repository/target/package/shop-1.0.0/Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("repository/target/package/shop-1.0.0/taxonomy.yaml", above),
        ("repository/target/package/above.yaml", EVENT),
    ]);
    let cases = [
        ("loose", "taxonomy.yaml:2:11: `../above.yaml` leads out of the folder of the plan"),
        ("workspace/shop", "taxonomy.yaml:2:27: `../../above.yaml` leads out of the workspace"),
        ("repository/target/package/shop-1.0.0", "taxonomy.yaml:2:11: `../above.yaml` leads out of the package"),
    ];
    for (folder, expected) in cases {
        assert_eq!(repository.told(&format!("{folder}/taxonomy.yaml")), [expected], "{folder}");
    }
}

#[test]
fn the_whole_plan_is_bounded() {
    let repository = Repository::new(&[
        ("repository/taxonomy.yaml", "taxogen: 1\ninclude: [plans/a.yaml, plans/b.yaml]\n"),
        ("repository/plans/a.yaml", EVENT),
        ("repository/plans/b.yaml", ""),
    ]);
    // Alone it would be as large as a plan may be.
    let file = fs::File::options().write(true).open(repository.path("repository/plans/b.yaml")).expect("it is there");
    file.set_len(64 << 20).expect("the file may be long");
    let expected = ["taxonomy.yaml:2:25: with `plans/b.yaml` the plan has more than 64 MiB"];
    assert_eq!(repository.told("repository/taxonomy.yaml"), expected);
}

#[test]
fn a_plan_has_a_number_of_files_and_no_more() {
    let names: Vec<_> = (0..10_001).map(|number| format!("plans/{number}.yaml")).collect();
    let root = format!("taxogen: 1\ninclude: [{}]\n", names.join(", "));
    let mut texts = vec![("taxonomy.yaml", root.as_str())];
    texts.extend(names.iter().map(|name| (name.as_str(), "events: {}\n")));
    let source = Source::from_texts(&texts);
    assert_eq!(source.files().len(), 10_000);
    let analysis = analyze(&source);
    assert_eq!(analysis.diagnostics.errors(), 2);
    assert!(told(&source, &analysis).iter().all(|line| line.ends_with(": the plan has more than 10000 files")));
}

#[test]
fn a_long_chain_of_files_is_followed() {
    let name = |number: usize| format!("plans/{number}.yaml");
    let files: Vec<_> = (0..5_000)
        .map(|number| (name(number), format!("include: {}.yaml\nevents: {{ event_{number}: {{}} }}\n", number + 1)))
        .chain([(name(5_000), "include: [0.yaml]\n".to_owned())])
        .collect();
    let mut texts = vec![("taxonomy.yaml", "taxogen: 1\ninclude: plans/0.yaml\n")];
    texts.extend(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let source = Source::from_texts(&texts);
    let analysis = analyze(&source);
    let [found] = analysis.diagnostics.sorted()[..] else { panic!("{:?}", told(&source, &analysis)) };
    assert!(render::plain(found, &source).lines().count() < 100, "the circle is shown in part");
    assert!(found.message.len() < 1_000, "{}", found.message);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::Command;

    use super::*;

    fn link(repository: &Repository, from: &str, to: impl AsRef<Path>) {
        let from = repository.path(from);
        fs::create_dir_all(from.parent().expect("a link has a folder")).expect("a folder can be made");
        symlink(to, from).expect("a link can be made");
    }

    #[test]
    fn a_link_leads_to_a_file_of_the_repository_and_to_no_other() {
        let repository = Repository::new(&[
            (
                "repository/shop/taxonomy.yaml",
                "taxogen: 1\ninclude: [in.yaml, out.yaml, folder/outside.yaml, loop.yaml, self.yaml, second.yaml, gone.yaml]\n",
            ),
            ("repository/inside.yaml", EVENT),
            ("outside.yaml", EVENT),
        ]);
        link(&repository, "repository/shop/in.yaml", "../inside.yaml");
        link(&repository, "repository/shop/second.yaml", "in.yaml");
        link(&repository, "repository/shop/out.yaml", repository.path("outside.yaml"));
        link(&repository, "repository/shop/folder", repository.path(""));
        link(&repository, "repository/shop/loop.yaml", "loop.yaml");
        link(&repository, "repository/shop/self.yaml", "taxonomy.yaml");
        link(&repository, "repository/shop/gone.yaml", "nowhere.yaml");
        let told = repository.told("repository/shop/taxonomy.yaml");
        let looped = &told[2];
        assert!(looped.starts_with("taxonomy.yaml:2:51: `loop.yaml` cannot be read: "), "{looped}");
        let expected = [
            "taxonomy.yaml:2:20: `out.yaml` is a link that leads out of the repository",
            "taxonomy.yaml:2:30: `folder/outside.yaml` is a link that leads out of the repository",
            looped,
            "taxonomy.yaml:2:62: `taxonomy.yaml` includes itself",
            "taxonomy.yaml:2:73: `in.yaml` is included twice",
            "taxonomy.yaml:2:86: there is no file `gone.yaml`",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let repository =
            Repository::new(&[("taxonomy.yaml", "taxogen: 1\ninclude: [plans/pipe.yaml, plans/refused.yaml]\n")]);
        repository.write("plans/refused.yaml", EVENT.as_bytes());
        let refused = fs::Permissions::from_mode(0o000);
        fs::set_permissions(repository.path("plans/refused.yaml"), refused).expect("it is ours");
        let made = Command::new("mkfifo").arg(repository.path("plans/pipe.yaml")).status().expect("there is `mkfifo`");
        assert!(made.success());
        let told = repository.told("taxonomy.yaml");
        assert_eq!(told[0], "taxonomy.yaml:2:11: `plans/pipe.yaml` is a device or a pipe, not a file");
        // Root reads everything.
        if fs::read(repository.path("plans/refused.yaml")).is_err() {
            assert!(told[1].starts_with("taxonomy.yaml:2:28: `plans/refused.yaml` cannot be read: "), "{told:?}");
        }
    }

    #[test]
    fn a_device_ends() {
        let error = read(Path::new("/dev/zero"), "/dev/zero").expect_err("it never ends").to_string();
        assert_eq!(error, "`/dev/zero` has 67108865 bytes; a plan has at most 64 MiB");
    }
}

#[test]
fn files_beside_the_included_ones_are_told_unless_they_are_included() {
    let repository = Repository::new(&[
        ("repository/taxonomy.yaml", "taxogen: 1\ninclude: [plans/payments.yaml, plans/latin.yaml, top.yaml]\n"),
        ("repository/top.yaml", "events: {}\n"),
        ("repository/docker-compose.yaml", "services: {}\n"),
        ("repository/plans/payments.yaml", EVENT),
        ("repository/plans/refunds.yaml", EVENT),
        ("repository/plans/returns.yml", EVENT),
        ("repository/plans/notes.md", "notes\n"),
        ("repository/plans/.payments.yaml", "an editor\n"),
        ("repository/plans/folder.yaml/x", ""),
        ("repository/other/unrelated.yaml", ""),
    ]);
    repository.write("repository/plans/latin.yaml", b"\xff");
    let expected = [
        "taxonomy.yaml:2:11: `plans/refunds.yaml` lies beside this file, and nothing includes it",
        "taxonomy.yaml:2:11: `plans/returns.yml` lies beside this file, and nothing includes it",
        "taxonomy.yaml:2:32: `plans/latin.yaml` is not UTF-8: the first wrong byte stands at 1:1; save the file as UTF-8",
    ];
    assert_eq!(repository.told("repository/taxonomy.yaml"), expected);
}

#[test]
fn a_changed_file_and_one_that_appears_are_seen() {
    let repository = Repository::new(&[
        ("repository/taxonomy.yaml", "taxogen: 1\ninclude: [plans/payments.yaml, plans/refunds.yaml]\n"),
        ("repository/plans/payments.yaml", EVENT),
    ]);
    let source = repository.source("repository/taxonomy.yaml");
    assert!(source.is_fresh());
    let paths: Vec<_> =
        source.paths().map(|path| path.strip_prefix(repository.path("repository")).expect("it is there")).collect();
    assert_eq!(paths, ["taxonomy.yaml", "plans/payments.yaml", "plans/refunds.yaml"].map(Path::new));
    repository.write("repository/plans/refunds.yaml", b"events: {}\n");
    assert!(!source.is_fresh());

    let source = repository.source("repository/taxonomy.yaml");
    assert!(source.is_fresh());
    repository.write("repository/plans/payments.yaml", b"events: {}\n");
    assert!(!source.is_fresh());
    fs::remove_file(repository.path("repository/plans/payments.yaml")).expect("it is there");
    assert!(!source.is_fresh());
    assert!(!Source::from_text("taxonomy.yaml", "taxogen: 1\n").is_fresh());
}
