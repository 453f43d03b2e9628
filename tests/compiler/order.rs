//! The promise that no change of the plan's order or extent moves a value of code that still compiles.
//!
//! Calling code is written once, against a random event, and then read against the same event after its
//! properties were permuted, or some were added, or some removed: either it does not compile any more, or
//! it gives the same JSON object. What compiles is decided on the signatures in the emitted code, by
//! [`Argument::fits`]; which value arrives where is followed through the body of `new`, the setters and
//! the lines of `write`. A const property is the plan's own value, so it is only moved. Properties are the event's own, or
//! included through groups that include others; what the plan says of the event besides (`name`, `send_as`, `to`, `open`,
//! `super`) changes as well. What an open event is given under a name that the plan declares later is left out, and told.
//!
//! That the test can fail is tested too: with [`Rule::Positions`] every literal with names is read as
//! positions, as an emitter without that rule would write it, and a moved value must be found.

mod caller;
mod code;
mod plan;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use self::caller::{Caller, Given};
use self::code::{Code, Rule};
use self::plan::{Change, Property, Words};

/// An event, what happens to it, what the plan says of it before and after, and what the caller decides.
type Case = (Vec<Property>, Change, [Words; 2], Vec<Given>);

fn check(rule: Rule) -> Result<(), TestError<Case>> {
    let config =
        ProptestConfig { cases: 96, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = match rule {
        Rule::AsEmitted => TestRunner::new(config),
        // What must be found is found in every run.
        Rule::Positions => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let given = prop::collection::vec(any::<Given>(), plan::MOST + 4);
    let words = prop::array::uniform2(plan::words());
    runner.run(&(plan::properties(), plan::change(), words, given), |(properties, change, words, given)| {
        let before = Code::of(&plan::yaml(words[0], &properties), rule);
        let after = Code::of(&plan::yaml(words[1], &change.of(&properties)), rule);
        let caller = Caller::write(&before, &given);
        let object = caller.object(&before).expect("the code was written against this plan");
        let object = caller.without_declared(object, &after);
        match caller.object(&after).map(|changed| caller.without_declared(changed, &before)) {
            Some(changed) if changed != object => Err(TestCaseError::fail(format!("{object:?} became {changed:?}"))),
            _ => Ok(()),
        }
    })
}

#[test]
fn code_that_still_compiles_gives_the_same_object() {
    if let Err(error) = check(Rule::AsEmitted) {
        panic!("{error}");
    }
}

#[test]
fn an_emitter_that_uses_positions_for_equal_types_is_caught() {
    assert!(matches!(check(Rule::Positions), Err(TestError::Fail(..))));
}

#[test]
fn unchanged_code_is_followed_to_its_values() {
    let code = Code::of(
        "taxogen: 1\nevents:\n  e:\n    properties:\n      a: { type: string, required: true, person: set }\n      \
         b: { type: string, required: true }\n      c: { type: integer, nullable: true }\n      d: { const: x }\nperson:\n  \
         a: string\n",
        Rule::AsEmitted,
    );
    let caller = Caller::write(&code, &[Given { choice: 0, is_set: true }; plan::MOST]);
    let object: Vec<_> = caller.object(&code).expect("it compiles").into_iter().collect();
    let expected =
        [("$set.a", "\"value 0\""), ("a", "\"value 0\""), ("b", "\"value 1\""), ("c", "null"), ("d", "\"x\"")];
    assert_eq!(object, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn what_an_open_event_is_given_besides_is_followed_too() {
    let open = |more: &str| {
        let plan =
            format!("taxogen: 1\nsuper: {{ x: {{ type: string, sensitivity: personal }} }}\nevents:\n  e: {more}\n");
        Code::of(&plan, Rule::AsEmitted)
    };
    let before = open("{ open: true, properties: { a: { type: string, hash: true, required: true } } }");
    let caller = Caller::write(&before, &[Given { choice: 0, is_set: true }; 5]);
    let names = |code: &Code| caller.object(code).map(|object| object.into_keys().collect::<Vec<_>>().concat());
    assert_eq!(names(&before).as_deref(), Some("afyz"), "x is hidden");
    let now = "{ open: true, properties: { f: integer, a: { type: string, required: true } } }";
    assert_eq!(names(&open(now)).as_deref(), Some("ayz"));
    assert_eq!(names(&open("{ properties: { a: { type: string, required: true } } }")), None, "no longer open");
}
