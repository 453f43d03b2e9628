//! Who is asked for which flags: pure.

use super::loading::Wanted;

/// What the definitions know of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Its value for this person.
    Says,
    /// That there is such a flag, and not what it is for this person.
    CannotSay,
    /// Nothing: there is no such flag, or none that they know of yet.
    Unknown,
}

/// Which of the wanted flags are decided here, and who is asked for the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// What PostHog is asked for; `None` where nobody is asked.
    pub(super) asked: Option<Wanted>,
    /// What counts of its answer.
    pub(super) open: Wanted,
    /// How many flags are decided here.
    pub(super) local: usize,
    /// How many there are not, as PostHog said before.
    pub(super) missing: usize,
    /// How many nobody decides.
    pub(super) failed: usize,
}

impl Plan {
    /// PostHog is asked for everything.
    pub(super) fn remote(wanted: &Wanted) -> Self {
        let asked = Some(wanted.clone()).filter(|wanted| !wanted.is_nothing());
        Self { asked, open: wanted.clone(), local: 0, missing: 0, failed: 0 }
    }

    /// The definitions decide what they can, and PostHog, if it may be asked, the rest.
    ///
    /// A wanted flag that the definitions do not know may be newer than they are: then PostHog is asked for the whole list,
    /// as its own SDKs ask, unless it has said before that there is no such flag.
    pub(super) fn local<'k>(
        wanted: &Wanted,
        may_ask: bool,
        defined: impl Iterator<Item = &'k str>,
        word: impl Fn(&str) -> Word,
        is_unheard_of: impl Fn(&str) -> bool,
    ) -> Self {
        let (mut open, mut is_new) = (Vec::<Box<str>>::new(), false);
        let (mut local, mut missing) = (0, 0);
        let mut see = |key: &str| match word(key) {
            Word::Says => local += 1,
            Word::Unknown if is_unheard_of(key) => missing += 1,
            word => {
                is_new |= word == Word::Unknown;
                open.push(key.into());
            }
        };
        match wanted {
            Wanted::All => defined.for_each(see),
            Wanted::Some(keys) => keys.iter().for_each(|key| see(key)),
        }
        let asked = match (may_ask && !open.is_empty(), is_new) {
            (false, _) => None,
            (true, true) => Some(wanted.clone()),
            (true, false) => Some(Wanted::Some(open.clone())),
        };
        let failed = if may_ask { 0 } else { open.len() };
        Self { asked, open: Wanted::Some(open), local, missing, failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` and `b` are decided, `c` and `d` are not, and of `gone` PostHog has said that it does not exist.
    fn plan(wanted: &Wanted, may_ask: bool) -> Plan {
        let word = |key: &str| match key {
            "a" | "b" => Word::Says,
            "c" | "d" => Word::CannotSay,
            _ => Word::Unknown,
        };
        Plan::local(wanted, may_ask, ["a", "b", "c", "d"].into_iter(), word, |key| key == "gone")
    }

    #[test]
    fn nobody_is_asked_for_what_is_decided_here() {
        let of = |keys: &[&str]| Wanted::of(keys);
        for (wanted, asked, open, local, missing) in [
            (Wanted::All, Some(of(&["c", "d"])), of(&["c", "d"]), 2, 0),
            (of(&["a", "b"]), None, of(&[]), 2, 0),
            (of(&["a", "c"]), Some(of(&["c"])), of(&["c"]), 1, 0),
            (of(&["a", "new"]), Some(of(&["a", "new"])), of(&["new"]), 1, 0),
            (of(&["a", "c", "new", "gone"]), Some(of(&["a", "c", "new", "gone"])), of(&["c", "new"]), 1, 1),
            (of(&["a", "gone"]), None, of(&[]), 1, 1),
            (of(&["gone", "d"]), Some(of(&["d"])), of(&["d"]), 0, 1),
            (of(&[]), None, of(&[]), 0, 0),
        ] {
            let asking = Plan { asked, open: open.clone(), local, missing, failed: 0 };
            assert_eq!(plan(&wanted, true), asking, "{wanted:?}");
            let silent = Plan { asked: None, failed: open.named(), ..asking };
            assert_eq!(plan(&wanted, false), silent, "{wanted:?}");
        }
    }

    #[test]
    fn everything_is_asked_for_where_nothing_is_decided_here() {
        for wanted in [Wanted::All, Wanted::of(["a"])] {
            let asked = Some(wanted.clone());
            assert_eq!(Plan::remote(&wanted), Plan { asked, open: wanted, local: 0, missing: 0, failed: 0 });
        }
        assert_eq!(Plan::remote(&Wanted::of([""; 0])).asked, None);
    }
}
