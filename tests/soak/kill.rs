//! Processes with one spool are killed at random instants, two of them alive at a time, while a third takes over.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use taxogen::{Fsync, Spool};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::Failure;
use crate::account::Account;
use crate::arguments::{Arguments, Chance};
use crate::numbered::{Numbered, to_all};

/// The name under which the program starts itself again, to be killed.
pub(crate) const VICTIM: &str = "victim";
/// The name under which it starts itself again, to deliver what is left.
pub(crate) const HEIR: &str = "heir";

/// After so many kills everything is delivered and counted.
const ROUND: u64 = 20;
/// The events of one process; it is dead before it has captured them.
const MOST: u64 = 1_000_000;
/// Nobody is left behind, whatever becomes of who was to kill it.
const LIFETIME: Duration = Duration::from_secs(60);
const DRAIN: Duration = Duration::from_secs(90);

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (kills, seed) = (arguments.kills.unwrap_or(200), arguments.seed);
    println!("kill: seed {seed}");
    let sandbox = Sandbox::start().map_err(|problem| format!("the sandbox does not start: {problem}"))?;
    let folder = tempfile::tempdir().map_err(|problem| format!("there is no folder for the spool: {problem}"))?;
    let mut trial = Trial { sandbox, folder: folder.path(), chance: Chance::new(seed), victims: 0, repeated: [0; 3] };
    let (mut done, mut accepted) = (0, 0);
    while done < kills {
        let now = ROUND.min(kills - done);
        accepted += trial.round(now).map_err(|problem| format!("seed {seed}, after {done} kills: {problem}"))?;
        done += now;
    }
    println!("  {kills} processes killed, {accepted} events accepted by `capture`: 0 lost at three vendors");
    for (vendor, repeated) in Vendor::ALL.into_iter().zip(trial.repeated) {
        println!("  {vendor}: {repeated} repeats under the same ids");
    }
    Ok(())
}

struct Trial<'a> {
    sandbox: Sandbox,
    folder: &'a Path,
    chance: Chance,
    victims: u64,
    repeated: [u64; 3],
}

/// A process that captures, and the numbers that it says it has captured.
struct Victim {
    process: Child,
    accepted: JoinHandle<Vec<u64>>,
}

impl Trial<'_> {
    /// Kills so many, delivers what they left, and counts; says how many events they had accepted.
    fn round(&mut self, kills: u64) -> Result<u64, Failure> {
        let mut accepted = Vec::new();
        let mut alive = Vec::new();
        for _ in 0..kills {
            // The next one is up before the last one is down, as in a rolling replacement.
            alive.push(self.start_victim()?);
            self.trouble();
            sleep(Duration::from_millis(self.chance.below(250)));
            if alive.len() > 1 {
                accepted.extend(alive.remove(0).kill()?);
            }
        }
        for victim in alive {
            accepted.extend(victim.kill()?);
        }
        for vendor in Vendor::ALL {
            self.sandbox.clear_faults(vendor);
        }
        self.inherit()?;
        for (place, vendor) in Vendor::ALL.into_iter().enumerate() {
            let account = Account::of(&self.sandbox, vendor)?;
            account.expect_all(accepted.iter().copied()).map_err(|problem| format!("{vendor}: {problem}"))?;
            self.repeated[place] += account.repeated;
            self.sandbox.clear(vendor);
        }
        Ok(accepted.len() as u64)
    }

    fn start_victim(&mut self) -> Result<Victim, Failure> {
        let first = self.victims * MOST;
        self.victims += 1;
        let mut process = self.command(VICTIM).arg(first.to_string()).spawn().map_err(|problem| problem.to_string())?;
        let output = process.stdout.take().ok_or("the process has no output")?;
        // What it was writing when it died is no whole line.
        let accepted = thread::spawn(move || {
            let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
            lines.filter_map(|line| std::str::from_utf8(&line).ok()?.strip_suffix('.')?.parse().ok()).collect()
        });
        Ok(Victim { process, accepted })
    }

    /// Something that a vendor does to somebody, now and then.
    fn trouble(&mut self) {
        let vendor = Vendor::ALL[usize::try_from(self.chance.below(3)).unwrap_or_default()];
        match self.chance.below(4) {
            0 => self.sandbox.fault(vendor, Fault::CutAfter),
            1 => self.sandbox.fault(vendor, Fault::status(503)),
            2 => self.sandbox.fault(vendor, Fault::Delay(Duration::from_millis(self.chance.below(100)))),
            _ => {}
        }
    }

    /// A process that captures nothing delivers what the others left.
    fn inherit(&self) -> Result<(), Failure> {
        let output = self.command(HEIR).output().map_err(|problem| problem.to_string())?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            return Err(format!("not everything that was left is delivered: {}", told.trim()));
        }
        let left: Vec<_> = std::fs::read_dir(self.folder).map_err(|problem| problem.to_string())?.flatten().collect();
        if left.iter().any(|entry| entry.path().is_dir()) {
            return Err(format!("folders of processes that are dead and delivered are still there: {left:?}"));
        }
        Ok(())
    }

    fn command(&self, role: &str) -> Command {
        let program = std::env::current_exe().unwrap_or_default();
        let mut command = Command::new(program);
        command.arg(role).arg(self.folder).arg(self.sandbox.url()).stdout(Stdio::piped());
        command
    }
}

impl Victim {
    fn kill(mut self) -> Result<Vec<u64>, Failure> {
        self.process.kill().and_then(|()| self.process.wait()).map_err(|problem| problem.to_string())?;
        self.accepted.join().map_err(|_| "the reader panicked".to_owned())
    }
}

/// Captures until it is killed, and says the number of each event that `capture` has accepted.
pub(crate) fn victim(folder: &str, host: &str, first: &str) -> Result<(), Failure> {
    let first: u64 = first.parse().map_err(|_| format!("`{first}` is no number"))?;
    let builder = to_all(host).linger(Duration::from_millis(20)).spool(Spool::new(folder).fsync(Fsync::Never));
    let client = builder.build().map_err(|problem| problem.to_string())?;
    let user = client.user("soak");
    let mut output = std::io::stdout().lock();
    let end = Instant::now() + LIFETIME;
    for number in (first..first + MOST).take_while(|_| Instant::now() < end) {
        user.capture(Numbered(number));
        // The full stop says that the number is whole.
        output.write_all(format!("{number}.\n").as_bytes()).map_err(|problem| problem.to_string())?;
        output.flush().map_err(|problem| problem.to_string())?;
        if number % 10 == 0 {
            sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

/// Delivers what others left, and says so if it does not succeed.
pub(crate) fn heir(folder: &str, host: &str) -> Result<(), Failure> {
    let client = to_all(host).spool(Spool::new(folder)).build().map_err(|problem| problem.to_string())?;
    let report = client.shutdown(DRAIN);
    println!("{report}");
    if report.is_complete() { Ok(()) } else { Err("something is left, or was lost".to_owned()) }
}
