//! Any bytes are a plan, or an error that says where: the compiler under random plans. The same of notifications, and of
//! definitions of flags.
//!
//! A run is some thousand cases, the same each time. `TAXOGEN_FUZZ_SECONDS=300 cargo test --release -p taxogen-tests
//! --test fuzz` runs each driver for that long with new ones; one that fails prints its seed, and
//! `TAXOGEN_FUZZ_SEED=n` with the name of the test repeats it alone.

mod answers;
mod decisions;
mod flags;
mod grammar;
mod holds;
mod mutate;
mod random;

use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use self::random::Random;

/// A case that takes longer hangs.
const HANG: Duration = Duration::from_secs(60);

/// Every plan of the repository's tests.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["golden", "compiler/mistakes", "readme", "macros/workspaces/shop", ".."] {
        let entries = fs::read_dir(root.join(folder)).expect("the folder is there");
        let entries = entries.map(|entry| entry.expect("it can be read").path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")));
    }
    paths.sort();
    let texts: Vec<_> = paths.iter().map(|path| fs::read_to_string(path).expect("a plan is text")).collect();
    assert!(texts.len() > 50, "the corpus is there");
    texts
}

/// Runs cases: so many, or as long as was asked for, or the one of that seed.
fn run(cases: u64, case: &dyn Fn(u64)) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("it is a number"));
    if let Some(seed) = number("TAXOGEN_FUZZ_SEED") {
        return case(seed);
    }
    let watch = Watch::new();
    let once = |seed: u64| {
        watch.begin(seed);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| case(seed)));
        if let Err(payload) = outcome {
            eprintln!("TAXOGEN_FUZZ_SEED={seed}");
            panic::resume_unwind(payload);
        }
    };
    match number("TAXOGEN_FUZZ_SECONDS") {
        None => (0..cases).for_each(once),
        Some(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds);
            let start = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs() << 24;
            let seeds = (start..).take_while(|_| Instant::now() < end);
            eprintln!("{} cases", seeds.map(once).count());
        }
    }
}

/// Ends the process where a case hangs.
struct Watch {
    seed: Arc<AtomicU64>,
    begun: Arc<Mutex<Instant>>,
}

impl Watch {
    fn new() -> Self {
        let watch = Self { seed: Arc::default(), begun: Arc::new(Mutex::new(Instant::now())) };
        let (seed, begun) = (Arc::clone(&watch.seed), Arc::downgrade(&watch.begun));
        thread::spawn(move || {
            while let Some(begun) = begun.upgrade() {
                if begun.lock().is_ok_and(|begun| begun.elapsed() > HANG) {
                    eprintln!("hangs: TAXOGEN_FUZZ_SEED={}", seed.load(Ordering::Relaxed));
                    process::abort();
                }
                drop(begun);
                thread::sleep(Duration::from_millis(200));
            }
        });
        watch
    }

    fn begin(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
        *self.begun.lock().expect("nobody panics with it") = Instant::now();
    }
}

/// What stands in a text, where a case fails.
fn showing(text: &str, work: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(work)) {
        eprintln!("{text}\n-----");
        panic::resume_unwind(payload);
    }
}

#[test]
fn any_text_is_a_tree_or_an_error() {
    let corpus = corpus();
    run(2_000, &|seed| {
        let mut random = Random::new(seed);
        let text = mutate::mutate(random.pick(&corpus).as_str(), random.pick(&corpus).as_str(), 12, &mut random);
        showing(&text, || holds::of_tree(&text));
    });
}

#[test]
fn a_plan_that_was_changed_compiles_or_says_why() {
    let corpus = corpus();
    run(400, &|seed| {
        let mut random = Random::new(seed);
        let text = mutate::mutate(random.pick(&corpus).as_str(), random.pick(&corpus).as_str(), 3, &mut random);
        let part = mutate::mutate(random.pick(&corpus).as_str(), "", 2, &mut random);
        showing(&text, || {
            let _ = holds::of_plan(&[("taxonomy.yaml", &text), ("plans/part.yaml", &part), ("a.yaml", "{")]);
        });
    });
}

#[test]
fn a_plan_of_the_languages_words_compiles_or_says_why() {
    let (right, all) = (AtomicU64::new(0), AtomicU64::new(0));
    run(300, &|seed| {
        let mut random = Random::new(seed);
        let (mut text, part) = grammar::plan(&mut random);
        if random.once_in(4) {
            text = mutate::mutate(&text, &part, 2, &mut random);
        }
        showing(&format!("{text}\n--- plans/part.yaml\n{part}"), || {
            let is_right = holds::of_plan(&[("taxonomy.yaml", &text), ("plans/part.yaml", &part)]);
            right.fetch_add(u64::from(is_right), Ordering::Relaxed);
            all.fetch_add(1, Ordering::Relaxed);
        });
    });
    let (right, all) = (right.into_inner(), all.into_inner());
    // Otherwise the later stages see nothing.
    assert!(all < 100 || right * 30 > all, "{right} of {all} plans are right");
}

#[test]
fn any_text_is_a_notification_or_an_error() {
    let corpus = decisions::corpus();
    let read = AtomicU64::new(0);
    run(3_000, &|seed| {
        let mut random = Random::new(seed);
        let mut text = random.pick(&corpus).clone();
        if random.once_in(2) {
            text = mutate::mutate(&text, random.pick(&corpus).as_str(), 3, &mut random);
        } else {
            text = decisions::with_other_value(&text, &mut random);
        }
        showing(&text, || {
            read.fetch_add(u64::from(decisions::holds(&text)), Ordering::Relaxed);
        });
    });
    assert!(read.into_inner() > 0, "some are read");
}

#[test]
fn any_bytes_are_an_answer_about_flags_or_an_error() {
    let corpus = answers::corpus();
    let read = AtomicU64::new(0);
    run(3_000, &|seed| {
        let mut random = Random::new(seed);
        let mut text = random.pick(&corpus).clone();
        if random.once_in(2) {
            text = mutate::mutate(&text, random.pick(&corpus).as_str(), 3, &mut random);
        } else if text.starts_with('{') {
            text = decisions::with_other_value(&text, &mut random);
        }
        let bytes = answers::with_odd_bytes(&text, &mut random);
        showing(&text, || {
            read.fetch_add(u64::from(answers::holds(&bytes)), Ordering::Relaxed);
        });
    });
    assert!(read.into_inner() > 0, "some are read");
}

#[test]
fn flags_are_evaluated_whatever_stands_beside_them_and_whoever_asks() {
    let corpus = flags::Corpus::read();
    run(1_500, &|seed| {
        let mut random = Random::new(seed);
        let (document, properties) = (corpus.document(&mut random), corpus.properties(&mut random));
        showing(&format!("{document}\n--- properties\n{properties}"), || {
            flags::holds(&document, &properties, true, &mut random);
        });
    });
}

#[test]
fn any_text_is_definitions_of_flags_or_an_error() {
    let corpus = flags::Corpus::read();
    let read = AtomicU64::new(0);
    run(1_500, &|seed| {
        let mut random = Random::new(seed);
        let (text, properties) = (corpus.text(&mut random), corpus.properties(&mut random));
        showing(&format!("{text}\n--- properties\n{properties}"), || {
            let is_read = flags::holds(&text, &properties, false, &mut random);
            read.fetch_add(u64::from(is_read), Ordering::Relaxed);
        });
    });
    assert!(read.into_inner() > 0, "some are read");
}
