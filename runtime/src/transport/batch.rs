use std::collections::VecDeque;

use super::attempt::{Attempt, Attempts};
use super::endpoint::{Endpoint, Messages, Share, Unfit, without_comma};
use crate::limited::Met;
use crate::log::RecordRef;
use crate::report::LossReason;
use crate::value::Timestamp;

/// Records on their way to one endpoint, encoded as its messages.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The messages, joined by commas.
    bytes: Vec<u8>,
    records: Vec<Entry>,
    messages: usize,
    attempts: Attempts,
}

#[derive(Debug)]
struct Entry {
    record: RecordRef,
    /// Where its messages end.
    end: usize,
    messages: usize,
    share: Share,
}

/// Whether a record went into a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// With these properties cut or left out.
    Added(Vec<Met>),
    /// The batch is full; the record belongs into the next.
    Full,
    /// It belongs into none.
    Never(Unfit),
}

impl Batch {
    /// Encodes a record, of which the endpoint has this share, behind the others.
    pub(crate) fn add(&mut self, endpoint: &Endpoint, record: &RecordRef, share: Share) -> Fit {
        if self.messages >= endpoint.limits.messages {
            return Fit::Full;
        }
        let start = self.bytes.len();
        let read = record.read();
        let mut messages = Messages { bytes: &mut self.bytes, count: 0, longest: 0, met: Vec::new() };
        let encoded = endpoint.dialect.encode(&read, &mut messages);
        let Messages { count, longest, met, .. } = messages;
        let problem = match encoded {
            Err(unfit) => Some(Fit::Never(unfit)),
            Ok(()) if longest > endpoint.limits.message => Some(Fit::Never(Unfit {
                reason: LossReason::TooLarge,
                detail: "larger than the destination takes".into(),
            })),
            Ok(()) if start > 0 && self.is_over(endpoint, count) => Some(Fit::Full),
            Ok(()) => None,
        };
        if let Some(problem) = problem {
            self.bytes.truncate(start);
            return problem;
        }
        self.messages += count;
        self.records.push(Entry { record: record.clone(), end: self.bytes.len(), messages: count, share });
        Fit::Added(met)
    }

    fn is_over(&self, endpoint: &Endpoint, more: usize) -> bool {
        self.bytes.len() > endpoint.limits.batch || self.messages + more > endpoint.limits.messages
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many records.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many records that count for the destination.
    pub(crate) fn counted(&self) -> usize {
        self.records.iter().filter(|entry| entry.share == Share::Whole).count()
    }

    /// The messages, joined by commas.
    pub(crate) fn messages(&self) -> &[u8] {
        &self.bytes
    }

    /// The messages of each record, in order, without the comma before them.
    #[cfg(feature = "optimizely")]
    pub(crate) fn messages_of_records(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.records.iter().map(move |entry| {
            let range = without_comma(&self.bytes, start..entry.end);
            start = entry.end;
            &self.bytes[range]
        })
    }

    /// The records in order, and what the endpoint has to do with each.
    pub(crate) fn records(&self) -> impl Iterator<Item = (&RecordRef, Share)> {
        self.records.iter().map(|entry| (&entry.record, entry.share))
    }

    /// The place among the records of the one that a message, by its place in the batch, belongs to.
    pub(crate) fn place_of(&self, message: usize) -> Option<usize> {
        let mut end = 0;
        self.records.iter().position(|entry| {
            end += entry.messages;
            message < end
        })
    }

    /// The next sending of it.
    pub(crate) fn attempt(&mut self, now: Timestamp) -> Attempt {
        self.attempts.next(now)
    }

    /// Leaves the records at some places and takes out the others; it stays the same request.
    pub(crate) fn keep(&mut self, keeps: impl Fn(usize) -> bool) {
        let (mut kept, mut start, mut place) = (0, 0, 0);
        let Self { bytes, messages, .. } = self;
        self.records.retain_mut(|entry| {
            let range = without_comma(bytes, start..entry.end);
            (start, place) = (entry.end, place + 1);
            if !keeps(place - 1) {
                *messages -= entry.messages;
                return false;
            }
            if kept > 0 {
                bytes[kept] = b',';
                kept += 1;
            }
            let length = range.len();
            bytes.copy_within(range, kept);
            kept += length;
            entry.end = kept;
            true
        });
        bytes.truncate(kept);
    }

    /// Two batches of half the records each, in order, each a request of its own. One record alone cannot be split.
    pub(crate) fn split(self) -> VecDeque<Self> {
        let middle = self.records.len() / 2;
        if middle == 0 {
            return VecDeque::from([self]);
        }
        let mut halves = VecDeque::with_capacity(2);
        let mut start = 0;
        let mut records = self.records;
        let second = records.split_off(middle);
        for mut records in [records, second] {
            let end = records.last().map_or(start, |entry| entry.end);
            let range = without_comma(&self.bytes, start..end);
            for entry in &mut records {
                entry.end -= range.start;
            }
            let messages = records.iter().map(|entry| entry.messages).sum();
            let bytes = self.bytes[range].to_vec();
            halves.push_back(Self { bytes, records, messages, attempts: Attempts::default() });
            start = end;
        }
        halves
    }

    /// An empty batch that has the memory of this one.
    pub(crate) fn cleared(mut self) -> Self {
        self.bytes.clear();
        self.records.clear();
        self.messages = 0;
        self.attempts = Attempts::default();
        self
    }
}
