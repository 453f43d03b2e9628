use crate::destinations::Destinations;
use crate::record::{Class, Place, Record, Run};
use crate::sensitivity::Sensitivity;

/// What a destination may see of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    pub(crate) destination: Destinations,
    /// The highest class, where the client narrows what the plan says.
    pub(crate) allow: Option<Sensitivity>,
}

impl Sight {
    /// Whether the record is for this destination at all.
    pub(crate) fn sees(self, record: &Record<'_>) -> bool {
        record.destinations.meets(self.destination)
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
        let Some(class) = run.tag.class() else { return false };
        // Hashes are for those who may not see the values.
        run.tag.place() == Some(place)
            && self.may_see(class, run.destinations) != run.tag.is_twin()
            && !run.fragments.is_empty()
    }

    fn may_see(self, class: Class, by_plan: Destinations) -> bool {
        let by_client = match class {
            Class::Public => true,
            Class::Internal => self.allow.is_none_or(|highest| highest >= Sensitivity::Internal),
            Class::Personal => self.allow.is_none_or(|highest| highest >= Sensitivity::Personal),
            Class::Unplanned => self.allow == Some(Sensitivity::Personal),
        };
        by_client && by_plan.meets(self.destination)
    }
}
