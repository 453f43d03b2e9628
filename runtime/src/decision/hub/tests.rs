use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::mpsc;
use std::thread;

use proptest::prelude::*;

use super::*;

/// What a listener was told, by the ids of the persons.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn add(&self, decision: &Decision) {
        self.0.lock().unwrap().push(decision.user_id().to_owned());
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn listen(hub: &DecisionHub) -> (Self, Listening) {
        let told = Self::default();
        let listening = hub.listen({
            let told = told.clone();
            move |decision| told.add(decision)
        });
        (told, listening)
    }
}

pub(super) fn publish(hub: &DecisionHub, id: &(impl ToString + ?Sized)) {
    hub.publish(Decision::new(id.to_string(), "flag"));
}

/// Fails where it does not end, instead of waiting for ever.
fn ends(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    let ended = receiver.recv_timeout(Duration::from_secs(60));
    assert_ne!(ended, Err(mpsc::RecvTimeoutError::Timeout), "it waits for itself");
    worker.join().unwrap();
}

#[test]
fn the_first_listener_is_told_of_what_came_before_and_what_fell_out_is_counted() {
    let hub = DecisionHub::with_replay(3);
    for id in 0..5 {
        publish(&hub, &id);
    }
    let waiting = HubReport { published: 5, waiting: 3, fell_out: 2, ..HubReport::default() };
    assert_eq!(hub.report(), waiting);
    let (first, _) = Told::listen(&hub);
    assert_eq!(first.ids(), ["2", "3", "4"], "before `listen` returns");
    let (second, _) = Told::listen(&hub);
    publish(&hub, &5);
    assert_eq!((first.ids(), second.ids()), (vec!["2".into(), "3".into(), "4".into(), "5".into()], vec!["5".into()]));
    assert_eq!(hub.report(), HubReport { published: 6, waiting: 0, listeners: 2, ..waiting });
}

#[test]
fn a_hub_may_keep_nothing() {
    let hub = DecisionHub::with_replay(0);
    publish(&hub, &0);
    let (first, _) = Told::listen(&hub);
    publish(&hub, &1);
    assert_eq!((first.ids(), hub.report().fell_out), (vec!["1".to_owned()], 1));
}

#[test]
fn who_is_removed_is_not_told_and_who_is_dropped_is() {
    let hub = DecisionHub::new();
    let (one, listening) = Told::listen(&hub);
    let (other, dropped) = Told::listen(&hub);
    drop(dropped);
    publish(&hub, &0);
    listening.remove();
    publish(&hub, &1);
    assert_eq!((one.ids(), other.ids()), (vec!["0".into()], vec!["0".into(), "1".into()]));

    let hub = DecisionHub::new();
    Told::listen(&hub).1.remove();
    publish(&hub, &0);
    let (late, listening) = Told::listen(&hub);
    assert_eq!(late.ids(), [] as [&str; 0], "it is not the first");
    assert_eq!(hub.report(), HubReport { published: 1, unheard: 1, listeners: 1, ..HubReport::default() });
    drop(hub);
    listening.remove();
}

#[test]
fn one_that_panics_harms_nobody() {
    let hub = DecisionHub::new();
    publish(&hub, &0);
    let _ = hub.listen(|_| panic!("of the application"));
    let (told, _) = Told::listen(&hub);
    publish(&hub, &1);
    publish(&hub, &2);
    assert_eq!((told.ids(), hub.report().panics), (vec!["1".to_owned(), "2".to_owned()], 3));
    assert_eq!(hub.report().listeners, 2);
}

#[test]
fn what_a_listener_publishes_comes_after_what_it_was_told_for_every_listener() {
    let hub = DecisionHub::new();
    publish(&hub, &2);
    let echo = |hub: &DecisionHub| {
        let hub = hub.clone();
        move |decision: &Decision| {
            if let Some(less) = decision.user_id().parse::<u32>().unwrap().checked_sub(1) {
                publish(&hub, &less);
            }
        }
    };
    let _ = hub.listen(echo(&hub));
    let (last, _) = Told::listen(&hub);
    assert_eq!(hub.report().published, 3, "what it publishes while it is told of what came before");
    publish(&hub, &3);
    assert_eq!(last.ids(), ["3", "2", "1", "0"]);
}

