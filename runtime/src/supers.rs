use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::client::Entry;
use crate::context;
use crate::destinations::Destinations;
use crate::event::OverSuper;
use crate::record::{Place, RunTag, RunWriter, fragments, read_runs};
use crate::recorder::unescaped;
use crate::value::Invalid;

/// Super properties of a client or of a person, encoded when they are registered.
#[derive(Default)]
pub(crate) struct Supers {
    /// Whether there are any: most clients have none, and pay for nothing.
    any: AtomicBool,
    properties: RwLock<Vec<Super>>,
}

struct Super {
    name: String,
    /// The hash of the plan that declares it.
    plan: &'static str,
    /// As it stands in a fragment.
    escaped: Box<[u8]>,
    /// The value, and the hash that stands in for it.
    parts: Vec<Part>,
}

impl Super {
    fn new(escaped: &[u8], plan: &'static str, part: Part) -> Self {
        let name = unescaped(&String::from_utf8_lossy(escaped));
        Self { name, plan, escaped: escaped.into(), parts: vec![part] }
    }
}

struct Part {
    tag: RunTag,
    destinations: Destinations,
    fragment: Box<[u8]>,
}

impl Supers {
    /// Adds the properties of these runs, which a plan of this hash declares; one of a name that is known replaces that
    /// one.
    pub(crate) fn register(&self, plan: &'static str, runs: &[u8]) {
        let mut properties = self.properties.write().unwrap_or_else(PoisonError::into_inner);
        add(&mut properties, plan, runs);
        self.any.store(!properties.is_empty(), Ordering::Release);
    }

    /// The properties of these runs, of which no plan speaks, and no others any more.
    pub(crate) fn replace(&self, runs: &[u8]) {
        let mut properties = self.properties.write().unwrap_or_else(PoisonError::into_inner);
        properties.clear();
        add(&mut properties, "", runs);
        self.any.store(!properties.is_empty(), Ordering::Release);
    }

    fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }
}

fn add(properties: &mut Vec<Super>, plan: &'static str, runs: &[u8]) {
    for run in read_runs(runs).filter(|run| run.tag.place() == Some(Place::Event)) {
        for fragment in fragments(run.fragments) {
            let part = Part { tag: run.tag.under(), destinations: run.destinations, fragment: fragment.bytes.into() };
            let known = properties.iter_mut().find(|property| *property.escaped == *fragment.name);
            match known {
                // Its hash comes behind the value.
                Some(property) if part.tag.is_twin() => property.parts.push(part),
                Some(property) => (property.plan, property.parts) = (plan, vec![part]),
                None => properties.push(Super::new(fragment.name, plan, part)),
            }
        }
    }
}

/// Where the variations stand among the levels.
const STAMPS: usize = 2;

/// Whose super properties an event takes; what comes first lies over what follows.
pub(crate) struct Levels<'a> {
    pub(crate) person: &'a Supers,
    pub(crate) client: &'a Supers,
    /// The variations that the person is in.
    pub(crate) stamps: &'a Supers,
}

/// Appends the super properties behind what the event wrote from `start` on: the person's lie over the client's, both over
/// the variations, and the event's own over all.
///
/// Nothing of the user's runs while they are locked.
#[inline]
pub(crate) fn write(runs: &mut RunWriter, start: usize, levels: &Levels<'_>, entry: &Entry<'_>) {
    if let Some(over) = entry.over_super
        && !(levels.client.is_empty() && levels.person.is_empty() && levels.stamps.is_empty())
    {
        write_some(runs, start, levels, over, entry.plan.hash());
    }
}

fn write_some(
    runs: &mut RunWriter,
    start: usize,
    levels: &Levels<'_>,
    OverSuper { shadowing, withholding }: OverSuper,
    plan: &str,
) {
    runs.close();
    let own = runs.bytes.len();
    let levels = [levels.person, levels.client, levels.stamps]
        .map(|level| level.properties.read().unwrap_or_else(PoisonError::into_inner));
    // An event hardly ever brings such names itself: they are looked for once, and not each on its own.
    let has_namesakes = !levels[STAMPS].is_empty()
        && (!runs.invalid.is_empty() || own_names(&runs.bytes[start..own]).any(context::is_stamp));
    for (level, properties) in levels.iter().enumerate() {
        let over = &levels[..level];
        for property in properties.iter() {
            let name = property.name.as_str();
            if withholding.contains(&name) || over.iter().any(|over| over.iter().any(|over| over.name == name)) {
                continue;
            }
            // What another plan declares the schema of this event does not know.
            let may_be_own = match level {
                STAMPS => has_namesakes,
                _ => runs.has_unlisted || property.plan != plan || shadowing.contains(&name),
            };
            if may_be_own && is_own(&runs.bytes[start..own], &runs.invalid, property) {
                continue;
            }
            for Part { tag, destinations, fragment } in &property.parts {
                runs.fragments(*tag, *destinations, fragment);
            }
        }
    }
}

/// Whether the event gave a property of this name, be it one that was left out.
fn is_own(runs: &[u8], invalid: &[Invalid], property: &Super) -> bool {
    invalid.iter().any(|invalid| invalid.path == property.name)
        || own_names(runs).any(|name| *name == *property.escaped)
}

/// The names of the event's properties, escaped.
fn own_names(runs: &[u8]) -> impl Iterator<Item = &[u8]> {
    let of_event = read_runs(runs).filter(|run| run.tag.place() == Some(Place::Event));
    of_event.flat_map(|run| fragments(run.fragments).map(|fragment| fragment.name))
}
