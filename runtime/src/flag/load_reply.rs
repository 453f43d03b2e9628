//! What came back from PostHog: pure.

use taxogen_flags::Response;

use super::loaded::LoadFailure;
use crate::delivery::{self, Failure, Waited};
use crate::error::{Error, Kind};

/// What is read of an answer, in bytes: far more than the flags of a project take.
pub(super) const LIMIT: usize = 16 << 20;

pub(super) type Answered = Result<delivery::Response, Failure>;

/// No flags: the reason as a word, and as what the caller gets.
#[derive(Debug)]
pub(super) struct NoReply {
    pub(super) failure: LoadFailure,
    pub(super) error: Error,
}

impl NoReply {
    fn new(failure: LoadFailure, sentence: impl Into<String>) -> Self {
        let kind = if failure == LoadFailure::Timeout { Kind::Timeout } else { Kind::Network };
        Self { failure, error: Error::new(kind, sentence) }
    }
}

/// Reads what came back. What an answer says in words of its own goes into no message: it may repeat the question.
pub(super) fn read(answered: Waited<Answered>) -> Result<Response, NoReply> {
    let answer = match answered {
        Waited::Answered(Ok(answer)) => answer,
        Waited::Answered(Err(failure)) => return Err(no_answer(failure)),
        Waited::Ended => {
            let sentence = "nobody asks posthog about flags after `shutdown`";
            return Err(NoReply::new(LoadFailure::Connection, sentence));
        }
        Waited::Late => {
            let sentence = "posthog did not answer about flags in time: a hook waits for it, or takes its time";
            return Err(NoReply::new(LoadFailure::Timeout, sentence));
        }
    };
    if answer.status != 200 {
        return Err(NoReply::new(LoadFailure::Status(answer.status), of_status(answer.status)));
    }
    let response = decode(&answer.body)?;
    if response.quota_limited {
        return Err(NoReply::new(LoadFailure::Quota, QUOTA));
    }
    Ok(response)
}

const QUOTA: &str = "posthog gave no flags: the project has used up its quota of flag requests; raise the limit in its \
                     billing settings, or decide flags here with `Builder::local_flags`";

fn no_answer(failure: Failure) -> NoReply {
    match failure {
        Failure::Timeout => {
            let sentence = "posthog did not answer about flags in time: look at the network, or give it longer with \
                            `Builder::flag_timeout`";
            NoReply::new(LoadFailure::Timeout, sentence)
        }
        Failure::Transport(why) => {
            NoReply::new(LoadFailure::Connection, format!("posthog cannot be asked about flags: {why}"))
        }
    }
}

/// What is wrong, then what to do.
fn of_status(status: u16) -> String {
    match status {
        300..=399 => format!(
            "posthog gave no flags: the host answers with status {status}, and redirects are not followed; name the host \
             that it leads to"
        ),
        401 | 403 => format!(
            "posthog does not take the project's key for flags: status {status}; look whether the key is of a project on \
             this host"
        ),
        402 => QUOTA.to_owned(),
        404 => {
            "posthog gave no flags: the host has no `/flags/` (status 404); name PostHog's own host, or a proxy that \
                passes this path on"
                .to_owned()
        }
        429 => "posthog gave no flags: there were too many requests (status 429); load flags once for each person, or \
                decide them here with `Builder::local_flags`"
            .to_owned(),
        408 | 500..=599 => format!("posthog gives no flags for now: status {status}"),
        status => {
            format!("posthog gave no flags: status {status}; look at the host and at the key of the project")
        }
    }
}

