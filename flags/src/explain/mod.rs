//! Why a flag has its value for somebody: the steps of its evaluation as values, and as prose.

mod bucket;
mod check;
mod flag;
mod headline;
mod prose;
mod recorder;
mod words;

use std::fmt;

pub use bucket::{Bucket, Subject};
pub use check::Check;
pub use flag::{Choice, Condition, Draw, Enrollment, Flag, Holdout};

use crate::{Definitions, Person};

/// Why a flag has its value for somebody: every step of its evaluation, as values.
///
/// Printed, it is prose for a person who has never seen how flags are evaluated. It holds what is known about
/// somebody, which `Debug` does not show, and printing does.
///
/// ```
/// use taxogen_flags::{Definitions, Person};
///
/// let definitions = Definitions::parse(br#"{"flags": [{
///     "key": "banner", "active": false, "filters": {"groups": [{"properties": [], "rollout_percentage": 100}]}
/// }]}"#)?;
/// let explanation = definitions.explain("banner", &Person::new("user_123"), 1_767_323_045_000).unwrap();
/// assert_eq!(explanation.to_string(), "banner is false for user_123: the flag is switched off.\n");
/// # Ok::<(), taxogen_flags::DefinitionsError>(())
/// ```
#[derive(Clone)]
pub struct Explanation {
    /// Whom the flag was asked about.
    pub distinct_id: String,
    /// How it was evaluated.
    pub flag: Flag,
}

impl Definitions {
    /// Evaluates a flag for somebody, and tells how; `None` where there is no such flag.
    ///
    /// `now` is in milliseconds since 1970. The answer is that of [`evaluate`](Self::evaluate), by the same steps.
    #[must_use]
    pub fn explain(&self, key: &str, person: &Person<'_>, now: i64) -> Option<Explanation> {
        let mut recorder = recorder::Recorder::default();
        let decision = self.evaluate_watched(key, person, now, &mut recorder)?;
        Some(Explanation { distinct_id: person.distinct_id().to_owned(), flag: recorder.finish(key, decision) })
    }
}

impl fmt::Debug for Explanation {
    /// The flag and what it says, and nothing about whom.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Explanation")
            .field("flag", &self.flag.key)
            .field("decision", &self.flag.decision)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&prose::write(self))
    }
}
