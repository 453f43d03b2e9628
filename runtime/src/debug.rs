//! How events, people's properties and groups print: the name and the JSON that would be sent.

use std::fmt;

use crate::event::{Event, Group, PersonProperties, PropertyWriter, SuperProperties};
use crate::record::{Place, RecordWriter, Run, fragments, read_runs};

/// `Debug` of a generated event; personal values are not shown.
///
/// # Errors
///
/// When the formatter fails.
pub fn debug(event: &dyn Event, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    print(formatter, event.schema().name(), |properties| event.write(properties))
}

/// `Debug` of a person's properties; personal values are not shown.
///
/// # Errors
///
/// When the formatter fails.
pub fn debug_person(person: &dyn PersonProperties, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    print(formatter, "person", |properties| person.write(properties))
}

/// `Debug` of a group; personal values are not shown.
///
/// # Errors
///
/// When the formatter fails.
pub fn debug_group(group: &dyn Group, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = format!("{} {:?}", group.group_type(), group.key());
    print(formatter, &name, |properties| group.write(properties))
}

/// `Debug` of super properties; personal values are not shown.
///
/// # Errors
///
/// When the formatter fails.
pub fn debug_super(properties: &dyn SuperProperties, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    print(formatter, "super", |writer| properties.write(writer))
}

fn print(formatter: &mut fmt::Formatter<'_>, name: &str, write: impl FnOnce(&mut PropertyWriter<'_>)) -> fmt::Result {
    let bytes = RecordWriter::shown(write);
    write!(formatter, "{name} {}", properties(read_runs(&bytes)))
}

/// Runs as one JSON object, the person's properties under `$set`, `$set_once` and `$unset`, and under `$conversion`
/// the names of the properties that Optimizely counts a conversion for.
pub(crate) fn properties<'a>(runs: impl Iterator<Item = Run<'a>>) -> String {
    let (mut event, mut conversion) = (Vec::new(), Vec::new());
    let (mut set, mut set_once, mut unset) = (Vec::new(), Vec::new(), Vec::new());
    for run in runs {
        match run.tag.place() {
            Some(Place::Event) => event.extend_from_slice(run.fragments),
            Some(Place::Set) => set.extend_from_slice(run.fragments),
            Some(Place::SetOnce) => set_once.extend_from_slice(run.fragments),
            Some(Place::Unset) => {
                for fragment in fragments(run.fragments) {
                    unset.extend_from_slice(&[b",\"", fragment.name, b"\""].concat());
                }
            }
            Some(Place::Conversion) => conversion.extend_from_slice(run.fragments),
            None => {}
        }
    }
    for (name, members, [open, close]) in [
        ("$set", set, ["{", "}"]),
        ("$set_once", set_once, ["{", "}"]),
        ("$unset", unset, ["[", "]"]),
        ("$conversion", conversion, ["{", "}"]),
    ] {
        if let Some((_comma, members)) = members.split_first() {
            event.extend_from_slice(format!(",\"{name}\":{open}").as_bytes());
            event.extend_from_slice(members);
            event.extend_from_slice(close.as_bytes());
        }
    }
    let members = event.get(1..).unwrap_or_default();
    format!("{{{}}}", String::from_utf8_lossy(members))
}
