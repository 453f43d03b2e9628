use std::future::Future;
use std::time::Duration;

use taxogen_flags::{Request, Response};

use super::facts::SeenFacts;
use super::load_merge::{Heeded, Load};
use super::load_outcome::LoadedFlags;
use super::load_plan::{Plan, Word};
use super::load_reply::{Answered, LIMIT, NoReply, read};
use super::loaded::Pin;
use super::loading::{FlagLoading, LoadOptions, Wanted};
use crate::client::Sink;
use crate::delivery::{Pending, Waited};
use crate::error::{Error, Kind};
use crate::transport::Project;
use crate::user::User;
use crate::value::Timestamp;

/// How much later than its deadline the delivery thread may answer.
const GRACE: Duration = Duration::from_secs(1);

/// Loading flags: what is known of them now is pinned to the handle, and PostHog is asked for the rest, in one request. Two
/// readings in one request of your service agree.
impl User {
    /// Loads the flags of this person for this handle and its clones, as [`FlagLoading`] says: the definitions that the client
    /// has ([`Builder::local_flags`](crate::Builder::local_flags)) are pinned, and PostHog is asked now for what they cannot
    /// decide, for everything where the client has none. It has three seconds to answer
    /// ([`Builder::flag_timeout`](crate::Builder::flag_timeout)), and is asked once more where nobody answered, or a proxy
    /// without a server behind it (502, 504). What came is pinned when this is awaited: on any runtime, but not by blocking
    /// inside a hook.
    ///
    /// PostHog gets the groups of the person and of their properties those that it may see, and the hash of those of which
    /// it may see that. What was loaded before stays until it is replaced, also where PostHog cannot say it again, and the
    /// definitions stay those that were pinned first; [`reload_flags`](Self::reload_flags) lets go of both. A recorder and a
    /// client that delivers nowhere ask nobody, and that is no error: fixed values, definitions and defaults stand.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), taxogen::Error> {
    /// use taxogen::{Client, Flag, PostHog};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let client = Client::builder().to(PostHog::new("phc_key")).build()?;
    /// let user = client.user("user_123");
    /// if let Err(error) = user.load_flags().await {
    ///     eprintln!("the defaults stand: {error}");
    /// }
    /// if user.flag(NEW_DASHBOARD) { /* … */ }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When nothing could be decided here, and no destination is a PostHog project, PostHog cannot be reached, does not
    /// answer in time, or gives no flags: a key that is not its, a used up quota, a page of a proxy. Flags answer as before
    /// then. Where something was decided here that is no error; the outcome has it
    /// ([`LoadedFlags::error`]).
    #[must_use = "the answer is pinned to the handle when it is awaited"]
    pub fn load_flags(&self) -> impl Future<Output = Result<LoadedFlags, Error>> + Send + 'static + use<> {
        self.load_flags_with(&LoadOptions::new())
    }

    /// [`load_flags`](Self::load_flags) for some flags, by their keys; other flags stay as they are.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    #[must_use = "the answer is pinned to the handle when it is awaited"]
    pub fn load_flags_of(
        &self,
        keys: &[&str],
    ) -> impl Future<Output = Result<LoadedFlags, Error>> + Send + 'static + use<> {
        self.load_flags_with(&LoadOptions::new().only(keys))
    }

    /// [`load_flags`](Self::load_flags) with options.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    #[must_use = "the answer is pinned to the handle when it is awaited"]
    pub fn load_flags_with(
        &self,
        options: &LoadOptions,
    ) -> impl Future<Output = Result<LoadedFlags, Error>> + Send + 'static + use<> {
        self.loading(options, false).wait()
    }

    /// Loads anew what was loaded for this handle, all flags where nothing was, and lets go of what was pinned: for after
    /// something has changed, such as an upgrade.
    ///
    /// The properties of the handle stay. Where PostHog cannot say what it said before, that stays too.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    #[must_use = "the answer is pinned to the handle when it is awaited"]
    pub fn reload_flags(&self) -> impl Future<Output = Result<LoadedFlags, Error>> + Send + 'static + use<> {
        self.loading(&self.loaded_before(), true).wait()
    }

    /// [`load_flags`](Self::load_flags) for code that does not await: it blocks the thread, at most until the
    /// deadline.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    pub fn load_flags_blocking(&self, deadline: Duration) -> Result<LoadedFlags, Error> {
        self.load_flags_with_blocking(&LoadOptions::new().within(deadline))
    }

    /// [`load_flags_of`](Self::load_flags_of) for code that does not await.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    pub fn load_flags_of_blocking(&self, keys: &[&str], deadline: Duration) -> Result<LoadedFlags, Error> {
        self.load_flags_with_blocking(&LoadOptions::new().only(keys).within(deadline))
    }

    /// [`load_flags_with`](Self::load_flags_with) for code that does not await.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    pub fn load_flags_with_blocking(&self, options: &LoadOptions) -> Result<LoadedFlags, Error> {
        self.loading(options, false).wait_blocking()
    }

    /// [`reload_flags`](Self::reload_flags) for code that does not await.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    pub fn reload_flags_blocking(&self, deadline: Duration) -> Result<LoadedFlags, Error> {
        self.loading(&self.loaded_before().within(deadline), true).wait_blocking()
    }

    fn loaded_before(&self) -> LoadOptions {
        LoadOptions { wanted: self.identity.flags.wanted(), ..LoadOptions::new() }
    }

    fn loading(&self, options: &LoadOptions, anew: bool) -> Loading {
        let deadline = options.deadline.unwrap_or(self.client.core.flags.loading.timeout);
        Loading { user: self.clone(), deadline, begun: self.begin_loading(&options.wanted, anew, deadline) }
    }

    /// Decides what can be decided here, and asks PostHog for the rest.
    fn begin_loading(&self, wanted: &Wanted, anew: bool, deadline: Duration) -> Result<Begun, Error> {
        let core = &self.client.core;
        if self.identity.is_empty() && matches!(core.sink, Sink::Delivery(_)) {
            return Err(Error::new(Kind::Input, "the distinct id is empty: flags are loaded for a person"));
        }
        let (refreshes, renewals) = (core.definitions.refreshes(), self.identity.flags.renewals());
        let pin = self.pin(anew)?;
        let plan = match &pin {
            None => Plan::remote(wanted),
            Some(pin) => self.plan(wanted, pin, refreshes),
        };
        let load = Load { wanted: wanted.clone(), plan, anew, renewals, pin };
        let pending = match &load.plan.asked {
            Some(asked) => self.ask_for_flags(asked, deadline),
            None => Ok(None),
        };
        Ok(Begun { load, pending, refreshes })
    }

    /// The definitions that decide: those that are pinned, unless all is to be new, else those of this moment.
    fn pin(&self, anew: bool) -> Result<Option<Pin>, Error> {
        let core = &self.client.core;
        let loading = core.flags.loading.loading;
        if loading == FlagLoading::Remote {
            return Ok(None);
        }
        let pinned = if anew { None } else { self.identity.flags.pinned() };
        let current = || core.definitions.snapshot().map(|snapshot| Pin { snapshot, now: Timestamp::now() });
        match pinned.or_else(current) {
            None if loading == FlagLoading::LocalOnly && matches!(core.sink, Sink::Delivery(_)) => {
                Err(no_definitions(core.definitions.is_used()))
            }
            pin => Ok(pin),
        }
    }

    fn plan(&self, wanted: &Wanted, pin: &Pin, refreshes: u64) -> Plan {
        let flags = &self.client.core.flags;
        let (definitions, now) = (&pin.snapshot.definitions, pin.now.as_unix_millis());
        let heard = self.identity.flags.heard_of();
        let may_ask = flags.loading.loading != FlagLoading::LocalOnly;
        let known = self.known("");
        let person = self.question("", &known).person;
        let word = |key: &str| match definitions.evaluate(key, &person, now) {
            Some(Ok(_)) => Word::Says,
            Some(Err(_)) => Word::CannotSay,
            None => Word::Unknown,
        };
        // What PostHog had and the definitions do not is asked for again.
        let newer = heard.iter().map(AsRef::as_ref).filter(|key| word(key) == Word::Unknown);
        Plan::local(wanted, may_ask, definitions.keys().chain(newer), word, |key| {
            flags.unheard.has(key, refreshes, Timestamp::now())
        })
    }

    fn ask_for_flags(&self, asked: &Wanted, deadline: Duration) -> Result<Option<Pending<Answered>>, Error> {
        let Sink::Delivery(delivery) = &self.client.core.sink else { return Ok(None) };
        let Some(project) = &delivery.posthog else {
            let sentence = "no destination answers for flags: give the client a `PostHog`, or fix the flags by hand";
            return Err(Error::new(Kind::Configuration, sentence));
        };
        let body = self.flag_request(project, asked).to_string().into_bytes();
        Ok(Some(delivery.ask(project.host.join("/flags/?v=2"), body, LIMIT + 1, deadline)))
    }

    /// The body of a question. Of what the handle knows of its person it has what PostHog may see, and no property of those
    /// who have opted out.
    fn flag_request(&self, project: &Project, asked: &Wanted) -> serde_json::Value {
        let mut seen = self.identity.flags.seen_by(project.sight);
        if self.client.core.has_opted_out(&self.identity) {
            seen.person.clear();
            seen.groups.iter_mut().for_each(|(_, _, properties)| properties.clear());
        }
        let SeenFacts { person, groups, device_id } = seen;
        let device_id = device_id.or_else(|| self.identity.device_id());
        let joined = self.identity.groups();
        let mut request = Request::new(&project.key, self.distinct_id()).with_geoip_disable(!project.geoip);
        request = joined.iter().fold(request, |request, (group_type, key)| request.with_group(group_type, key));
        for (name, value) in person {
            request = request.with_person_property(&name, value);
        }
        for (group_type, key, properties) in groups {
            request = request.with_group(&group_type, &key);
            for (name, value) in properties {
                request = request.with_group_property(&group_type, &name, value);
            }
        }
        if let Some(id) = &device_id {
            request = request.with_device_id(id);
        }
        if let Wanted::Some(keys) = asked {
            request = request.with_flag_keys(keys.iter().map(AsRef::as_ref));
        }
        request.to_json()
    }

    /// Pins what came, and says what that is.
    fn end_loading(&self, begun: Begun, answered: Option<Waited<Answered>>) -> Result<LoadedFlags, Error> {
        let Begun { load, pending, refreshes } = begun;
        let (reply, error) = match (answered.map(read), pending) {
            (Some(Ok(response)), _) => {
                self.learn_unheard(&load, &response, refreshes);
                (Some(Ok(response)), None)
            }
            (Some(Err(NoReply { failure, error })), _) => (Some(Err(failure)), Some(error)),
            (None, Err(error)) => (None, Some(error)),
            (None, Ok(_)) => (None, None),
        };
        if reply.is_none() && load.pin.is_none() {
            // Nothing was to be loaded, or there is nobody to ask.
            return error.map_or_else(|| Ok(LoadedFlags::default()), Err);
        }
        let heeded = self.identity.flags.load(&load, reply);
        self.note_loaded();
        let local = load.plan.local;
        match error {
            Some(error) if local == 0 => Err(error),
            error => {
                let Heeded { remote, missing, failed } = heeded;
                Ok(LoadedFlags { local, remote, missing, failed, error })
            }
        }
    }

    /// Remembers which flags neither the definitions nor PostHog have.
    fn learn_unheard(&self, load: &Load, response: &Response, refreshes: u64) {
        if let (Some(_), Wanted::Some(open), false) = (&load.pin, &load.plan.open, response.errors_while_computing) {
            let core = &self.client.core;
            let unheard = open.iter().map(AsRef::as_ref).filter(|key| response.get(key).is_none());
            core.flags.unheard.learn(unheard, refreshes, core.definitions.refreshes(), Timestamp::now());
        }
    }
}

