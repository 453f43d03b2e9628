//! Capture and deliver many events: CPU time of the whole client process.

use std::process::Command;
use std::time::Duration;

use cpu_time::ProcessTime;

use crate::error::{Error, Result};
use crate::purchase::Purchase;
use crate::sdk;
use crate::sink::Sink;
use crate::tally::Tally;
use crate::verdict::{Verdict, median};

/// The name under which the program starts itself again as a client.
pub(crate) const ROLE: &str = "client";

const EVENTS: u32 = 100_000;
/// Events in a row of one person: a request of a web service captures several.
const PER_PERSON: u32 = 10;
const RUNS: usize = 5;
/// How many bytes on the wire ours may take, in percent of the peer's.
const MOST_BYTES: usize = 105;
const DEADLINE: Duration = Duration::from_secs(60);

/// A client whose process is measured.
#[derive(Clone, Copy)]
struct Contestant {
    name: &'static str,
    run: fn(host: &str) -> Result<()>,
}

const OURS: Contestant = Contestant { name: "ours", run: run_ours };
const PEERS: [Contestant; 2] = [
    Contestant { name: "posthog-rs, batches of 100", run: |host| run_posthog_rs(host, 100) },
    Contestant { name: "posthog-rs, batches of 1000", run: |host| run_posthog_rs(host, 1000) },
];

/// What one contestant's runs came to.
struct Runs {
    contestant: Contestant,
    seconds: Vec<f64>,
    tally: Tally,
}

pub(crate) fn compare() -> Result<Verdict> {
    let sink = Sink::start()?;
    let mut all = Vec::new();
    for contestant in [OURS].into_iter().chain(PEERS) {
        let (_, tally) = contestant.measure(&sink)?;
        all.push(Runs { contestant, seconds: Vec::new(), tally });
    }
    if all.iter().any(|runs| runs.tally.content != all[0].tally.content) {
        return Err(Error::new("the two SDKs delivered different values"));
    }
    for _ in 0..RUNS {
        for runs in &mut all {
            let (seconds, tally) = runs.contestant.measure(&sink)?;
            runs.seconds.push(seconds);
            runs.tally = tally;
        }
    }
    println!(" {EVENTS} events, {RUNS} alternating runs; medians of user and system time of the client process");
    for runs in &all {
        runs.print();
    }
    verdict(&all)
}

/// Ours against the better of the peers.
fn verdict(all: &[Runs]) -> Result<Verdict> {
    let [ours, peers @ ..] = all else { return Err(Error::new("nobody was measured")) };
    let better = |one: &&Runs, other: &&Runs| one.median().total_cmp(&other.median());
    let Some(peer) = peers.iter().min_by(better) else { return Err(Error::new("no peer was measured")) };
    if ours.tally.wire_bytes * 100 > peer.tally.wire_bytes * MOST_BYTES {
        return Err(Error::new(format!("ours takes more than {MOST_BYTES} % of the peer's bytes on the wire")));
    }
    Ok(Verdict { ours: ours.median(), peer: peer.median(), unit: "s" })
}

impl Contestant {
    /// Runs the client in a process of its own: its CPU time, and what arrived.
    fn measure(self, sink: &Sink) -> Result<(f64, Tally)> {
        let output = Command::new(std::env::current_exe()?).args([ROLE, self.name, &sink.host()]).output()?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let problem = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new(format!("{}: {}", self.name, problem.trim())));
        }
        let tally = sink.tally()?;
        let expected = usize::try_from(EVENTS)?;
        let Tally { events, distinct, .. } = tally;
        if (events, distinct) != (expected, expected) {
            let counts = format!("{events} arrived, {distinct} of them distinct");
            return Err(Error::new(format!("{}: {expected} events were captured, {counts}", self.name)));
        }
        Ok((told.trim().parse()?, tally))
    }
}

impl Runs {
    fn median(&self) -> f64 {
        median(self.seconds.clone())
    }

    fn print(&self) {
        let Tally { requests, wire_bytes, body_bytes, .. } = self.tally;
        let name = self.contestant.name;
        println!(
            " {name}: {:.3} s, {wire_bytes} bytes on the wire, {body_bytes} unpacked, {requests} requests",
            self.median()
        );
    }
}

/// The client's process: captures, delivers, and says how much CPU time it took, start included.
pub(crate) fn run(name: &str, host: &str) -> Result<()> {
    let contestant = [OURS].into_iter().chain(PEERS).find(|contestant| contestant.name == name);
    let contestant = contestant.ok_or_else(|| Error::new(format!("there is no client `{name}`")))?;
    (contestant.run)(host)?;
    println!("{}", ProcessTime::try_now()?.as_duration().as_secs_f64());
    Ok(())
}

fn run_ours(host: &str) -> Result<()> {
    let client = sdk::ours(host)?;
    for person in 0..EVENTS / PER_PERSON {
        let user = client.user(distinct_id(person));
        for number in 0..PER_PERSON {
            user.capture(Purchase::number(person * PER_PERSON + number).ours());
        }
    }
    client.flush(DEADLINE)?;
    client.shutdown(DEADLINE);
    Ok(())
}

fn run_posthog_rs(host: &str, batch: usize) -> Result<()> {
    let client = sdk::posthog_rs(host, batch)?;
    for person in 0..EVENTS / PER_PERSON {
        let distinct_id = distinct_id(person);
        for number in 0..PER_PERSON {
            client.capture(Purchase::number(person * PER_PERSON + number).posthog_rs(&distinct_id));
        }
    }
    client.shutdown();
    Ok(())
}

fn distinct_id(person: u32) -> String {
    format!("user_{person:07}")
}
