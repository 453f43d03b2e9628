//! Capture and deliver many events: what all threads of the process allocate.
//!
//! A binary of its own, since a process has one global allocator; the sink is another process, so that it does not
//! count.

#[path = "../error.rs"]
mod error;
/// What the sink hands out to those who ask for definitions, which nobody does here.
#[path = "../flags"]
mod flags {
    pub(crate) mod project;
}
#[path = "../purchase.rs"]
#[expect(dead_code, reason = "the rest is for the other comparisons")]
mod purchase;
#[path = "../sdk.rs"]
#[expect(dead_code, reason = "the rest is for the other comparisons")]
mod sdk;
#[path = "../sink.rs"]
#[expect(dead_code, reason = "the rest is for the other comparisons")]
mod sink;
#[path = "../tally.rs"]
mod tally;
#[path = "../taxonomy.rs"]
mod taxonomy;

use std::alloc::System;
use std::process::ExitCode;
use std::time::Duration;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use error::{Error, Result};
use purchase::Purchase;
use sink::Sink;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const EVENTS: u32 = 100_000;
/// Events in a row of one person: a request of a web service captures several.
const PER_PERSON: u32 = 10;
const DEADLINE: Duration = Duration::from_secs(60);
const LOG_BYTES: usize = 256 * 1024 * 1024;

fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some(sink::ROLE) => sink::serve(),
        _ => compare(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The verdict is the last line, and the only one that does not begin with a space.
fn compare() -> Result<()> {
    let sink = Sink::start()?;
    let people = (0..EVENTS / PER_PERSON).map(Person::number).collect::<Vec<_>>();
    let ours = per_event(|| {
        let client = sdk::ours_everywhere(&sink.host(), LOG_BYTES)?;
        for Person { distinct_id, purchases } in &people {
            let user = client.user(distinct_id);
            for purchase in purchases {
                user.capture(purchase.ours());
            }
        }
        client.flush(DEADLINE)?;
        let report = client.shutdown(DEADLINE);
        if report.delivered == 3 * u64::from(EVENTS) { Ok(()) } else { Err(Error::new(report.to_string())) }
    })?;
    expect("ours", &sink, 3)?;
    let peer = per_event(|| {
        let client = sdk::posthog_rs(&sink.host(), 1_000)?;
        for Person { distinct_id, purchases } in &people {
            for purchase in purchases {
                client.capture(purchase.posthog_rs(distinct_id));
            }
        }
        client.shutdown();
        Ok(())
    })?;
    expect("posthog-rs", &sink, 1)?;
    println!(" {EVENTS} events captured and delivered; allocations of the process per event, start and end included");
    println!(" ours to three destinations, posthog-rs to one, both with gzip");
    println!("allocations: ours {ours:.2}, peer {peer:.2}, ratio {:.2}", peer / ours);
    Ok(())
}

/// What the application has before anything is measured.
struct Person {
    distinct_id: String,
    purchases: Vec<Purchase>,
}

impl Person {
    fn number(person: u32) -> Self {
        let purchases = (0..PER_PERSON).map(|number| Purchase::number(person * PER_PERSON + number)).collect();
        Self { distinct_id: format!("user_{person:07}"), purchases }
    }
}

/// Nothing may be refused, lost or repeated.
fn expect(who: &str, sink: &Sink, destinations: usize) -> Result<()> {
    let (tally, expected) = (sink.tally()?, destinations * usize::try_from(EVENTS)?);
    if [tally.events, tally.distinct, tally.marked] == [expected; 3] {
        return Ok(());
    }
    Err(Error::new(format!("{who}: {expected} events were to arrive, and it was {tally:?}")))
}

/// Allocations while it runs, growth of what was allocated included, for each event.
fn per_event(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let region = Region::new(ALLOCATOR);
    run()?;
    let change = region.change();
    Ok(f64::from(u32::try_from(change.allocations + change.reallocations)?) / f64::from(EVENTS))
}