fn no_definitions(are_on_their_way: bool) -> Error {
    if are_on_their_way {
        let sentence = "the definitions of local flags are not loaded: wait for them with `Client::flags_ready`";
        return Error::new(Kind::Network, sentence);
    }
    let sentence = "flags are to be decided here alone, and there are no definitions of them: give the client \
                    `Builder::local_flags`, or another `FlagLoading`";
    Error::new(Kind::Configuration, sentence)
}

/// A call of `load_flags`, on its way.
struct Loading {
    user: User,
    deadline: Duration,
    begun: Result<Begun, Error>,
}

struct Begun {
    load: Load,
    /// The answer, where PostHog was asked; else why it cannot be, if it was to be.
    pending: Result<Option<Pending<Answered>>, Error>,
    /// How often there was word of definitions before.
    refreshes: u64,
}

impl Begun {
    fn take_pending(&mut self) -> Option<Pending<Answered>> {
        self.pending.as_mut().ok().and_then(Option::take)
    }
}

impl Loading {
    async fn wait(self) -> Result<LoadedFlags, Error> {
        let mut begun = self.begun?;
        let answered = match begun.take_pending() {
            Some(pending) => Some(pending.await.into()),
            None => None,
        };
        self.user.end_loading(begun, answered)
    }

    fn wait_blocking(self) -> Result<LoadedFlags, Error> {
        let mut begun = self.begun?;
        let answered = begun.take_pending().map(|pending| pending.wait(self.deadline.saturating_add(GRACE)));
        self.user.end_loading(begun, answered)
    }
}
