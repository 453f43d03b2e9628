use taxogen_flags::Response;

use super::loaded::LoadFailure;
use crate::delivery::{self, Failure, Waited};
use crate::error::{Error, Kind};

/// What came back from PostHog.
pub(super) type Answered = Result<delivery::Response, Failure>;

/// No flags: the reason as a word, and as what the caller gets.
#[derive(Debug)]
pub(super) struct NoReply {
    pub(super) failure: LoadFailure,
    pub(super) error: Error,
}

impl NoReply {
    fn network<T>(failure: LoadFailure, sentence: impl Into<String>) -> Result<T, Self> {
        Err(Self { failure, error: Error::new(Kind::Network, sentence) })
    }

    fn late<T>(sentence: &str) -> Result<T, Self> {
        Err(Self { failure: LoadFailure::Timeout, error: Error::new(Kind::Timeout, sentence) })
    }
}

/// Reads what came back; nothing of an answer's own words goes into a message, since it may repeat the question.
pub(super) fn read(answered: Waited<Answered>) -> Result<Response, NoReply> {
    let answer = match answered {
        Waited::Answered(Ok(answer)) => answer,
        Waited::Answered(Err(Failure::Timeout)) => return NoReply::late("posthog did not answer about flags in time"),
        Waited::Answered(Err(Failure::Transport(why))) => {
            return NoReply::network(LoadFailure::Connection, format!("posthog cannot be asked about flags: {why}"));
        }
        Waited::Ended => {
            let sentence = "nobody asks posthog about flags after `shutdown`";
            return NoReply::network(LoadFailure::Connection, sentence);
        }
        Waited::Late => {
            return NoReply::late("posthog did not answer about flags in time: a hook waits for it, or takes its time");
        }
    };
    let failure = LoadFailure::Status(answer.status);
    match answer.status {
        200 => {}
        401 | 403 => {
            let status = answer.status;
            let sentence = format!("posthog does not take the project's key for flags: status {status}");
            return NoReply::network(failure, sentence);
        }
        status => return NoReply::network(failure, format!("posthog gave no flags: status {status}")),
    }
    let response = Response::decode(&answer.body).map_err(|error| {
        let sentence = format!("the answer of posthog about flags cannot be read: {error}");
        NoReply { failure: LoadFailure::Unreadable, error: Error::new(Kind::Network, sentence).with_source(error) }
    })?;
    if response.quota_limited {
        let sentence = "posthog gave no flags: the project has used up its quota of flag requests";
        return NoReply::network(LoadFailure::Quota, sentence);
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
            Waited::Answered(Ok(delivery::Response { status, retry_after: None, etag: None, body: body.into() }))
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
            let NoReply { error, .. } = error;
            assert_eq!(error.to_string(), message);
            assert_eq!((error.is_timeout(), error.is_network()), (is_timeout, !is_timeout), "{message}");
        }
        assert!(read(answer(200, r#"{"flags": {}}"#)).is_ok());
    }
}
