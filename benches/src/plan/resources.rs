//! What a program takes: CPU time and memory, as the system counts them for a child.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use crate::error::{Error, Result};

/// The name under which the program starts itself again, so that what it starts then is its only child.
pub(crate) const ROLE: &str = "resources";

/// What one run of a program took, and those that it waited for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Resources {
    /// User and system time.
    pub(super) seconds: f64,
    /// The most memory that was resident at a time, of the largest process.
    pub(super) mebibytes: f64,
}

/// Runs a program to its end; what it prints is dropped unless it fails.
pub(super) fn measure(command: &Command) -> Result<Resources> {
    let mut child = Command::new(std::env::current_exe()?);
    child.arg(ROLE).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        child.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let output = child.output()?;
    if !output.status.success() {
        let program = Path::new(command.get_program()).display();
        return Err(Error::new(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    String::from_utf8_lossy(&output.stdout).parse()
}

/// The process between: starts the program, waits for it, and says what it took.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(Error::new(String::from_utf8_lossy(&output.stderr).trim()));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = seconds(usage.user_time())? + seconds(usage.system_time())?;
    // The system counts in KiB.
    let mebibytes = f64::from(u32::try_from(usage.max_rss())?) / 1024.0;
    println!("{}", Resources { seconds, mebibytes });
    Ok(())
}

fn seconds(time: TimeVal) -> Result<f64> {
    Ok(f64::from(u32::try_from(time.tv_sec())?) + f64::from(u32::try_from(time.tv_usec())?) / 1e6)
}

/// As the process between says it.
impl fmt::Display for Resources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, mebibytes } = self;
        write!(formatter, "{seconds} {mebibytes}")
    }
}

impl FromStr for Resources {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (seconds, mebibytes) =
            text.trim().split_once(' ').ok_or_else(|| Error::new(format!("`{text}` is no measurement")))?;
        Ok(Self { seconds: seconds.parse()?, mebibytes: mebibytes.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_says_another_reads() {
        let resources = Resources { seconds: 0.125, mebibytes: 12.5 };
        assert_eq!(resources.to_string().parse::<Resources>().unwrap(), resources);
        assert!("many".parse::<Resources>().is_err());
    }
}
