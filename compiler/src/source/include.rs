//! Follows what the files of a plan include, each file before those that stand behind it.

use std::path::{Path, PathBuf};

use super::path::{self, PathError};
use super::{File, MAX_BYTES, MAX_FILES, ReadErrorKind, Source, Span, Stamp};
use crate::list;
use crate::table::{Names, Table};
use crate::yaml::{self, Node, NodeKind};

/// Why an entry of an `include` adds no file.
#[derive(Debug)]
#[non_exhaustive]
pub enum IncludeError {
    /// It is no path that a plan may name.
    Path(PathError),
    /// It leads out of that folder.
    Outside {
        /// The folder that it leaves.
        boundary: Boundary,
        /// It stands within, and is a symbolic link to somewhere else.
        by_link: bool,
    },
    /// What stands there cannot be read.
    Read {
        /// The file, as findings call it.
        name: String,
        /// What is wrong with it.
        kind: ReadErrorKind,
    },
    /// It is the file that includes it, or one that leads there: from it on, each file that includes the next.
    Circle(Vec<u16>),
    /// Another entry has added the file.
    Twice(u16),
    /// Another entry names the file too, which cannot be read: that is told there.
    Told,
    /// The plan has as many files as it may have.
    TooManyFiles,
}

/// The folder that no `include` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// The repository that holds the plan.
    Repository,
    /// The workspace of cargo, where there is no repository.
    Workspace,
    /// The package that was unpacked from a registry.
    Package,
    /// The folder of the plan, where there is neither.
    Folder,
}

/// A YAML file that lies beside an included one, and that no file of the plan includes.
#[derive(Debug)]
pub struct Unused {
    /// The entry that includes its neighbour.
    pub place: Span,
    /// The file, as findings call it.
    pub name: String,
}

/// Where the files of a plan stand: on a disk, or in memory. Paths are relative to the folder of the plan.
pub(super) trait Files {
    /// The one path of what stands at `path`, however it is called.
    fn identify(&self, path: &str) -> Result<PathBuf, IncludeError>;

    /// What stands at an identified path, up to `limit` bytes.
    fn read(&self, identity: &Path, limit: u64) -> Result<String, ReadErrorKind>;

    /// The state of what stands at an identified path.
    fn stamp(&self, identity: &Path) -> Option<Stamp>;

    /// The names of the YAML files in a folder.
    fn beside(&self, folder: &str) -> Vec<String>;

    /// The path by which a program that watches the plan finds the file again.
    fn watched(&self, path: &str) -> PathBuf;
}

/// Follows what the only file of `source` includes. `identity` is the one path of that file.
pub(super) fn follow(source: &mut Source, identity: &Path, files: &dyn Files) {
    let wanted = wanted(source, 0);
    if wanted.is_empty() {
        return;
    }
    let own_name = source.files[0].name.replace(std::path::MAIN_SEPARATOR, "/");
    let mut follower = Follower {
        files,
        folder_name: path::folder(&own_name).to_owned() + if own_name.contains('/') { "/" } else { "" },
        paths: vec![own_name.rsplit('/').next().unwrap_or_default().to_owned()],
        known: Table::new(),
        left: MAX_BYTES.saturating_sub(source.files[0].text.len() as u64),
        source,
    };
    follower.known.insert(key(identity), Some(0));
    follower.all(wanted);
    follower.find_unused();
}

struct Follower<'a> {
    source: &'a mut Source,
    files: &'a dyn Files,
    /// What stands before a path, so that it is named as the plan is: `../`, or nothing.
    folder_name: String,
    /// The path of each file, relative to the folder of the plan.
    paths: Vec<String>,
    /// Everything that is named, and the file that it is where it could be read.
    known: Table<String, Option<u16>>,
    /// How many bytes the plan may still have.
    left: u64,
}

/// A file whose entries are being followed.
struct Level {
    file: u16,
    wanted: std::vec::IntoIter<(String, Span)>,
}

