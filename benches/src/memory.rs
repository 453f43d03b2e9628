//! Memory of a client whose vendors are down: what is resident with many events queued, and not before.

use std::process::Command;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::purchase::Purchase;
use crate::sdk;
use crate::verdict::{Verdict, median};

/// The name under which the program starts itself again as a client.
pub(crate) const ROLE: &str = "queue";

const EVENTS: u32 = 100_000;
const RUNS: usize = 3;
/// More than the events take: none is dropped.
const LOG_BYTES: usize = 256 * 1024 * 1024;
/// A delivery that fails has taken what it keeps in flight by then.
const SETTLING: Duration = Duration::from_secs(2);

const OURS: &str = "ours, three destinations";
const PEER: &str = "posthog-rs, one destination";

pub(crate) fn compare() -> Result<Verdict> {
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(measure(OURS)?);
        peer.push(measure(PEER)?);
    }
    println!(
        " {EVENTS} events of 6 properties queued, no vendor answers; resident MiB more than before, of {RUNS} runs"
    );
    println!(" {OURS}: {ours:.1?}");
    println!(" {PEER}: {peer:.1?}");
    Ok(Verdict { ours: median(ours), peer: median(peer), unit: "MiB" })
}

fn measure(name: &str) -> Result<f64> {
    let output = Command::new(std::env::current_exe()?).args([ROLE, name]).output()?;
    if !output.status.success() {
        return Err(Error::new(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

/// The client's process: queues, and says how much more memory it has then.
pub(crate) fn run(name: &str) -> Result<()> {
    let mebibytes = match name {
        OURS => queue_ours()?,
        PEER => queue_posthog_rs()?,
        _ => return Err(Error::new(format!("there is no client `{name}`"))),
    };
    println!("{mebibytes}");
    Ok(())
}

fn queue_ours() -> Result<f64> {
    let client = sdk::ours_everywhere(sdk::NOBODY, LOG_BYTES)?;
    let user = client.user("user_0000001");
    user.capture(Purchase::number(0).ours());
    let before = resident()?;
    for number in 1..=EVENTS {
        user.capture(Purchase::number(number).ours());
    }
    std::thread::sleep(SETTLING);
    let after = resident()?;
    let report = client.report();
    if report.kept != 3 * u64::from(EVENTS + 1) {
        return Err(Error::new(format!("not everything is queued: {report}")));
    }
    Ok(after - before)
}

fn queue_posthog_rs() -> Result<f64> {
    // It sends when a batch is full, and drops what fails: with a batch that never fills it keeps everything.
    let client = sdk::posthog_rs(sdk::NOBODY, 1_000_000)?;
    client.capture(Purchase::number(0).posthog_rs("user_0000001"));
    let before = resident()?;
    for number in 1..=EVENTS {
        client.capture(Purchase::number(number).posthog_rs("user_0000001"));
    }
    std::thread::sleep(SETTLING);
    Ok(resident()? - before)
}

/// MiB of this process in memory, as Linux says.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u32 =
        kibibytes.ok_or_else(|| Error::new("the system does not say what is resident"))?.trim().parse()?;
    Ok(f64::from(kibibytes) / 1024.0)
}
