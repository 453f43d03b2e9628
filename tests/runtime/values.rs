//! Types of the plan that check themselves, and what becomes of a value or a payload that breaks a rule.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;
use taxogen::Client;
use taxogen_sandbox::FlagAnswer;
use taxogen_tests::golden::collections::{events, types};
use taxogen_tests::golden::enumeration::types::{Channel, Grade, Online, SeenHigher, SeenKnown, Status};
use taxogen_tests::golden::payload::{flags, types as payloads};

use taxogen_tests::checkout::Stage;

const LEFT: types::Code<'static> = types::Code::literal("left");

#[test]
fn a_named_type_is_checked_where_it_is_built() {
    let error = |result: Result<(), taxogen::ConstraintError>| result.expect_err("it breaks a rule").to_string();
    assert_eq!(error(types::Row::new(vec![]).map(|_| ())), "a `row` is at least 1 item");
    assert_eq!(error(types::Row::new(vec![1; 4]).map(|_| ())), "a `row` is at most 3 items");
    assert_eq!(
        error(types::ShortCode::new(types::Code::literal("12345")).map(|_| ())),
        "a `short_code` is at most 4 characters"
    );
    let full: BTreeMap<_, _> = (0..10).map(|key| (key.to_string().into(), "".into())).collect();
    assert_eq!(error(types::PackedShelves::new(full).map(|_| ())), "a `PackedShelves` is at most 9 items");
    assert_eq!(types::Row::new(vec![1, 2, 3]).expect("it keeps its rules").get(), [1, 2, 3]);
    assert_eq!(types::ShortCode::new(LEFT).expect("it keeps its rules").get().get(), "left");
}

#[test]
fn rules_beside_a_type_are_checked_when_the_event_is_written() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&told);
    let (client, recorder) =
        Client::builder().on_invalid(move |invalid| hear.lock().unwrap().push(invalid.to_string())).recorder();
    let leaf = || types::TreeList::new(vec![]);
    let full = || types::PackedBlocks::new(vec![types::PackedBlocksItem::Full]).expect("one is enough");
    let shelf = types::PackedShelves::new(BTreeMap::from([("a".into(), "b".into())])).expect("one is allowed");
    let index = types::Index::new(BTreeMap::from([("x".into(), types::Entries::new(vec![None, Some(vec![])]))]));
    let packed = events::Packed::new("s", vec![])
        .with_forest(types::TreeList::new(vec![leaf(), types::TreeList::new(vec![leaf()])]))
        .with_index(index)
        .with_board(vec![types::Row::new(vec![1]).expect("one is enough")])
        .with_blocks(vec![full(), full(), full()])
        .with_shelves(BTreeMap::from([(LEFT, shelf)]))
        .with_price(types::Amount::literal(101));
    client.user("u").capture(packed.with_matrix(vec![vec![0.5]]));

    assert_eq!(
        recorder.all()[0].to_json(),
        r#"{"sku":"s","skus":[],"matrix":[[0.5]],"forest":[[],[[]]],"index":{"x":[null,[]]},"board":[[1]],"#.to_owned()
            + r#""shelves":{"left":{"a":"b"}}}"#
    );
    assert_eq!(
        *told.lock().unwrap(),
        [
            "`blocks` of `packed` is left out: it has to be at most 2 items, and is `[[\"full\"],[\"full\"],[\"full\"]]`",
            "`price` of `packed` is left out: it has to be at most 100, and is `101`",
        ]
    );
    assert_eq!(client.report().invalid, 2);
}

#[test]
fn a_payload_that_breaks_a_rule_is_none_and_the_plans_own_stands_in() {
    let stage = Stage::posthog();
    let served = |key: &str, payload: serde_json::Value| {
        stage.sandbox.flags().set_default(key, FlagAnswer::on().payload(payload));
        stage.loaded("u1")
    };
    let limits = |more: serde_json::Value| {
        let mut payload = json!({ "timeout_ms": 1, "tier": "free" });
        payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        served(flags::LIMITS.key(), payload).flag(flags::LIMITS).timeout_ms
    };
    let fits = json!({ "retries": 5, "title": "short", "grid": [[1, 2]], "shelves": { "left": [[], [[]]] } });
    assert_eq!(limits(fits), 1);
    for breaks in [
        json!({ "retries": 6 }),
        json!({ "title": "a title that is far too long" }),
        json!({ "grid": [] }),
        json!({ "grid": [[1, 2, 3]] }),
        json!({ "shelves": { "far to the left": [] } }),
        json!({ "share": 101 }),
    ] {
        assert_eq!(limits(breaks.clone()), 5000, "{breaks}");
    }
    for (size, expected) in [(1, 1), (0, 4)] {
        assert_eq!(served(flags::POOL_SIZE.key(), json!(size)).flag(flags::POOL_SIZE).get(), expected);
    }
    let steps = served(flags::STEPS.key(), json!(["a", "b", "a", "b"])).flag(flags::STEPS);
    assert_eq!(steps.get(), [payloads::StepsPayloadItem::A]);
    assert_eq!(
        stage.problems(),
        [
            "flag `limits`: `retries` of the payload is out of place: at most 5: the default stands in",
            "flag `limits`: `title` of the payload is out of place: at most 20 characters: the default stands in",
            "flag `limits`: `grid` of the payload is out of place: at least 1 item: the default stands in",
            "flag `limits`: `grid[0]` of the payload is out of place: a `LimitsPayloadGrid` is at most 2 items: the \
             default stands in",
            "flag `limits`: `shelves.far to the left` of the payload is out of place: a `place` is at most 8 characters: \
             the default stands in",
            "flag `limits`: `share` of the payload is out of place: a `percentage` is at most 100: the default stands in",
            "flag `pool-size`: the payload is out of place: a `PoolSizePayload` is at least 1: the default stands in",
            "flag `steps`: the payload is out of place: a `StepsPayload` is at most 3 items: the default stands in",
        ]
    );
}

#[test]
fn a_part_of_an_enum_becomes_the_whole_and_the_whole_may_be_one_of_the_part() {
    assert_eq!(Channel::from(Online::Mobile), Channel::Mobile);
    assert_eq!(Online::try_from(Channel::Mobile), Ok(Online::Mobile));
    assert_eq!(Online::try_from(Channel::Unknown), Err(Channel::Unknown));
    assert_eq!(SeenHigher::try_from(Grade::Other(2)), Err(Grade::Other(2)));
    assert_eq!(SeenKnown::try_from(Status::Gone), Ok(SeenKnown::Gone));
    assert_eq!(SeenKnown::try_from(Status::Other("lost".into())), Err(Status::Other("lost".into())));
}
