//! Random events.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use taxogen::{LossReason, Options};
use taxogen_sandbox::{Sandbox, Vendor, Verdict};

use super::With;
use crate::vendors::{LONG, listen, to_all};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "\\PC{0,40}",
        1 => (any::<char>(), 80_usize..300).prop_map(|(character, count)| character.to_string().repeat(count)),
        1 => ("[\"\\\\\n\u{1}é日🦀a]{0,300}", Just(())).prop_map(|(text, ())| text),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text().prop_map(Value::from),
        (250_usize..260).prop_map(|count| json!(vec![0; count])),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn whatever_is_captured_goes_out_as_json_within_the_limits() {
    let event = (vec((text(), value()), 0..12), text(), text(), 0..5_u8);
    let mut runner = TestRunner::deterministic();
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to_all(&sandbox));
    let client = builder.build().unwrap();
    let count = 120;
    for number in 0..count {
        let (properties, id, other, way) = event.new_tree(&mut runner).unwrap().current();
        // No name that is another's in the message.
        let properties = properties.into_iter().map(|(name, value)| (format!("p_{name}"), value));
        let event = With(properties.collect());
        let user = client.user(format!("{number} {id}")).with_anonymous_id(format!("a {other}"));
        match way {
            0 => user.page(event),
            1 => user.screen(event),
            2 => client.anonymous(format!("{number} {id}")).capture(event),
            _ => user.capture_with(event, &Options::new().process_person_profile(true)),
        }
    }
    let report = client.shutdown(LONG);
    assert_eq!(report.kept, 0);
    // Ids may be too long; nothing else is lost, and no vendor has anything to say against what it got.
    assert!(report.lost.iter().all(|(reason, _)| *reason == LossReason::TooLarge), "{:?}", losses.lock().unwrap());
    assert!(report.delivered > 2 * count && report.limited > 20, "{report}");
    for vendor in Vendor::ALL {
        let name = vendor.name().to_lowercase();
        let own = report.destinations.iter().find(|one| one.name == name).unwrap();
        let messages = sandbox.messages(vendor);
        assert!(messages.iter().all(|message| message.verdict == Verdict::Accepted), "{vendor}");
        assert_eq!(messages.len() as u64, own.delivered, "{vendor}");
        assert!(sandbox.requests(vendor).iter().all(|request| request.status == Some(200)), "{vendor}");
        if vendor == Vendor::Mixpanel {
            let noted: Vec<_> = messages.iter().filter(|message| !message.notes.is_empty()).collect();
            assert!(noted.is_empty(), "mixpanel cuts nothing: {noted:#?}");
        }
    }
}
