use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "http")]
use crate::delivery::{Delivery, Pending, Settings};
use crate::error::Error;
#[cfg(feature = "http")]
use crate::error::Kind;
use crate::event::PropertyWriter;
use crate::flag::{FixedFlags, FlagState};
use crate::hooks::{Hooks, InvalidProperty};
use crate::id::EventId;
#[cfg(feature = "http")]
use crate::log::{Appended, LaneId, RecordRef};
use crate::record::{Destinations, Header, Record, RecordWriter, RunWriter, Verb};
use crate::recorder::Recorder;
use crate::report::{Ledger, Loss, LossReason, LostEvent, Report};
#[cfg(feature = "http")]
use crate::transport::Destination;
use crate::user::Identity;
use crate::value::{Invalid, Timestamp};

/// What all handles of a client share.
pub(crate) struct Core {
    pub(crate) sink: Sink,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) flags: FlagState,
}

/// Where records go.
pub(crate) enum Sink {
    #[cfg(feature = "http")]
    Delivery(Delivery),
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
        Self { sink, hooks, ledger: Arc::new(Ledger::new(destinations)), flags: FlagState::default() }
    }

    /// A core that delivers to these destinations.
    #[cfg(feature = "http")]
    pub(crate) fn delivering(
        destinations: &[Destination],
        log_bytes: usize,
        settings: Settings,
        hooks: Arc<Hooks>,
    ) -> Result<Self, Error> {
        let ledger = Arc::new(Ledger::new(destinations.iter().map(Destination::name)));
        let delivery = Delivery::start(destinations, log_bytes, settings, &ledger, &hooks)?;
        Ok(Self { sink: Sink::Delivery(delivery), hooks, ledger, flags: FlagState::default() })
    }

    /// The same core with flags that are fixed for everybody.
    pub(crate) fn with_fixed_flags(mut self, fixed: FixedFlags) -> Self {
        self.flags.fix(fixed);
        self
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
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => match delivery.log.append(record) {
                Appended::Accepted(lost) => {
                    if !lost.is_empty() {
                        log_full(delivery, &lost);
                    }
                    true
                }
                Appended::Closed => self.refused(record, LossReason::AfterShutdown),
                Appended::TooLarge => self.refused(record, LossReason::TooLarge),
            },
        }
    }

    #[cold]
    #[cfg(feature = "http")]
    fn refused(&self, record: &[u8], reason: LossReason) -> bool {
        self.lost(None, reason, &Record::read(record).into_iter().collect::<Vec<_>>());
        false
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

    #[cfg_attr(
        not(feature = "http"),
        expect(unused_variables, clippy::unnecessary_wraps, reason = "nothing is ever pending")
    )]
    pub(crate) fn flush(&self, deadline: Duration) -> Result<(), Error> {
        match &self.sink {
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => in_time(delivery.flush_blocking(deadline)),
            Sink::Recorder(_) | Sink::Nothing => Ok(()),
        }
    }

    /// The flush begins now, whenever the future is awaited.
    #[cfg(feature = "http")]
    pub(crate) fn flush_async(&self, deadline: Duration) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let pending = self.pending(|delivery| delivery.flush(deadline));
        async move {
            match pending {
                // Where the delivery thread has ended nothing is left.
                Some(pending) => in_time(pending.await.unwrap_or(true)),
                None => Ok(()),
            }
        }
    }

    #[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nothing is ever pending"))]
    pub(crate) fn shutdown(&self, deadline: Duration) -> Report {
        #[cfg(feature = "http")]
        if let Sink::Delivery(delivery) = &self.sink {
            delivery.shutdown_blocking(deadline);
        }
        self.report()
    }

    /// The shutdown begins now, whenever the future is awaited.
    #[cfg(feature = "http")]
    pub(crate) fn shutdown_async(
        self: &Arc<Self>,
        deadline: Duration,
    ) -> impl Future<Output = Report> + Send + 'static {
        let pending = self.pending(|delivery| delivery.shutdown(deadline));
        let core = Arc::clone(self);
        async move {
            if let Some(pending) = pending {
                pending.await;
            }
            core.report()
        }
    }

    #[cfg(feature = "http")]
    fn pending<T>(&self, ask: impl FnOnce(&Delivery) -> Pending<T>) -> Option<Pending<T>> {
        match &self.sink {
            Sink::Delivery(delivery) => Some(ask(delivery)),
            Sink::Recorder(_) | Sink::Nothing => None,
        }
    }

    pub(crate) fn report(&self) -> Report {
        match &self.sink {
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => delivery.report(),
            Sink::Recorder(_) | Sink::Nothing => self.ledger.report(|_| 0),
        }
    }
}

#[cfg(feature = "http")]
#[cold]
fn log_full(delivery: &Delivery, lost: &[(LaneId, Vec<RecordRef>)]) {
    for (lane, records) in lost {
        delivery.log_full(*lane, records);
    }
}

#[cfg(feature = "http")]
fn in_time(settled: bool) -> Result<(), Error> {
    let late = || Error::new(Kind::Timeout, "not everything was delivered in time: what is left stays in the log");
    settled.then_some(()).ok_or_else(late)
}

impl fmt::Debug for Sink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            #[cfg(feature = "http")]
            Self::Delivery(_) => "delivery",
            Self::Recorder(_) => "recorder",
            Self::Nothing => "nothing",
        })
    }
}
