use std::collections::BTreeSet;

use taxogen_flags::{Definitions, Fallback};

use crate::flag::FlagProblem;

/// What is odd in definitions that can be used otherwise, so that each is told once until it changes.
///
/// It knows the newest definitions alone, and does not grow with time.
#[derive(Debug, Default)]
pub(super) struct OddFlags {
    /// Flag and sentence; no flag where it is of none.
    known: BTreeSet<(String, String)>,
}

impl OddFlags {
    /// What is odd in these definitions, and was not so before.
    pub(super) fn replace(&mut self, definitions: &Definitions) -> Vec<FlagProblem> {
        let odd = definitions.troubles().iter();
        let odd = odd.map(|odd| (odd.flag().unwrap_or_default().to_owned(), odd.sentence().to_owned()));
        let odd: BTreeSet<_> = odd.collect();
        let problem = |(flag, sentence): &(String, String)| FlagProblem {
            flag: flag.clone(),
            reason: Fallback::SourceError,
            detail: match flag.as_str() {
                "" => format!("the definitions of local flags are odd: {sentence}"),
                _ => format!("its definition is odd: {sentence}"),
            },
        };
        let fresh = odd.difference(&self.known).map(problem).collect();
        self.known = odd;
        fresh
    }

    /// How many flags have something odd; one of which several things are odd is one flag.
    pub(super) fn flags(&self) -> usize {
        let flags: BTreeSet<&str> = self.known.iter().map(|(flag, _)| flag.as_str()).collect();
        flags.into_iter().filter(|flag| !flag.is_empty()).count()
    }
}
