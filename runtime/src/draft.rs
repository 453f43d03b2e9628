use std::fmt;

use crate::event::{Terms, extra_name};
use crate::hooks::{BeforeCapture, decide};
use crate::json;
use crate::record::{Fragment, Place, Record, Run, RunTag, RunWriter, Told, Verb, fragments, read_runs};
use crate::recorder::unescaped;
use crate::report::LossReason;
use crate::sensitivity::Sensitivity;
use crate::value::{Invalid, Value};

/// A record that is about to go into the log, as [`Builder::before_capture`](crate::Builder::before_capture) gets it.
///
/// It may be read, changed and dropped. What a name stands for is all of it: the event's property and that of the
/// person, the value and the hash that some destination gets in its place. What the plan calls `secret` is never there.
///
/// ```
/// use taxogen::{Client, Draft};
///
/// let (client, recorder) = Client::builder()
///     .before_capture(|draft: &mut Draft<'_>| {
///         if draft.distinct_id().starts_with("test-") {
///             draft.discard();
///         }
///         draft.remove("search_text");
///         draft.add("region", "eu-1");
///     })
///     .recorder();
/// client.user("test-7").alias("anonymous_7");
/// assert!(recorder.is_empty());
/// assert_eq!(client.report().dropped, 1);
/// ```
pub struct Draft<'a> {
    record: Record<'a>,
    terms: Terms<'a>,
    /// The properties, once they were changed.
    changed: Option<Vec<u8>>,
    /// What was left out meanwhile.
    invalid: Vec<Invalid>,
    discarded: bool,
}

impl<'a> Draft<'a> {
    fn new(record: Record<'a>, terms: Terms<'a>) -> Self {
        Self { record, terms, changed: None, invalid: Vec::new(), discarded: false }
    }

    /// What is recorded: `capture`, `identify`, `set`, `group` or `alias`, say.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.record.verb.name()
    }

    /// The event's wire name; for verbs without one the verb.
    #[must_use]
    pub fn name(&self) -> String {
        self.record.label()
    }

    /// Whose it is.
    #[must_use]
    pub fn distinct_id(&self) -> String {
        unescaped(self.record.distinct_id)
    }

    /// The anonymous id under which the person was known before, where there is one.
    #[must_use]
    pub fn anonymous_id(&self) -> Option<String> {
        (!self.record.anonymous_id.is_empty()).then(|| unescaped(self.record.anonymous_id))
    }

    /// Of an alias the id under which the person was known before.
    #[must_use]
    pub fn previous_id(&self) -> Option<String> {
        (self.record.verb == Verb::Alias).then(|| unescaped(self.record.second_id))
    }

    /// The groups that the person is in: type and key.
    #[must_use]
    pub fn groups(&self) -> Vec<(String, String)> {
        self.record.groups().map(|(group_type, key)| (unescaped(group_type), unescaped(key))).collect()
    }

    /// The names of all properties, each once, in the order in which they were written.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (_, fragment) in properties(self.runs()) {
            let name = unescaped(&String::from_utf8_lossy(fragment.name));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The value of a property as JSON: that of the event, where the person has one of this name too.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let name = escaped(name);
        let mut named = properties(self.runs()).filter(|(run, fragment)| fragment.name == name && !run.tag.is_twin());
        let (_, fragment) = named.next()?;
        std::str::from_utf8(fragment.value()).ok()
    }

    /// Takes a property out, wherever it stands; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let name = escaped(name);
        let is_there = self.has(&name);
        if is_there {
            self.rewrite(|runs, run, fragment| {
                if fragment.name != name {
                    runs.fragments(run.tag, run.destinations, fragment.bytes);
                }
            });
        }
        is_there
    }

    /// Gives a property another value, wherever it stands; says whether there was one. Who may see it stays as it was,
    /// and where a destination gets its hash, that is the hash of the new value.
    ///
    /// A value that is absent, or that breaks a rule of its own (a number that is not finite), takes the property out.
    pub fn replace(&mut self, name: &str, value: &(impl Value + ?Sized)) -> bool {
        let terms = self.terms;
        let escaped = escaped(name);
        let mut hash = None;
        let is_there = self.has(&escaped);
        if is_there {
            self.rewrite(|runs, run, fragment| {
                let Run { tag, destinations, .. } = *run;
                // What is to be unset has no value.
                if fragment.name != escaped || tag.place() == Some(Place::Unset) {
                    runs.fragments(tag, destinations, fragment.bytes);
                } else if !tag.is_twin() {
                    let start = runs.property(tag, destinations, name, value);
                    hash = start.and_then(|start| terms.hash(&runs.bytes[start..]));
                } else if let Some(hash) = hash.take() {
                    // It stands behind its value.
                    runs.property(tag, destinations, name, &hash);
                }
            });
        }
        is_there
    }

    /// Adds a property, which is `internal`: of the event or the group; with `identify` and `set`, of the person. One that is
    /// there already gets this value instead, as by [`replace`](Self::replace).
    ///
    /// A name that vendors keep for themselves is refused: counted and told, as a value that breaks a rule is. An alias
    /// has no properties, and what is unset no values.
    pub fn add(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        if matches!(self.record.verb, Verb::Alias | Verb::Unset) || self.replace(name, value) {
            return;
        }
        if let Some(rule) = extra_name::broken_rule(name, &[]) {
            self.invalid.push(Invalid::hidden(name, rule));
            return;
        }
        let place = match self.record.verb {
            Verb::Identify | Verb::Set => Place::Set,
            _ => Place::Event,
        };
        let tag = RunTag::new(place, Sensitivity::Internal.into()).under();
        let mut runs = RunWriter::new(self.runs().to_vec());
        runs.property(tag, self.terms.who_sees(Sensitivity::Internal), name, value);
        self.keep(runs);
    }

    /// Drops the record: no destination gets it. It is counted in [`Report::dropped`](crate::Report::dropped), and is no
    /// loss.
    pub fn discard(&mut self) {
        self.discarded = true;
    }

    fn runs(&self) -> &[u8] {
        self.changed.as_deref().unwrap_or(self.record.parts().1)
    }

    fn has(&self, name: &[u8]) -> bool {
        properties(self.runs()).any(|(_, fragment)| fragment.name == name)
    }

    /// Writes all properties anew, one by one.
    fn rewrite(&mut self, mut write: impl FnMut(&mut RunWriter, &Run<'_>, &Fragment<'_>)) {
        let before = self.runs();
        let mut runs = RunWriter::new(Vec::with_capacity(before.len()));
        for run in read_runs(before) {
            if is_names(&run) {
                runs.fragments(run.tag, run.destinations, run.fragments);
                continue;
            }
            for fragment in fragments(run.fragments) {
                write(&mut runs, &run, &fragment);
            }
        }
        self.keep(runs);
    }

    fn keep(&mut self, mut runs: RunWriter) {
        runs.close();
        self.invalid.append(&mut runs.invalid);
        self.changed = Some(runs.bytes);
    }
}

