use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::*;

fn subject(distinct_id: &str) -> Subject<'_> {
    let kind = Kind::Viewed { engine: "Optimizely", experiment: None };
    Subject { kind, distinct_id, flag_key: "checkout", groups: &[] }
}

const ID: EventId = EventId([7; 16]);

fn seen(variation: &str) -> Seen<'_> {
    Seen { variation: Some(variation), rule: Some("rule"), enabled: true }
}

/// Claims, and confirms at once; says whether it was new.
fn report(memory: &Memory, distinct_id: &str, variation: &str) -> bool {
    let claim = memory.claim(HandleNumber::next, &subject(distinct_id), &seen(variation));
    claim.map(Claim::confirm).is_some()
}

#[test]
fn only_a_change_is_reported_and_a_change_back_is_one() {
    let memory = Memory::default();
    for (step, (user, variation, is_new)) in [
        ("a", "control", true),
        ("a", "control", false),
        ("b", "control", true),
        ("a", "test", true),
        ("a", "control", true),
        ("a", "control", false),
        ("b", "control", false),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(report(&memory, user, variation), is_new, "step {step}");
    }
}

#[test]
fn every_part_of_a_subject_and_of_a_value_counts() {
    let memory = Memory::default();
    let (acme, other) = ([("company".to_owned(), "acme".to_owned())], [("company".to_owned(), "other".to_owned())]);
    let (viewed, enabled) = (subject("u").kind, Some(true));
    let experiment = |experiment| Kind::Viewed { engine: "PostHog", experiment: Some(experiment) };
    let called = |variant| Kind::Called { variant, enabled };
    let subjects = [
        subject("u"),
        subject("v"),
        Subject { flag_key: "another", ..subject("u") },
        Subject { groups: &acme, ..subject("u") },
        Subject { groups: &other, ..subject("u") },
        Subject { kind: experiment("one"), ..subject("u") },
        Subject { kind: experiment("two"), ..subject("u") },
        Subject { kind: called(None), ..subject("u") },
        Subject { kind: called(Some("test")), ..subject("u") },
        Subject { kind: Kind::Called { variant: None, enabled: Some(false) }, ..subject("u") },
        Subject { kind: Kind::Called { variant: None, enabled: None }, ..subject("u") },
        Subject { kind: viewed, distinct_id: "u:checkout", flag_key: "x", groups: &[] },
        Subject { kind: viewed, distinct_id: "u", flag_key: "checkout:x", groups: &[] },
    ];
    let claim =
        |subject, seen: &Seen<'_>| memory.claim(HandleNumber::next, subject, seen).map(Claim::confirm).is_some();
    assert!(subjects.iter().all(|subject| claim(subject, &seen("on"))), "no two are one");
    assert!(!subjects.iter().any(|subject| claim(subject, &seen("on"))), "all are known");
    let values = [
        seen("off"),
        Seen { rule: None, ..seen("off") },
        Seen { variation: None, ..seen("off") },
        Seen { enabled: false, ..seen("off") },
        Seen { variation: Some(""), ..seen("off") },
    ];
    assert!(values.iter().all(|seen| claim(&subjects[0], seen)), "each is a change");
}

#[test]
fn a_claim_that_is_not_confirmed_is_none() {
    let memory = Memory::default();
    let claim = |variation| memory.claim(HandleNumber::next, &subject("u"), &seen(variation));
    drop(claim("on").expect("it is new"));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _claim = claim("on").expect("the first one was taken back");
        panic!("in a hook of the application");
    }));
    assert!(panicked.is_err());
    let open = claim("on").expect("so was that of the panic");
    assert!(claim("on").is_none(), "it is being reported");
    open.confirm();
    assert!(claim("on").is_none());
}

#[test]
fn what_a_late_confirmation_finds_changed_is_forgotten_and_not_overwritten() {
    let memory = Memory::default();
    let claim = |variation| memory.claim(HandleNumber::next, &subject("u"), &seen(variation));
    let (first, second) = (claim("on").unwrap(), claim("off").unwrap());
    second.confirm();
    first.confirm();
    // Which of the two records came last nobody knows.
    assert!(report(&memory, "u", "off"));
    assert!(!report(&memory, "u", "off"));
}

#[test]
fn a_lost_record_takes_its_entry_back_unless_another_came() {
    let memory = Memory::default();
    let receipt_of = |user, variation| {
        let claim = memory.claim(HandleNumber::next, &subject(user), &seen(variation)).expect("it is new");
        let receipt = *claim.receipt();
        claim.confirm();
        receipt
    };
    let (on, of_another) = (receipt_of("u", "on"), receipt_of("v", "on"));
    memory.take_back(&on, ID);
    assert!(report(&memory, "u", "on"), "the next decision reports it");
    assert!(!report(&memory, "v", "on"));
    assert!(report(&memory, "u", "off"));
    memory.take_back(&on, ID);
    assert!(!report(&memory, "u", "off"), "a later value stays");
    memory.take_back(&of_another, ID);
    memory.take_back(&of_another, ID);
    assert!(report(&memory, "v", "on"));
    Memory::default().take_back(&on, ID);
}

