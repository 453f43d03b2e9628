use std::time::Duration;

use serde_json::Value;

use crate::report::LossReason;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    /// Not now: again, and not before that time where the vendor named one.
    RetryAfter(Option<Duration>),
    /// Not with this key, or not at this path: again when somebody may have repaired it, and until then nothing at all
    /// goes there.
    Unauthorized(String),
    /// Not together: again in halves, and a record that is refused alone is lost for this reason.
    Split(LossReason, String),
    /// Each of its messages by itself.
    Partly(Partly),
    /// All are lost.
    Refused(String),
}

impl Outcome {
    /// In one word.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::RetryAfter(_) => "retry",
            Self::Unauthorized(_) => "unauthorized",
            Self::Split(..) => "split",
            Self::Partly(_) => "partly",
            Self::Refused(_) => "refused",
        }
    }

    /// What was said of the batch, where a part of it has to go again.
    pub(crate) fn asks_again(&self) -> Option<&Partly> {
        match self {
            Self::Partly(partly) if !partly.again.is_empty() => Some(partly),
            _ => None,
        }
    }
}

/// What a vendor said of single messages of a batch; all others are delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Partly {
    /// These are lost.
    pub(crate) rejected: Vec<Rejection>,
    /// These, by their places in the batch, the vendor wants to have again, in the same request.
    pub(crate) again: Vec<usize>,
    /// Not before that time, where the vendor named one.
    pub(crate) retry_after: Option<Duration>,
}

/// A message that a vendor took out of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// Its place in the batch.
    pub(crate) message: usize,
    pub(crate) why: String,
}

/// A vendor's answer, as much of it as was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// From the header of that name.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// At most so many bytes are read: the first megabyte of an answer says enough.
    pub(crate) const LIMIT: usize = 1 << 20;

    /// The body as JSON, where it is JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }

    /// What every vendor means by a status; `None` for one of success, where the body has the word.
    pub(crate) fn by_status(&self) -> Option<Outcome> {
        Some(match self.status {
            200..=299 => return None,
            408 | 429 | 500..=599 => Outcome::RetryAfter(self.retry_after),
            401 | 403 => Outcome::Unauthorized(self.explain()),
            413 => Outcome::Split(LossReason::TooLarge, self.explain()),
            300..=399 => Outcome::Refused(format!("{} (redirects are not followed)", self.explain())),
            _ => Outcome::Refused(self.explain()),
        })
    }

    /// Status and the vendor's own words, shortened.
    pub(crate) fn explain(&self) -> String {
        let words = match self.json() {
            Some(Value::String(words)) => words,
            Some(answer) => words_of(&answer).unwrap_or_default(),
            None if self.is_markup() => "a web page".to_owned(),
            None => String::from_utf8_lossy(self.body).trim().to_owned(),
        };
        let mut words: String = words.chars().filter(|character| !character.is_control()).take(EXPLAINED).collect();
        if !words.is_empty() {
            words.insert_str(0, ": ");
        }
        format!("status {}{words}", self.status)
    }

    /// Whether a success is no word of the vendor's: nothing at all where there should be something, a web page, or
    /// JSON that is none. Who takes it for an acceptance loses what somebody in between never passed on.
    pub(crate) fn is_hollow(&self) -> bool {
        self.is_markup() || self.is_broken() || (self.body.trim_ascii().is_empty() && self.status != 204)
    }

    /// Whether the body begins as JSON, was read to its end, and is none.
    fn is_broken(&self) -> bool {
        let begins_as_json = matches!(self.body.trim_ascii_start().first(), Some(b'{' | b'['));
        begins_as_json && self.body.len() < Self::LIMIT && self.json().is_none()
    }

    /// Whether the body is HTML or the like: it comes from something between us and the vendor.
    pub(crate) fn is_markup(&self) -> bool {
        self.body.trim_ascii_start().first() == Some(&b'<')
    }
}

/// Characters of a vendor's words that are worth telling.
const EXPLAINED: usize = 200;

fn words_of(answer: &Value) -> Option<String> {
    let words = ["error_description", "error", "detail", "message"].into_iter().find_map(|name| {
        let value = answer.get(name)?;
        value.as_str().or_else(|| value.get("message")?.as_str())
    })?;
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer<'_> {
        Answer { status, retry_after: Some(Duration::from_secs(7)), body: body.as_bytes() }
    }

    #[test]
    fn a_status_means_the_same_at_every_vendor() {
        let later = Some(Outcome::RetryAfter(Some(Duration::from_secs(7))));
        let refused = |words: &str| Some(Outcome::Refused(words.to_owned()));
        for (status, body, outcome) in [
            (200, "", None),
            (204, "", None),
            (408, "", later.clone()),
            (429, "", later.clone()),
            (500, "<html>", later.clone()),
            (503, "", later.clone()),
            (599, "", later),
            (413, "too big", Some(Outcome::Split(LossReason::TooLarge, "status 413: too big".to_owned()))),
            (302, "", refused("status 302 (redirects are not followed)")),
            (401, "{\"error\":\"bad key\"}", Some(Outcome::Unauthorized("status 401: bad key".to_owned()))),
            (403, "<!DOCTYPE html><p>no</p>", Some(Outcome::Unauthorized("status 403: a web page".to_owned()))),
            (404, "\"gone\"", refused("status 404: gone")),
            (418, "{\"error\":{\"message\":\"teapot\"}}", refused("status 418: teapot")),
        ] {
            assert_eq!(answer(status, body).by_status(), outcome, "{status}");
        }
    }

    #[test]
    fn a_success_is_hollow_where_it_is_no_word_of_the_vendors() {
        for (status, body, hollow) in [
            (200, "{\"status\":1}", false),
            (200, " 1 ", false),
            (200, "ok", false),
            (204, "", false),
            (200, " \n", true),
            (200, " <!doctype html>", true),
            (200, "{\"status\":1", true),
            (200, "[1,", true),
        ] {
            assert_eq!(answer(status, body).is_hollow(), hollow, "{status} {body}");
        }
        let long = format!("{{\"status\":1,\"details\":\"{}", "x".repeat(Answer::LIMIT));
        assert!(!answer(200, &long[..Answer::LIMIT]).is_hollow(), "nobody knows how it goes on");
    }

    #[test]
    fn long_words_are_shortened() {
        let body = "é\n".repeat(1000);
        assert_eq!(answer(400, &body).explain(), format!("status 400: {}", "é".repeat(200)));
    }
}
