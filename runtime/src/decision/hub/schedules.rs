//! The hub under many orders of its threads: whoever publishes, listens and removes may stop at every lock.

use shuttle::thread;

use super::tests::{Told, by_publisher, publish};
use super::*;
use crate::log::schedules::in_many_orders;

const PUBLISHERS: usize = 2;
const EACH: u64 = 3;

/// Publishes in threads of their own, each its numbers in order.
fn publishers(hub: &DecisionHub) -> Vec<thread::JoinHandle<()>> {
    let publisher = |publisher| {
        let hub = hub.clone();
        thread::spawn(move || (0..EACH).for_each(|number| publish(&hub, &format!("{publisher}:{number}"))))
    };
    (0..PUBLISHERS).map(publisher).collect()
}

fn join(threads: Vec<thread::JoinHandle<()>>) {
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn assert_whole(told: &Told) {
    let whole: Vec<u64> = (0..EACH).collect();
    for numbers in by_publisher(&told.ids(), PUBLISHERS) {
        assert_eq!(numbers, whole, "each once, in order");
    }
}

#[test]
fn the_first_listener_is_told_of_everything_once_and_in_order() {
    in_many_orders(2_000, || {
        let hub = DecisionHub::new();
        let threads = publishers(&hub);
        let other = {
            let hub = hub.clone();
            thread::spawn(move || Told::listen(&hub).0)
        };
        let one = Told::listen(&hub).0;
        join(threads);
        let other = other.join().unwrap();
        // Whichever came first was told of all, and the other from some point on.
        let (first, later) = if one.ids().len() >= other.ids().len() { (one, other) } else { (other, one) };
        assert_whole(&first);
        for numbers in by_publisher(&later.ids(), PUBLISHERS) {
            assert!((0..EACH).collect::<Vec<_>>().ends_with(&numbers), "without a gap: {numbers:?}");
        }
        assert_eq!(hub.report().published, PUBLISHERS as u64 * EACH);
    });
}

#[test]
fn what_a_listener_publishes_follows_what_it_was_told() {
    in_many_orders(2_000, || {
        let hub = DecisionHub::new();
        let threads = publishers(&hub);
        let echo = hub.clone();
        let _ = hub.listen(move |decision| {
            if let Some(number) = decision.user_id().strip_prefix("0:") {
                publish(&echo, &format!("echo:{number}"));
            }
        });
        let (told, _) = Told::listen(&hub);
        join(threads);
        let told = told.ids();
        let at = |id: String| told.iter().position(|known| *known == id);
        for number in 0..EACH {
            if let Some(cause) = at(format!("0:{number}")) {
                assert!(at(format!("echo:{number}")).is_some_and(|effect| effect > cause), "{told:?}");
            }
        }
    });
}

#[test]
fn who_was_removed_is_not_told_of_what_comes_after() {
    in_many_orders(1_000, || {
        let hub = DecisionHub::new();
        let (stays, _) = Told::listen(&hub);
        let (told, listening) = Told::listen(&hub);
        let threads = publishers(&hub);
        listening.remove();
        publish(&hub, "0:99");
        join(threads);
        assert!(!told.ids().contains(&"0:99".to_owned()));
        assert_eq!(stays.ids().len() as u64, PUBLISHERS as u64 * EACH + 1);
    });
}
