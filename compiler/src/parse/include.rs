//! What became of the entries of an `include`, in sentences.

use super::scalar::names;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::source::{Boundary, IncludeError, MAX_BYTES, MAX_FILES, PathError, ReadErrorKind, Source, Span};
use crate::yaml::Entry;

/// How many files of a circle are shown.
const SHOWN_FILES: usize = 8;

/// Tells the entries that add no file.
pub(super) fn entries(entry: Option<&Entry>, source: &Source, diagnostics: &mut Diagnostics) {
    let Some(entry) = entry else { return };
    for path in names(entry, diagnostics) {
        if let Some(Err(error)) = source.included(path.span) {
            tell(error, &path.value, path.span, source, diagnostics);
        }
    }
}

fn tell(error: &IncludeError, path: &str, at: Span, source: &Source, diagnostics: &mut Diagnostics) {
    match error {
        IncludeError::Path(error) => {
            let (message, help) = path_sentence(*error, path);
            diagnostics.error(Code::IncludePath, at, message).help(help);
        }
        IncludeError::Outside { boundary, by_link } => {
            let place = folder(*boundary);
            let message = if *by_link {
                format!("`{path}` is a link that leads out of {place}")
            } else {
                format!("`{path}` leads out of {place}")
            };
            let help =
                format!("keep every file of the plan in {place}, so that it is whole wherever it is checked out");
            diagnostics.error(Code::IncludePath, at, message).help(help);
        }
        IncludeError::Read { name, kind } => unreadable(name, kind, path, at, diagnostics),
        IncludeError::Circle(files) => circle(files, at, source, diagnostics),
        IncludeError::Twice(file) => twice(*file, at, source, diagnostics),
        IncludeError::Told => {}
        IncludeError::TooManyFiles => {
            let message = format!("the plan has more than {MAX_FILES} files");
            diagnostics.error(Code::Unreadable, at, message).help("write several things into one file".to_owned());
        }
    }
}

fn path_sentence(error: PathError, path: &str) -> (String, String) {
    let relative = "a path is relative to the file that includes: `include: [plans/payments.yaml]`".to_owned();
    match error {
        PathError::Empty => ("an `include` names a file, this is empty".to_owned(), relative),
        PathError::Control => (format!("`{path}` holds a control character"), "write the name of a file".to_owned()),
        PathError::Absolute => (format!("`{path}` is an absolute path"), relative),
        PathError::Backslash => {
            (format!("`{path}` is written with `\\`"), format!("write `{}`", path.replace('\\', "/")))
        }
    }
}

fn folder(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Repository => "the repository",
        Boundary::Workspace => "the workspace",
        Boundary::Package => "the package",
        Boundary::Folder => "the folder of the plan",
    }
}

fn unreadable(name: &str, kind: &ReadErrorKind, path: &str, at: Span, diagnostics: &mut Diagnostics) {
    let message = match kind {
        ReadErrorKind::TooLarge { .. } => format!("with `{name}` the plan has more than {} MiB", MAX_BYTES >> 20),
        _ => kind.sentence(name),
    };
    let help = match kind {
        ReadErrorKind::Missing if path.contains(['*', '?']) => "files are named one by one, without patterns",
        ReadErrorKind::Missing => "a path is relative to the file that includes",
        ReadErrorKind::Directory => "name the files in it one by one",
        ReadErrorKind::NotRegular => "include a file",
        _ => "",
    };
    let help = (!help.is_empty()).then(|| help.to_owned());
    diagnostics.error(Code::Unreadable, at, message).help(help);
}

/// `files` begins with the one that is included again.
fn circle(files: &[u16], at: Span, source: &Source, diagnostics: &mut Diagnostics) {
    let name = |file: &u16| format!("`{}`", source.file(*file).name);
    let message = if let [own] = files {
        format!("{} includes itself", name(own))
    } else {
        let mut names: Vec<_> = files.iter().take(SHOWN_FILES).map(name).collect();
        if files.len() > SHOWN_FILES {
            names.push(format!("{} more", files.len() - SHOWN_FILES));
        }
        names.extend(files.first().map(name));
        format!("files include each other in a circle: {}", names.join(" -> "))
    };
    let told = diagnostics.error(Code::FileCircle, at, message);
    for place in files.iter().take(SHOWN_FILES).skip(1).filter_map(|file| source.file(*file).included_at) {
        told.also(place, "which is included here");
    }
    told.help("remove it: a plan is one namespace, each file sees what the others declare".to_owned());
}

fn twice(file: u16, at: Span, source: &Source, diagnostics: &mut Diagnostics) {
    let file = source.file(file);
    let told = diagnostics.error(Code::IncludedTwice, at, format!("`{}` is included twice", file.name));
    if let Some(first) = file.included_at {
        told.also(first, "first included here");
    }
    told.help("remove one of the two: a plan is one namespace, each file sees what the others declare".to_owned());
}
