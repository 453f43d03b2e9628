//! `cargo check` of a crate whose plan is expanded by the macro, beside the same code in a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::resources::measure;
use crate::error::{Error, Result};
use crate::verdict::median;

const RUNS: usize = 5;
/// How many times the time of the file the macro may take.
const MOST: f64 = 1.5;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// CPU seconds of `cargo check` of one crate, all that it depends on checked before.
#[derive(Debug)]
pub(super) struct Expansion {
    /// As on a build server: nothing is kept of the crate.
    pub(super) macro_cold: f64,
    pub(super) file_cold: f64,
    /// As at a desk: the source was touched, and rustc keeps what it knew.
    macro_again: f64,
    file_again: f64,
}

/// The two crates and what they say.
const CRATES: [(&str, &str); 2] =
    [("expanded", "taxogen::taxonomy!();\n"), ("included", "include!(\"../generated.rs\");\n")];

/// Checks both crates in a workspace of their own.
pub(super) fn compare(folder: &Path, program: &Path, plan: &str) -> Result<Expansion> {
    let root = folder.join("expansion");
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"expanded\", \"included\"]\n";
    write(&root.join("Cargo.toml"), manifest)?;
    fs::copy(Path::new(REPOSITORY).join("Cargo.lock"), root.join("Cargo.lock"))?;
    for (name, source) in CRATES {
        let krate = root.join(name);
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             taxogen = {{ path = \"{REPOSITORY}/runtime\", default-features = false, features = [\"macros\"] }}\n"
        );
        write(&krate.join("Cargo.toml"), &manifest)?;
        write(&krate.join("taxonomy.yaml"), plan)?;
        write(&krate.join("src/lib.rs"), source)?;
    }
    let generated = root.join("included/generated.rs");
    measure(Command::new(program).arg("generate").arg(root.join("included/taxonomy.yaml")).arg("-o").arg(generated))?;

    let (mut cold, mut again) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for incremental in ["0", "1"] {
        let kept = if incremental == "0" { &mut cold } else { &mut again };
        for run in 0..=RUNS {
            for (at, (name, source)) in CRATES.iter().enumerate() {
                write(&root.join(name).join("src/lib.rs"), source)?;
                let seconds = check(&root, name, incremental)?;
                // The first builds what the crate depends on.
                if run > 0 {
                    kept[at].push(seconds);
                }
            }
        }
    }
    let [macro_cold, file_cold] = cold.map(median);
    let [macro_again, file_again] = again.map(median);
    Ok(Expansion { macro_cold, file_cold, macro_again, file_again })
}

fn check(root: &Path, name: &str, incremental: &str) -> Result<f64> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(["check", "--offline", "--quiet", "--package", name]);
    command.env("CARGO_TARGET_DIR", root.join("target")).env("CARGO_INCREMENTAL", incremental);
    command.env_remove("TAXOGEN_PLAN").env_remove("RUSTFLAGS");
    Ok(measure(&command)?.seconds)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().ok_or_else(|| Error::new("a file stands in a folder"))?;
    fs::create_dir_all(folder)?;
    Ok(fs::write(path, text)?)
}

impl Expansion {
    pub(super) fn print(&self) {
        let Self { macro_cold, file_cold, macro_again, file_again } = self;
        println!(" `cargo check` of a crate of 1,000 events, {RUNS} alternating runs; medians of CPU time");
        println!(" {:<18}{:>12}{:>12}{:>8}", "", "taxonomy!()", "include!()", "ratio");
        for (name, ours, file) in [("cold", macro_cold, file_cold), ("incremental", macro_again, file_again)] {
            println!(" {name:<18}{ours:>12.3}{file:>12.3}{:>8.2}", ours / file);
        }
    }

    pub(super) fn failure(&self) -> Option<String> {
        let ratio = self.macro_cold / self.file_cold;
        (ratio > MOST)
            .then(|| format!("`taxonomy!()` takes {ratio:.2} times the same code in a file, more than {MOST}"))
    }
}