#[test]
fn two_hubs_may_publish_to_each_other() {
    let (one, other) = (DecisionHub::new(), DecisionHub::new());
    let (at_one, _) = Told::listen(&one);
    let (at_other, _) = Told::listen(&other);
    for (from, to) in [(&one, &other), (&other, &one)] {
        let to = to.clone();
        let _ = from.listen(move |decision| {
            let left: u32 = decision.user_id().parse().unwrap();
            if left > 0 {
                publish(&to, &(left - 1));
            }
        });
    }
    ends(move || publish(&one, &5));
    assert_eq!(
        (at_one.ids(), at_other.ids()),
        (["5", "3", "1"].map(str::to_owned).into(), ["4", "2", "0"].map(str::to_owned).into())
    );
}

#[test]
fn a_listener_may_add_listeners_and_remove_itself() {
    let hub = DecisionHub::new();
    let (added, itself) = (Told::default(), Arc::new(OnceLock::<Mutex<Option<Listening>>>::new()));
    let calls = Arc::new(AtomicUsize::new(0));
    let listening = hub.listen({
        let (hub, added, itself, calls) = (hub.clone(), added.clone(), Arc::clone(&itself), Arc::clone(&calls));
        move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            let added = added.clone();
            let _ = hub.listen(move |decision| added.add(decision));
            itself.get().unwrap().lock().unwrap().take().unwrap().remove();
        }
    });
    itself.set(Mutex::new(Some(listening))).unwrap();
    ends({
        let hub = hub.clone();
        move || (0..3).for_each(|id| publish(&hub, &id))
    });
    assert_eq!((calls.load(Ordering::Relaxed), added.ids()), (1, vec!["1".to_owned(), "2".to_owned()]));
}

#[test]
fn who_is_removed_by_a_listener_before_it_is_not_told() {
    let hub = DecisionHub::new();
    let victim = Arc::new(Mutex::new(None::<Listening>));
    let _ = hub.listen({
        let victim = Arc::clone(&victim);
        move |_| victim.lock().unwrap().take().into_iter().for_each(Listening::remove)
    });
    let (told, listening) = Told::listen(&hub);
    *victim.lock().unwrap() = Some(listening);
    publish(&hub, &0);
    assert_eq!(told.ids(), [] as [&str; 0]);
}

#[test]
fn no_lock_is_held_while_a_listener_runs() {
    for before in [0, 3] {
        let hub = DecisionHub::with_replay(1);
        (0..before).for_each(|id| publish(&hub, &id));
        let again = AtomicUsize::new(0);
        let listener = {
            let hub = hub.clone();
            move |_: &Decision| {
                if again.fetch_add(1, Ordering::Relaxed) > 0 {
                    return;
                }
                let hub = hub.clone();
                let other = thread::spawn(move || {
                    publish(&hub, "of another thread");
                    publish(&hub, "and one more");
                    let (_, listening) = Told::listen(&hub);
                    listening.remove();
                    hub.report()
                });
                other.join().unwrap();
            }
        };
        ends(move || {
            let _ = hub.listen(listener);
            publish(&hub, "last");
            assert_eq!(hub.report().published, before + 3);
        });
    }
}

#[test]
fn what_a_listener_holds_may_use_the_hub_when_it_goes() {
    struct Goes(DecisionHub);
    impl Drop for Goes {
        fn drop(&mut self) {
            publish(&self.0, "gone");
        }
    }
    ends(|| {
        let hub = DecisionHub::new();
        let goes = Goes(hub.clone());
        let listening = hub.listen(move |_| {
            let _ = &goes;
        });
        listening.remove();
        assert_eq!(hub.report().unheard, 1);
    });
}

/// Decisions are numbered by publisher: `publisher:number`.
pub(super) fn by_publisher(told: &[String], publishers: usize) -> Vec<Vec<u64>> {
    let mut numbers = vec![Vec::new(); publishers];
    for id in told {
        let (publisher, number) = id.split_once(':').unwrap();
        numbers[publisher.parse::<usize>().unwrap()].push(number.parse().unwrap());
    }
    numbers
}

