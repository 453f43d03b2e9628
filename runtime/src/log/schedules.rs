//! The log under many orders of its threads: whoever appends, reads, waits for room and closes may stop at every lock.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p taxogen --lib schedules` runs them; a failure prints the order, which
//! `shuttle::replay` repeats.

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::thread::{self, JoinHandle};
use shuttle::{Config, Runner};

use super::tests::{anybody, lane, names, record};
use super::*;

const LANES: [LaneId; 2] = [LaneId(0), LaneId(1)];

/// Runs this in so many orders: half of them any, half with few switches at odd places.
pub(crate) fn in_many_orders(orders: usize, test: fn()) {
    run(RandomScheduler::new(orders / 2), test);
    run(PctScheduler::new(3, orders / 2), test);
}

fn run(scheduler: impl Scheduler + 'static, test: fn()) {
    let mut config = Config::new();
    config.stack_size = 1 << 20;
    Runner::new(scheduler, config).run(test);
}

/// Wakes one lane, also one that does not sleep yet.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Bell {
    fn wake(&self) {
        *self.rung.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.changed.wait_while(self.rung.lock().unwrap(), |rung| !*rung).unwrap();
        *rung = false;
    }
}

/// What a lane has read, and what it lost.
type Seen = Vec<String>;

struct Trial {
    log: Arc<Log>,
    bells: [Arc<Bell>; 2],
}

impl Trial {
    fn new(bound: usize, overflow: Overflow) -> Self {
        let bells = [Arc::<Bell>::default(), Arc::default()];
        let settings =
            bells.iter().map(|bell| LaneSettings { wake: Arc::clone(bell) as Arc<dyn Wake>, ..lane(|_| true) });
        Self { log: Arc::new(Log::new(bound, settings.collect()).with_overflow(overflow)), bells }
    }

    /// Reads a lane until the log is closed and it is at the end, as a lane does.
    fn read(&self, lane: LaneId) -> JoinHandle<Seen> {
        let (log, bell) = (Arc::clone(&self.log), Arc::clone(&self.bells[lane.0]));
        thread::spawn(move || {
            let mut seen = Vec::new();
            loop {
                let is_closed = log.is_closed();
                let (read, end) = log.positions(lane);
                log.settle(lane, read);
                if read < end {
                    seen.extend(names(&log.take(lane, usize::MAX, 2).records));
                } else if is_closed {
                    return seen;
                } else {
                    log.wake_when(lane, 1);
                    bell.wait();
                }
            }
        })
    }

    /// Appends these; what was taken comes back, and what lanes lost for it.
    fn append(&self, these: [&'static str; 2]) -> JoinHandle<(Seen, Vec<(LaneId, String)>)> {
        let log = Arc::clone(&self.log);
        thread::spawn(move || {
            let (mut taken, mut lost) = (Vec::new(), Vec::new());
            for name in these {
                match log.append(&record(name), anybody) {
                    Appended::Accepted(by) => {
                        taken.push(name.to_owned());
                        let of = |(lane, records): (LaneId, Vec<RecordRef>)| {
                            names(&records).into_iter().map(move |name| (lane, name))
                        };
                        lost.extend(by.into_iter().flat_map(of));
                    }
                    Appended::Closed => {}
                    other => panic!("{other:?}"),
                }
            }
            (taken, lost)
        })
    }

    fn close(&self) {
        self.log.close();
        self.bells.iter().for_each(|bell| bell.wake());
    }

    /// Two append and two read; the log is closed at once or when all is appended. Every lane has seen or lost what was
    /// taken, each once, and what one thread appended in its order.
    fn run(&self, closes_early: bool) -> (Seen, usize) {
        let readers = LANES.map(|lane| self.read(lane));
        let appenders = [self.append(["a0", "a1"]), self.append(["b0", "b1"])];
        if closes_early {
            self.close();
        }
        let (mut taken, mut lost) = (Vec::new(), Vec::new());
        for appender in appenders {
            let (accepted, dropped) = appender.join().unwrap();
            taken.extend(accepted);
            lost.extend(dropped);
        }
        self.close();
        for (lane, reader) in LANES.into_iter().zip(readers) {
            let seen = reader.join().unwrap();
            let mut all: Vec<_> = lost.iter().filter(|(of, _)| *of == lane).map(|(_, name)| name.clone()).collect();
            all.extend(seen.iter().cloned());
            all.sort();
            assert_eq!(all, taken, "{lane:?}: each once");
            for thread in ["a", "b"] {
                assert!(seen.iter().filter(|name| name.starts_with(thread)).is_sorted(), "{lane:?}: {seen:?}");
            }
        }
        assert!(self.log.state().sealed.is_empty(), "what all lanes are past is freed");
        assert!(!self.log.is_awaited());
        (taken, lost.len())
    }
}

#[test]
fn every_lane_reads_everything_once() {
    in_many_orders(1_000, || {
        let (taken, lost) = Trial::new(1 << 20, Overflow::DropOldest).run(false);
        assert_eq!((taken.len(), lost), (4, 0));
    });
}

#[test]
fn what_is_taken_before_the_end_is_read() {
    in_many_orders(1_000, || {
        Trial::new(1 << 20, Overflow::DropOldest).run(true);
    });
}

#[test]
fn what_a_full_log_drops_is_told_once_and_the_rest_is_read() {
    in_many_orders(1_000, || {
        let (taken, _) = Trial::new(2 * record("a0").len(), Overflow::DropOldest).run(false);
        assert_eq!(taken.len(), 4);
    });
}

#[test]
fn whoever_waits_for_room_goes_on_when_the_slowest_has_read() {
    in_many_orders(1_000, || {
        let block = Overflow::Block(Duration::from_secs(3_600));
        let (taken, lost) = Trial::new(record("a0").len(), block).run(false);
        assert_eq!((taken.len(), lost), (4, 0));
    });
}

#[test]
fn whoever_waits_for_room_is_let_go_when_the_log_closes() {
    in_many_orders(1_000, || {
        let trial = Trial::new(record("a0").len(), Overflow::Block(Duration::from_secs(3_600)));
        let appender = trial.append(["a0", "a1"]);
        let closer = {
            let log = Arc::clone(&trial.log);
            thread::spawn(move || log.close())
        };
        closer.join().unwrap();
        let (taken, _) = appender.join().unwrap();
        assert!(taken.len() < 2 && !trial.log.is_awaited(), "{taken:?}");
    });
}
