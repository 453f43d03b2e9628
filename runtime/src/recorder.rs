use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::destinations::Destinations;
use crate::event::Event;
use crate::record::{Record, RecordWriter, Run, RunTag, fragments, read_runs};
use crate::sight::Sight;
use crate::value::Timestamp;

/// Keeps what a client of [`Client::recorder`](crate::Client::recorder) captured, for your own tests.
///
/// A clone is another handle of the same recorder.
#[derive(Clone, Default)]
pub struct Recorder {
    records: Arc<Mutex<Vec<Recorded>>>,
}

/// One record, as it was encoded. It equals an event that encodes the same: the same name and the same
/// properties, in the same order. Super properties are no part of this, and no event's own.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    bytes: Box<[u8]>,
}

impl Recorder {
    /// The events of this name, in the order in which they were captured.
    #[must_use]
    pub fn events(&self, name: &str) -> Vec<Recorded> {
        self.all().into_iter().filter(|recorded| recorded.record().verb.is_event() && recorded.name() == name).collect()
    }

    /// Everything, in the order in which it was captured.
    #[must_use]
    pub fn all(&self) -> Vec<Recorded> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing was captured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn push(&self, record: &[u8]) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(Recorded { bytes: record.into() });
    }
}

impl Recorded {
    fn record(&self) -> Record<'_> {
        Record::read(&self.bytes).expect("this process wrote it")
    }

    /// The event's wire name; for verbs without one `identify`, `set`, `unset`, `group` or `alias`.
    #[must_use]
    pub fn name(&self) -> String {
        self.record().label()
    }

    /// Whose it is.
    #[must_use]
    pub fn distinct_id(&self) -> String {
        unescaped(self.record().distinct_id)
    }

    /// The anonymous id that it goes out with: the person's own, or the one under which they were known before.
    #[must_use]
    pub fn anonymous_id(&self) -> Option<String> {
        let record = self.record();
        let id = if record.marks.is_anonymous() { record.distinct_id } else { record.anonymous_id };
        (!id.is_empty()).then(|| unescaped(id))
    }

    /// When it happened: when it was captured, unless [`Options::at`](crate::Options::at) said otherwise.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.record().time
    }

    /// The groups that the person was in: type and key.
    #[must_use]
    pub fn groups(&self) -> Vec<(String, String)> {
        self.record().groups().map(|(group_type, key)| (unescaped(group_type), unescaped(key))).collect()
    }

    /// What a destination would get of it, were it the client's: its name there, and as JSON the properties that the plan
    /// lets it see. `None` where it is not for that destination.
    ///
    /// A page or a screen is shown as the event that it is. Of several destinations it is what the first of PostHog,
    /// Segment, Mixpanel and Optimizely gets.
    #[must_use]
    pub fn sent_to(&self, destination: Destinations) -> Option<String> {
        let record = self.record();
        let sight = Sight { destination: destination.first(), allow: None };
        let name = if record.verb.is_event() { unescaped(record.name_at(sight.destination)) } else { self.name() };
        let seen = record.runs().filter(|run| sight.sees_run(run));
        sight.sees(&record).then(|| format!("{name} {}", crate::debug::properties(seen)))
    }

    /// The properties of the event as JSON, those of the person under `$set`, `$set_once` and `$unset`, and under
    /// `$conversion` which of them Optimizely counts it for.
    #[must_use]
    pub fn to_json(&self) -> String {
        crate::debug::properties(self.record().runs().filter(|run| !run.tag.is_twin()))
    }
}

/// A name or an id as it was before it was escaped.
pub(crate) fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned())
}

impl<E: Event> PartialEq<E> for Recorded {
    fn eq(&self, event: &E) -> bool {
        let (record, audience) = (self.record(), event.schema().plan().audience());
        let properties = RecordWriter::properties(audience, |properties| event.write(properties));
        record.verb.is_event()
            && self.name() == event.schema().name()
            && brought(record.runs()).eq(brought(read_runs(&properties)))
    }
}

/// What an event brought itself: no super properties, and no hashes.
fn brought<'a>(runs: impl Iterator<Item = Run<'a>>) -> impl Iterator<Item = (RunTag, Destinations, &'a [u8])> {
    let own = runs.filter(|run| !run.tag.is_under() && !run.tag.is_twin());
    own.flat_map(|run| fragments(run.fragments).map(move |fragment| (run.tag, run.destinations, fragment.bytes)))
}

impl fmt::Debug for Recorded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name(), self.to_json())
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.all()).finish()
    }
}
