use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::event::PropertyWriter;
use crate::hooks::{Hooks, InvalidProperty};
use crate::id::EventId;
use crate::log::{Appended, LaneId, Log, RecordRef};
use crate::record::{Destinations, Header, Record, RecordWriter, RunWriter, Verb};
use crate::recorder::Recorder;
use crate::report::{Ledger, Loss, LossReason, LostEvent, Report};
use crate::user::Identity;
use crate::value::{Invalid, Timestamp};

/// What all handles of a client share.
pub(crate) struct Core {
    pub(crate) sink: Sink,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) ledger: Arc<Ledger>,
}

/// Where records go.
pub(crate) enum Sink {
    Log(Arc<Log>),
    Recorder(Recorder),
    Nothing,
}

/// What is to be recorded, all but the person and the properties.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) verb: Verb,
    pub(crate) destinations: Destinations,
    pub(crate) name: &'a str,
    pub(crate) second_id: &'a str,
    pub(crate) group_type: &'a str,
}

impl Entry<'_> {
    pub(crate) const fn new(verb: Verb) -> Self {
        Self { verb, destinations: Destinations::ALL, name: "", second_id: "", group_type: "" }
    }
}

impl Core {
    pub(crate) fn new(sink: Sink, hooks: Arc<Hooks>, destinations: impl IntoIterator<Item = &'static str>) -> Self {
        Self { sink, hooks, ledger: Arc::new(Ledger::new(destinations)) }
    }

    /// Encodes a record and puts it where records go. Says whether it was taken.
    pub(crate) fn record(&self, who: &Identity, entry: Entry<'_>, write: impl FnOnce(&mut RunWriter)) -> bool {
        if matches!(self.sink, Sink::Nothing) {
            return true;
        }
        let time = Timestamp::now();
        who.with_groups(|groups| {
            let header = Header {
                verb: entry.verb,
                destinations: entry.destinations,
                id: EventId::new(time),
                time,
                name: entry.name,
                distinct_id: who.encoded(),
                second_id: entry.second_id,
                group_type: entry.group_type,
                groups,
            };
            RecordWriter::encode(&header, write, |record, invalid| {
                if !invalid.is_empty() {
                    self.invalid(&entry, invalid);
                }
                if who.is_empty() {
                    self.lost(None, LossReason::EmptyDistinctId, &Record::read(record).into_iter().collect::<Vec<_>>());
                    return false;
                }
                self.append(record)
            })
        })
    }

    /// The same, for what writes itself to a [`PropertyWriter`].
    pub(crate) fn record_properties(
        &self,
        who: &Identity,
        entry: Entry<'_>,
        write: impl FnOnce(&mut PropertyWriter<'_>),
    ) -> bool {
        self.record(who, entry, |runs| write(&mut PropertyWriter::new(runs)))
    }

    fn append(&self, record: &[u8]) -> bool {
        match &self.sink {
            Sink::Nothing => true,
            Sink::Recorder(recorder) => {
                recorder.push(record);
                true
            }
            Sink::Log(log) => match log.append(record) {
                Appended::Accepted(lost) => {
                    if !lost.is_empty() {
                        self.log_full(&lost);
                    }
                    true
                }
                Appended::Closed => self.refused(record, LossReason::AfterShutdown),
                Appended::TooLarge => self.refused(record, LossReason::TooLarge),
            },
        }
    }

    #[cold]
    fn refused(&self, record: &[u8], reason: LossReason) -> bool {
        self.lost(None, reason, &Record::read(record).into_iter().collect::<Vec<_>>());
        false
    }

    #[cold]
    fn log_full(&self, lost: &[(LaneId, Vec<RecordRef>)]) {
        for (lane, records) in lost {
            let records: Vec<_> = records.iter().map(RecordRef::read).collect();
            self.lost(Some(self.destination_of(*lane)), LossReason::LogFull, &records);
        }
    }

    #[cold]
    fn invalid(&self, entry: &Entry<'_>, invalid: &mut Vec<Invalid>) {
        self.ledger.invalid(invalid.len());
        for Invalid { path, rule } in invalid.drain(..) {
            let event = if entry.name.is_empty() { entry.verb.name() } else { entry.name };
            self.hooks.invalid(&InvalidProperty { event: event.to_owned(), property: path, rule });
        }
    }

    /// Counts records as lost and tells so.
    pub(crate) fn lost(&self, destination: Option<usize>, reason: LossReason, records: &[Record<'_>]) {
        self.ledger.lost(destination, reason, records.len());
        self.hooks.loss(&Loss {
            destination: destination.map(|place| self.ledger.name(place)),
            reason,
            detail: String::new(),
            events: records.iter().map(LostEvent::from_record).collect(),
        });
    }

    /// The destination, by its place, that a lane belongs to.
    fn destination_of(&self, _lane: LaneId) -> usize {
        0
    }

    pub(crate) fn flush(&self, _deadline: Duration) -> Result<(), Error> {
        Ok(())
    }

    pub(crate) fn shutdown(&self, _deadline: Duration) -> Report {
        self.report()
    }

    pub(crate) fn report(&self) -> Report {
        self.ledger.report(|_| 0)
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Log(_) => "log",
            Self::Recorder(_) => "recorder",
            Self::Nothing => "nothing",
        })
    }
}
