//! What one vendor has recorded.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fault::Faults;
use crate::http::Response;
use crate::people::{Change, People};
use crate::received::{Received, RecordedRequest, RequestSummary, Summary, Verdict};

/// Bytes of JSON that are kept of messages, and again of requests; older ones are forgotten.
const TAPE_LIMIT: usize = 64 * 1024 * 1024;
/// Ids that are remembered to tell a repeat.
const ID_LIMIT: usize = 1_000_000;
/// Different event names, or reasons, that are counted by themselves.
const NAME_LIMIT: usize = 10_000;

/// A message with what it changes and what tells its repeat.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) received: Received,
    /// Equal keys are the same message to the vendor; without one every message is new.
    pub(crate) dedup: Option<String>,
    pub(crate) changes: Vec<Change>,
}

/// What a vendor makes of a request.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) response: Response,
    pub(crate) items: Vec<Judged>,
    /// Messages refused together, and why.
    pub(crate) refused: Option<(String, u64)>,
}

impl Judgement {
    pub(crate) fn of(response: Response) -> Self {
        Self { response, items: Vec::new(), refused: None }
    }

    pub(crate) fn refused(response: Response, reason: impl Into<String>, messages: usize) -> Self {
        Self { response, items: Vec::new(), refused: Some((reason.into(), messages as u64)) }
    }
}

/// Everything about one vendor.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) faults: Faults,
    pub(crate) received: Tape<Received>,
    pub(crate) requests: Tape<RecordedRequest>,
    /// Messages accepted since the start; waiting counts these, because the tape forgets.
    pub(crate) distinct: u64,
    counts: Summary,
    pub(crate) people: People,
    seen: HashSet<u64>,
    seen_order: VecDeque<u64>,
    next_request: u64,
}

impl Ledger {
    /// Records a request and what became of its messages; `summary` gets the counts.
    pub(crate) fn record(
        &mut self,
        mut request: RecordedRequest,
        items: Vec<Judged>,
        refused: Option<(String, u64)>,
        summary: &mut RequestSummary,
    ) {
        request.number = self.next_request;
        self.next_request += 1;
        self.count_request(&request);
        let share = request.body.len() / items.len().max(1);
        for mut item in items {
            item.received.request = request.number;
            item.received.wire_bytes = request.wire_bytes;
            item.received.body_bytes = request.body.len();
            self.record_item(item, share, summary);
        }
        if let Some((reason, messages)) = refused {
            count(&mut self.counts.rejected, &reason, messages);
            count(&mut summary.rejected, &reason, messages);
        }
        let size = request.body.len() + 512;
        self.requests.push(request, size);
    }

    /// Records a request for flags, which is no ingestion.
    pub(crate) fn record_flags(&mut self, mut request: RecordedRequest) {
        request.number = self.next_request;
        self.next_request += 1;
        self.counts.flag_requests += 1;
        let size = request.body.len() + 512;
        self.requests.push(request, size);
    }

    /// Records a request for definitions of flags, which is neither.
    pub(crate) fn record_poll(&mut self, mut request: RecordedRequest) {
        request.number = self.next_request;
        self.next_request += 1;
        let size = request.body.len() + 512;
        self.requests.push(request, size);
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary {
            distinct: self.distinct,
            people: self.people.persons.clone(),
            groups: self.people.groups.clone(),
            aliases: self.people.aliases.clone(),
            forgotten: self.received.forgotten + self.requests.forgotten + self.people.forgotten,
            ..self.counts.clone()
        }
    }

    fn count_request(&mut self, request: &RecordedRequest) {
        self.counts.requests += 1;
        self.counts.wire_bytes += request.wire_bytes as u64;
        self.counts.body_bytes += request.body.len() as u64;
        match request.status {
            Some(status) => *self.counts.statuses.entry(status).or_default() += 1,
            None => self.counts.unanswered += 1,
        }
    }

    fn record_item(&mut self, item: Judged, size: usize, summary: &mut RequestSummary) {
        let Judged { mut received, dedup, changes } = item;
        if received.verdict == Verdict::Accepted && dedup.is_some_and(|key| !self.is_new(&key)) {
            received.verdict = Verdict::Repeated;
        }
        match &received.verdict {
            Verdict::Accepted => {
                self.distinct += 1;
                if received.kind == crate::Kind::Event {
                    count(&mut self.counts.events, &received.name, 1);
                }
                count(&mut summary.accepted, &received.name, 1);
                for change in changes {
                    self.people.apply(change);
                }
            }
            Verdict::Repeated => {
                self.counts.repeated += 1;
                summary.repeated += 1;
            }
            Verdict::Dropped(reason) => {
                count(&mut self.counts.dropped, reason, 1);
                count(&mut summary.dropped, reason, 1);
            }
            Verdict::Rejected(reason) => {
                count(&mut self.counts.rejected, reason, 1);
                count(&mut summary.rejected, reason, 1);
            }
        }
        self.received.push(received, size + 256);
    }

    fn is_new(&mut self, key: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.seen.insert(hash) {
            return false;
        }
        self.seen_order.push_back(hash);
        if self.seen_order.len() > ID_LIMIT
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str, more: u64) {
    let known = counts.len() < NAME_LIMIT || counts.contains_key(name);
    *counts.entry(if known { name } else { "(other)" }.to_owned()).or_default() += more;
}

/// The latest records, up to a number of bytes.
#[derive(Debug)]
pub(crate) struct Tape<T> {
    records: VecDeque<(usize, T)>,
    bytes: usize,
    pub(crate) forgotten: u64,
}

impl<T> Default for Tape<T> {
    fn default() -> Self {
        Self { records: VecDeque::new(), bytes: 0, forgotten: 0 }
    }
}

impl<T> Tape<T> {
    fn push(&mut self, record: T, size: usize) {
        self.bytes += size;
        self.records.push_back((size, record));
        while self.bytes > TAPE_LIMIT {
            let Some((size, _)) = self.records.pop_front() else { break };
            self.bytes -= size;
            self.forgotten += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.records.iter().map(|(_, record)| record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tape_forgets_the_oldest_and_counts_it() {
        let mut tape = Tape::default();
        for number in 0..5 {
            tape.push(number, TAPE_LIMIT / 3);
        }
        assert_eq!(tape.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(tape.forgotten, 2);
    }

    #[test]
    fn names_without_end_are_counted_together() {
        let mut counts = BTreeMap::new();
        for number in 0..NAME_LIMIT + 5 {
            count(&mut counts, &number.to_string(), 1);
        }
        assert_eq!(counts["(other)"], 5);
    }
}
