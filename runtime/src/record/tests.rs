use super::*;
use crate::event::PropertyWriter;
use crate::id::EventId;
use crate::sensitivity::Sensitivity;
use crate::value::Timestamp;

fn encoded() -> Vec<u8> {
    let mut distinct_id = Vec::new();
    encode_text(&mut distinct_id, "user \"1\"");
    let mut groups = Vec::new();
    encode_group(&mut groups, "company", "acme");
    encode_group(&mut groups, "team", "red");
    let time = Timestamp::from_unix_millis(1_767_323_045_678);
    let header = Header {
        verb: Verb::Capture,
        destinations: Destinations::ALL.without(Destinations::SEGMENT),
        id: EventId(*b"0123456789abcdef"),
        time,
        name: "Order Completed",
        names: &[None; Destinations::KINDS],
        distinct_id: &distinct_id,
        second_id: "",
        group_type: "",
        groups: (2, &groups),
    };
    let write = |runs: &mut RunWriter| {
        let mut properties = PropertyWriter::new(runs);
        properties.internal("a", &1_i64);
        properties.internal("b", "two");
        properties.set().personal("c", &true);
        properties.public("d", &None::<bool>);
        runs.only_for(Destinations::SEGMENT);
        PropertyWriter::new(runs).internal("e", &2.5);
    };
    RecordWriter::encode(&header, write, |bytes, _| bytes.to_vec())
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let bytes = encoded();
    let record = Record::read(&bytes).unwrap();
    assert_eq!(record.bytes.len(), bytes.len());
    assert_eq!(record.verb, Verb::Capture);
    assert!(record.destinations.contains(Destinations::POSTHOG));
    assert!(!record.destinations.contains(Destinations::SEGMENT));
    assert_eq!(record.id, EventId(*b"0123456789abcdef"));
    assert_eq!(record.time.to_string(), "2026-01-02T03:04:05.678Z");
    assert_eq!(record.name_at(Destinations::MIXPANEL), "Order Completed");
    assert_eq!(record.distinct_id, r#"user \"1\""#, "escaped, ready for an envelope");
    assert_eq!(record.groups().collect::<Vec<_>>(), [("company", "acme"), ("team", "red")]);
    let runs: Vec<_> = record
        .runs()
        .map(|run| (run.tag.place(), run.tag.class(), run.destinations, std::str::from_utf8(run.fragments).unwrap()))
        .collect();
    let (event, internal) = (Some(Place::Event), Some(Sensitivity::Internal));
    assert_eq!(
        runs,
        [
            (event, internal, Destinations::ALL, r#","a":1,"b":"two""#),
            (Some(Place::Set), Some(Sensitivity::Personal), Destinations::ALL, r#","c":true"#),
            (event, internal, Destinations::SEGMENT, r#","e":2.5"#),
        ]
    );
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
    assert!(Record::read(&bytes).is_err());
}
