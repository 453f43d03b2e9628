//! Flags that are evaluated here: from definitions of PostHog's endpoint, beside posthog-rs.

pub(crate) mod all;
pub(crate) mod compile;
mod peer;
mod people;
pub(crate) mod poll;
pub(crate) mod project;

use std::hint::black_box;
use std::mem::ManuallyDrop;

use allocation_counter::{measure, opt_out};
use cpu_time::ThreadTime;
use taxogen::LocalFlags;
use taxogen_flags::Definitions;

use crate::error::{Error, Result};
use crate::sdk;
use crate::taxonomy::flags;
use crate::verdict::{Verdict, median};
use peer::Peer;
use people::Visitor;

/// When it is, for whoever evaluates: in milliseconds since 1970.
const NOW: i64 = 1_767_323_045_000;
const COHORTS: usize = 10;
const MANY_COHORTS: usize = 100;
const ROUNDS: usize = 41;
/// How many times more the peer has to take.
const RATIO: f64 = 50.0;
/// What an evaluation may take, in nanoseconds.
const LIMIT: f64 = 200.0;
/// How much more it may take with many cohorts: what two measurements of the same differ by.
const NOISE: f64 = 1.5;

/// Who evaluates the flag.
struct Contestant {
    name: &'static str,
    /// Evaluations of one round.
    calls: u32,
    evaluate: Box<dyn Fn(&Visitor) -> bool>,
}

pub(crate) fn compare() -> Result<Verdict> {
    let people = people::all();
    let contestants = [
        ours("ours, 10 cohorts", COHORTS)?,
        ours("ours, 100 cohorts", MANY_COHORTS)?,
        user("ours, `user.flag` whole", &people)?,
        peer("posthog-rs `evaluate_flag`, 10 cohorts", COHORTS)?,
        peer("posthog-rs `evaluate_flag`, 100 cohorts", MANY_COHORTS)?,
        simple("posthog-rs `evaluate_flag_simple`")?,
    ];
    prove(&contestants, &people)?;

    let mut times = contestants.each_ref().map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (contestant, times) in contestants.iter().zip(&mut times) {
            times.push(nanoseconds(contestant.calls, &people, &contestant.evaluate));
        }
    }
    let times = times.map(median);
    let allocations = contestants.each_ref().map(|one| allocations(one.calls, &people, &one.evaluate));
    println!(
        " one boolean flag of {} in the project, {} people in turn; {ROUNDS} rounds of",
        project::FLAGS,
        people.len()
    );
    println!(" each, alternating; medians of the CPU time of an evaluation, and its allocations");
    for ((contestant, time), allocations) in contestants.iter().zip(times).zip(allocations) {
        println!("   {:<42}{time:>9.1} ns{allocations:>9.2}", contestant.name);
    }
    let [ours, ours_of_many, _, peer, ..] = times;
    println!(" posthog-rs takes {:.1} times as long", peer / ours);
    if peer / ours < RATIO {
        return Err(Error::new(format!("posthog-rs takes {:.1} times as long, less than {RATIO}", peer / ours)));
    }
    if allocations[..2].iter().sum::<f64>() > 0.0 {
        return Err(Error::new("an evaluation allocates"));
    }
    if ours_of_many > NOISE * ours {
        return Err(Error::new(format!("with more cohorts an evaluation takes {ours_of_many:.0} ns, not {ours:.0}")));
    }
    if ours > LIMIT {
        return Err(Error::new(format!("an evaluation takes {ours:.0} ns, more than {LIMIT:.0}")));
    }
    Ok(Verdict { ours, peer, unit: "ns" })
}

fn ours(name: &'static str, cohorts: usize) -> Result<Contestant> {
    let definitions = Definitions::parse(project::document(cohorts, 1).as_bytes())?;
    let evaluate = move |visitor: &Visitor| {
        let evaluation = definitions.evaluate(project::KEY, &visitor.person(), NOW);
        matches!(evaluation, Some(Ok(evaluation)) if evaluation.value.is_on())
    };
    Ok(Contestant { name, calls: 10_000, evaluate: Box::new(evaluate) })
}

/// Handles that have read the flag before: that they saw it is reported.
fn user(name: &'static str, people: &[Visitor]) -> Result<Contestant> {
    let client = client()?;
    let users: Vec<_> = people.iter().map(|visitor| visitor.user(&client)).collect();
    let evaluate = move |visitor: &Visitor| users[visitor.number].flag(flags::NEW_DASHBOARD);
    Ok(Contestant { name, calls: 10_000, evaluate: Box::new(evaluate) })
}

/// A client that decides flags itself. What it reports is for nobody: when it is dropped it would wait for its delivery.
fn client() -> Result<ManuallyDrop<taxogen::Client>> {
    let definitions = LocalFlags::bytes(project::document(COHORTS, 1));
    let builder = sdk::builder(sdk::NOBODY).local_flags(definitions);
    Ok(ManuallyDrop::new(builder.build()?))
}

fn peer(name: &'static str, cohorts: usize) -> Result<Contestant> {
    let peer = Peer::new(&project::document(cohorts, 1))?;
    Ok(Contestant { name, calls: 250, evaluate: Box::new(move |visitor| peer.flag(visitor)) })
}

fn simple(name: &'static str) -> Result<Contestant> {
    let peer = Peer::new(&project::document(COHORTS, 1))?;
    Ok(Contestant { name, calls: 2_500, evaluate: Box::new(move |visitor| peer.flag_simple(visitor)) })
}

/// All say the same about everybody, and not the same about all.
fn prove(contestants: &[Contestant], people: &[Visitor]) -> Result<()> {
    let answers = |contestant: &Contestant| people.iter().map(&contestant.evaluate).collect::<Vec<bool>>();
    let expected = answers(&contestants[0]);
    for contestant in contestants {
        if answers(contestant) != expected {
            return Err(Error::new(format!("{}: the answers are others", contestant.name)));
        }
    }
    let on = expected.iter().filter(|on| **on).count();
    if !(people.len() / 4..people.len() / 2).contains(&on) {
        return Err(Error::new(format!("the flag is on for {on} of {}, which is no third", people.len())));
    }
    Ok(())
}

/// CPU time of one call, while nothing is counted.
fn nanoseconds<R>(calls: u32, people: &[Visitor], call: impl Fn(&Visitor) -> R) -> f64 {
    let mut seconds = 0.0;
    opt_out(|| {
        let start = ThreadTime::now();
        repeat(calls, people, &call);
        seconds = start.elapsed().as_secs_f64();
    });
    seconds * 1e9 / f64::from(calls)
}

fn allocations<R>(calls: u32, people: &[Visitor], call: impl Fn(&Visitor) -> R) -> f64 {
    let counted = measure(|| repeat(calls, people, &call)).count_total;
    f64::from(u32::try_from(counted).unwrap_or(u32::MAX)) / f64::from(calls)
}

fn repeat<R>(calls: u32, people: &[Visitor], call: impl Fn(&Visitor) -> R) {
    for visitor in people.iter().cycle().take(calls as usize) {
        black_box(call(black_box(visitor)));
    }
}
