//! How long a reader waits while a poller brings other definitions all the time.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use posthog_rs::{FlagCache, FlagPoller, LocalEvaluationConfig, LocalEvaluationResponse};
use taxogen::LocalFlags;

use super::peer::Peer;
use super::people::{self, Visitor};
use super::{COHORTS, client, project};
use crate::error::{Error, Result};
use crate::sdk;
use crate::sink::Sink;
use crate::taxonomy::flags;
use crate::verdict::Verdict;

/// How often somebody asks for definitions.
const INTERVAL: Duration = Duration::from_millis(10);
/// For how long each of them reads in a round.
const ROUND: Duration = Duration::from_millis(1_500);
const ROUNDS: usize = 4;

/// Somebody who reads the flag, and how many nanoseconds each reading took.
struct Reader<'a> {
    name: &'static str,
    read: Box<dyn Fn(&Visitor) -> bool + 'a>,
    latencies: Vec<u32>,
}

pub(crate) fn compare() -> Result<Verdict> {
    let (sink, sink_of_peer) = (Sink::start()?, Sink::start()?);
    let people = people::all();
    let quiet = client()?;
    let polling = polling(&sink.host())?;
    let peer_of_bytes = Peer::new(&project::document(COHORTS, 1))?;
    let (peer_polling, poller) = peer_polling(&sink_of_peer.host())?;
    let [users, users_polling] =
        [&quiet, &polling].map(|client| people.iter().map(|visitor| visitor.user(client)).collect::<Vec<_>>());
    let reader = |name, read| Reader { name, read, latencies: Vec::new() };
    let mut readers = [
        reader("ours", Box::new(|visitor| users[visitor.number].flag(flags::NEW_DASHBOARD))),
        reader("ours, polling", Box::new(|visitor| users_polling[visitor.number].flag(flags::NEW_DASHBOARD))),
        reader("posthog-rs", Box::new(|visitor| peer_of_bytes.flag(visitor))),
        reader("posthog-rs, polling", Box::new(|visitor| peer_polling.flag(visitor))),
    ];
    let expected: Vec<_> = people.iter().map(&readers[0].read).collect();
    let polls = [sink.polls()?, sink_of_peer.polls()?];
    for _ in 0..ROUNDS {
        for reader in &mut readers {
            reader.read_for(ROUND, &people, &expected)?;
        }
    }
    let polls = [sink.polls()? - polls[0], sink_of_peer.polls()? - polls[1]];
    drop(poller);

    println!(
        " `user.flag` and `evaluate_flag`, by the clock; other definitions about every {} ms:",
        INTERVAL.as_millis()
    );
    println!(" {} were brought to ours meanwhile, and {} to posthog-rs", polls[0], polls[1]);
    println!("   {:<24}{:>12}{:>10}{:>10}{:>10}{:>12}", "in ns", "readings", "p50", "p99", "p99.9", "max");
    let mut tails = Vec::new();
    for Reader { name, latencies, .. } in &mut readers {
        latencies.sort_unstable();
        let at = |share: usize| latencies[(latencies.len() - 1) * share / 1_000];
        println!("   {name:<24}{:>12}{:>10}{:>10}{:>10}{:>12}", latencies.len(), at(500), at(990), at(999), at(1_000));
        tails.push(f64::from(at(999)));
    }
    println!(" the verdict is p99.9 while polling");
    Ok(Verdict { ours: tails[1], peer: tails[3], unit: "ns" })
}

impl Reader<'_> {
    /// Every answer has to be the expected one, whichever definitions are in use.
    fn read_for(&mut self, time: Duration, people: &[Visitor], expected: &[bool]) -> Result<()> {
        let Self { name, read, latencies } = self;
        let mut outcome = Ok(());
        allocation_counter::opt_out(|| {
            let end = Instant::now() + time;
            for visitor in people.iter().cycle() {
                let start = Instant::now();
                let answer = read(visitor);
                latencies.push(u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX));
                if answer != expected[visitor.number] {
                    outcome = Err(Error::new(format!("{name}: an answer about {} is another", visitor.id)));
                    break;
                }
                if start >= end {
                    break;
                }
            }
        });
        outcome
    }
}

/// A client that asks for definitions all the time, and has some.
fn polling(host: &str) -> Result<ManuallyDrop<taxogen::Client>> {
    let definitions = LocalFlags::polled("phx_benches").poll_interval(INTERVAL);
    let client = ManuallyDrop::new(sdk::builder(host).local_flags(definitions).build()?);
    client.flags_ready(Duration::from_secs(10))?;
    Ok(client)
}

/// The same of posthog-rs; it ends with the second value.
fn peer_polling(host: &str) -> Result<(Peer, FlagPoller)> {
    let cache = FlagCache::new();
    cache.update(serde_json::from_str::<LocalEvaluationResponse>(&project::document(COHORTS, 1))?);
    let config = LocalEvaluationConfig {
        personal_api_key: "phx_benches".to_owned(),
        project_api_key: "phc_benches".to_owned(),
        api_host: host.to_owned(),
        poll_interval: INTERVAL,
        request_timeout: Duration::from_secs(10),
    };
    let mut poller = FlagPoller::new(config, cache.clone());
    poller.start();
    Ok((Peer::of(cache), poller))
}
