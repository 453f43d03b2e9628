use std::collections::HashSet;

use taxogen_flags::{Definitions, Fallback, Trouble};

use crate::flag::FlagProblem;

/// What is odd in definitions that can be used otherwise, so that each is told once until it changes.
///
/// It knows the newest definitions alone, and does not grow with time.
#[derive(Debug, Default)]
pub(super) struct OddFlags {
    known: HashSet<Trouble>,
}

impl OddFlags {
    /// What is odd in these definitions, and was not so before, in the order of the document.
    pub(super) fn replace(&mut self, definitions: &Definitions) -> Vec<Trouble> {
        let mut odd = HashSet::new();
        let troubles = definitions.troubles().iter().filter(|trouble| odd.insert(Trouble::clone(trouble)));
        let fresh = troubles.filter(|trouble| !self.known.contains(trouble)).cloned().collect();
        self.known = odd;
        fresh
    }

    /// How many flags have something odd; one of which several things are odd is one flag.
    pub(super) fn flags(&self) -> usize {
        // What is odd of one flag shares its name.
        self.known.iter().filter_map(|odd| odd.flag().map(str::as_ptr)).collect::<HashSet<_>>().len()
    }
}

/// How it is told. Names are as long as somebody made them: each is told before the next is put into words.
pub(super) fn problem(trouble: &Trouble) -> FlagProblem {
    let sentence = trouble.sentence();
    FlagProblem {
        flag: trouble.flag().unwrap_or_default().to_owned(),
        reason: Fallback::SourceError,
        detail: match trouble.flag() {
            None => format!("the definitions of local flags are odd: {sentence}"),
            Some(_) => format!("its definition is odd: {sentence}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions(keys_and_types: &[(&str, &str)]) -> Definitions {
        let flag = |(key, kind): &(&str, &str)| {
            format!(
                r#"{{"key": "{key}", "active": true, "filters": {{"groups": [{{"properties": [
                    {{"type": "{kind}"}}, {{"type": "{kind}"}}, {{"type": "other"}}]}}]}}}}"#
            )
        };
        let flags: Vec<_> = keys_and_types.iter().map(flag).collect();
        Definitions::parse(format!(r#"{{"flags": [null, {}]}}"#, flags.join(",")).as_bytes()).unwrap()
    }

    #[test]
    fn what_is_odd_is_told_once_until_it_changes() {
        let mut odd = OddFlags::default();
        let mut told = |definitions: &Definitions| -> Vec<String> {
            odd.replace(definitions).iter().map(problem).map(|one| format!("{}: {}", one.flag, one.detail)).collect()
        };
        assert_eq!(
            told(&definitions(&[("a", "b")])),
            [
                ": the definitions of local flags are odd: `flags` holds `null` without a `key` at position 0",
                "a: its definition is odd: filters of type `b` are not known here",
                "a: its definition is odd: filters of type `other` are not known here",
            ]
        );
        assert_eq!(
            told(&definitions(&[("a", "c")])),
            ["a: its definition is odd: filters of type `c` are not known here"]
        );
        assert_eq!(told(&definitions(&[("a", "c")])), [""; 0]);
        assert_eq!(told(&definitions(&[("a", "b")])).len(), 1, "it has been well in between");
        assert_eq!(odd.flags(), 1);
    }

    #[test]
    fn the_name_of_a_flag_is_not_kept_for_each_thing_that_is_odd() {
        let key = "k".repeat(1 << 20);
        let filters: Vec<_> = (0..2_000).map(|number| format!(r#"{{"type": "{number}"}}"#)).collect();
        let filters = filters.join(",");
        let text = format!(
            r#"{{"flags": [{{"key": "{key}", "active": true, "filters": {{"groups": [{{"properties": [{filters}]}}]}}}}]}}"#
        );
        let definitions = Definitions::parse(text.as_bytes()).unwrap();
        let mut odd = OddFlags::default();
        // Two gigabytes otherwise.
        assert_eq!(odd.replace(&definitions).len(), 2_000);
        assert_eq!(odd.flags(), 1);
    }
}
