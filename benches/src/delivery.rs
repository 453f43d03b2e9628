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
const DEADLINE: Duration = Duration::from_secs(60);

/// Clients that do the same work, ours first.
struct Race {
    contestants: &'static [Contestant],
    /// How many bytes on the wire ours may take, in percent of the best peer's.
    most_bytes: Option<usize>,
}

/// A client whose process is measured.
#[derive(Clone, Copy)]
struct Contestant {
    name: &'static str,
    /// Whether each of its events has an id and a time.
    marks: bool,
    run: fn(host: &str) -> Result<()>,
}

const GZIP: Race = Race {
    contestants: &[
        Contestant { name: "ours", marks: true, run: |host| run_ours(&sdk::ours(host)?) },
        Contestant { name: "posthog-rs, batches of 100", marks: true, run: |host| run_posthog_rs(host, 100) },
        Contestant { name: "posthog-rs, batches of 1000", marks: true, run: |host| run_posthog_rs(host, 1000) },
    ],
    most_bytes: Some(105),
};

/// Of the same events the peer sends less: no ids, and no times if it is told so.
const PLAIN: Race = Race {
    contestants: &[
        Contestant { name: "ours, plain", marks: true, run: |host| run_ours(&sdk::ours_plain(host)?) },
        Contestant { name: "segment, with times", marks: false, run: |host| run_segment(host, true) },
        Contestant { name: "segment, without times", marks: false, run: |host| run_segment(host, false) },
    ],
    most_bytes: None,
};

/// What one contestant's runs came to.
struct Runs {
    contestant: Contestant,
    seconds: Vec<f64>,
    tally: Tally,
}

pub(crate) fn compare() -> Result<Verdict> {
    GZIP.run()
}

pub(crate) fn compare_plain() -> Result<Verdict> {
    PLAIN.run()
}

impl Race {
    fn run(&self) -> Result<Verdict> {
        let sink = Sink::start()?;
        let mut all = Vec::new();
        for contestant in self.contestants {
            let (_, tally) = contestant.measure(&sink)?;
            all.push(Runs { contestant: *contestant, seconds: Vec::new(), tally });
        }
        if all.iter().any(|runs| runs.tally.content != all[0].tally.content) {
            return Err(Error::new("the SDKs delivered different values"));
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
        self.verdict(&all)
    }

    /// Ours against the best of the peers.
    fn verdict(&self, all: &[Runs]) -> Result<Verdict> {
        let [ours, peers @ ..] = all else { return Err(Error::new("nobody was measured")) };
        let better = |one: &&Runs, other: &&Runs| one.median().total_cmp(&other.median());
        let Some(peer) = peers.iter().min_by(better) else { return Err(Error::new("no peer was measured")) };
        match self.most_bytes {
            Some(most) if ours.tally.wire_bytes * 100 > peer.tally.wire_bytes * most => {
                Err(Error::new(format!("ours takes more than {most} % of the peer's bytes on the wire")))
            }
            _ => Ok(Verdict { ours: ours.median(), peer: peer.median(), unit: "s" }),
        }
    }
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
        let Tally { events, distinct, marked, .. } = tally;
        if (events, distinct) != (expected, expected) || self.marks && marked != expected {
            let counts = format!("{events} arrived, {distinct} of them distinct, {marked} with id and time");
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
    let mut contestants = [GZIP, PLAIN].into_iter().flat_map(|race| race.contestants);
    let contestant = contestants.find(|contestant| contestant.name == name);
    let contestant = contestant.ok_or_else(|| Error::new(format!("there is no client `{name}`")))?;
    (contestant.run)(host)?;
    println!("{}", ProcessTime::try_now()?.as_duration().as_secs_f64());
    Ok(())
}

fn run_ours(client: &taxogen::Client) -> Result<()> {
    for person in 0..EVENTS / PER_PERSON {
        let user = client.user(distinct_id(person));
        for purchase in purchases(person) {
            user.capture(purchase.ours());
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
        for purchase in purchases(person) {
            client.capture(purchase.posthog_rs(&distinct_id));
        }
    }
    client.shutdown();
    Ok(())
}

fn run_segment(host: &str, with_times: bool) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut batcher = sdk::segment(host, with_times)?;
        for person in 0..EVENTS / PER_PERSON {
            let user_id = distinct_id(person);
            for purchase in purchases(person) {
                batcher.push(purchase.segment(&user_id)).await?;
            }
        }
        Ok(batcher.flush().await?)
    })
}

fn purchases(person: u32) -> impl Iterator<Item = Purchase> {
    (0..PER_PERSON).map(move |number| Purchase::number(person * PER_PERSON + number))
}

fn distinct_id(person: u32) -> String {
    format!("user_{person:07}")
}
