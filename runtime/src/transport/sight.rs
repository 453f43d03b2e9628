use crate::record::{Destinations, Place, Record, Run};
use crate::sensitivity::Sensitivity;

/// What a destination may see of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    pub(crate) destination: Destinations,
    /// The highest class.
    pub(crate) allow: Sensitivity,
}

impl Sight {
    /// Whether the record is for this destination at all.
    pub(crate) fn sees(self, record: &Record<'_>) -> bool {
        record.destinations.contains(self.destination)
    }

    /// Whether there is a property of this place that it may see.
    pub(crate) fn has(self, record: &Record<'_>, place: Place) -> bool {
        record.runs().any(|run| self.may(&run, place))
    }

    /// Appends the properties of a place, each with a comma before it.
    #[inline]
    pub(crate) fn copy(self, record: &Record<'_>, place: Place, bytes: &mut Vec<u8>) {
        for run in record.runs() {
            if self.may(&run, place) {
                bytes.extend_from_slice(run.fragments);
            }
        }
    }

    /// Appends an object of the properties of these places.
    pub(crate) fn object(self, record: &Record<'_>, places: &[Place], bytes: &mut Vec<u8>) {
        let start = bytes.len();
        for place in places {
            self.copy(record, *place, bytes);
        }
        match bytes.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => bytes.push(b'{'),
        }
        bytes.push(b'}');
    }

    fn may(self, run: &Run<'_>, place: Place) -> bool {
        run.tag.place() == Some(place)
            && run.tag.class().is_some_and(|class| class <= self.allow)
            && run.destinations.contains(self.destination)
            && !run.fragments.is_empty()
    }
}
