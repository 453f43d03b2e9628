use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use taxogen_flags::{Request, Response};

use crate::client::Sink;
use crate::delivery::{self, Failure, Pending, Waited};
use crate::error::{Error, Kind};
use crate::user::{Identity, User};

/// How long `load_flags` waits, as PostHog's SDKs do.
const DEADLINE: Duration = Duration::from_secs(3);
/// How much later than its deadline the delivery thread may answer.
const GRACE: Duration = Duration::from_secs(1);
/// What is read of an answer, in bytes: far more than the flags of a project take.
const LIMIT: usize = 16 << 20;

type Answered = Result<delivery::Response, Failure>;

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
    pub fn load_flags(&self) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let asked = self.ask_for_flags(DEADLINE);
        let identity = Arc::clone(&self.identity);
        async move {
            match asked? {
                Some(pending) => identity.load(pending.await.into()),
                None => Ok(()),
            }
        }
    }

    /// [`load_flags`](Self::load_flags) for code that does not await: it blocks the thread, at most until the
    /// deadline.
    ///
    /// # Errors
    ///
    /// As [`load_flags`](Self::load_flags).
    pub fn load_flags_blocking(&self, deadline: Duration) -> Result<(), Error> {
        match self.ask_for_flags(deadline)? {
            Some(pending) => self.identity.load(pending.wait(deadline.saturating_add(GRACE))),
            None => Ok(()),
        }
    }

    fn ask_for_flags(&self, deadline: Duration) -> Result<Option<Pending<Answered>>, Error> {
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
        let body = request.to_json().to_string().into_bytes();
        Ok(Some(delivery.ask(project.host.join("/flags/?v=2"), body, LIMIT, deadline)))
    }
}

impl Identity {
    fn load(&self, answered: Waited<Answered>) -> Result<(), Error> {
        self.flags.load(read(answered)?);
        Ok(())
    }
}

fn read(answered: Waited<Answered>) -> Result<Response, Error> {
    let network = |sentence: String| Err(Error::new(Kind::Network, sentence));
    let late = |sentence: &str| Err(Error::new(Kind::Timeout, sentence));
    let answer = match answered {
        Waited::Answered(Ok(answer)) => answer,
        Waited::Answered(Err(Failure::Timeout)) => return late("posthog did not answer about flags in time"),
        Waited::Answered(Err(Failure::Transport(why))) => {
            return network(format!("posthog cannot be asked about flags: {why}"));
        }
        Waited::Ended => return network("nobody asks posthog about flags after `shutdown`".to_owned()),
        Waited::Late => {
            return late("posthog did not answer about flags in time: a hook waits for it, or takes its time");
        }
    };
    match answer.status {
        200 => {}
        401 | 403 => {
            let status = answer.status;
            return network(format!("posthog does not take the project's key for flags: status {status}"));
        }
        status => return network(format!("posthog gave no flags: status {status}")),
    }
    let response = Response::decode(&answer.body).map_err(|error| {
        let sentence = format!("the answer of posthog about flags cannot be read: {error}");
        Error::new(Kind::Network, sentence).with_source(error)
    })?;
    if response.quota_limited {
        return network("posthog gave no flags: the project has used up its quota of flag requests".to_owned());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_a_clear_error() {
        let failed = |failure| Waited::Answered(Err(failure));
        let answer = |status, body: &str| {
            Waited::Answered(Ok(delivery::Response { status, retry_after: None, body: body.into() }))
        };
        let quota = r#"{"flags": {}, "quotaLimited": ["feature_flags"]}"#;
        let page = "<!doctype html><title>Sign in</title>";
        for (answered, message) in [
            (Waited::Ended, "nobody asks posthog about flags after `shutdown`"),
            (Waited::Late, "posthog did not answer about flags in time: a hook waits for it, or takes its time"),
            (failed(Failure::Timeout), "posthog did not answer about flags in time"),
            (failed(Failure::Transport("refused".into())), "posthog cannot be asked about flags: refused"),
            (answer(500, ""), "posthog gave no flags: status 500"),
            (answer(301, ""), "posthog gave no flags: status 301"),
            (answer(401, "no"), "posthog does not take the project's key for flags: status 401"),
            (answer(200, ""), "the answer of posthog about flags cannot be read: not JSON at line 1 column 0"),
            (answer(200, page), "the answer of posthog about flags cannot be read: not JSON at line 1 column 1"),
            (
                answer(200, r#"{"error": "x"}"#),
                "the answer of posthog about flags cannot be read: neither `flags` nor `featureFlags` is in it",
            ),
            (answer(200, quota), "posthog gave no flags: the project has used up its quota of flag requests"),
        ] {
            let is_timeout = matches!(answered, Waited::Late | Waited::Answered(Err(Failure::Timeout)));
            let error = read(answered).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!((error.is_timeout(), error.is_network()), (is_timeout, !is_timeout), "{message}");
        }
        assert!(read(answer(200, r#"{"flags": {}}"#)).is_ok());
    }
}
