use std::fmt;
use std::sync::Arc;

use crate::hooks::decide;
use crate::json;
use crate::record::{Place, Record, Run, fragments};
use crate::recorder::unescaped;
use crate::report::LossReason;
use crate::sight::Sight;

/// What a destination is about to get, as its `filter` sees it: no more than the destination may see.
///
/// ```
/// # #[cfg(feature = "segment")]
/// # fn main() {
/// use taxogen::{Outgoing, Segment};
///
/// let segment = Segment::new("write_key")
///     .filter(|outgoing: &Outgoing<'_>| outgoing.name() != "heartbeat" && outgoing.property("internal") != Some("true"));
/// # let _ = segment;
/// # }
/// # #[cfg(not(feature = "segment"))]
/// # fn main() {}
/// ```
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    record: Record<'a>,
    sight: Sight,
}

impl<'a> Outgoing<'a> {
    /// What is recorded: `capture`, `identify`, `set`, `group` or `alias`, say.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.record.verb.name()
    }

    /// The event's name at this destination; for verbs without one the verb.
    #[must_use]
    pub fn name(&self) -> String {
        let Record { verb, .. } = self.record;
        if verb.is_event() { unescaped(self.record.name_at(self.sight.destination)) } else { verb.name().to_owned() }
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

    /// The groups that the person is in: type and key.
    #[must_use]
    pub fn groups(&self) -> Vec<(String, String)> {
        self.record.groups().map(|(group_type, key)| (unescaped(group_type), unescaped(key))).collect()
    }

    /// The value of a property as JSON, or its hash where the destination gets that: of the event, where the person has one
    /// of this name too.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'a str> {
        let mut escaped = Vec::with_capacity(name.len());
        json::write_escaped(&mut escaped, name);
        let is_property = |run: &Run<'_>| run.tag.place() != Some(Place::Conversion) && self.sight.sees_run(run);
        let mut seen = self.record.runs().filter(is_property);
        let value = seen.find_map(|run| fragments(run.fragments).find(|fragment| fragment.name == escaped))?.value();
        std::str::from_utf8(value).ok()
    }

    /// The properties as JSON, those of the person under `$set` and `$set_once`, the names of those that a
    /// conversion counts for under `$conversion`.
    #[must_use]
    pub fn to_json(&self) -> String {
        crate::debug::properties(self.record.runs().filter(|run| self.sight.sees_run(run)))
    }
}

/// Shows nothing of the properties.
impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, name) = (self.verb(), self.name());
        formatter.debug_struct("Outgoing").field("verb", &verb).field("name", &name).finish_non_exhaustive()
    }
}

/// Says what of that which a destination would get goes there. Without one everything does.
#[derive(Clone, Default)]
pub(crate) struct Filter(Option<Arc<Predicate>>);

type Predicate = dyn Fn(&Outgoing<'_>) -> bool + Send + Sync;

impl Filter {
    pub(crate) fn new(passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(passes)))
    }

    /// Whether both let a record pass.
    pub(crate) fn and(self, passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        match self.0 {
            None => Self::new(passes),
            Some(first) => Self::new(move |outgoing| first(outgoing) && passes(outgoing)),
        }
    }

    /// Whether a record passes. One on which the filter panics does not: it is lost.
    pub(crate) fn passes(&self, record: Record<'_>, sight: Sight) -> Result<bool, LossReason> {
        match &self.0 {
            None => Ok(true),
            Some(passes) => decide(|| passes(&Outgoing { record, sight })),
        }
    }
}

/// Whether there is one, and nothing of it.
impl fmt::Debug for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "set" } else { "none" })
    }
}
