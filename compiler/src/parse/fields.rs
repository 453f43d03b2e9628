//! The keys of one map, taken one by one; what nobody took is unknown.

use crate::ast::scalar::is_null;
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::list;
use crate::source::Span;
use crate::suggest;
use crate::yaml::{Entry, Node, NodeKind};

/// As many keys as a property has: then the list of known ones is allocated once.
const MOST_KEYS: usize = 32;

/// A map whose keys the language knows.
pub(super) struct Fields<'a> {
    /// What the map is, with its article: `an event`.
    what: &'static str,
    entries: &'a [Entry<'a>],
    /// One bit for each first letter of a key: most keys that are asked for are not there.
    letters: u64,
    taken: Vec<bool>,
    known: Vec<&'static str>,
    /// Keys that must be there and are not, with the place that lacks them and what to do.
    missing: Vec<(&'static str, Span, String, &'static str)>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`; nothing at all is an empty map, anything else is told.
    pub(super) fn of(node: &'a Node<'a>, what: &'static str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let entries: &'a [Entry<'a>] = match &node.kind {
            NodeKind::Mapping(entries) => entries,
            _ if is_null(node) => &[],
            _ => {
                let message = format!("{what} is a map, not {}", shape(node));
                diagnostics.error(Code::WrongShape, node.span, message);
                return None;
            }
        };
        let known = Vec::with_capacity(MOST_KEYS);
        let letters = entries.iter().fold(0, |letters, entry| letters | first_letter(&entry.key.text));
        Some(Self { what, entries, letters, taken: vec![false; entries.len()], known, missing: Vec::new() })
    }

    /// The entry of `key`, which is known from now on.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Entry<'a>> {
        self.known.push(key);
        self.take_quietly(key)
    }

    /// The entry of `key`, or the name of the item is told to lack it. `help` says what to write.
    pub(super) fn require(
        &mut self,
        key: &'static str,
        name: &str,
        span: Span,
        help: &'static str,
    ) -> Option<&'a Entry<'a>> {
        let entry = self.take(key);
        if entry.is_none() {
            self.missing.push((key, span, format!("{name} has no `{key}`"), help));
        }
        entry
    }

    /// The entry of a key that is no key of ours, to be told in another way.
    pub(super) fn habit(&mut self, key: &str) -> Option<&'a Entry<'a>> {
        self.take_quietly(key)
    }

    /// The first entry whose key is one of some that are no keys of ours; the others are taken with it.
    pub(super) fn first_habit(&mut self, is_habit: fn(&str) -> bool) -> Option<&'a Entry<'a>> {
        let mut first = None;
        for (entry, taken) in self.entries.iter().zip(&mut self.taken) {
            if is_habit(&entry.key.text) {
                *taken = true;
                first.get_or_insert(entry);
            }
        }
        first
    }

    /// Tells a key for which the language has another word; whether it was there. `right` is not told to be missing.
    pub(super) fn slip(&mut self, key: &str, right: &str, help: &str, diagnostics: &mut Diagnostics) -> bool {
        let Some(entry) = self.take_quietly(key) else { return false };
        self.missing.retain(|(missing, ..)| *missing != right);
        let message = format!("`{key}` is not a key of {}", self.what);
        diagnostics.error(Code::Habit, entry.key.span, message).help(help.to_owned());
        true
    }

    /// Tells a key that stands elsewhere in the language.
    pub(super) fn misplaced(&mut self, key: &str, help: &str, diagnostics: &mut Diagnostics) {
        if let Some(entry) = self.take_quietly(key) {
            let message = format!("`{key}` is not a key of {}", self.what);
            diagnostics.error(Code::Misplaced, entry.key.span, message).help(help.to_owned());
        }
    }

    /// Tells what nobody took and what is missing; whether there was nothing to tell.
    pub(super) fn finish(mut self, diagnostics: &mut Diagnostics) -> bool {
        let mut clean = true;
        for (entry, _) in self.entries.iter().zip(&self.taken).filter(|(_, taken)| !**taken) {
            let key = &*entry.key.text;
            if key.starts_with("x-") {
                continue;
            }
            clean = false;
            let similar = suggest::nearest(key, self.known.iter().copied());
            let help = match similar {
                Some(similar) => format!("a key with a similar name exists: `{similar}`"),
                None => format!("known keys: {}", list(&self.known)),
            };
            self.missing.retain(|(missing, ..)| Some(*missing) != similar);
            let message = format!("unknown key `{key}` of {}", self.what);
            let told = diagnostics.error(Code::UnknownKey, entry.key.span, message).help(help);
            if similar.is_none() && ["properties", "description"].iter().all(|key| self.known.contains(key)) {
                told.help(format!("a property stands in `properties: {{ {key}: .. }}`"));
            }
        }
        for (_, span, message, help) in self.missing {
            clean = false;
            diagnostics.error(Code::MissingKey, span, message).help(help.to_owned());
        }
        clean
    }

    fn take_quietly(&mut self, key: &str) -> Option<&'a Entry<'a>> {
        if self.letters & first_letter(key) == 0 {
            return None;
        }
        let index = self.entries.iter().position(|entry| entry.key.text == key)?;
        self.taken[index] = true;
        Some(&self.entries[index])
    }
}

fn first_letter(key: &str) -> u64 {
    key.bytes().next().map_or(1, |letter| 1 << (letter % 64))
}

/// What a node is, with its article.
pub(super) fn shape(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Mapping(_) => "a map",
        NodeKind::Sequence(_) => "a list",
        NodeKind::Scalar(_) if is_null(node) => "nothing",
        NodeKind::Scalar(_) => "a single value",
    }
}

/// `` `a`, `b`, `c` ``.
pub(super) fn list(names: &[&str]) -> String {
    list::quoted(names, ", ")
}
