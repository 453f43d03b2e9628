//! From bytes to what can be evaluated: 1,000 definitions, those of the recorded vectors under new keys.

use cpu_time::ThreadTime;
use posthog_rs::{FeatureFlag, FlagCache, LocalEvaluationResponse};
use serde_json::Value;
use taxogen_flags::Definitions;

use crate::error::{Error, Result};
use crate::verdict::{Verdict, median};

const VECTORS: &str = include_str!("../../../tests/flags/vectors/definitions.v1.json");
const FLAGS: usize = 1_000;
const ROUNDS: usize = 21;
/// What it may take, in milliseconds.
const LIMIT: f64 = 20.0;

pub(crate) fn compare() -> Result<Verdict> {
    let document = repeated()?;
    let (for_peer, readable) = readable(&document)?;
    let (document, for_peer) = (document.to_string(), for_peer.to_string());
    let definitions = Definitions::parse(document.as_bytes())?;
    if definitions.len() != FLAGS {
        return Err(Error::new(format!("of {FLAGS} definitions {} were read", definitions.len())));
    }
    let (mut times, mut peer_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.push(milliseconds(|| Definitions::parse(document.as_bytes()))?);
        peer_times.push(milliseconds(|| read_by_peer(&for_peer))?);
    }
    let (ours, peer) = (median(times), median(peer_times));
    println!(" {FLAGS} definitions, {} bytes; {ROUNDS} alternating rounds, medians of CPU time", document.len());
    println!(
        " posthog-rs is given the {readable} that it can read; it keeps values as they stand, and prepares nothing"
    );
    if ours > LIMIT {
        return Err(Error::new(format!("the definitions take {ours:.1} ms, more than {LIMIT:.0}")));
    }
    Ok(Verdict { ours, peer, unit: "ms" })
}

/// The definitions of the vectors, again and again under other keys; cohorts and the flags that others depend on stay.
fn repeated() -> Result<Value> {
    let mut document: Value = serde_json::from_str(VECTORS)?;
    let Some(flags) = document["flags"].as_array_mut() else { return Err(Error::new("the vectors hold no flags")) };
    let originals = flags.clone();
    for number in flags.len()..FLAGS {
        let mut flag = originals[number % originals.len()].clone();
        let key = flag["key"].as_str().unwrap_or_default();
        flag["key"] = format!("{key}-{}", number / originals.len()).into();
        flags.push(flag);
    }
    flags.truncate(FLAGS);
    Ok(document)
}

/// The same document with the flags that posthog-rs can read by themselves, and how many these are.
fn readable(document: &Value) -> Result<(Value, usize)> {
    let mut document = document.clone();
    let Some(flags) = document["flags"].as_array_mut() else { return Err(Error::new("there are no flags")) };
    flags.retain(|flag| serde_json::from_value::<FeatureFlag>(flag.clone()).is_ok());
    let readable = flags.len();
    Ok((document, readable))
}

fn read_by_peer(document: &str) -> Result<FlagCache> {
    let cache = FlagCache::new();
    cache.update(serde_json::from_str::<LocalEvaluationResponse>(document)?);
    Ok(cache)
}

/// CPU time of a reading. What was read is put away outside.
fn milliseconds<T, E: Into<Error>>(read: impl Fn() -> std::result::Result<T, E>) -> Result<f64> {
    let (mut seconds, mut outcome) = (0.0, None);
    allocation_counter::opt_out(|| {
        let start = ThreadTime::now();
        let read = read();
        seconds = start.elapsed().as_secs_f64();
        outcome = Some(read);
    });
    match outcome {
        Some(Err(error)) => Err(error.into()),
        _ => Ok(seconds * 1e3),
    }
}
