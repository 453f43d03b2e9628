use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::context::Stamping;
use crate::decision::{DecisionHub, DecisionState, ExposurePolicy};
use crate::dedup::Memory;
#[cfg(feature = "http")]
use crate::dedup::{Asked, Receipt};
use crate::definitions::{Local, Shelf, Supply};
#[cfg(feature = "http")]
use crate::delivery::{Delivery, Settings, Storage};
use crate::destinations::Destinations;
use crate::draft::{self, Screened};
#[cfg(feature = "http")]
use crate::error::Error;
use crate::event::{Audience, PlanId, PropertyWriter, SuperProperties, Terms};
use crate::flag::{FixedFlags, FlagLayer, FlagState, LoadSettings};
use crate::hash_key::HashKey;
use crate::hooks::{BeforeCapture, Hooks, InvalidProperty};
use crate::id::EventId;
use crate::opt_out::OptOuts;
use crate::reach::Reach;
use crate::record::{Class, Header, Place, RecordWriter, RunTag, RunWriter, Told, Verb};
use crate::recorder::Recorder;
use crate::report::{Ledger, Loss, LossReason, LostEvent};
use crate::supers::{self, Levels, Supers};
#[cfg(feature = "http")]
use crate::transport::Destination;
use crate::user::{Encoded, Identity};
use crate::value::{Invalid, Timestamp};

use super::Entry;

/// What all handles of a client share.
pub(crate) struct Core {
    pub(crate) sink: Sink,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) flags: FlagState,
    /// By which flags are decided here.
    pub(crate) definitions: Arc<Shelf>,
    /// What was reported, so that it is once.
    pub(crate) memory: Arc<Memory>,
    pub(crate) decisions: DecisionState,
    /// Who wants to know of the exposures of its own.
    pub(crate) hub: Option<DecisionHub>,
    pub(crate) opt_outs: Arc<OptOuts>,
    supers: Supers,
    reach: Reach,
    hash_key: Option<HashKey>,
    /// Whether every event says which plan it is of.
    stamps_plan: bool,
    /// What every event says of the flags of its person.
    pub(crate) stamping: Stamping,
    /// Whether somebody has called `shutdown`.
    pub(super) closed: AtomicBool,
}

/// Where records go.
pub(crate) enum Sink {
    #[cfg(feature = "http")]
    Delivery(Box<Delivery>),
    Recorder(Recorder),
    Nothing,
}

impl Core {
    pub(crate) fn new(sink: Sink, hooks: Arc<Hooks>, opt_outs: Arc<OptOuts>, memory: Arc<Memory>) -> Self {
        let reach = if matches!(sink, Sink::Nothing) { Reach::NOBODY } else { Reach::EVERYBODY };
        Self::over(sink, hooks, Arc::default(), reach, opt_outs, memory)
    }

    /// A core that delivers to these destinations.
    #[cfg(feature = "http")]
    pub(crate) fn delivering(
        destinations: &[Destination],
        storage: &Storage,
        settings: Settings,
        hooks: Arc<Hooks>,
        opt_outs: Arc<OptOuts>,
        memory: Arc<Memory>,
    ) -> Result<Self, Error> {
        let ledger = Arc::new(Ledger::new(destinations.iter().map(Destination::name)));
        let delivery = Delivery::start(destinations, storage, settings, &ledger, &hooks, &opt_outs, &memory)?;
        let sights = destinations.iter().map(Destination::sight);
        let reach = sights.fold(Reach::NOBODY, |reach, sight| reach.with(sight.destination, sight.allow));
        Ok(Self::over(Sink::Delivery(Box::new(delivery)), hooks, ledger, reach, opt_outs, memory))
    }

