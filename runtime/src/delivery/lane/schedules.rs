//! A lane and its orders under many orders of threads: captures, flushes and a shutdown at any moment of its way to
//! sleep. What the log does by itself is tried there.

use std::sync::Mutex;

use shuttle::future::block_on;
use shuttle::thread::{self, JoinHandle};

use super::tests::{event, lane};
use super::*;
use crate::log::Appended;
use crate::log::schedules::in_many_orders;

/// What was delivered, in order.
type Delivered = Arc<Mutex<Vec<String>>>;

/// A client's side of a lane.
#[derive(Clone)]
struct Caller {
    log: Arc<Log>,
    orders: Arc<Orders>,
    delivered: Delivered,
}

impl Caller {
    /// A lane that runs, and delivers whatever it takes at once.
    fn new() -> (Self, JoinHandle<()>) {
        let mut lane = lane();
        // No timer runs here.
        lane.settings.linger = Duration::ZERO;
        let caller =
            Self { log: Arc::clone(&lane.log), orders: Arc::clone(&lane.orders), delivered: Delivered::default() };
        let delivered = Arc::clone(&caller.delivered);
        let running = thread::spawn(move || {
            block_on(async {
                while matches!(lane.has_work().await, Ok(true)) {
                    let taken = lane.waiting.drain(..).map(|(record, _)| record.read().distinct_id.to_owned());
                    delivered.lock().unwrap().extend(taken);
                }
            });
            lane.orders.end(End::Settled);
        });
        (caller, running)
    }

    /// Captures events of these people, and says of whom one was taken.
    fn capture(&self, people: &[&str]) -> Vec<String> {
        let is_taken = |person: &&&str| match self.log.append(&event(person, Timestamp::now()), || false) {
            Appended::Accepted(lost) => lost.is_empty(),
            Appended::Closed => false,
            other => panic!("{other:?}"),
        };
        people.iter().filter(is_taken).map(|person| (*person).to_owned()).collect()
    }

    /// Whether everything that is in the log now was delivered.
    fn flush(&self) -> bool {
        let settled = self.orders.flush(self.log.end());
        block_on(settled).expect("it is answered")
    }

    fn shut_down(&self) {
        self.log.close();
        let ended = self.orders.drain(after(Duration::from_secs(3_600)));
        let _ = block_on(ended);
        assert_eq!(self.orders.ended(), Some(End::Settled));
    }

    fn delivered(&self) -> Vec<String> {
        self.delivered.lock().unwrap().clone()
    }
}

#[test]
fn whoever_flushes_learns_that_what_came_before_is_delivered() {
    in_many_orders(400, || {
        let (caller, running) = Caller::new();
        let flushing = ["a", "b"].map(|person| {
            let caller = caller.clone();
            thread::spawn(move || {
                assert_eq!(caller.capture(&[person]), [person]);
                assert!(caller.flush());
                assert!(caller.delivered().iter().any(|delivered| delivered == person), "{person}");
            })
        });
        for thread in flushing {
            thread.join().unwrap();
        }
        caller.shut_down();
        running.join().unwrap();
        assert_eq!(caller.delivered().len(), 2);
    });
}

#[test]
fn what_was_taken_before_a_shutdown_is_delivered_whenever_it_comes() {
    in_many_orders(400, || {
        let (caller, running) = Caller::new();
        let shutting_down = {
            let caller = caller.clone();
            thread::spawn(move || caller.shut_down())
        };
        let flushing = {
            let caller = caller.clone();
            thread::spawn(move || assert!(caller.flush()))
        };
        let taken = caller.capture(&["a", "b", "c"]);
        shutting_down.join().unwrap();
        flushing.join().unwrap();
        running.join().unwrap();
        assert_eq!(caller.delivered(), taken);
    });
}
