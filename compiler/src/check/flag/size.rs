//! How large a flag is where the server keeps it.

use crate::ast::{Flag, Keyed, RolloutEntry};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Node, NodeKind, Value};

/// The server takes `filters` of so many bytes of compact JSON.
const LARGEST: usize = 512 * 1024;

/// What stands around one condition beside its words: names of keys, the type, the index of a group.
const CONDITION: usize = 96;

/// The same around an entry, and around a variant.
const ENTRY: usize = 160;

/// Rollout, variants and payloads are small enough together.
pub(super) fn fits(flag: &Flag, diagnostics: &mut Diagnostics) {
    let size = filters(flag);
    if size <= LARGEST {
        return;
    }
    let message = format!(
        "flag `{}` is up to {} KiB of JSON where the server takes {} KiB",
        flag.name.value,
        size.div_ceil(1024),
        LARGEST / 1024
    );
    diagnostics
        .error(Code::FlagTooLarge, flag.name.span, message)
        .help("long lists of people are cohorts: `in_cohort`; large payloads are kept elsewhere and named".to_owned());
}

/// At most so many bytes of compact JSON.
fn filters(flag: &Flag) -> usize {
    let mut bytes = ENTRY;
    if let Some(rollout) = &flag.rollout {
        for entry in &rollout.entries {
            bytes += self::entry(entry);
        }
    }
    for variant in flag.variants() {
        bytes += ENTRY + 2 * variant.name.value.len();
        bytes += variant.payload.as_ref().map_or(0, payload_of);
        bytes += variant.meta.description.as_ref().map_or(0, |text| string(&text.value).bytes);
    }
    bytes + flag.payload.as_ref().map_or(0, payload_of)
}

fn entry(entry: &RolloutEntry) -> usize {
    let conditions = entry.when.len() + entry.in_cohort.len() + entry.not_in_cohort.len() + entry.flags.len();
    let mut bytes = ENTRY + conditions * CONDITION;
    for condition in &entry.when {
        bytes += string(&condition.property.value).bytes + condition.operator.value.len();
        bytes += json(&condition.operand).bytes;
    }
    for flag in &entry.flags {
        bytes += json(&flag.answer).bytes;
    }
    bytes += entry.note.as_ref().map_or(0, |note| string(&note.value).bytes);
    bytes + entry.variant.as_ref().map_or(0, |variant| variant.value.len())
}

/// A payload is JSON inside of a JSON string.
fn payload_of(payload: &Keyed<Value>) -> usize {
    let Size { bytes, escaped } = json(&payload.value);
    bytes + escaped + 2
}

/// JSON: its length, and how many of its bytes get a backslash when it is put into a string.
#[derive(Clone, Copy, Default)]
struct Size {
    bytes: usize,
    escaped: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.escaped += other.escaped;
    }
}

fn json(node: &Node) -> Size {
    let mut size = Size { bytes: 2, escaped: 0 };
    match &node.kind {
        // A number or a truth value is shorter than the text that it may be.
        NodeKind::Scalar(scalar) => return string(&scalar.text),
        NodeKind::Sequence(nodes) => {
            for node in nodes {
                size.add(json(node));
                size.bytes += 1;
            }
        }
        NodeKind::Mapping(entries) => {
            for entry in entries {
                size.add(string(&entry.key.text));
                size.add(json(&entry.value));
                size.bytes += 2;
            }
        }
    }
    size
}

/// A JSON string: quotes and backslashes get another, control characters are `\u001f`.
fn string(text: &str) -> Size {
    let mut size = Size { bytes: text.len() + 2, escaped: 2 };
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                size.bytes += 1;
                size.escaped += 2;
            }
            0..0x20 => {
                size.bytes += 5;
                size.escaped += 1;
            }
            _ => {}
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml::{Entry, Key, Scalar};

    fn text(text: &str) -> Node<'_> {
        let scalar = Scalar { text: text.into(), quoted: true };
        Node { span: Span::default(), kind: NodeKind::Scalar(scalar) }
    }

    #[test]
    fn json_in_json_is_measured_with_its_escapes() {
        let key = Key { text: "a".into(), span: Span::default() };
        let list = Node { span: Span::default(), kind: NodeKind::Sequence(vec![text("b\"c"), text("\n")]) };
        let map = Node { span: Span::default(), kind: NodeKind::Mapping(vec![Entry { key, value: list }]) };
        // {"a":["b\"c","\u000a"]}, and two commas that nobody writes; inside of a string "{\"a\":[\"b\\\"c\",\"\\u000a\"]}".
        assert_eq!(json(&map).bytes, r#"{"a":["b\"c","\u000a"]}"#.len() + 2);
        let key = Span::default();
        assert_eq!(
            payload_of(&Keyed { key, value: map.to_value(), span: key }),
            r#""{\"a\":[\"b\\\"c\",\"\\u000a\"]}""#.len() + 2
        );
    }
}
