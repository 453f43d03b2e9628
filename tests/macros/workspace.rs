//! A copy of `workspaces/shop` that a test builds with a cargo of its own, and may change.
//!
//! All tests take the same place, one after the other: taxogen is then compiled once, and cargo, which knows a
//! crate by its path in the workspace, never takes one copy for another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The copy, for as long as the test has it.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

/// What cargo said.
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

impl Workspace {
    /// A fresh copy, with the versions of crates that the repository locks.
    pub(crate) fn new() -> Self {
        // A test that failed has spoilt nothing: each makes its own copy.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspaces");
        let root = folder.join("shop");
        if root.exists() {
            fs::remove_dir_all(&root).expect("an old copy can be removed");
        }
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("workspaces/shop"), &root);
        let lock = Path::new(REPOSITORY).join("Cargo.lock");
        fs::copy(lock, root.join("Cargo.lock")).expect("the versions can be copied");
        Self { root, target: folder.join("target"), _turn: turn }
    }

    /// The path of a file of the copy.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Replaces `from`, which must be there, in a file of the copy.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path(file);
        let text = fs::read_to_string(&path).expect("the file can be read");
        assert!(text.contains(from), "{from} is not in {file}");
        fs::write(&path, text.replace(from, to)).expect("the file can be written");
    }

    /// Runs cargo without a network.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(&self.root).args(arguments).args(["--offline", "--quiet", "--color", "never"]);
        command.env("CARGO_TARGET_DIR", &self.target).env_remove("TAXOGEN_PLAN").env_remove("RUSTFLAGS");
        let output = command.output().expect("cargo starts");
        let text = |bytes| String::from_utf8(bytes).expect("cargo prints UTF-8");
        Said { success: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            let text = fs::read_to_string(&source).expect("the file can be read");
            // The paths of taxogen, as they are from the depth of the folder that is copied.
            let repository = format!("{REPOSITORY}/");
            let text = text.replace("../../../../../", &repository).replace("../../../../", &repository);
            fs::write(&target, text).expect("the file can be written");
        }
    }
}
