//! Who gets the same answer again: persons, devices or groups.

use crate::ast::Flag;
use crate::ast::index::Index;
use crate::check::reference::similar;
use crate::check::value::quoted;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::ir::BucketBy;
use crate::lint::Lint;

/// The keys that say it go together, and the group is declared.
pub(super) fn all(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    group(flag, index, diagnostics);
    let persist = flag.persist.as_ref().filter(|persist| persist.value);
    let device = flag.bucket_by.as_ref().filter(|by| by.value == BucketBy::DeviceId);
    if let (Some(persist), Some(device)) = (persist, device) {
        let message = "a flag that is bucketed by device cannot persist: the server refuses it";
        diagnostics
            .error(Code::Bucketing, persist.key, message)
            .also(device.span, "bucketed by device here")
            .help("the device stays the same when a person becomes known: remove `persist`".to_owned());
        return;
    }
    let Some(group) = &flag.group else { return };
    let useless = [("bucket_by", device.map(|device| device.span)), ("persist", persist.map(|persist| persist.key))];
    for (key, span) in useless {
        let Some(span) = span else { continue };
        let message = format!("`{key}` says nothing of a flag that counts groups");
        diagnostics
            .lint(Lint::UselessBucketing, span, message)
            .also(group.span, "everybody of a group gets the same answer")
            .help(format!("remove `{key}`"));
    }
}

fn group(flag: &Flag, index: &Index<'_>, diagnostics: &mut Diagnostics) {
    let Some(group) = &flag.group else { return };
    let groups = &index.plan.groups;
    if index.groups.contains_key(group.value.as_str()) || !groups.complete {
        return;
    }
    let help =
        similar("a group", &group.value, &groups.items, diagnostics).unwrap_or_else(|| match groups.items.as_slice() {
            [] => "declare it in `groups`".to_owned(),
            items => format!("declared are {}", quoted(items.iter().map(|group| group.name.value.as_str()))),
        });
    diagnostics
        .error(Code::UnknownGroup, group.span, format!("unknown group `{}`", group.value))
        .label("not declared in `groups`")
        .help(help);
}
