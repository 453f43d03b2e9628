//! Whether an exposure is to be reported: check and insert of the last value of a key, beside caches.

mod memories;
mod traffic;

use std::hint::black_box;
use std::thread;

use allocation_counter::{measure, opt_out};
use cpu_time::{ProcessTime, ThreadTime};

use crate::error::{Error, Result};
use crate::verdict::{Verdict, median};
use memories::{CAPACITY, Memory, Moka, Ours, QuickCache, QuickCacheOfTexts};
use traffic::{Request, Round, Traffic};

/// Users who come again and again within moments, and so many that little is in the cache of the processor.
const USERS: u32 = 250;
const MANY_USERS: u32 = 10_000;
const ROUNDS: usize = 41;
const THREADS: u32 = 8;
const ROUNDS_OF_OTHERS: usize = 11;
/// What a check may take on one thread, in nanoseconds.
const LIMIT: f64 = 40.0;

/// What was found of one that remembers.
#[derive(Default)]
struct Found {
    name: &'static str,
    /// Nanoseconds per check, of each round.
    times: Vec<f64>,
    /// What was reported once more without a change.
    repeats: usize,
}

pub(crate) fn compare() -> Result<Verdict> {
    println!(
        " room for {CAPACITY} keys; users with four flags each who come again and again, and strangers; a request"
    );
    println!(" decides each flag twice: 95 of 100 checks are hits, 5 are new or changed and are reported");
    memory_of::<Ours>()?;
    memory_of::<QuickCache>()?;
    memory_of::<Moka>()?;
    let alone = alternate(1, USERS, ROUNDS)?;
    print(&format!("one thread, {USERS} users"), &alone);
    print(&format!("one thread, {MANY_USERS} users"), &alternate(1, MANY_USERS, ROUNDS_OF_OTHERS)?);
    print(&format!("{THREADS} threads, {MANY_USERS} users"), &alternate(THREADS, MANY_USERS, ROUNDS_OF_OTHERS)?);
    let [ours, quick, texts, _] = alone.map(|found| median(found.times));
    if ours > LIMIT {
        return Err(Error::new(format!("a check takes {ours:.1} ns, more than {LIMIT}")));
    }
    Ok(Verdict { ours, peer: quick.min(texts), unit: "ns" })
}

/// Rounds of all, one after the other. The first one, in which all users are new, is not counted.
fn alternate(threads: u32, users: u32, rounds: usize) -> Result<[Found; 4]> {
    let users = usize::try_from(users / threads)?;
    let mut traffic: Vec<_> = (0..threads).map(|thread| Traffic::new(thread, users)).collect();
    let (ours, quick, texts, moka) = (Ours::new(), QuickCache::new(), QuickCacheOfTexts::new(), Moka::new());
    let mut found = [Ours::NAME, QuickCache::NAME, QuickCacheOfTexts::NAME, Moka::NAME]
        .map(|name| Found { name, ..Found::default() });
    for round in 0..=rounds {
        let of = |traffic: &mut Traffic| if round == 0 { traffic.first() } else { traffic.round() };
        let each: Vec<_> = traffic.iter_mut().map(of).collect();
        let took = [run(&ours, &each), run(&quick, &each), run(&texts, &each), run(&moka, &each)];
        let changes: usize = each.iter().map(|round| round.changes).sum();
        for (found, (time, reported)) in found.iter_mut().zip(took) {
            let Some(repeats) = reported.checked_sub(changes) else {
                return Err(Error::new(format!("{}: of {changes} changes {reported} were reported", found.name)));
            };
            if round > 0 {
                found.times.push(time);
                found.repeats += repeats;
            }
        }
    }
    Ok(found)
}

/// The nanoseconds per check, and what was reported: in CPU time of all threads.
fn run<M: Memory>(memory: &M, each: &[Round]) -> (f64, usize) {
    let (mut seconds, mut reported) = (0.0, 0);
    // Counting what is allocated takes time.
    opt_out(|| {
        let report = |round: &Round| {
            let checks = round.requests.iter().flat_map(Request::checks);
            checks.filter(|check| memory.is_new(*black_box(check))).count()
        };
        if let [round] = each {
            let start = ThreadTime::now();
            reported = report(round);
            seconds = start.elapsed().as_secs_f64();
        } else {
            let start = ProcessTime::now();
            reported = thread::scope(|scope| {
                let spawn = |round| scope.spawn(move || opt_out_of(|| report(round)));
                let threads: Vec<_> = each.iter().map(spawn).collect();
                threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
            });
            seconds = start.elapsed().as_secs_f64();
        }
    });
    let checks: u32 =
        each.iter().map(|round| u32::try_from(round.requests.len() * Request::CHECKS).unwrap_or(u32::MAX)).sum();
    (seconds * 1e9 / f64::from(checks), reported)
}

fn opt_out_of<R: Default>(work: impl FnOnce() -> R) -> R {
    let mut result = R::default();
    opt_out(|| result = work());
    result
}

/// The bytes that one holds when it has seen many more keys than it is made for.
fn memory_of<M: Memory>() -> Result<()> {
    const REQUESTS: usize = 2 * CAPACITY;
    let strangers = Traffic::new(0, 1).strangers(REQUESTS);
    let mut memory = None;
    let enter = |memory: &M, request: &Request| request.checks().for_each(|check| _ = black_box(memory.is_new(check)));
    let begun = measure(|| {
        let made = M::new();
        enter(&made, &strangers[0]);
        memory = Some(made);
    });
    let memory = memory.ok_or_else(|| Error::new("nothing was made"))?;
    let more = measure(|| strangers.iter().for_each(|request| enter(&memory, request)));
    let (first, more, keys) = (begun.bytes_current, more.bytes_current, REQUESTS * Request::CHECKS / 2);
    println!(" memory of {}: {first} bytes at first, {more} more after {keys} keys", M::NAME);
    Ok(())
}

fn print(what: &str, all: &[Found]) {
    println!(" {what}: CPU time per check, and what was forgotten and reported once more:");
    for Found { name, times, repeats } in all {
        println!("   {name:<26}{:>6.1} ns{repeats:>8}", median(times.clone()));
    }
}
