use crate::id::EventId;
use crate::value::Timestamp;

/// One sending of a batch, for what envelope and headers say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) request: RequestId,
    pub(crate) sent_at: Timestamp,
}

/// What stays the same on each attempt of a request, also when the vendor wants only a part of it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId {
    pub(crate) id: EventId,
    pub(crate) created_at: Timestamp,
}

/// Counts the attempts of one request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attempts {
    request: Option<RequestId>,
    count: u32,
}

impl Attempts {
    pub(super) fn next(&mut self, now: Timestamp) -> Attempt {
        let request = *self.request.get_or_insert_with(|| RequestId { id: EventId::new(now), created_at: now });
        self.count = self.count.saturating_add(1);
        Attempt { number: self.count, request, sent_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_id_and_the_time_of_its_first_attempt() {
        let [now, later] = [1_000, 2_000].map(Timestamp::from_unix_millis);
        let mut attempts = Attempts::default();
        let first = attempts.next(now);
        assert_eq!((first.number, first.request.created_at, first.sent_at), (1, now, now));
        assert_eq!(attempts.next(later), Attempt { number: 2, request: first.request, sent_at: later });
        assert_ne!(Attempts::default().next(now).request.id, first.request.id);
    }
}
