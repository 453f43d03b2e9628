//! Faults of every kind, one after the other as chance has it, while events are captured.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::Failure;
use crate::account::Account;
use crate::arguments::{Arguments, Chance};
use crate::numbered::{Numbered, to_all};

const DRAIN: Duration = Duration::from_secs(120);
/// Events of one round: everything of it is settled and compared before the next.
const ROUND: u64 = 300;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(arguments.seconds.unwrap_or(60));
    let (seed, mut chance) = (arguments.seed, Chance::new(arguments.seed));
    println!("fuzz: seed {seed}");
    let (mut rounds, mut faults, mut refused, mut repeated) = (0, 0, 0, 0);
    while rounds == 0 || Instant::now() < end {
        let round = Round::run(&mut chance).map_err(|problem| format!("seed {seed}, round {rounds}: {problem}"))?;
        rounds += 1;
        faults += round.faults;
        refused += round.refused;
        repeated += round.repeated;
    }
    let events = rounds * ROUND;
    println!("  {rounds} rounds of {ROUND} events, {faults} faults: every one of {events} delivered or told, 3 times");
    println!("  {refused} refused by a vendor and told; {repeated} repeats, each under the same id");
    Ok(())
}

/// What one round came to.
struct Round {
    faults: u64,
    refused: u64,
    repeated: u64,
}

impl Round {
    fn run(chance: &mut Chance) -> Result<Self, Failure> {
        let sandbox = Sandbox::start().map_err(|problem| format!("the sandbox does not start: {problem}"))?;
        let lost = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&lost);
        let builder = to_all(&sandbox.url())
            .linger(Duration::from_millis(5))
            .request_timeout(Duration::from_millis(300))
            .on_loss(move |loss| {
                let ids = loss.events.iter().map(|event| (loss.destination, event.id.clone()));
                if let Ok(mut told) = told.lock() {
                    told.extend(ids);
                }
            });
        let client = builder.build().map_err(|problem| problem.to_string())?;
        let user = client.user("soak");
        let mut faults = 0;
        for number in 0..ROUND {
            if chance.below(20) == 0 {
                faults += 1;
                let vendor = Vendor::ALL[usize::try_from(chance.below(3)).unwrap_or_default()];
                sandbox.fault(vendor, any_fault(chance));
            }
            if chance.below(10) == 0 {
                sleep(Duration::from_millis(chance.below(20)));
            }
            user.capture(Numbered(number));
        }
        let report = client.shutdown(DRAIN);
        let lost = lost.lock().map_err(|_| "a hook panicked".to_owned())?;
        if report.delivered + report.total_lost() != 3 * ROUND || report.kept > 0 {
            return Err(format!("not everything is accounted for: {report}"));
        }
        if lost.len() as u64 != report.total_lost() || lost.iter().collect::<BTreeSet<_>>().len() != lost.len() {
            return Err(format!("{} losses were told, and counted are: {report}", lost.len()));
        }
        let mut repeated = 0;
        for (place, vendor) in Vendor::ALL.into_iter().enumerate() {
            let account = Account::of(&sandbox, vendor)?;
            account.expect_all([]).map_err(|problem| format!("{vendor}: {problem}"))?;
            // A vendor may have taken what it then refused with 400; it never has less than was delivered.
            if (account.distinct() as u64) < report.destinations[place].delivered {
                return Err(format!("{vendor} has {} events, and delivered are: {report}", account.distinct()));
            }
            repeated += account.repeated;
        }
        Ok(Self { faults, refused: report.total_lost(), repeated })
    }
}

/// A fault of any kind, in a form that passes.
fn any_fault(chance: &mut Chance) -> Fault {
    let times = 1 + usize::try_from(chance.below(3)).unwrap_or_default();
    let fault = match chance.below(17) {
        0 => Fault::status(500),
        1 => Fault::status(503).with_retry_after(0),
        2 => Fault::status(429),
        3 => Fault::status(408),
        4 => Fault::status(413),
        5 => Fault::status(400),
        6 => Fault::CutBefore,
        7 => Fault::CutAfter,
        8 => Fault::Html(200),
        9 => Fault::EmptyAnswer,
        10 => Fault::TwoHundredWithError,
        11 => Fault::InvalidJson,
        12 => Fault::HalfClose,
        13 => Fault::SlowLoris(Duration::from_millis(chance.below(5))),
        14 => Fault::LongAnswer(usize::try_from(chance.below(3_000_000)).unwrap_or_default()),
        15 => Fault::Delay(Duration::from_millis(100 + chance.below(400))),
        _ => Fault::Partial { accepted: usize::try_from(chance.below(50)).unwrap_or_default() },
    };
    fault.times(times)
}
