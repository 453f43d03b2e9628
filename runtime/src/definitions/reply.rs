//! What an answer about definitions means: pure.

use super::cause::Cause;
use crate::delivery::{Failure, Response};

/// What is read of an answer, in bytes: far more than the flags of a project take.
pub(super) const LIMIT: usize = 32 << 20;

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// These bytes, which may be definitions.
    Changed(Vec<u8>),
    /// Those that the request named are the newest.
    Unchanged,
    /// The host does not know the path: another may be older, or newer.
    UnknownPath,
    Failed(Cause),
}

impl Reply {
    pub(super) fn read(answered: Result<Response, Failure>) -> Self {
        let response = match answered {
            Ok(response) => response,
            Err(failure) => return Self::Failed(Cause::Silent(failure.to_string())),
        };
        match response.status {
            200 => Self::of_body(response.body),
            304 => Self::Unchanged,
            404 => Self::UnknownPath,
            status => Self::Failed(of_status(status)),
        }
    }

    fn of_body(body: Vec<u8>) -> Self {
        if body.len() > LIMIT {
            return Self::Failed(Cause::TooLarge);
        }
        if body.trim_ascii_start().first() == Some(&b'<') {
            return Self::Failed(Cause::Page);
        }
        Self::Changed(body)
    }
}

fn of_status(status: u16) -> Cause {
    match status {
        401 | 403 => Cause::Key(status),
        402 => Cause::Quota,
        429 => Cause::TooMany,
        // Of 201 and the like there is nothing to read, and the next answer may be another.
        408 | 500..=599 | 100..=299 => Cause::Server(status),
        _ => Cause::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside those that are no answer")]
    fn response(status: u16, body: &[u8]) -> Result<Response, Failure> {
        Ok(Response { status, retry_after: None, etag: None, body: body.to_vec() })
    }

    #[test]
    fn an_answer_is_definitions_or_a_reason_why_there_are_none() {
        let failed = |cause| Reply::Failed(cause);
        for (answered, reply) in [
            (response(200, b"{}"), Reply::Changed(b"{}".to_vec())),
            (response(200, b""), Reply::Changed(Vec::new())),
            (response(200, b" \n<!doctype html>"), failed(Cause::Page)),
            (response(200, &vec![b' '; LIMIT + 1]), failed(Cause::TooLarge)),
            (response(204, b""), failed(Cause::Server(204))),
            (response(304, b""), Reply::Unchanged),
            (response(301, b""), failed(Cause::Refused(301))),
            (response(400, b"no"), failed(Cause::Refused(400))),
            (response(401, b"<p>no</p>"), failed(Cause::Key(401))),
            (response(402, b""), failed(Cause::Quota)),
            (response(403, b""), failed(Cause::Key(403))),
            (response(404, b""), Reply::UnknownPath),
            (response(408, b""), failed(Cause::Server(408))),
            (response(429, b""), failed(Cause::TooMany)),
            (response(500, b""), failed(Cause::Server(500))),
            (response(599, b""), failed(Cause::Server(599))),
            (response(600, b""), failed(Cause::Refused(600))),
            (Err(Failure::Timeout), failed(Cause::Silent("no answer in time".to_owned()))),
            (Err(Failure::Transport("refused".to_owned())), failed(Cause::Silent("refused".to_owned()))),
        ] {
            assert_eq!(Reply::read(answered), reply);
        }
    }
}