    fn over(
        sink: Sink,
        hooks: Arc<Hooks>,
        ledger: Arc<Ledger>,
        reach: Reach,
        opt_outs: Arc<OptOuts>,
        memory: Arc<Memory>,
    ) -> Self {
        Self {
            sink,
            hooks,
            ledger,
            flags: FlagState::default(),
            definitions: Arc::new(Shelf::empty()),
            memory,
            decisions: DecisionState::default(),
            hub: None,
            opt_outs,
            supers: Supers::default(),
            reach,
            hash_key: None,
            stamps_plan: false,
            stamping: Stamping::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// The same core with what is put on every record.
    pub(crate) fn with_marks(mut self, hash_key: Option<HashKey>, stamps_plan: bool) -> Self {
        self.hash_key = hash_key;
        self.stamps_plan = stamps_plan;
        self
    }

    /// The same core, which tells this hub of its own exposures.
    pub(crate) fn with_hub(mut self, hub: Option<DecisionHub>) -> Self {
        self.hub = hub;
        self
    }

    /// The same core, whose events say this of the flags of their person.
    pub(crate) fn with_stamping(mut self, stamping: Stamping) -> Self {
        self.stamping = stamping;
        self
    }

    /// The same core, which decides flags by what this brings.
    pub(crate) fn with_definitions(mut self, supply: Supply) -> Self {
        self.definitions = supply.start(&self.sink);
        self.flags.decide_by(Local::of(&self.definitions));
        self
    }

    /// The same core with flags that are fixed for everybody.
    pub(crate) fn with_fixed_flags(mut self, fixed: FixedFlags) -> Self {
        self.flags.fix(fixed);
        self
    }

    /// The same core with what says how flags are loaded.
    pub(crate) fn with_loading(mut self, settings: LoadSettings) -> Self {
        self.flags.set_loading(settings);
        self
    }

    /// The same core, which asks these about flags.
    pub(crate) fn with_flag_layers(mut self, layers: Vec<Arc<dyn FlagLayer>>) -> Self {
        self.flags.ask_of(layers);
        self
    }

    /// The same core with what says which decisions are exposures.
    pub(crate) fn with_exposures(mut self, policy: Option<ExposurePolicy>) -> Self {
        self.decisions.set(policy);
        self
    }

    /// Whether what is known of a person may decide a flag.
    pub(crate) fn asks_about_flags(&self) -> bool {
        #[cfg(feature = "posthog")]
        if let Sink::Delivery(delivery) = &self.sink
            && delivery.posthog.is_some()
        {
            return true;
        }
        self.flags.has_layers()
    }

    /// The kinds of destinations that it delivers to.
    pub(crate) const fn kinds(&self) -> Destinations {
        self.reach.kinds()
    }

    /// Encodes a record and puts it where records go. Says whether it was taken; what is for none of the client's
    /// destinations counts as taken, and nowhere else. What `before_capture` drops is not taken.
    pub(crate) fn record(
        &self,
        who: &Identity,
        entry: &Entry<'_>,
        write: impl FnOnce(&mut PropertyWriter<'_>),
    ) -> bool {
        self.record_runs(who, entry, |runs, audience| {
            write(&mut PropertyWriter::new(runs, &self.terms(entry, audience)));
        })
    }

    /// The same, for what says itself which destinations its properties are for.
    pub(crate) fn record_runs(
        &self,
        who: &Identity,
        entry: &Entry<'_>,
        write: impl FnOnce(&mut RunWriter, Audience),
    ) -> bool {
        if !self.reach.kinds().meets(entry.destinations) {
            return true;
        }
        if self.has_opted_out(who) || entry.verb == Verb::Alias && self.opt_outs.has(entry.second_id) {
            self.ledger.dropped(None, 1);
            return false;
        }
        let now = Timestamp::now();
        // The id says when it was captured, whatever time the event has.
        let id = EventId::new(now);
        if let Some(notice) = entry.notice {
            notice.id.set(Some(id));
        }
        let refused = |reason| {
            entry.notice.iter().for_each(|notice| notice.refused.set(Some(reason)));
            let (name, distinct_id) = (entry.label().to_owned(), who.distinct_id().to_owned());
            self.refused(reason, LostEvent { id: id.to_string(), name, distinct_id });
        };
        let ties = who.encoded_ties();
        let header = Header {
            verb: entry.verb,
            destinations: entry.destinations,
            id,
            time: entry.options.time().unwrap_or(now),
            marks: entry.options.marks().with_anonymous(who.is_anonymous()),
            name: entry.name,
            names: entry.names,
            distinct_id: who.encoded(),
            anonymous_id: ties.as_ref().map_or(&[], Encoded::anonymous_id),
            second_id: entry.second_id,
            group_type: entry.group_type,
            groups: ties.as_ref().map_or((0, &[]), Encoded::groups),
            receipt: entry.receipt,
        };
        let write = |runs: &mut RunWriter| {
            let start = runs.bytes.len();
            write(runs, entry.plan.audience());
            self.write_under(runs, start, entry, who);
        };
        RecordWriter::encode(&header, write, |record, told| {
            self.tell(entry.label(), told);
            let taken = match &self.hooks.before_capture {
                _ if entry.lacks_an_id(who) => Err(LossReason::EmptyId),
                None => self.append(record, entry).map(|()| true),
                Some(hook) => self.screen(hook, record, entry),
            };
            taken.map_err(refused).unwrap_or(false)
        })
    }

    /// Whether nothing of this person is recorded.
    pub(crate) fn has_opted_out(&self, who: &Identity) -> bool {
        self.opt_outs.any()
            && (self.opt_outs.has_escaped(who.escaped()) || who.anonymous_id().is_some_and(|id| self.opt_outs.has(&id)))
    }

    /// Shows a record to `before_capture`, and appends what is left of it; whether anything is.
    #[cold]
    fn screen(&self, hook: &Arc<BeforeCapture>, record: &[u8], entry: &Entry<'_>) -> Result<bool, LossReason> {
        let (screened, told) = draft::screen(&**hook, record, self.terms(entry, entry.plan.audience()));
        self.tell(entry.label(), told);
        match screened {
            Screened::Unchanged => self.append(record, entry)?,
            Screened::Changed(record) => self.append(&record, entry)?,
            Screened::Dropped => {
                self.ledger.dropped(None, 1);
                return Ok(false);
            }
            Screened::Lost(reason) => return Err(reason),
        }
        Ok(true)
    }

    /// Appends what an event did not bring itself.
    #[inline]
    fn write_under(&self, runs: &mut RunWriter, start: usize, entry: &Entry<'_>, who: &Identity) {
        let levels = Levels { person: &who.supers, client: &self.supers, stamps: &who.context.stamps };
        supers::write(runs, start, &levels, entry);
        if self.stamps_plan && entry.verb.is_event() && !entry.plan.hash().is_empty() {
            let tag = RunTag::new(Place::Event, Class::Public).under();
            runs.property(tag, Destinations::ALL, "taxogen_plan", entry.plan.hash());
        }
    }

    pub(crate) fn terms(&self, entry: &Entry<'_>, audience: Audience) -> Terms<'_> {
        Terms::new(audience, entry.destinations, self.reach, self.hash_key.as_ref())
    }

    /// The terms of what goes to one kind of destinations alone.
    pub(crate) fn terms_at(&self, destinations: Destinations, plan: &PlanId) -> Terms<'_> {
        Terms::new(plan.audience(), destinations, self.reach, self.hash_key.as_ref())
    }

    /// Adds super properties to those of the client.
    pub(crate) fn register(&self, properties: &dyn SuperProperties) {
        self.register_at(&self.supers, properties);
    }

    /// Adds super properties to those of a client or of a person.
    pub(crate) fn register_at(&self, supers: &Supers, properties: &dyn SuperProperties) {
        if matches!(self.sink, Sink::Nothing) {
            return;
        }
        let plan = properties.plan();
        let terms = Terms::new(plan.audience(), Destinations::ALL, self.reach, self.hash_key.as_ref());
        let runs = RecordWriter::alone(RunWriter::new(Vec::new()), &terms, |writer| properties.write(writer));
        supers.register(plan.hash(), &runs.bytes);
        self.tell("super", Told { invalid: runs.invalid, unhashed: runs.unhashed });
    }

    #[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nothing is ever pending"))]
    fn append(&self, record: &[u8], entry: &Entry<'_>) -> Result<(), LossReason> {
        // A record says its length in four bytes.
        if u32::try_from(record.len()).is_err() {
            return Err(LossReason::TooLarge);
        }
        match &self.sink {
            Sink::Nothing => Ok(()),
            Sink::Recorder(_) if self.closed.load(Ordering::Acquire) => Err(LossReason::AfterShutdown),
            Sink::Recorder(recorder) => {
                recorder.push(record);
                Ok(())
            }
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => {
                entry.notice.iter().for_each(|notice| notice.watch(delivery, record));
                match entry.receipt {
                    Some(receipt) if self.memory.fleet().is_some() => self.append_shared(delivery, receipt, record),
                    _ => delivery.append(record),
                }
            }
        }
    }

    /// Has the fleet asked about what this process may have to report; only where nobody can be asked is it appended now.
    #[cfg(feature = "http")]
    #[cold]
    fn append_shared(&self, delivery: &Delivery, receipt: &Receipt, record: &[u8]) -> Result<(), LossReason> {
        if delivery.is_forked() {
            return Err(LossReason::Forked);
        }
        if self.memory.ask(receipt, record) == Asked::Nobody {
            delivery.append(record).inspect_err(|_| self.memory.refused(receipt))?;
            self.memory.fleet().iter().for_each(|fleet| fleet.tell(record));
        }
        Ok(())
    }

    /// Counts as lost what no destination will see, and tells so.
    #[cold]
    fn refused(&self, reason: LossReason, event: LostEvent) {
        self.ledger.lost(None, reason, 1);
        self.hooks.loss(&Loss { destination: None, reason, detail: String::new(), events: vec![event] });
    }

    /// Counts what was left out of an event, and tells it.
    #[inline]
    fn tell(&self, event: &str, told: Told) {
        if !told.invalid.is_empty() || told.unhashed > 0 {
            self.tell_some(event, told);
        }
    }

    #[cold]
    fn tell_some(&self, event: &str, Told { invalid, unhashed }: Told) {
        self.ledger.unhashed(unhashed);
        for Invalid { path, rule, value } in invalid {
            self.ledger.invalid(event, &path, rule);
            self.hooks.invalid(&InvalidProperty { event: event.to_owned(), property: path, rule, value });
        }
    }
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
