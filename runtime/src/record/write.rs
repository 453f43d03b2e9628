use std::cell::Cell;

use super::{FIXED, Marks, RunWriter, VERSION, Verb};
use crate::dedup::Receipt;
use crate::destinations::Destinations;
use crate::event::{Audience, Names, PlanId, PropertyWriter, Terms};
use crate::id::EventId;
use crate::json;
use crate::value::{Invalid, Timestamp};

/// All of a record but its properties.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'a> {
    pub(crate) verb: Verb,
    pub(crate) destinations: Destinations,
    pub(crate) id: EventId,
    pub(crate) time: Timestamp,
    pub(crate) marks: Marks,
    pub(crate) name: &'a str,
    /// Where it has another.
    pub(crate) names: &'a Names,
    /// As [`encode_text`] made it.
    pub(crate) distinct_id: &'a [u8],
    /// The same; of no bytes where there is none.
    pub(crate) anonymous_id: &'a [u8],
    pub(crate) second_id: &'a str,
    pub(crate) group_type: &'a str,
    /// As [`encode_group`] made them, and how many there are.
    pub(crate) groups: (u8, &'a [u8]),
    /// Of what is reported once.
    pub(crate) receipt: Option<&'a Receipt>,
}

/// What there is to tell of a record besides its bytes.
pub(crate) struct Told {
    /// What was left out.
    pub(crate) invalid: Vec<Invalid>,
    /// How many hashes there are not, because there is no key.
    pub(crate) unhashed: u64,
}

/// A record being written: the header is, the properties follow.
pub(crate) struct RecordWriter;

thread_local! {
    /// One buffer per thread: a capture allocates nothing once it has grown.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What a thread's buffer may keep between captures; one that a huge event grew is given back.
const KEPT: usize = 256 * 1024;

impl RecordWriter {
    /// Encodes a record and hands its bytes, and what there is to tell of it, to `use_it`.
    ///
    /// `properties` may itself capture: the inner record then gets a buffer of its own.
    pub(crate) fn encode<R>(
        header: &Header<'_>,
        properties: impl FnOnce(&mut RunWriter),
        use_it: impl FnOnce(&[u8], Told) -> R,
    ) -> R {
        let mut runs = RunWriter::new(SCRATCH.try_with(Cell::take).unwrap_or_default());
        write_header(&mut runs.bytes, header);
        properties(&mut runs);
        runs.close();
        let length = u32::try_from(runs.bytes.len()).unwrap_or(u32::MAX);
        runs.bytes[0..4].copy_from_slice(&length.to_le_bytes());
        let RunWriter { mut bytes, invalid, unhashed, .. } = runs;
        let result = use_it(&bytes, Told { invalid, unhashed });
        if bytes.capacity() <= KEPT {
            bytes.clear();
            // A thread that is ending has no buffer any more: nothing to keep then.
            let _ = SCRATCH.try_with(|scratch| scratch.set(bytes));
        }
        result
    }

    /// Encodes the properties of an event alone, without hashes, for comparing.
    pub(crate) fn properties(audience: Audience, write: impl FnOnce(&mut PropertyWriter<'_>)) -> Vec<u8> {
        Self::alone(RunWriter::new(Vec::new()), &Terms::of_plan(audience), write).bytes
    }

    /// The same for `Debug`: what is personal is not written.
    pub(crate) fn shown(write: impl FnOnce(&mut PropertyWriter<'_>)) -> Vec<u8> {
        let mut runs = RunWriter::new(Vec::new());
        runs.hide_personal = true;
        Self::alone(runs, &Terms::of_plan(PlanId::NONE.audience()), write).bytes
    }

    /// Encodes properties without a record around them.
    pub(crate) fn alone(
        mut runs: RunWriter,
        terms: &Terms<'_>,
        write: impl FnOnce(&mut PropertyWriter<'_>),
    ) -> RunWriter {
        write(&mut PropertyWriter::new(&mut runs, terms));
        runs.close();
        runs
    }
}

fn write_header(bytes: &mut Vec<u8>, header: &Header<'_>) {
    let mut fixed = [0; FIXED];
    fixed[4] = VERSION;
    fixed[5] = header.verb as u8;
    fixed[6..8].copy_from_slice(&header.destinations.0.to_le_bytes());
    fixed[8..24].copy_from_slice(&header.id.0);
    fixed[24..32].copy_from_slice(&header.time.as_unix_millis().to_le_bytes());
    fixed[32..34].copy_from_slice(&header.marks.bits().to_le_bytes());
    bytes.extend_from_slice(&fixed);
    encode_text(bytes, header.name);
    write_names(bytes, header.names);
    bytes.extend_from_slice(header.distinct_id);
    bytes.extend_from_slice(if header.anonymous_id.is_empty() { &[0; 4] } else { header.anonymous_id });
    encode_text(bytes, header.second_id);
    encode_text(bytes, header.group_type);
    bytes.push(header.groups.0);
    bytes.extend_from_slice(header.groups.1);
    match header.receipt {
        Some(receipt) => encode_receipt(bytes, receipt),
        None => bytes.extend_from_slice(&[0; 4]),
    }
}

#[cold]
fn encode_receipt(bytes: &mut Vec<u8>, receipt: &Receipt) {
    with_length(bytes, |bytes| receipt.write(bytes));
}

fn write_names(bytes: &mut Vec<u8>, names: &Names) {
    let count = bytes.len();
    bytes.push(0);
    for (kind, name) in names.iter().enumerate() {
        if let Some(name) = name {
            bytes.extend_from_slice(&(1_u16 << kind).to_le_bytes());
            encode_text(bytes, name);
            bytes[count] += 1;
        }
    }
}

/// Appends a text of the record: length, then bytes escaped as inside a JSON string.
pub(crate) fn encode_text(bytes: &mut Vec<u8>, text: &str) {
    // Most records have most texts empty.
    if text.is_empty() {
        return bytes.extend_from_slice(&[0; 4]);
    }
    with_length(bytes, |bytes| json::write_escaped(bytes, text));
}

#[inline]
fn with_length(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = bytes.len();
    bytes.extend_from_slice(&[0; 4]);
    write(bytes);
    let length = u32::try_from(bytes.len() - at - 4).unwrap_or(u32::MAX);
    bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

/// Appends one group that a person is in.
pub(crate) fn encode_group(bytes: &mut Vec<u8>, group_type: &str, key: &str) {
    encode_text(bytes, group_type);
    encode_text(bytes, key);
}