#[test]
fn in_the_scope_of_a_request_each_handle_remembers_for_itself() {
    let memory = Memory::new(Dedup::request());
    let (one, other) = (HandleNumber::next(), HandleNumber::next());
    let claim = |handle| memory.claim(|| handle, &subject("u"), &seen("on")).map(Claim::confirm).is_some();
    assert_eq!([claim(one), claim(other), claim(one), claim(other)], [true, true, false, false]);
    let memory = Memory::new(Dedup::process());
    let claim = |handle| memory.claim(|| handle, &subject("u"), &seen("on")).map(Claim::confirm).is_some();
    assert_eq!([claim(one), claim(other)], [true, false]);
}

#[test]
fn what_is_remembered_for_no_time_is_reported_each_time() {
    let memory = Memory::new(Dedup::process().time_to_live(Duration::ZERO));
    assert!(report(&memory, "u", "on") && report(&memory, "u", "on"));
}

#[test]
fn of_eight_threads_one_reports() {
    let (memory, reports) = (Memory::default(), AtomicUsize::new(0));
    let users: Vec<_> = (0..2_000).map(|user| user.to_string()).collect();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for user in &users {
                    reports.fetch_add(report(&memory, user, "on").into(), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(reports.into_inner(), 2_000);
}

/// Who is told of everything, and takes records over or not.
#[derive(Debug, Default)]
struct Others {
    told: Mutex<Vec<String>>,
    are_silent: bool,
}

impl Fleet for Others {
    fn mark(&self, subject: &Subject<'_>, seen: &Seen<'_>) -> FleetMark {
        let mut mark = FleetMark { key: [0; 16], value: [0; 8] };
        mark.key[0] = subject.distinct_id.as_bytes()[0];
        mark.value[0] = seen.variation.unwrap_or("-").as_bytes()[0];
        mark
    }

    fn ask(&self, _: &[u8]) -> bool {
        !self.are_silent
    }

    fn tell(&self, _: &[u8]) {}

    fn take_back(&self, mark: FleetMark, id: EventId) {
        let (key, value) = (char::from(mark.key[0]), char::from(mark.value[0]));
        self.told.lock().unwrap().push(format!("{key}={value} {}", id.0[0]));
    }
}

fn shared_with(others: Others) -> (Memory, Arc<Others>) {
    let (memory, others) = (Memory::default(), Arc::new(others));
    memory.share(Arc::clone(&others) as Arc<dyn Fleet>);
    (memory, others)
}

#[test]
fn a_fleet_hears_of_lost_records_also_of_those_of_other_processes() {
    let (memory, others) = shared_with(Others::default());
    let claim = memory.claim(HandleNumber::next, &subject("u"), &seen("on")).unwrap();
    let mut text = Vec::new();
    claim.receipt().write(&mut text);
    drop(claim);
    assert!(others.told.lock().unwrap().is_empty(), "it was never asked");

    let (restarted, others) = shared_with(Others::default());
    let receipt = Receipt::read(std::str::from_utf8(&text).unwrap()).expect("it is one");
    restarted.take_back(&receipt, ID);
    assert_eq!(*others.told.lock().unwrap(), ["u=o 7"]);
}

#[test]
fn a_fleet_is_asked_each_time_about_what_may_have_changed_elsewhere() {
    let (memory, _) = shared_with(Others::default());
    for _ in 0..2 {
        let claim = memory.claim(HandleNumber::next, &subject("u"), &seen("on")).expect("who knows");
        assert_eq!(memory.ask(claim.receipt(), b""), Asked::Fleet);
        assert!(memory.enter(claim.receipt().here), "it is entered when the fleet has answered, and by nobody else");
        claim.confirm();
        memory.table().take_back(memory.table().fingerprint(&(None::<HandleNumber>, &subject("u")), &seen("on")));
    }

    let called = Subject { kind: Kind::Called { variant: None, enabled: Some(true) }, ..subject("u") };
    let claim = || memory.claim(HandleNumber::next, &called, &Seen::default());
    let here = claim().expect("it is new").receipt().here;
    assert!(claim().is_some(), "the fleet has not answered");
    assert!(memory.enter(here));
    assert!(claim().is_none(), "a value that was told stays told");
}

#[test]
fn where_the_fleet_takes_nothing_the_process_goes_by_what_it_knows() {
    let (memory, _) = shared_with(Others { are_silent: true, ..Others::default() });
    let ask = |variation| {
        let claim = memory.claim(HandleNumber::next, &subject("u"), &seen(variation)).expect("who knows");
        let asked = memory.ask(claim.receipt(), b"");
        claim.confirm();
        asked
    };
    assert_eq!(["on", "on", "off", "on"].map(ask), [Asked::Nobody, Asked::Here, Asked::Nobody, Asked::Nobody]);
}
