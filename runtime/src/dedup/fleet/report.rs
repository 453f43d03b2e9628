use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the fleet's Redis said of what this process has seen, and why it was not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetReport {
    /// How often the fleet did not know it: it was reported by this process.
    pub reported: u64,
    /// How often the fleet knew it already.
    pub repeated: u64,
    /// How often the fleet knew of something else that was decided later, which is what counts; or this process had reported
    /// that already, while this one waited in a queue that was full.
    pub older: u64,
    /// How often there was no answer, and why. Then this process goes by what it knows itself: what it has not reported it
    /// reports, though somebody else of the fleet may have too. The fleet is told of it when it answers again.
    pub unanswered: Vec<(FleetProblem, u64)>,
    /// How much the fleet was not told yet of what was reported without its answer, or was lost. Some 16,000 are kept to be
    /// told when it answers; what is left at the end of the client, it is never told.
    pub untold: u64,
}

/// Why the fleet gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FleetProblem {
    /// There is no connection.
    Unreachable,
    /// It takes too long.
    Slow,
    /// Redis has no memory left for it.
    Full,
    /// Redis says something else: the password is wrong, it is a replica, or the entry is not of this library.
    Refused,
    /// Too much waits to be asked in this process.
    QueueFull,
    /// The client was shut down before.
    Shutdown,
}

impl FleetProblem {
    const ALL: [Self; 6] = [Self::Unreachable, Self::Slow, Self::Full, Self::Refused, Self::QueueFull, Self::Shutdown];
}

impl fmt::Display for FleetProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unreachable => "there is no connection",
            Self::Slow => "it takes too long",
            Self::Full => "its memory is full",
            Self::Refused => "it refuses",
            Self::QueueFull => "too much waits to be asked",
            Self::Shutdown => "the client was shut down",
        })
    }
}

/// What becomes a [`FleetReport`].
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) reported: Count,
    pub(super) repeated: Count,
    pub(super) older: Count,
    pub(super) untold: Count,
    unanswered: [Count; FleetProblem::ALL.len()],
}

#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub(super) fn sub(&self, fewer: usize) {
        self.0.fetch_sub(fewer as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    pub(super) fn unanswered(&self, problem: FleetProblem) {
        self.unanswered[problem as usize].add(1);
    }

    pub(super) fn report(&self) -> FleetReport {
        let unanswered = FleetProblem::ALL.into_iter().zip(&self.unanswered);
        FleetReport {
            reported: self.reported.get(),
            repeated: self.repeated.get(),
            older: self.older.get(),
            unanswered: unanswered.map(|(problem, count)| (problem, count.get())).filter(|(_, n)| *n > 0).collect(),
            untold: self.untold.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_the_problems_that_there_were() {
        let counts = Counts::default();
        counts.reported.add(3);
        counts.untold.add(2);
        for problem in [FleetProblem::Shutdown, FleetProblem::Unreachable, FleetProblem::Shutdown] {
            counts.unanswered(problem);
        }
        let unanswered = vec![(FleetProblem::Unreachable, 1), (FleetProblem::Shutdown, 2)];
        assert_eq!(counts.report(), FleetReport { reported: 3, untold: 2, unanswered, ..FleetReport::default() });
        for (place, problem) in FleetProblem::ALL.into_iter().enumerate() {
            assert_eq!(problem as usize, place, "{problem}");
        }
    }
}