#[test]
fn the_first_listener_misses_nothing_whenever_it_comes() {
    const PUBLISHERS: usize = 4;
    const EACH: u64 = 500;
    for round in 0..20 {
        let hub = DecisionHub::with_replay(PUBLISHERS * 500);
        let published = AtomicU64::new(0);
        let (first, later) = thread::scope(|scope| {
            for publisher in 0..PUBLISHERS {
                let (hub, published) = (&hub, &published);
                scope.spawn(move || {
                    for number in 0..EACH {
                        publish(hub, &format!("{publisher}:{number}"));
                        published.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            while published.load(Ordering::Relaxed) < round * 80 {
                thread::yield_now();
            }
            let (first, _) = Told::listen(&hub);
            let (later, _) = Told::listen(&hub);
            (first, later)
        });
        let whole: Vec<u64> = (0..EACH).collect();
        for numbers in by_publisher(&first.ids(), PUBLISHERS) {
            assert_eq!(numbers, whole, "each once, in order");
        }
        for numbers in by_publisher(&later.ids(), PUBLISHERS) {
            assert!(whole.ends_with(&numbers), "all from some point on: {numbers:?}");
        }
        let all = HubReport { published: PUBLISHERS as u64 * EACH, listeners: 2, ..HubReport::default() };
        assert_eq!(hub.report(), all);
    }
}

#[test]
fn a_slow_first_listener_catches_up() {
    const EACH: u64 = 300;
    let hub = DecisionHub::with_replay(8);
    (0..8).for_each(|number| publish(&hub, &format!("0:{number}")));
    let told = Told::default();
    let (started, waits) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (told, started) = (told.clone(), Mutex::new(Some(started)));
            hub.listen(move |decision| {
                drop(started.lock().unwrap().take());
                thread::sleep(Duration::from_micros(200));
                told.add(decision);
            });
        });
        assert!(waits.recv().is_err(), "it is being told");
        for publisher in 1..4 {
            let hub = &hub;
            scope.spawn(move || (0..EACH).for_each(|number| publish(hub, &format!("{publisher}:{number}"))));
        }
    });
    let numbers = by_publisher(&told.ids(), 4);
    assert_eq!(numbers[0], (0..8).collect::<Vec<_>>());
    assert!(numbers[1..].iter().all(|numbers| *numbers == (0..EACH).collect::<Vec<_>>()));
}

#[test]
fn listeners_come_and_go_while_others_are_told() {
    const EACH: u64 = 2_000;
    let hub = DecisionHub::new();
    let (stays, _) = Told::listen(&hub);
    thread::scope(|scope| {
        for publisher in 0..2 {
            let hub = &hub;
            scope.spawn(move || (0..EACH).for_each(|number| publish(hub, &format!("{publisher}:{number}"))));
        }
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let (told, listening) = Told::listen(&hub);
                    thread::yield_now();
                    listening.remove();
                    for numbers in by_publisher(&told.ids(), 2) {
                        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "without a gap: {numbers:?}");
                    }
                }
            });
        }
    });
    let whole: Vec<u64> = (0..EACH).collect();
    assert!(by_publisher(&stays.ids(), 2).iter().all(|numbers| *numbers == whole));
    assert_eq!(hub.report(), HubReport { published: 2 * EACH, listeners: 1, ..HubReport::default() });
}

#[derive(Debug, Clone)]
enum Step {
    Publish,
    Listen,
    Remove(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Publish),
        1 => Just(Step::Listen),
        1 => any::<usize>().prop_map(Step::Remove),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn everybody_is_told_what_they_should_be(steps in steps(), replay in 0_usize..6) {
        let hub = DecisionHub::with_replay(replay);
        let mut kept = Some(Vec::new());
        // Each listener, until it is removed its handle, and what it should have been told.
        let mut listeners: Vec<(Told, Option<Listening>, Vec<String>)> = Vec::new();
        let mut expected = HubReport::default();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Publish => {
                    let id = number.to_string();
                    publish(&hub, &id);
                    expected.published += 1;
                    let mut heard = 0;
                    for (_, listening, should) in &mut listeners {
                        if listening.is_some() {
                            should.push(id.clone());
                            heard += 1;
                        }
                    }
                    match &mut kept {
                        Some(kept) => {
                            kept.push(id);
                            expected.fell_out += u64::from(kept.len() > replay);
                            kept.drain(..kept.len().saturating_sub(replay));
                        }
                        None => expected.unheard += u64::from(heard == 0),
                    }
                }
                Step::Listen => {
                    let (told, listening) = Told::listen(&hub);
                    listeners.push((told, Some(listening), kept.take().unwrap_or_default()));
                }
                Step::Remove(at) if !listeners.is_empty() => {
                    let at = at % listeners.len();
                    listeners[at].1.take().into_iter().for_each(Listening::remove);
                }
                Step::Remove(_) => {}
            }
        }
        for (told, _, should) in &listeners {
            prop_assert_eq!(&told.ids(), should);
        }
        expected.waiting = kept.map_or(0, |kept| kept.len());
        expected.listeners = listeners.iter().filter(|(_, listening, _)| listening.is_some()).count();
        prop_assert_eq!(hub.report(), expected);
    }
}
