//! The files of a plan, read as one.

use crate::ast::{Named, Plan, Section, Text};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::lint::{Ambiguous, Lint};
use crate::list;
use crate::source::Source;
use crate::table::firsts;
use crate::yaml;

/// Reads every file of a plan: a section holds what the plan itself declares, then what each included file does, in
/// the order of the files. What cannot be read is told and left out.
///
/// Beside it, the scalars that another reader of YAML takes for something else. The last is whether every file is there: where one is not, a name that is missing may stand in it.
#[must_use]
pub fn files(source: &Source, diagnostics: &mut Diagnostics) -> (Plan, Ambiguous, bool) {
    let mut plan = Plan::default();
    let mut ambiguous = Ambiguous::default();
    let mut complete = true;
    for index in 0..source.files().len() {
        let index = u16::try_from(index).expect("a plan has at most 10,000 files");
        let Some(tree) = yaml::parse(source, index, diagnostics) else {
            complete = false;
            continue;
        };
        if index == 0 {
            plan = super::plan(&tree, source, diagnostics);
        } else {
            super::part(&tree, &mut plan, source, diagnostics);
        }
        ambiguous.find(&tree, source, diagnostics);
    }
    complete &= !source.lacks_files();
    for unused in source.unused() {
        let message = format!("`{}` lies beside this file, and nothing includes it", unused.name);
        diagnostics
            .lint(Lint::UnusedFile, unused.place, message)
            .help("add it to `include`, or keep it in another folder".to_owned());
    }
    if source.files().len() > 1 {
        once(&mut plan.owners, diagnostics);
        once(&mut plan.types, diagnostics);
        once(&mut plan.property_groups, diagnostics);
        once(&mut plan.super_properties, diagnostics);
        once(&mut plan.person, diagnostics);
        once(&mut plan.groups, diagnostics);
        once(&mut plan.cohorts, diagnostics);
        once(&mut plan.events, diagnostics);
        once(&mut plan.flags, diagnostics);
        once(&mut plan.experiments, diagnostics);
    }
    (plan, ambiguous, complete)
}

/// Tells a name that stands in two files, and keeps the first. Within one file the YAML was told already.
fn once<T: Named>(section: &mut Section<T>, diagnostics: &mut Diagnostics) {
    let mut names = Vec::with_capacity(section.items.len());
    for item in &section.items {
        names.push(item.name());
    }
    let repeated = repeated(&names, diagnostics);
    if repeated.is_empty() {
        return;
    }
    let mut kept = 0;
    for at in 0..section.items.len() {
        if repeated.binary_search(&at).is_err() {
            section.items.swap(kept, at);
            kept += 1;
        }
    }
    section.items.truncate(kept);
}

/// Where a name stands that stands before; each is told.
fn repeated(names: &[&Text], diagnostics: &mut Diagnostics) -> Vec<usize> {
    let texts: Vec<&str> = list::map(names, |name| name.value.as_str());
    let mut repeated = Vec::new();
    for (at, first) in firsts(&texts).into_iter().enumerate() {
        if at == first {
            continue;
        }
        let (name, first) = (names[at], names[first]);
        diagnostics
            .error(Code::NameInTwoFiles, name.span, format!("`{}` stands in two files of the plan", name.value))
            .also(first.span, "first declared here")
            .help("remove one of the two, or give it another name".to_owned());
        repeated.push(at);
    }
    repeated
}
