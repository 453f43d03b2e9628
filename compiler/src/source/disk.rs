//! Reads a plan from a disk.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::include::{self, Boundary, Files, IncludeError};
use super::{BYTE_ORDER_MARK, File, Location, MAX_BYTES, ReadError, ReadErrorKind, Source, Stamp, path};
use crate::locate;

/// Reads the plan at `path`, and every file that it includes; findings call it `name`, and the others as they stand
/// beside it. What is wrong with an included file is told where it is included.
///
/// # Errors
/// When the plan itself is missing, a directory, no UTF-8, larger than [`MAX_BYTES`], or unreadable.
pub fn read(path: &Path, name: &str) -> Result<Source, ReadError> {
    let failed = |kind| ReadError { path: path.to_owned(), kind };
    if path.as_os_str() == OsStr::new("") {
        return Err(failed(ReadErrorKind::Missing));
    }
    // Before the text: a change in between is then seen the next time.
    let stamp = Stamp::of(path);
    let text = read_text(path, MAX_BYTES).map_err(failed)?;
    let mut source = Source::default();
    source.add(File { stamp, ..File::new(name.to_owned(), path.to_owned(), text) });
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    // What cannot be followed to its place, as a pipe, includes what stands beside its name.
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    include::follow(&mut source, &real(path), &Disk { real_folder: real(&folder), folder, boundary: OnceCell::new() });
    Ok(source)
}

/// The folder of a plan, as it was given and as it is.
struct Disk {
    folder: PathBuf,
    real_folder: PathBuf,
    boundary: OnceCell<(PathBuf, Boundary)>,
}

impl Disk {
    /// The folder that no `include` leaves.
    fn boundary(&self) -> &(PathBuf, Boundary) {
        self.boundary.get_or_init(|| {
            let (folder, boundary) = boundary(&self.real_folder);
            (folder.to_owned(), boundary)
        })
    }
}

fn boundary(plan: &Path) -> (&Path, Boundary) {
    let above = |is: &dyn Fn(&Path) -> bool| plan.ancestors().find(|folder| is(folder));
    let package = above(&|folder| folder.join("Cargo.toml").is_file());
    if let Some(folder) = package.filter(|folder| locate::is_packaged(folder)) {
        return (folder, Boundary::Package);
    }
    if let Some(folder) = above(&|folder| folder.join(".git").exists()) {
        return (folder, Boundary::Repository);
    }
    locate::workspace_root(plan).map_or((plan, Boundary::Folder), |folder| (folder, Boundary::Workspace))
}

impl Files for Disk {
    fn identify(&self, path: &str) -> Result<PathBuf, IncludeError> {
        let (root, boundary) = self.boundary();
        let depth = self.real_folder.components().count() - root.components().count();
        if path::ups(path) > depth {
            return Err(IncludeError::Outside { boundary: *boundary, by_link: false });
        }
        let identity = fs::canonicalize(self.folder.join(path))
            .map_err(|error| IncludeError::Read { name: String::new(), kind: error.into() })?;
        if !identity.starts_with(root) {
            return Err(IncludeError::Outside { boundary: *boundary, by_link: true });
        }
        Ok(identity)
    }

    fn read(&self, identity: &Path, limit: u64) -> Result<String, ReadErrorKind> {
        let metadata = fs::metadata(identity)?;
        if metadata.is_dir() {
            return Err(ReadErrorKind::Directory);
        }
        // Opening a pipe waits for somebody to write, and a device may never end.
        if !metadata.is_file() {
            return Err(ReadErrorKind::NotRegular);
        }
        if metadata.len() > limit {
            return Err(ReadErrorKind::TooLarge { bytes: metadata.len() });
        }
        read_text(identity, limit)
    }

    fn stamp(&self, identity: &Path) -> Option<Stamp> {
        Stamp::of(identity)
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let folder = self.folder.join(folder);
        if fs::canonicalize(&folder).is_ok_and(|folder| folder == self.real_folder) {
            return Vec::new();
        }
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let entries = entries.flatten().filter(|entry| entry.path().is_file());
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| include::is_yaml(name)).collect();
        names.sort_unstable();
        names
    }

    fn watched(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

fn read_text(path: &Path, limit: u64) -> Result<String, ReadErrorKind> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(ReadErrorKind::Directory);
    }
    // The length of the metadata is not to be trusted: a pipe has none, and a file may grow.
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(limit)).unwrap_or_default());
    fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadErrorKind::TooLarge { bytes: metadata.len().max(bytes.len() as u64) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        ReadErrorKind::NotUtf8(location_after(&String::from_utf8_lossy(&error.as_bytes()[..valid])))
    })
}

/// Where the next character stands behind `text`.
fn location_after(text: &str) -> Location {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    Location { line: text.matches('\n').count() + 1, column: text[line_start..].chars().count() + 1 }
}
