//! All flags of the project for one user.

use std::collections::BTreeMap;

use posthog_rs::FlagValue as PeerValue;
use taxogen_flags::{CannotSay, Definitions, Evaluation, FlagValue};

use super::peer::Peer;
use super::people::{self, Visitor};
use super::{COHORTS, MANY_COHORTS, NOW, ROUNDS, allocations, client, nanoseconds, project};
use crate::error::{Error, Result};
use crate::verdict::{Verdict, median};

const CALLS: u32 = 250;
const CALLS_OF_PEER: u32 = 20;

type Answers<'a> = Vec<(&'a str, std::result::Result<Evaluation, CannotSay>)>;

pub(crate) fn compare() -> Result<Verdict> {
    let people = people::all();
    let documents = [COHORTS, MANY_COHORTS].map(|cohorts| project::document(cohorts, 1));
    let definitions = Definitions::parse(documents[0].as_bytes())?;
    let of_many_cohorts = Definitions::parse(documents[1].as_bytes())?;
    let (peer, with_many_cohorts) = (Peer::new(&documents[0])?, Peer::new(&documents[1])?);
    let client = client()?;
    let users: Vec<_> = people.iter().map(|visitor| visitor.user(&client)).collect();
    for (definitions, peer) in [(&definitions, &peer), (&of_many_cohorts, &with_many_cohorts)] {
        prove(definitions, peer, &people)?;
    }

    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        let [ours, ours_of_many, whole, theirs, theirs_of_many] = &mut times;
        ours.push(nanoseconds(CALLS, &people, |visitor| all(&definitions, visitor)));
        ours_of_many.push(nanoseconds(CALLS, &people, |visitor| all(&of_many_cohorts, visitor)));
        whole.push(nanoseconds(CALLS, &people, |visitor| users[visitor.number].all_flags()));
        theirs.push(nanoseconds(CALLS_OF_PEER, &people, |visitor| peer.all_flags(visitor)));
        theirs_of_many.push(nanoseconds(CALLS_OF_PEER, &people, |visitor| with_many_cohorts.all_flags(visitor)));
    }
    let [ours, ours_of_many, whole, theirs, theirs_of_many] = times.map(median);
    let counts = [
        allocations(CALLS, &people, |visitor| all(&definitions, visitor)),
        allocations(CALLS_OF_PEER, &people, |visitor| peer.all_flags(visitor)),
    ];
    println!(
        " {} flags, {} people in turn; {ROUNDS} alternating rounds, medians of CPU time",
        project::FLAGS,
        people.len()
    );
    println!("   ours: {ours:.0} ns with {COHORTS} cohorts, {ours_of_many:.0} ns with {MANY_COHORTS}");
    println!("   ours, `user.all_flags` whole: {whole:.0} ns");
    println!("   posthog-rs: {theirs:.0} ns with {COHORTS} cohorts, {theirs_of_many:.0} ns with {MANY_COHORTS}");
    println!(" allocations: ours {:.2}, posthog-rs {:.2}", counts[0], counts[1]);
    if ours >= theirs {
        return Err(Error::new("posthog-rs is ahead"));
    }
    Ok(Verdict { ours, peer: theirs, unit: "ns" })
}

#[inline]
fn all<'a>(definitions: &'a Definitions, visitor: &Visitor) -> Answers<'a> {
    let mut answers = Vec::with_capacity(definitions.len());
    answers.extend(definitions.evaluate_all(&visitor.person(), NOW));
    answers
}

/// Both say the same about every flag and everybody.
fn prove(definitions: &Definitions, peer: &Peer, people: &[Visitor]) -> Result<()> {
    for visitor in people {
        let ours = all(definitions, visitor).into_iter();
        let ours: BTreeMap<_, _> =
            ours.map(|(key, answer)| (key.to_owned(), answer.ok().map(|found| found.value))).collect();
        let theirs = peer.all_flags(visitor).into_iter();
        let theirs: BTreeMap<_, _> = theirs.map(|(key, answer)| (key, answer.ok().map(value))).collect();
        if let Some(((key, ours), (_, theirs))) = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs) {
            return Err(Error::new(format!("`{key}` of {}: ours {ours:?}, posthog-rs {theirs:?}", visitor.id)));
        }
        if ours.len() != project::FLAGS || ours.values().any(Option::is_none) {
            return Err(Error::new("a flag has no answer"));
        }
    }
    Ok(())
}

fn value(value: PeerValue) -> FlagValue {
    match value {
        PeerValue::Boolean(on) => on.into(),
        PeerValue::String(variant) => variant.as_str().into(),
    }
}
