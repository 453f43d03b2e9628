use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::context::Stamping;
use crate::decision::{DecisionHub, ExposurePolicy};
use crate::dedup::{Dedup, Memory};
use crate::definitions::{LocalFlags, Supply};
#[cfg(feature = "http")]
use crate::delivery::{Settings, Storage};
use crate::draft::Draft;
#[cfg(feature = "http")]
use crate::error::Error;
use crate::flag::{FixedFlags, Flag, FlagLayer, FlagLoading, FlagProblem, LoadSettings};
use crate::hash_key::{HashKey, KeySource};
use crate::hooks::{Hooks, InvalidProperty, Trouble};
use crate::limited::Limited;
#[cfg(feature = "http")]
use crate::log::Overflow;
use crate::opt_out::OptOuts;
use crate::recorder::Recorder;
use crate::report::Loss;
#[cfg(all(feature = "http", feature = "spool"))]
use crate::spool::Spool;
#[cfg(feature = "http")]
use crate::transport::Destination;

use super::{Client, Core, Sink};

/// Settings of a [`Client`], one by one.
///
/// ```
/// # #[cfg(all(feature = "posthog", feature = "mixpanel"))]
/// # fn main() -> Result<(), taxogen::Error> {
/// use std::time::Duration;
/// use taxogen::{Client, Mixpanel, PostHog, Region, Sensitivity};
///
/// let client = Client::builder()
///     .to(PostHog::new("phc_your_project_key").allow(Sensitivity::Personal))
///     .to(Mixpanel::new("your_token").region(Region::Eu))
///     .linger(Duration::from_millis(200))
///     .log_bytes(16 * 1024 * 1024)
///     .on_loss(|loss| eprintln!("{} events lost: {}", loss.events.len(), loss.reason))
///     .on_invalid(|invalid| eprintln!("{invalid}"))
///     .build()?;
/// assert!(client.shutdown(Duration::from_secs(5)).is_complete());
/// # Ok(())
/// # }
/// # #[cfg(not(all(feature = "posthog", feature = "mixpanel")))]
/// # fn main() {}
/// ```
#[derive(Clone)]
#[must_use = "nothing is delivered until the client is built"]
pub struct Builder {
    pub(super) hooks: Hooks,
    pub(super) log_bytes: usize,
    pub(super) opted_out: Vec<String>,
    pub(super) fixed_flags: FixedFlags,
    pub(super) loading: LoadSettings,
    pub(super) flag_layers: Vec<Arc<dyn FlagLayer>>,
    pub(super) local_flags: Option<LocalFlags>,
    pub(super) exposures: Option<ExposurePolicy>,
    pub(super) hub: Option<DecisionHub>,
    pub(super) hash_key: KeySource,
    pub(super) stamps_plan: bool,
    pub(super) stamping: Stamping,
    pub(super) dedup: Dedup,
    #[cfg(feature = "http")]
    pub(super) destinations: Vec<Destination>,
    #[cfg(feature = "http")]
    pub(super) settings: Settings,
    #[cfg(feature = "http")]
    pub(super) max_age: Option<Duration>,
    #[cfg(all(feature = "http", feature = "spool"))]
    pub(super) spool: Option<Spool>,
    /// Whatever the destinations.
    #[cfg(feature = "http")]
    pub(super) disabled: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            hooks: Hooks::default(),
            log_bytes: 64 * 1024 * 1024,
            opted_out: Vec::new(),
            fixed_flags: FixedFlags::new(),
            loading: LoadSettings::default(),
            flag_layers: Vec::new(),
            local_flags: None,
            exposures: None,
            hub: None,
            hash_key: KeySource::default(),
            stamps_plan: false,
            stamping: Stamping::default(),
            dedup: Dedup::process(),
            #[cfg(feature = "http")]
            destinations: Vec::new(),
            #[cfg(feature = "http")]
            settings: Settings::default(),
            #[cfg(feature = "http")]
            max_age: None,
            #[cfg(all(feature = "http", feature = "spool"))]
            spool: None,
            #[cfg(feature = "http")]
            disabled: false,
        }
    }
}

impl Builder {
    /// Delivers there too: a [`PostHog`](crate::PostHog), a [`Segment`](crate::Segment), a [`Mixpanel`](crate::Mixpanel) or, for
    /// conversions, an [`Optimizely`](crate::Optimizely).
    ///
    /// Requests go through the proxy that the variables `HTTPS_PROXY` or `HTTP_PROXY` name, unless `NO_PROXY`
    /// excepts the host; to this machine itself they go directly. Redirects are not followed.
    #[cfg(feature = "http")]
    pub fn to(mut self, destination: impl Into<Destination>) -> Self {
        self.destinations.push(destination.into());
        self
    }

