use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("taxogen-locate-{}-{number}", std::process::id()));
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    /// What the crate in `package` finds, relative to this folder.
    fn found(&self, package: &str, variable: Option<&str>) -> Result<String, LocateError> {
        let env = |name: &str| variable.filter(|_| name == VARIABLE).map(OsString::from);
        let plan = for_crate(&self.0.join(package), &env)?;
        Ok(plan.strip_prefix(&self.0).unwrap_or(&plan).display().to_string().replace('\\', "/"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const WORKSPACE: &str = "[workspace]\nmembers = [\"a\"]\n";
const PACKAGE: &str = "[package]\nname = \"a\"\n";
const WITH_METADATA: &str = "[package]\nname = \"a\"\n[package.metadata.taxogen]\nplan = \"own.yaml\"\n";

#[test]
fn metadata_comes_first_then_the_variable_then_the_file_beside_then_above() {
    let files = [("w/Cargo.toml", WORKSPACE), ("w/taxonomy.yaml", ""), ("w/a/Cargo.toml", WITH_METADATA)];
    let folder = Folder::new(&files);
    assert_eq!(folder.found("w/a", Some("other.yaml")).unwrap(), "w/a/own.yaml");

    let files = [("w/Cargo.toml", WORKSPACE), ("w/taxonomy.yaml", ""), ("w/a/Cargo.toml", PACKAGE)];
    let folder = Folder::new(&files);
    assert_eq!(folder.found("w/a", Some("other.yaml")).unwrap(), "w/a/other.yaml");
    assert_eq!(folder.found("w/a", Some("")).unwrap(), "w/taxonomy.yaml");
    assert_eq!(folder.found("w/a", None).unwrap(), "w/taxonomy.yaml");
    fs::write(folder.0.join("w/a/taxonomy.yaml"), "").unwrap();
    assert_eq!(folder.found("w/a", None).unwrap(), "w/a/taxonomy.yaml");
}

#[test]
fn nothing_above_the_workspace_is_taken() {
    let files = [("taxonomy.yaml", ""), ("w/Cargo.toml", WORKSPACE), ("w/a/Cargo.toml", PACKAGE)];
    let folder = Folder::new(&files);
    let error = folder.found("w/a", None).unwrap_err();
    assert_eq!(error, LocateError::NotFound { from: folder.0.join("w/a"), to: folder.0.join("w") });
}

#[test]
fn a_package_of_no_workspace_looks_only_beside_its_manifest() {
    let folder = Folder::new(&[("taxonomy.yaml", ""), ("a/Cargo.toml", PACKAGE)]);
    let error = folder.found("a", None).unwrap_err();
    assert_eq!(error, LocateError::NotFound { from: folder.0.join("a"), to: folder.0.join("a") });
    let sentence =
        format!("there is no `taxonomy.yaml` in `{}`: `taxogen init` writes one", folder.0.join("a").display());
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn a_packaged_crate_holds_its_plan_or_is_told_to() {
    let files =
        [("w/Cargo.toml", WORKSPACE), ("w/taxonomy.yaml", ""), ("w/target/package/a-1.0.0/Cargo.toml", PACKAGE)];
    let folder = Folder::new(&files);
    let package = "w/target/package/a-1.0.0";
    let error = folder.found(package, Some("/elsewhere.yaml")).unwrap_err();
    assert_eq!(error, LocateError::Packaged { package: folder.0.join(package) });
    fs::write(folder.0.join(package).join("taxonomy.yaml"), "").unwrap();
    assert_eq!(folder.found(package, None).unwrap(), format!("{package}/taxonomy.yaml"));

    let files = [("w/Cargo.toml", WORKSPACE), ("w/taxonomy.yaml", ""), ("w/a/Cargo.toml", WITH_METADATA)];
    let folder = Folder::new(&[&files[..], &[("w/a/.cargo_vcs_info.json", "{}")]].concat());
    assert_eq!(folder.found("w/a", None).unwrap_err(), LocateError::Packaged { package: folder.0.join("w/a") });
}

#[test]
fn the_command_line_takes_the_nearest_plan_above() {
    let folder = Folder::new(&[("taxonomy.yaml", ""), ("a/b/x", "")]);
    assert_eq!(upwards(&folder.0.join("a/b")), Some(folder.0.join("taxonomy.yaml")));
}
