//! Trouble on demand.

use std::collections::VecDeque;
use std::time::Duration;

/// What goes wrong with a request.
///
/// Faults wait in a queue for each vendor; each is consumed by the next ingestion request there. Those for the paths of
/// definitions of flags are consumed there ([`Sandbox::fault_at`](crate::Sandbox::fault_at)).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with that status; nothing is accepted.
    Status {
        /// The status.
        code: u16,
        /// The body, sent as JSON.
        body: String,
        /// The `Retry-After` header: seconds, or an HTTP date.
        retry_after: Option<String>,
    },
    /// Accepts, and answers properly so much later.
    Delay(Duration),
    /// Never answers, until the server stops; nothing is accepted.
    Hang,
    /// Closes the connection without an answer; nothing is accepted.
    CutBefore,
    /// Accepts, and closes the connection without an answer.
    CutAfter,
    /// Accepts, and answers properly, one byte at a time with such a pause before each.
    SlowLoris(Duration),
    /// Accepts, and sends a proper answer but for its last byte; then the connection is closed in that direction alone,
    /// and what still comes is read.
    HalfClose,
    /// Accepts, and answers properly, with so many bytes of white space behind it.
    LongAnswer(usize),
    /// Answers 200 with JSON that ends in the middle; nothing is accepted.
    InvalidJson,
    /// Answers with a page of HTML under that status; nothing is accepted.
    Html(u16),
    /// Answers 200 with an empty body; nothing is accepted.
    EmptyAnswer,
    /// Answers 200 with an error inside; nothing is accepted.
    TwoHundredWithError,
    /// Answers 400, and accepts nothing, where the body holds this text, unpacked; any other request is answered
    /// properly.
    Poison(String),
    /// Accepts the first messages only.
    ///
    /// Mixpanel's import names the others in `failed_records`, PostHog's version 1 asks for them again; elsewhere the
    /// answer is 503, as when a vendor's own queue fails in the middle.
    Partial {
        /// How many messages are accepted.
        accepted: usize,
    },
    /// PostHog's version 1 answers this about the events, one after the other; the last word is for all that follow.
    ///
    /// `ok` and `warning` are accepted, `drop` and `limited` refused; `retry` and any other word leave the event out of
    /// everything, and an empty one out of the answer too. Elsewhere the answer is 503.
    Results(Vec<String>),
    /// The project is over its quota: PostHog answers 200 and drops everything, under version 1 and for definitions of flags
    /// 402, and the others answer 429.
    QuotaLimited,
    /// The same fault for so many requests.
    Times(usize, Box<Fault>),
    /// The same fault until `clear_faults`.
    Forever(Box<Fault>),
}

impl Fault {
    /// Answers with that status and a short JSON body.
    #[must_use]
    pub fn status(code: u16) -> Self {
        Self::Status { code, body: format!("{{\"error\":\"scripted {code}\"}}"), retry_after: None }
    }

    /// Adds a `Retry-After` header of so many seconds to a status; the variant's field also takes an HTTP date.
    ///
    /// Other faults stay as they are.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        if let Self::Status { retry_after, .. } = &mut self {
            *retry_after = Some(seconds.to_string());
        }
        self
    }

    /// The results of PostHog's version 1, event by event.
    #[must_use]
    pub fn results(results: &[&str]) -> Self {
        Self::Results(results.iter().map(|result| (*result).to_owned()).collect())
    }

    /// The same fault for so many requests.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        Self::Times(count, Box::new(self))
    }

    /// The same fault until `clear_faults`.
    #[must_use]
    pub fn forever(self) -> Self {
        Self::Forever(Box::new(self))
    }

    /// One word for somebody who watches.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay(_) => "delay",
            Self::Hang => "hang",
            Self::CutBefore => "cut before",
            Self::CutAfter => "cut after",
            Self::SlowLoris(_) => "slow loris",
            Self::HalfClose => "half closed",
            Self::LongAnswer(_) => "long answer",
            Self::InvalidJson => "invalid JSON",
            Self::Html(_) => "html",
            Self::EmptyAnswer => "empty answer",
            Self::TwoHundredWithError => "200 with an error",
            Self::Poison(_) => "poison",
            Self::Partial { .. } => "partial",
            Self::Results(_) => "results",
            Self::QuotaLimited => "quota limited",
            Self::Times(_, fault) | Self::Forever(fault) => fault.name(),
        }
    }
}

/// The faults that wait for one vendor.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: VecDeque<Waiting>,
}

/// A fault that is no repetition itself; `left` is absent where it never ends.
#[derive(Debug)]
struct Waiting {
    path: Option<String>,
    left: Option<usize>,
    fault: Fault,
}

impl Faults {
    /// Appends a fault, for requests to that path or to any.
    pub(crate) fn push(&mut self, path: Option<&str>, mut fault: Fault) {
        let path = path.map(|path| path.trim_end_matches('/').to_owned());
        let mut left = Some(1_usize);
        loop {
            fault = match fault {
                Fault::Times(count, fault) => {
                    left = left.map(|left| left.saturating_mul(count));
                    *fault
                }
                Fault::Forever(fault) => {
                    left = left.filter(|left| *left == 0);
                    *fault
                }
                fault => return self.waiting.push_back(Waiting { path, left, fault }),
            };
        }
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The fault for a request to that path.
    pub(crate) fn next(&mut self, path: &str) -> Option<Fault> {
        self.take(|only| only.is_none_or(|only| only == path))
    }

    /// The fault for a request to that path, where it is for no other.
    pub(crate) fn next_at(&mut self, path: &str) -> Option<Fault> {
        self.take(|only| only == Some(path))
    }

    fn take(&mut self, is_for: impl Fn(Option<&str>) -> bool) -> Option<Fault> {
        self.waiting.retain(|waiting| waiting.left != Some(0));
        let waiting = self.waiting.iter_mut().find(|waiting| is_for(waiting.path.as_deref()))?;
        waiting.left = waiting.left.map(|left| left - 1);
        Some(waiting.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_and_as_often_as_said() {
        let mut faults = Faults::default();
        faults.push(None, Fault::status(500).times(2));
        faults.push(Some("/engage/"), Fault::Hang);
        faults.push(None, Fault::Hang.times(0));
        faults.push(None, Fault::EmptyAnswer.times(2).times(2));
        faults.push(None, Fault::CutAfter.times(3).forever());
        let paths = ["/import", "/import", "/import", "/engage", "/engage", "/engage", "/engage", "/engage", "/import"];
        let names: Vec<_> = paths.iter().filter_map(|path| faults.next(path)).map(|fault| fault.name()).collect();
        let [empty, cut] = ["empty answer", "cut after"];
        assert_eq!(faults.next_at("/import"), None, "that fault is for any path");
        assert_eq!(names, ["status", "status", empty, "hang", empty, empty, empty, cut, cut]);
        faults.clear();
        assert_eq!(faults.next("/import"), None);
    }
}