fn decode(body: &[u8]) -> Result<Response, NoReply> {
    let unreadable = |sentence: String| NoReply::new(LoadFailure::Unreadable, sentence);
    if body.len() > LIMIT {
        let sentence =
            "the answer of posthog about flags has more than 16 MiB: ask for some of them, with `load_flags_of`";
        return Err(unreadable(sentence.to_owned()));
    }
    if body.trim_ascii_start().first() == Some(&b'<') {
        let sentence = "a web page came instead of flags: something between here and posthog answers; let `/flags/` \
                        through, or name another host";
        return Err(unreadable(sentence.to_owned()));
    }
    Response::decode(body).map_err(|error| {
        let NoReply { failure, error: sentence } = unreadable(format!(
            "the answer of posthog about flags cannot be read: {error}; look at the host, and at what stands before it"
        ));
        NoReply { failure, error: sentence.with_source(error) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &[u8]) -> Waited<Answered> {
        Waited::Answered(Ok(delivery::Response { status, retry_after: None, etag: None, body: body.into() }))
    }

    #[test]
    fn what_is_no_answer_is_a_clear_error_and_a_word_for_posthog() {
        let failed = |failure| Waited::Answered(Err(failure));
        let quota = br#"{"flags": {}, "quotaLimited": ["feature_flags"]}"#;
        for (answered, word, message) in [
            (Waited::Ended, "connection_error", "nobody asks posthog about flags after `shutdown`"),
            (
                Waited::Late,
                "timeout",
                "posthog did not answer about flags in time: a hook waits for it, or takes its time",
            ),
            (
                failed(Failure::Timeout),
                "timeout",
                "posthog did not answer about flags in time: look at the network, or give it longer with \
                 `Builder::flag_timeout`",
            ),
            (
                failed(Failure::Transport("refused".into())),
                "connection_error",
                "posthog cannot be asked about flags: refused",
            ),
            (answer(500, b"my-name"), "api_error_500", "posthog gives no flags for now: status 500"),
            (answer(503, b""), "api_error_503", "posthog gives no flags for now: status 503"),
            (
                answer(301, b""),
                "api_error_301",
                "posthog gave no flags: the host answers with status 301, and redirects are not followed; name the host \
                 that it leads to",
            ),
            (
                answer(401, b"no"),
                "api_error_401",
                "posthog does not take the project's key for flags: status 401; look whether the key is of a project on \
                 this host",
            ),
            (answer(402, b""), "api_error_402", QUOTA),
            (
                answer(404, b""),
                "api_error_404",
                "posthog gave no flags: the host has no `/flags/` (status 404); name PostHog's own host, or a proxy that \
                 passes this path on",
            ),
            (
                answer(400, b""),
                "api_error_400",
                "posthog gave no flags: status 400; look at the host and at the key of the project",
            ),
            (
                answer(429, b""),
                "api_error_429",
                "posthog gave no flags: there were too many requests (status 429); load flags once for each person, or \
                 decide them here with `Builder::local_flags`",
            ),
            (
                answer(200, b""),
                "unknown_error",
                "the answer of posthog about flags cannot be read: not JSON at line 1 column 0; look at the host, and at \
                 what stands before it",
            ),
            (
                answer(200, b"\n <!doctype html><title>Sign in</title>"),
                "unknown_error",
                "a web page came instead of flags: something between here and posthog answers; let `/flags/` through, \
                 or name another host",
            ),
            (
                answer(200, br#"{"error": "x"}"#),
                "unknown_error",
                "the answer of posthog about flags cannot be read: neither `flags` nor `featureFlags` is in it; look at \
                 the host, and at what stands before it",
            ),
            (
                answer(200, &vec![b' '; LIMIT + 1]),
                "unknown_error",
                "the answer of posthog about flags has more than 16 MiB: ask for some of them, with `load_flags_of`",
            ),
            (answer(200, quota), "quota_limited", QUOTA),
        ] {
            let NoReply { failure, error } = read(answered).unwrap_err();
            assert_eq!((error.to_string().as_str(), failure.to_string().as_str()), (message, word));
            let is_timeout = word == "timeout";
            assert_eq!((error.is_timeout(), error.is_network()), (is_timeout, !is_timeout), "{message}");
        }
        assert!(read(answer(200, br#"{"flags": {}}"#)).is_ok());
    }
}
