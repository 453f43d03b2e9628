use crate::destinations::Destinations;
use crate::record::{Class, Place, Record, Run, fragments};
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

    /// The properties of a place that it may see.
    pub(crate) fn runs<'a>(self, record: &Record<'a>, place: Place) -> impl Iterator<Item = Run<'a>> {
        record.runs().filter(move |run| self.may(run, place))
    }

    /// Appends the properties of a place, each with a comma before it.
    #[inline]
    pub(crate) fn copy(self, record: &Record<'_>, place: Place, bytes: &mut Vec<u8>) {
        for run in self.runs(record, place) {
            bytes.extend_from_slice(run.fragments);
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

    /// Appends a list of the names of the properties of a place.
    pub(crate) fn names(self, record: &Record<'_>, place: Place, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        for fragment in self.runs(record, place).flat_map(|run| fragments(run.fragments)) {
            bytes.extend_from_slice(b",\"");
            bytes.extend_from_slice(fragment.name);
            bytes.push(b'"');
        }
        match bytes.get_mut(start) {
            Some(comma) => *comma = b'[',
            None => bytes.push(b'['),
        }
        bytes.push(b']');
    }

    fn may(self, run: &Run<'_>, place: Place) -> bool {
        run.tag.place() == Some(place) && self.sees_run(run) && !run.fragments.is_empty()
    }

    /// Whether it may see these properties. Hashes are for those who may not see the values.
    pub(crate) fn sees_run(self, run: &Run<'_>) -> bool {
        run.tag.class().is_some_and(|class| self.may_see(class, run.destinations) != run.tag.is_twin())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RunTag;

    fn sees(allow: Option<Sensitivity>, tag: RunTag, destinations: Destinations) -> bool {
        let sight = Sight { destination: Destinations::SEGMENT, allow };
        sight.may(&Run { tag, destinations, fragments: b",\"a\":1" }, Place::Event)
    }

    #[test]
    fn a_destination_sees_what_both_the_plan_and_the_client_allow_and_else_the_hash() {
        use Sensitivity::{Internal, Personal, Public};
        let by_plan = Destinations::SEGMENT.and(Destinations::MIXPANEL);
        let others = Destinations::POSTHOG;
        for (class, seen_by) in [
            (Class::Public, [true, true, true, true]),
            (Class::Internal, [true, false, true, true]),
            (Class::Personal, [true, false, false, true]),
            (Class::Unplanned, [false, false, false, true]),
        ] {
            let tag = RunTag::new(Place::Event, class);
            for (allow, seen) in [None, Some(Public), Some(Internal), Some(Personal)].into_iter().zip(seen_by) {
                assert_eq!(sees(allow, tag, by_plan), seen, "{class:?} {allow:?}");
                assert_eq!(sees(allow, tag.twin(), by_plan), !seen, "{class:?} {allow:?}");
                assert!(!sees(allow, tag, others) && sees(allow, tag.twin(), others), "{class:?} {allow:?}");
            }
        }
    }

    #[test]
    fn nobody_sees_what_is_of_an_unknown_kind() {
        for byte in 0..=u8::MAX {
            let tag = RunTag::from_byte(byte);
            let is_known = tag.place().is_some() && tag.class().is_some();
            let seen = sees(Some(Sensitivity::Personal), tag, Destinations::ALL);
            assert!(!seen || is_known && !tag.is_twin(), "{byte}");
            let seen = sees(None, tag, Destinations::NONE);
            assert!(!seen || is_known && tag.is_twin(), "{byte}");
        }
    }
}