/// Shows nothing of the properties' values.
impl fmt::Debug for Draft<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, name, names) = (self.verb(), self.name(), self.names());
        formatter.debug_struct("Draft").field("verb", &verb).field("name", &name).field("properties", &names).finish()
    }
}

/// What the hook says of a record.
#[derive(Debug, PartialEq)]
pub(crate) enum Screened {
    Unchanged,
    /// The record that goes out instead.
    Changed(Vec<u8>),
    Dropped,
    /// A hook that was to take something personal out must not let it pass by failing.
    Lost(LossReason),
}

/// Shows a record to the hook.
pub(crate) fn screen(hook: &BeforeCapture, record: &[u8], terms: Terms<'_>) -> (Screened, Told) {
    let mut told = Told { invalid: Vec::new(), unhashed: 0 };
    let Ok(read) = Record::read(record) else {
        // More than its four bytes of length can say: the log refuses it.
        return (Screened::Unchanged, told);
    };
    let mut draft = Draft::new(read, terms);
    if let Err(reason) = decide(|| hook(&mut draft)) {
        return (Screened::Lost(reason), told);
    }
    let Draft { changed, invalid, discarded, .. } = draft;
    told.invalid = invalid;
    let screened = match changed {
        _ if discarded => Screened::Dropped,
        None => Screened::Unchanged,
        Some(runs) => Screened::Changed(read.with_runs(&runs)),
    };
    (screened, told)
}

fn properties(runs: &[u8]) -> impl Iterator<Item = (Run<'_>, Fragment<'_>)> {
    let of_values = read_runs(runs).filter(|run| !is_names(run));
    of_values.flat_map(|run| fragments(run.fragments).map(move |fragment| (run, fragment)))
}

/// Whether these are names of properties: those that a conversion counts for are what they are when it is sent.
fn is_names(run: &Run<'_>) -> bool {
    run.tag.place() == Some(Place::Conversion)
}

fn escaped(name: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    json::write_escaped(&mut bytes, name);
    bytes
}