impl Follower<'_> {
    /// Without recursion: a plan may be a chain of files.
    fn all(&mut self, wanted: Vec<(String, Span)>) {
        let mut trail = vec![Level { file: 0, wanted: wanted.into_iter() }];
        while let Some(level) = trail.last_mut() {
            let from = level.file;
            let Some((text, place)) = level.wanted.next() else {
                trail.pop();
                continue;
            };
            let outcome = self.one(from, &text, place, &trail);
            if let Ok(file) = outcome {
                trail.push(Level { file, wanted: self::wanted(self.source, file).into_iter() });
            }
            // One place is two entries where an alias repeats it.
            self.source.includes.or_insert(place, outcome);
        }
    }

    fn one(&mut self, from: u16, text: &str, place: Span, trail: &[Level]) -> Result<u16, IncludeError> {
        let path = path::resolve(&self.paths[usize::from(from)], text).map_err(IncludeError::Path)?;
        let name = self.name(&path);
        let watched = self.files.watched(&path);
        let identity = match self.files.identify(&path) {
            Ok(identity) => identity,
            Err(error) => {
                let stamp = self.files.stamp(&watched);
                self.source.unread.push((watched, stamp));
                return Err(error.named(name));
            }
        };
        let key = key(&identity);
        if let Some(known) = self.known.get(key.as_str()) {
            let file = known.ok_or(IncludeError::Told)?;
            let on_trail = trail.iter().position(|level| level.file == file);
            return Err(on_trail.map_or(IncludeError::Twice(file), |at| {
                IncludeError::Circle(list::map(&trail[at..], |level| level.file))
            }));
        }
        if self.source.files.len() == MAX_FILES {
            self.known.insert(key, None);
            return Err(IncludeError::TooManyFiles);
        }
        // Before the text: a change in between is then seen the next time.
        let stamp = self.files.stamp(&identity);
        match self.files.read(&identity, self.left) {
            Ok(text) => {
                self.left -= text.len() as u64;
                let file = File { included_at: Some(place), stamp, ..File::new(name, watched, text) };
                let index = self.source.add(file);
                self.paths.push(path);
                self.known.insert(key, Some(index));
                Ok(index)
            }
            Err(kind) => {
                self.known.insert(key, None);
                self.source.unread.push((watched, stamp));
                Err(IncludeError::Read { name, kind })
            }
        }
    }

    fn name(&self, path: &str) -> String {
        let path = if path.is_empty() { "." } else { path };
        format!("{}{path}", self.folder_name)
    }

    /// Finds what lies beside the included files. In the folder of the plan itself other YAML is usual.
    fn find_unused(&mut self) {
        let mut folders = Names::of(&[""]);
        let mut unused = Vec::new();
        for (file, path) in self.source.files.iter().zip(&self.paths) {
            let folder = path::folder(path);
            let Some(place) = file.included_at.filter(|_| folders.add(folder)) else { continue };
            for beside in self.files.beside(folder) {
                let path = if folder.is_empty() { beside } else { format!("{folder}/{beside}") };
                let is_known =
                    self.files.identify(&path).is_ok_and(|identity| self.known.contains_key(key(&identity).as_str()));
                if !is_known {
                    unused.push(Unused { place, name: self.name(&path) });
                }
            }
        }
        self.source.unused = unused;
    }
}

/// A path as text: other characters are escaped, so that two paths are two texts.
fn key(identity: &Path) -> String {
    identity.as_os_str().as_encoded_bytes().escape_ascii().to_string()
}

impl IncludeError {
    /// With the name of the file that cannot be read.
    fn named(self, name: String) -> Self {
        match self {
            Self::Read { kind, .. } => Self::Read { name, kind },
            other => other,
        }
    }
}

/// Whether that is the name of a YAML file; those of editors and tools begin with a point.
pub(super) fn is_yaml(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")) if !name.starts_with('.'))
}

/// The entries of a file's `include`. What is wrong with its shape is told by `parse`.
fn wanted(source: &Source, file: u16) -> Vec<(String, Span)> {
    let Some(node) = yaml::value_of(source, file, "include") else { return Vec::new() };
    let items = match &node.kind {
        NodeKind::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&node),
    };
    list::filter_map(items, text)
}

fn text(node: &Node) -> Option<(String, Span)> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some((scalar.text.to_string(), node.span)),
        _ => None,
    }
}
