use super::*;
use crate::dedup::Receipt;
use crate::destinations::Destinations;
use crate::event::{PlanId, PropertyWriter, Terms};
use crate::hash_key::HashKey;
use crate::id::EventId;
use crate::reach::Reach;
use crate::sensitivity::Sensitivity;
use crate::value::Timestamp;

const PLAN: PlanId = PlanId::new("p", "0").allow(Destinations::POSTHOG, Sensitivity::Personal);

const RECEIPT: &str = "00000000000000fefffffffffffffffe";

fn encoded() -> Vec<u8> {
    let mut distinct_id = Vec::new();
    encode_text(&mut distinct_id, "user \"1\"");
    let mut anonymous_id = Vec::new();
    encode_text(&mut anonymous_id, "cookie-7");
    let mut groups = Vec::new();
    encode_group(&mut groups, "company", "acme");
    encode_group(&mut groups, "team", "red");
    let time = Timestamp::from_unix_millis(1_767_323_045_678);
    let receipt = Receipt::read(RECEIPT);
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL.without(Destinations::SEGMENT),
        id: EventId(*b"0123456789abcdef"),
        time,
        marks: Marks::NONE.with(Mark::PersonProfile, false).with_anonymous(true),
        name: "Order Completed",
        names: &[None, None, Some("Ordered \"it\""), None],
        distinct_id: &distinct_id,
        anonymous_id: &anonymous_id,
        second_id: "",
        group_type: "",
        groups: (2, &groups),
        receipt: receipt.as_ref(),
    };
    let write = |runs: &mut RunWriter| {
        let key = HashKey::new(b"Jefe");
        let terms = Terms::new(PLAN.audience(), Destinations::ALL, Reach::EVERYBODY, key.as_ref());
        let mut properties = PropertyWriter::new(runs, &terms);
        properties.internal("a", &1_i64);
        properties.internal("b", "two");
        properties.set().personal("c", &true);
        properties.public("d", &None::<bool>);
        properties.hashed().internal("e", &2.5);
        properties.hashed().personal("f", "what do ya want for nothing?");
    };
    RecordWriter::encode(&header, write, |bytes, _| bytes.to_vec())
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let bytes = encoded();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.bytes.len(), bytes.len());
    assert_eq!(record.verb, Verb::Capture);
    assert_eq!(record.destinations, Destinations::POSTHOG.and(Destinations::MIXPANEL));
    assert_eq!(record.id, EventId(*b"0123456789abcdef"));
    assert_eq!(record.time.to_string(), "2026-01-02T03:04:05.678Z");
    assert_eq!((record.name, record.name_at(Destinations::POSTHOG)), ("Order Completed", "Order Completed"));
    assert_eq!(record.name_at(Destinations::MIXPANEL), r#"Ordered \"it\""#);
    assert_eq!(record.distinct_id, r#"user \"1\""#, "escaped, ready for an envelope");
    assert_eq!(record.anonymous_id, "cookie-7");
    assert_eq!(record.marks.get(Mark::PersonProfile), Some(false));
    assert!(record.marks.is_anonymous());
    assert_eq!(record.groups().collect::<Vec<_>>(), [("company", "acme"), ("team", "red")]);
    assert_eq!((record.receipt(), record.receipt().is_some()), (Receipt::read(RECEIPT), true));
    let runs: Vec<_> =
        record.runs().map(|run| (run.tag, run.destinations, std::str::from_utf8(run.fragments).unwrap())).collect();
    let personal = RunTag::new(Place::Event, Class::Personal);
    assert_eq!(
        runs,
        [
            (RunTag::new(Place::Event, Class::Internal), Destinations::EVERY, r#","a":1,"b":"two""#),
            (RunTag::new(Place::Set, Class::Personal), Destinations::POSTHOG, r#","c":true"#),
            (RunTag::new(Place::Event, Class::Internal), Destinations::EVERY, r#","e":2.5"#),
            (personal, Destinations::POSTHOG, r#","f":"what do ya want for nothing?""#),
            (personal.twin(), Destinations::POSTHOG, r#","f":"5bdcc146bf60754e6a042426089575c7""#),
        ]
    );
}

#[test]
fn a_tag_says_what_it_was_made_of_and_an_unknown_one_nothing() {
    let tag = RunTag::new(Place::SetOnce, Class::Unplanned);
    assert_eq!((tag.place(), tag.class()), (Some(Place::SetOnce), Some(Class::Unplanned)));
    assert_eq!(
        (tag.is_twin(), tag.is_under(), tag.twin().is_twin(), tag.under().is_under()),
        (false, false, true, true)
    );
    assert_eq!(tag.twin().under().class(), tag.class());
    assert_eq!(tag.twin().under().place(), tag.place());
    for byte in 0..=u8::MAX {
        let tag = RunTag::from_byte(byte);
        assert_eq!(tag.place().is_none(), byte & 8 != 0 && byte & 3 != 0, "{byte}");
        assert_eq!(tag.class().is_none(), byte & 0x40 != 0, "{byte}");
    }
}

#[test]
fn no_bytes_make_the_reader_panic_or_read_beyond_the_record() {
    let whole = encoded();
    for length in 0..whole.len() {
        assert!(Record::read(&whole[..length]).is_err(), "a record cut at {length} is no record");
    }
    for position in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[position] = byte;
            if let Ok(record) = Record::read(&bytes) {
                assert!(record.bytes.len() <= bytes.len());
                let _ = (record.groups().count(), record.runs().count(), record.name);
            }
        }
    }
}

#[test]
fn a_record_of_another_version_is_not_read() {
    let mut bytes = encoded();
    bytes[4] = VERSION + 1;
    let error = Record::read(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "a record of version 5, and this program reads 4");
}