    /// How long the first event of a batch waits for others; a second unless set. `flush` and `shutdown` do not wait.
    #[cfg(feature = "http")]
    pub fn linger(mut self, time: Duration) -> Self {
        self.settings.linger = time;
        self
    }

    /// How long a request may take before it is tried again; 30 seconds unless set, at least a tenth of a second.
    #[cfg(feature = "http")]
    pub fn request_timeout(mut self, time: Duration) -> Self {
        self.settings.request_timeout = time.max(Duration::from_millis(100));
        self
    }

    /// How long an event may wait for its delivery; 12 hours unless set, and 7 days with a spool. After that it is lost as
    /// [`LossReason::Expired`](crate::LossReason::Expired), counted and told, for each destination that had not taken
    /// it.
    ///
    /// It is measured from the capture, by the clock of this machine: one that is set forward by a day makes everything
    /// a day older.
    #[cfg(feature = "http")]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// For tests: the clock by which events grow old, and how many times shorter all pauses between attempts are.
    #[cfg(feature = "http")]
    #[doc(hidden)]
    pub fn times_for_tests(mut self, clock: fn() -> crate::value::Timestamp, haste: u32) -> Self {
        self.settings.clock = clock;
        self.settings.haste = haste;
        self
    }

    /// How many bytes may wait for the slowest destination; 64 MiB unless set, at least 64 KiB.
    ///
    /// What happens when they are used up says [`overflow`](Self::overflow).
    pub fn log_bytes(mut self, bytes: usize) -> Self {
        self.log_bytes = bytes.max(64 * 1024);
        self
    }

    /// Keeps the log on disk too, so that a process that is killed delivers after its restart what `capture` had taken.
    ///
    /// [`log_bytes`](Self::log_bytes) is then what may lie in memory alone while the disk is full or cannot be written.
    /// What is beyond is lost as [`LossReason::Spool`](crate::LossReason::Spool). What there is to know of the disk is
    /// told to [`on_trouble`](Self::on_trouble): that it cannot be written, that something on it is damaged, was left by
    /// another version of this crate, or is kept for a destination that the client does not have.
    #[cfg(all(feature = "http", feature = "spool"))]
    pub fn spool(mut self, spool: Spool) -> Self {
        self.spool = Some(spool);
        self
    }

