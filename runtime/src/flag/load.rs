use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::Request;

use super::load_outcome::LoadedFlags;
use super::load_reply::{Answered, read};
use super::loaded::{Heeded, Load};
use super::loading::{LoadOptions, Wanted};
use crate::client::Sink;
use crate::delivery::{Pending, Waited};
use crate::error::{Error, Kind};
use crate::user::{Identity, User};

/// How much later than its deadline the delivery thread may answer.
const GRACE: Duration = Duration::from_secs(1);
/// What is read of an answer, in bytes: far more than the flags of a project take.
const LIMIT: usize = 16 << 20;

/// Asking PostHog. One request brings all flags of a person, and they are pinned to the handle: two readings in
/// one request of your service agree.
impl User {
    /// Loads the flags of this person for this handle and its clones: PostHog is asked now, with three seconds to
    /// answer, and the answer is pinned when this is awaited. It can be awaited on any runtime, but not by
    /// blocking inside a hook.
    ///
    /// What was loaded before stays until it is replaced. A recorder and a client that delivers nowhere load
    /// nothing, and that is no error: fixed values and defaults stand.
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
    /// When no destination is a PostHog project, when PostHog cannot be reached or does not answer in time,
    /// when its answer cannot be read, or when the project has used up its quota. Flags answer as before then.
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
        let settings = self.client.core.flags.loading;
        let deadline = options.deadline.unwrap_or(settings.timeout);
        let wanted = options.wanted.clone();
        let asked = (!wanted.is_nothing()).then(|| wanted.clone());
        let pending = match &asked {
            Some(asked) => self.ask_for_flags(asked, deadline),
            None => Ok(None),
        };
        let load = Load { wanted, asked, anew };
        Loading { identity: Arc::clone(&self.identity), load, pending, deadline }
    }

    fn ask_for_flags(&self, asked: &Wanted, deadline: Duration) -> Result<Option<Pending<Answered>>, Error> {
        let Sink::Delivery(delivery) = &self.client.core.sink else { return Ok(None) };
        let Some(project) = &delivery.posthog else {
            let sentence = "no destination answers for flags: give the client a `PostHog`, or fix the flags by hand";
            return Err(Error::new(Kind::Configuration, sentence));
        };
        if self.identity.is_empty() {
            return Err(Error::new(Kind::Input, "the distinct id is empty: flags are loaded for a person"));
        }
        let groups = self.identity.groups();
        let request = groups
            .iter()
            .fold(Request::new(&project.key, self.distinct_id()), |request, (kind, key)| request.with_group(kind, key));
        let request = match asked {
            Wanted::All => request,
            Wanted::Some(keys) => request.with_flag_keys(keys.iter().map(AsRef::as_ref)),
        };
        let body = request.to_json().to_string().into_bytes();
        Ok(Some(delivery.ask(project.host.join("/flags/?v=2"), body, LIMIT, deadline)))
    }
}

/// A call of `load_flags`, on its way.
struct Loading {
    identity: Arc<Identity>,
    load: Load,
    pending: Result<Option<Pending<Answered>>, Error>,
    deadline: Duration,
}

impl Loading {
    async fn wait(self) -> Result<LoadedFlags, Error> {
        let Self { identity, load, pending, .. } = self;
        match pending? {
            Some(pending) => finish(&identity, &load, pending.await.into()),
            None => Ok(LoadedFlags::default()),
        }
    }

    fn wait_blocking(self) -> Result<LoadedFlags, Error> {
        let Self { identity, load, pending, deadline } = self;
        match pending? {
            Some(pending) => finish(&identity, &load, pending.wait(deadline.saturating_add(GRACE))),
            None => Ok(LoadedFlags::default()),
        }
    }
}

fn finish(identity: &Identity, load: &Load, answered: Waited<Answered>) -> Result<LoadedFlags, Error> {
    let (reply, error) = match read(answered) {
        Ok(response) => (Ok(response), None),
        Err(no_reply) => (Err(no_reply.failure), Some(no_reply.error)),
    };
    let Heeded { remote, missing, failed } = identity.flags.load(load, reply);
    match error {
        Some(error) => Err(error),
        None => Ok(LoadedFlags { remote, missing, failed, ..LoadedFlags::default() }),
    }
}
