use std::path::{Path, PathBuf};

use super::include::{self, Boundary, Files, IncludeError};
use super::{File, ReadErrorKind, Source, Stamp, path};
use crate::table::ByName;

/// Texts by their paths. The folder of the plan is all there is.
struct Memory<'a>(ByName<'a, &'a str>);

/// Reads a plan from memory.
pub(super) fn read(name: &str, text: String, others: &[(&str, &str)]) -> Source {
    let mut source = Source::default();
    source.add(File::new(name.to_owned(), PathBuf::from(name), text));
    let own = name.rsplit('/').next().unwrap_or_default();
    let mut texts = ByName::new();
    for (path, text) in others {
        texts.insert(*path, *text);
    }
    include::follow(&mut source, Path::new(own), &Memory(texts));
    source
}

impl Files for Memory<'_> {
    fn identify(&self, path: &str) -> Result<PathBuf, IncludeError> {
        if path::ups(path) > 0 {
            return Err(IncludeError::Outside { boundary: Boundary::Folder, by_link: false });
        }
        Ok(PathBuf::from(path))
    }

    fn read(&self, identity: &Path, limit: u64) -> Result<String, ReadErrorKind> {
        let path = identity.to_str().expect("it was made of a text");
        let text = self.0.get(path).ok_or(ReadErrorKind::Missing)?;
        let bytes = text.len() as u64;
        if bytes > limit { Err(ReadErrorKind::TooLarge { bytes }) } else { Ok((*text).to_owned()) }
    }

    fn stamp(&self, _: &Path) -> Option<Stamp> {
        None
    }

    fn beside(&self, folder: &str) -> Vec<String> {
        let here = self.0.keys().filter(|path| path::folder(path) == folder);
        let mut names: Vec<_> = here.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        names.retain(|name| include::is_yaml(name));
        names.sort_unstable();
        names
    }

    fn watched(&self, path: &str) -> PathBuf {
        PathBuf::from(path)
    }
}