    /// What happens when the log is full; [`Overflow::DropOldest`] unless set: the destination that is behind loses its
    /// oldest events, counted and told, and the others nothing.
    #[cfg(feature = "http")]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.settings.overflow = overflow;
        self
    }

    /// Called with everything that will never be delivered, and why.
    ///
    /// It runs where the loss is noticed, on the delivery thread or in `capture`: it should be quick. A
    /// panic in it is caught. What is lost inside a hook, on its thread, is counted and not told.
    pub fn on_loss(mut self, hook: impl Fn(&Loss) + Send + Sync + 'static) -> Self {
        self.hooks.on_loss = Some(Arc::new(hook));
        self
    }

    /// Called when something stands in the way of delivery until somebody acts: a destination that refuses the key, say,
    /// which is paused and keeps its events. [`Trouble`] prints as a sentence.
    ///
    /// It runs where the trouble is noticed, mostly on the delivery thread: it should be quick. A panic in it is caught.
    pub fn on_trouble(mut self, hook: impl Fn(&Trouble) + Send + Sync + 'static) -> Self {
        self.hooks.on_trouble = Some(Arc::new(hook));
        self
    }

    /// Called with each property that was left out because its value broke a rule of the plan.
    ///
    /// It runs in `capture`: it should be quick. A panic in it is caught. What is left out inside a hook, on its
    /// thread, is counted and not told.
    pub fn on_invalid(mut self, hook: impl Fn(&InvalidProperty) + Send + Sync + 'static) -> Self {
        self.hooks.on_invalid = Some(Arc::new(hook));
        self
    }

    /// Called with each property that was cut or left out because a destination would not have taken it.
    ///
    /// It runs on the delivery thread: it should be quick. A panic in it is caught. They are counted in
    /// [`Report::limited`](crate::Report::limited).
    pub fn on_limit(mut self, hook: impl Fn(&Limited) + Send + Sync + 'static) -> Self {
        self.hooks.on_limit = Some(Arc::new(hook));
        self
    }

    /// Called with each answer about a flag that does not fit the plan, once until it changes.
    ///
    /// It runs where the flag is read: it should be quick. A panic in it is caught. A flag that is read inside a
    /// hook, on its thread, is counted and not told.
    pub fn on_flag_problem(mut self, hook: impl Fn(&FlagProblem) + Send + Sync + 'static) -> Self {
        self.hooks.on_flag_problem = Some(Arc::new(hook));
        self
    }

    /// Called with each record before it goes into the log; it may change it or drop it.
    ///
    /// It sees every record, those that the client makes itself too (`$feature_flag_called`, `Experiment Viewed`), with
    /// super properties, and never what is `secret`. What it drops is counted ([`Report::dropped`](crate::Report::dropped))
    /// and is no loss. Applications that keep consent themselves ask for it here.
    ///
    /// It runs in `capture`: it should be quick. Where it panics the record is lost, counted and told
    /// ([`LossReason::HookPanicked`](crate::LossReason::HookPanicked)): what it was to take out does not go out. What is
    /// captured inside it is lost too.
    ///
    /// ```
    /// use taxogen::{Client, Draft};
    ///
    /// let (client, recorder) = Client::builder().before_capture(|draft: &mut Draft<'_>| draft.add("region", "eu-1")).recorder();
    /// # let _ = (client, recorder);
    /// ```
    pub fn before_capture(mut self, hook: impl Fn(&mut Draft<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.before_capture = Some(Arc::new(hook));
        self
    }

    /// People of whom nothing is recorded and nothing sent, by their distinct ids, from the first moment: also not what an
    /// earlier process left in a spool. [`Client::opt_out`] adds more of them.
    ///
    /// ```
    /// use taxogen::Client;
    ///
    /// let (client, recorder) = Client::builder().opted_out(["user_7"]).recorder();
    /// client.user("user_7").alias("anonymous_7");
    /// assert!(recorder.is_empty());
    /// ```
    pub fn opted_out(mut self, distinct_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.opted_out.extend(distinct_ids.into_iter().map(Into::into));
        self
    }

    /// Fixes a flag for everybody, whatever PostHog says; nothing is reported for it.
    /// [`User::fix_flag`](crate::User::fix_flag) does it for one person, and goes before this.
    pub fn fix_flag<T, P>(mut self, flag: Flag<T, P>, value: T) -> Self {
        self.fixed_flags.insert(flag.key(), flag.fix(value));
        self
    }

    /// What [`User::load_flags`](crate::User::load_flags) fetches, of a client with definitions of its flags;
    /// [`FlagLoading::LocalThenRemote`] unless set.
    pub fn flag_loading(mut self, loading: FlagLoading) -> Self {
        self.loading.loading = loading;
        self
    }

    /// How long PostHog may take to answer for the flags of a person, a second attempt included; three seconds unless set.
    /// [`LoadOptions::within`](crate::LoadOptions::within) says so for one call.
    pub fn flag_timeout(mut self, timeout: Duration) -> Self {
        self.loading.timeout = timeout;
        self
    }

    /// Asks this layer about flags too, behind those that were added before.
    ///
    /// In the order in which they are asked, a flag is: overridden for a test
    /// ([`Client::override_flags`](crate::Client::override_flags)), fixed on the handle
    /// ([`User::fix_flag`](crate::User::fix_flag)), fixed on the client ([`fix_flag`](Self::fix_flag)), what a layer says,
    /// what was loaded for the handle ([`User::load_flags`](crate::User::load_flags)), what PostHog's definitions say
    /// here, and the plan's default. The first that says something is believed, `false` included.
    pub fn flags_from(mut self, layer: impl FlagLayer + 'static) -> Self {
        self.flag_layers.push(Arc::new(layer));
        self
    }

    /// Decides flags in this process, by definitions that PostHog is asked for in the background, or that lie in a file:
    /// reading such a flag asks nobody, and waits for nobody.
    ///
    /// ```
    /// # #[cfg(feature = "posthog")]
    /// # fn main() -> Result<(), taxogen::Error> {
    /// use taxogen::{Client, LocalFlags, PostHog};
    ///
    /// let client = Client::builder()
    ///     .to(PostHog::new("phc_your_project_key"))
    ///     .local_flags(LocalFlags::polled("phx_your_personal_key"));
    /// assert!(!format!("{client:?}").contains("personal_key"));
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "posthog"))]
    /// # fn main() {}
    /// ```
    pub fn local_flags(mut self, flags: LocalFlags) -> Self {
        self.local_flags = Some(flags);
        self
    }

    /// The key of the hashes that a destination gets of properties with `hash: true` that it may not see; unless set, it
    /// is what the variable `TAXOGEN_HASH_KEY` holds when the client is built. An empty one is none.
    ///
    /// Without a key such properties are left out there, and counted ([`Report::unhashed`](crate::Report::unhashed)).
    /// The same key gives the same hash, whatever the program; who has it can try out values. No message and no `Debug`
    /// shows it.
    pub fn hash_key(mut self, key: impl AsRef<[u8]>) -> Self {
        self.hash_key = KeySource::Given(HashKey::new(key.as_ref()));
        self
    }

    /// Whether every event of a plan says which text of the plan its code was made from, in the property
    /// `taxogen_plan`: sixteen hex digits. It does not unless set.
    pub fn stamp_plan(mut self, stamp: bool) -> Self {
        self.stamps_plan = stamp;
        self
    }

    /// The client; its delivery thread is running. Without a destination it delivers nowhere and has no thread.
    ///
    /// # Errors
    ///
    /// When a key, a host, a region, a datafile or a file of definitions cannot be used, when more people have opted out than the client can remember, when the
    /// system has no certificates to trust, or when it gives no thread. The message names the destination and never a key.
    #[cfg(feature = "http")]
    pub fn build(self) -> Result<Client, Error> {
        self.local_flags.iter().try_for_each(LocalFlags::check)?;
        let hooks = Arc::new(self.hooks.clone());
        let supply = Supply::open(self.local_flags.clone(), &hooks).check()?;
        if self.disabled || self.destinations.is_empty() {
            return Ok(self.with_sink(Sink::Nothing, hooks, supply));
        }
        let storage = Storage {
            bytes: self.log_bytes,
            #[cfg(all(feature = "http", feature = "spool"))]
            spool: self.spool.clone(),
        };
        let max_age = self.max_age.unwrap_or_else(|| self.usual_age());
        let settings = Settings { max_age, ..self.settings };
        let opt_outs = Arc::new(OptOuts::of(&self.opted_out)?);
        let memory = Arc::new(Memory::new(self.dedup.clone()));
        let core = Core::delivering(&self.destinations, &storage, settings, hooks, opt_outs, memory)?;
        Ok(self.over(core, supply))
    }

    /// On disk an event may wait for longer: a process that is down for a night does not cost any.
    #[cfg(feature = "http")]
    fn usual_age(&self) -> Duration {
        #[cfg(all(feature = "http", feature = "spool"))]
        if self.spool.is_some() {
            return Duration::from_secs(7 * 24 * 60 * 60);
        }
        self.settings.max_age
    }

    /// A client of these settings that keeps what is captured, for your own tests; no thread, no network.
    #[must_use]
    pub fn recorder(self) -> (Client, Recorder) {
        let recorder = Recorder::default();
        (self.without_delivery(Sink::Recorder(recorder.clone())), recorder)
    }

    pub(super) fn without_delivery(self, sink: Sink) -> Client {
        let hooks = Arc::new(self.hooks.clone());
        let supply = Supply::open(self.local_flags.clone(), &hooks);
        self.with_sink(sink, hooks, supply)
    }

    fn with_sink(self, sink: Sink, hooks: Arc<Hooks>, supply: Supply) -> Client {
        // Nothing leaves: nobody is harmed by those for whom there is no room.
        let opt_outs = OptOuts::of(&self.opted_out).unwrap_or_default();
        let memory = Arc::new(Memory::new(self.dedup.clone()));
        let core = Core::new(sink, hooks, Arc::new(opt_outs), memory);
        self.over(core, supply)
    }

    fn over(self, core: Core, supply: Supply) -> Client {
        let core = core.with_definitions(supply).with_loading(self.loading);
        let core = core.with_fixed_flags(self.fixed_flags).with_flag_layers(self.flag_layers);
        let core = core
            .with_marks(self.hash_key.key(), self.stamps_plan)
            .with_stamping(self.stamping)
            .with_hub(self.hub)
            .with_exposures(self.exposures);
        Client { core: Arc::new(core), overrides: None }
    }
}

impl fmt::Debug for Builder {
    /// Without keys, that of the hashes too, and without the fixed values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Builder");
        fields.field("log_bytes", &self.log_bytes).field("stamps_plan", &self.stamps_plan);
        fields.field("stamping", &self.stamping).field("dedup", &self.dedup);
        fields.field("local_flags", &self.local_flags);
        #[cfg(all(feature = "http", feature = "spool"))]
        fields.field("spool", &self.spool);
        #[cfg(feature = "http")]
        fields.field("destinations", &self.destinations).field("settings", &self.settings);
        fields.finish_non_exhaustive()
    }
}
