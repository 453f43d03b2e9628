//! Where the plan of a crate is.
//!
//! A macro takes the first of: `plan` under `[package.metadata.taxogen]`; the variable `TAXOGEN_PLAN`;
//! `taxonomy.yaml` beside Cargo.toml; `taxonomy.yaml` in a folder above, up to the first whose manifest has
//! `[workspace]` and never past it. A packaged crate has no folder above that it could trust: it holds the
//! plan, or the code that was generated from it.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};

mod manifest;

/// The plan's usual name.
pub const FILE_NAME: &str = "taxonomy.yaml";

/// The variable that names a plan: an absolute path, or one relative to the package.
pub const VARIABLE: &str = "TAXOGEN_PLAN";

/// Why no plan was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocateError {
    /// No `taxonomy.yaml` from `from` up to `to`.
    NotFound {
        /// The folder of the package.
        from: PathBuf,
        /// The last folder that was looked at.
        to: PathBuf,
    },
    /// The crate is packaged and its package does not hold the plan.
    Packaged {
        /// The folder of the package.
        package: PathBuf,
    },
}

/// The plan of the crate whose Cargo.toml stands in `manifest_dir`. `env` reads a variable.
///
/// A plan that is named, by metadata or variable, is returned whether it exists or not: reading it says so.
///
/// # Errors
/// When there is none where it may stand.
pub fn for_crate(manifest_dir: &Path, env: &dyn Fn(&str) -> Option<OsString>) -> Result<PathBuf, LocateError> {
    let manifest = fs::read_to_string(manifest_dir.join("Cargo.toml")).unwrap_or_default();
    let packaged = is_packaged(manifest_dir);
    if let Some(plan) = manifest::plan(&manifest) {
        let plan = manifest_dir.join(plan);
        if packaged && !plan.is_file() {
            return Err(LocateError::Packaged { package: manifest_dir.to_owned() });
        }
        return Ok(plan);
    }
    // The variable belongs to the workspace that is built, not to a dependency from elsewhere.
    let named = env(VARIABLE).filter(|path| !path.is_empty() && !packaged);
    if let Some(path) = named {
        return Ok(manifest_dir.join(path));
    }
    let beside = manifest_dir.join(FILE_NAME);
    if beside.is_file() {
        return Ok(beside);
    }
    if packaged {
        return Err(LocateError::Packaged { package: manifest_dir.to_owned() });
    }
    let root = workspace_root(manifest_dir).unwrap_or(manifest_dir);
    let mut folders = manifest_dir.ancestors().take_while(|folder| folder.starts_with(root));
    folders
        .find_map(|folder| Some(folder.join(FILE_NAME)).filter(|plan| plan.is_file()))
        .ok_or_else(|| LocateError::NotFound { from: manifest_dir.to_owned(), to: root.to_owned() })
}

/// The `taxonomy.yaml` of the folder `from`, else of the nearest folder above that has one.
#[must_use]
pub fn upwards(from: &Path) -> Option<PathBuf> {
    from.ancestors().map(|folder| folder.join(FILE_NAME)).find(|plan| plan.is_file())
}

/// The nearest folder whose manifest has `[workspace]`, the package's own included.
pub(crate) fn workspace_root(manifest_dir: &Path) -> Option<&Path> {
    manifest_dir.ancestors().find(|folder| {
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| manifest::is_workspace(&manifest))
    })
}

/// Whether the crate was unpacked from a package: by cargo for a build, or by `cargo package` to verify it.
pub(crate) fn is_packaged(manifest_dir: &Path) -> bool {
    let is = |component: &Component<'_>, name: &str| component.as_os_str() == name;
    let components: Vec<_> = manifest_dir.components().collect();
    let follows =
        |first: &str, second: &str| components.windows(2).any(|pair| is(&pair[0], first) && is(&pair[1], second));
    manifest_dir.join(".cargo_vcs_info.json").is_file() || follows("registry", "src") || follows("target", "package")
}

impl fmt::Display for LocateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { from, to } if from == to => {
                write!(f, "there is no `{FILE_NAME}` in `{}`: `taxogen init` writes one", from.display())
            }
            Self::NotFound { from, to } => write!(
                f,
                "there is no `{FILE_NAME}` from `{}` up to `{}`: `taxogen init` writes one",
                from.display(),
                to.display()
            ),
            Self::Packaged { package } => write!(
                f,
                "the package in `{}` does not hold its plan: commit what `taxogen generate` prints and use that \
                 instead of the macro, or put the plan into the package",
                package.display()
            ),
        }
    }
}

impl std::error::Error for LocateError {}

#[cfg(test)]
mod tests;
