//! Capture from eight threads at a time: CPU time of the whole process per event, beside that of one thread.

use std::mem::ManuallyDrop;
use std::process::Command;
use std::thread;

use cpu_time::ProcessTime;

use crate::error::{Error, Result};
use crate::purchase::Purchase;
use crate::sdk;
use crate::verdict::{Verdict, median};

/// The name under which the program starts itself again as a client.
pub(crate) const ROLE: &str = "threads";

const EVENTS: u32 = 200_000;
const THREADS: u32 = 8;
const RUNS: usize = 5;
/// More than the events take: none is dropped.
const LOG_BYTES: usize = 512 * 1024 * 1024;

const OURS: &str = "ours";
const PEER: &str = "posthog-rs";

pub(crate) fn compare() -> Result<Verdict> {
    let mut figures = [(OURS, 1), (OURS, THREADS), (PEER, 1), (PEER, THREADS)].map(|who| (who, Vec::new()));
    for _ in 0..RUNS {
        for ((name, threads), times) in &mut figures {
            times.push(measure(name, *threads)?);
        }
    }
    println!(
        " {EVENTS} events, none of which is delivered; CPU time of the process per event, medians of {RUNS} alternating runs"
    );
    let [ours_alone, ours, peer_alone, peer] = figures.map(|(_, times)| median(times));
    println!(" ours: {ours_alone:.0} ns with one thread, {ours:.0} ns with {THREADS}: {:.2} times", ours / ours_alone);
    println!(
        " posthog-rs: {peer_alone:.0} ns with one thread, {peer:.0} ns with {THREADS}: {:.2} times",
        peer / peer_alone
    );
    Ok(Verdict { ours, peer, unit: "ns" })
}

fn measure(name: &str, threads: u32) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?).args([ROLE, name, &threads.to_string()]).output()?;
    if !output.status.success() {
        return Err(Error::new(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

/// The client's process: captures, and says how many nanoseconds of CPU time an event took.
pub(crate) fn run(name: &str, threads: &str) -> Result<()> {
    let threads: u32 = threads.parse()?;
    // What is captured is for nobody: a client that is dropped would wait for its delivery.
    let elapsed = match name {
        OURS => {
            let client = ManuallyDrop::new(sdk::ours_queueing(LOG_BYTES)?);
            on_threads(threads, |number| {
                let user = client.user(format!("user_{number:07}"));
                move |purchase: &Purchase| user.capture(purchase.ours())
            })?
        }
        PEER => {
            let client = ManuallyDrop::new(sdk::posthog_rs(sdk::NOBODY, 1_000_000)?);
            let client = &*client;
            on_threads(threads, |number| {
                let distinct_id = format!("user_{number:07}");
                move |purchase: &Purchase| client.capture(purchase.posthog_rs(&distinct_id))
            })?
        }
        _ => return Err(Error::new(format!("there is no client `{name}`"))),
    };
    println!("{}", elapsed * 1e9 / f64::from(EVENTS));
    Ok(())
}

/// Captures everything on so many threads; the seconds of CPU time of the process.
fn on_threads<C: Fn(&Purchase) + Sync>(threads: u32, capture: impl Fn(u32) -> C) -> Result<f64> {
    let share = EVENTS / threads;
    let purchases = |thread| (0..share).map(|number| Purchase::number(thread * share + number)).collect();
    let all: Vec<(C, Vec<Purchase>)> = (0..threads).map(|thread| (capture(thread), purchases(thread))).collect();
    let start = ProcessTime::try_now()?;
    thread::scope(|scope| {
        for (capture, purchases) in &all {
            scope.spawn(move || purchases.iter().for_each(capture));
        }
    });
    Ok(start.try_elapsed()?.as_secs_f64())
}
