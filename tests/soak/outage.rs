//! Three vendors are down at once, each in its own way, while events go on being captured.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::Failure;
use crate::account::Account;
use crate::arguments::Arguments;
use crate::numbered::{Numbered, to_all};

const LOG_BYTES: u64 = 64 * 1024 * 1024;
/// For what is left when the vendors are back: two of the longest pauses.
const DRAIN: Duration = Duration::from_secs(120);

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let seconds = arguments.seconds.unwrap_or(60);
    let events = arguments.events.unwrap_or(10_000).max(1);
    let sandbox = Sandbox::start().map_err(|problem| format!("the sandbox does not start: {problem}"))?;
    // Down without an answer; down, and never sure what was taken; refusing for load, and taking parts.
    sandbox.fault(Vendor::PostHog, Fault::status(503).forever());
    sandbox.fault(Vendor::Segment, Fault::CutAfter.forever());
    sandbox.fault(Vendor::Mixpanel, Fault::status(429).with_retry_after(1).forever());

    let losses = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&losses);
    let builder = to_all(&sandbox.url()).log_bytes(usize::try_from(LOG_BYTES).unwrap_or(usize::MAX));
    let builder = builder.on_loss(move |loss| {
        if let Ok(mut told) = told.lock() {
            told.push(format!("{loss:?}"));
        }
    });
    let client = builder.build().map_err(|problem| problem.to_string())?;
    let user = client.user("soak");
    let (start, pause) = (Instant::now(), Duration::from_secs(seconds) / u32::try_from(events).unwrap_or(u32::MAX));
    let (mut longest, mut most_queued) = (Duration::ZERO, 0);
    for number in 0..events {
        let due = start + pause * u32::try_from(number).unwrap_or(u32::MAX);
        sleep(due.saturating_duration_since(Instant::now()));
        let before = Instant::now();
        user.capture(Numbered(number));
        longest = longest.max(before.elapsed());
        if number % 100 == 99 {
            most_queued = client.report().destinations.iter().map(|one| one.queued_bytes).fold(most_queued, u64::max);
        }
    }
    let kept = client.report().kept;
    for vendor in Vendor::ALL {
        sandbox.clear_faults(vendor);
    }
    let back = Instant::now();
    let report = client.shutdown(DRAIN);
    let drained = back.elapsed();

    let losses = losses.lock().map_err(|_| "a hook panicked".to_owned())?;
    if report.delivered != 3 * events || report.kept > 0 || report.total_lost() > 0 || !losses.is_empty() {
        return Err(format!("{report}\ntold: {losses:?}"));
    }
    if most_queued > LOG_BYTES {
        return Err(format!("{most_queued} bytes were queued, of {LOG_BYTES}"));
    }
    println!("outage: {events} events in {seconds} s, three vendors down; {kept} of {} waited for them", 3 * events);
    println!("  captures took {longest:?} at most; {most_queued} bytes were queued at most, of {LOG_BYTES}");
    println!("  drained {:.1} s after they were back: 0 lost", drained.as_secs_f64());
    for vendor in Vendor::ALL {
        let account = Account::of(&sandbox, vendor)?;
        account.expect_all(0..events).map_err(|problem| format!("{vendor}: {problem}"))?;
        let Account { repeated, .. } = account;
        println!("  {vendor}: {} distinct, {repeated} repeats under the same ids", account.distinct());
    }
    Ok(())
}
