//! Build and capture one event: time and allocations of the thread that does it.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::purchase::Purchase;
use crate::sdk;
use crate::sink::Sink;
use crate::tally::Tally;
use crate::verdict::{Verdict, median};

/// Events of one round: few enough that neither queue fills and that few rounds are interrupted.
const ROUND: u32 = 500;
const ROUNDS: usize = 201;
const PERSON: &str = "user_0000001";
/// More than a round: the peer sends nothing while it is measured, and neither do we.
const PEER_BATCH: usize = 1_000;

/// Who captures.
trait Contestant {
    const NAME: &'static str;

    fn capture(&self, purchase: &Purchase);

    /// Delivers what was captured: the queue is empty afterwards.
    fn drain(&self) -> Result<()>;
}

struct Ours {
    client: taxogen::Client,
    user: taxogen::User,
}

struct Peer(posthog_rs::Client);

pub(crate) fn compare() -> Result<Verdict> {
    let sink = Sink::start()?;
    let client = sdk::ours(&sink.host())?;
    let ours = Ours { user: client.user(PERSON), client };
    let peer = Peer(sdk::posthog_rs(&sink.host(), PEER_BATCH)?);
    let purchases: Vec<_> = (0..ROUND).map(Purchase::number).collect();

    if prove(&ours, &sink, &purchases)? != prove(&peer, &sink, &purchases)? {
        return Err(Error::new("the two SDKs delivered different values"));
    }
    let (mut times, mut peer_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.push(nanoseconds_per_event(&ours, &purchases)?);
        peer_times.push(nanoseconds_per_event(&peer, &purchases)?);
    }
    let allocations = (allocations_per_event(&ours, &purchases)?, allocations_per_event(&peer, &purchases)?);
    let measured = 2 * (ROUNDS + 1) * purchases.len();
    expect("both", &sink.tally()?, measured)?;

    println!(" {ROUNDS} rounds of {ROUND} events each, alternating; medians of the time per event");
    println!(" allocations per event: ours {:.2}, posthog-rs {:.2}", allocations.0, allocations.1);
    Ok(Verdict { ours: median(times), peer: median(peer_times), unit: "ns" })
}

/// A first round: the sink has to find every event. What it found in them comes back.
fn prove<C: Contestant>(contestant: &C, sink: &Sink, purchases: &[Purchase]) -> Result<u64> {
    capture_all(contestant, purchases);
    contestant.drain()?;
    let tally = sink.tally()?;
    expect(C::NAME, &tally, purchases.len())?;
    Ok(tally.content)
}

/// Nothing may be refused, lost or repeated.
fn expect(who: &str, tally: &Tally, expected: usize) -> Result<()> {
    if (tally.events, tally.distinct) == (expected, expected) {
        return Ok(());
    }
    let Tally { events, distinct, .. } = tally;
    Err(Error::new(format!("{who}: {expected} events were captured, {events} arrived, {distinct} of them distinct")))
}

fn capture_all(contestant: &impl Contestant, purchases: &[Purchase]) {
    for purchase in purchases {
        contestant.capture(purchase);
    }
}

/// Nothing is counted meanwhile: counting allocations costs the peer a tenth of its time.
fn nanoseconds_per_event(contestant: &impl Contestant, purchases: &[Purchase]) -> Result<f64> {
    let mut elapsed = Duration::ZERO;
    allocation_counter::opt_out(|| {
        let start = Instant::now();
        capture_all(contestant, purchases);
        elapsed = start.elapsed();
    });
    contestant.drain()?;
    Ok(elapsed.as_secs_f64() * 1e9 / f64::from(ROUND))
}

/// What the capturing thread allocates.
fn allocations_per_event(contestant: &impl Contestant, purchases: &[Purchase]) -> Result<f64> {
    let counted = allocation_counter::measure(|| capture_all(contestant, purchases));
    contestant.drain()?;
    Ok(f64::from(u32::try_from(counted.count_total)?) / f64::from(ROUND))
}

impl Contestant for Ours {
    const NAME: &'static str = "ours";

    #[inline]
    fn capture(&self, purchase: &Purchase) {
        self.user.capture(purchase.ours());
    }

    fn drain(&self) -> Result<()> {
        Ok(self.client.flush(Duration::from_secs(30))?)
    }
}

impl Contestant for Peer {
    const NAME: &'static str = "posthog-rs";

    #[inline]
    fn capture(&self, purchase: &Purchase) {
        self.0.capture(purchase.posthog_rs(PERSON));
    }

    fn drain(&self) -> Result<()> {
        self.0.flush();
        Ok(())
    }
}
