use std::fmt;

use super::runs::RUN_HEADER;
use super::{FIXED, Marks, RunTag, VERSION, Verb};
use crate::dedup::Receipt;
use crate::destinations::Destinations;
use crate::id::EventId;
use crate::recorder::unescaped;
use crate::value::Timestamp;

/// A record as a lane reads it. Texts are escaped as inside a JSON string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    /// The whole record.
    pub(crate) bytes: &'a [u8],
    pub(crate) verb: Verb,
    pub(crate) destinations: Destinations,
    pub(crate) id: EventId,
    pub(crate) time: Timestamp,
    pub(crate) marks: Marks,
    /// Wherever it has no other.
    pub(crate) name: &'a str,
    other_names: &'a [u8],
    pub(crate) distinct_id: &'a str,
    /// Under which the person was known before; empty where there is none.
    pub(crate) anonymous_id: &'a str,
    pub(crate) second_id: &'a str,
    pub(crate) group_type: &'a str,
    groups: (u8, &'a [u8]),
    receipt: &'a str,
    runs: &'a [u8],
}

/// Bytes that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordError {
    /// A record of another version, which is left as it is.
    Version(u8),
    /// No record, or not a whole one.
    Malformed,
}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(formatter, "a record of version {version}, and this program reads {VERSION}")
            }
            Self::Malformed => formatter.write_str("not a record"),
        }
    }
}

/// Properties of one place and class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) tag: RunTag,
    pub(crate) destinations: Destinations,
    /// `,"key":value` again and again.
    pub(crate) fragments: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads the first record of `bytes`; what follows it is not looked at.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, RecordError> {
        let length = Self::length(bytes)?;
        let bytes = bytes.get(..length).ok_or(RecordError::Malformed)?;
        let (fixed, rest) = bytes.split_first_chunk::<FIXED>().ok_or(RecordError::Malformed)?;
        if fixed[4] != VERSION {
            return Err(RecordError::Version(fixed[4]));
        }
        let mut rest = Reader(rest);
        let name = rest.text()?;
        let other_names = rest.repeated(|rest| {
            rest.take(2)?;
            rest.text().map(|_| ())
        })?;
        Ok(Self {
            bytes,
            verb: Verb::from_byte(fixed[5]).ok_or(RecordError::Malformed)?,
            destinations: Destinations(u16::from_le_bytes(array(&fixed[6..8])?)),
            id: EventId(array(&fixed[8..24])?),
            time: Timestamp::from_unix_millis(i64::from_le_bytes(array(&fixed[24..32])?)),
            marks: Marks::from_bits(u16::from_le_bytes(array(&fixed[32..34])?)),
            name,
            other_names: other_names.1,
            distinct_id: rest.text()?,
            anonymous_id: rest.text()?,
            second_id: rest.text()?,
            group_type: rest.text()?,
            groups: rest.repeated(|rest| {
                rest.text()?;
                rest.text().map(|_| ())
            })?,
            receipt: rest.text()?,
            runs: rest.0,
        })
    }

    /// The length of the first record of `bytes`.
    #[inline]
    pub(crate) fn length(bytes: &[u8]) -> Result<usize, RecordError> {
        let length = bytes.first_chunk().ok_or(RecordError::Malformed)?;
        usize::try_from(u32::from_le_bytes(*length)).map_err(|_| RecordError::Malformed)
    }

    /// The event's name at this destination.
    pub(crate) fn name_at(&self, destination: Destinations) -> &'a str {
        let mut rest = Reader(self.other_names);
        while let (Ok(destinations), Ok(name)) = (rest.take(2), rest.text()) {
            if array(destinations).is_ok_and(|bits| Destinations(u16::from_le_bytes(bits)).meets(destination)) {
                return name;
            }
        }
        self.name
    }

    /// The groups that the person is in: type and key.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = Reader(self.groups.1);
        std::iter::from_fn(move || Some((rest.text().ok()?, rest.text().ok()?)))
    }

    /// By which the entry is taken back that was made for it. The record of another process may have one that is not
    /// ours.
    pub(crate) fn receipt(&self) -> Option<Receipt> {
        Receipt::read(self.receipt)
    }

    /// What comes before the properties, and the properties.
    pub(crate) fn parts(&self) -> (&'a [u8], &'a [u8]) {
        self.bytes.split_at(self.bytes.len() - self.runs.len())
    }

    /// The same record with other properties.
    pub(crate) fn with_runs(&self, runs: &[u8]) -> Vec<u8> {
        let mut bytes = [self.parts().0, runs].concat();
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        bytes[0..4].copy_from_slice(&length.to_le_bytes());
        bytes
    }

    /// What messages call it: the event's wire name; for verbs without one the verb.
    pub(crate) fn label(&self) -> String {
        if self.verb.is_event() { unescaped(self.name) } else { self.verb.name().to_owned() }
    }

    /// The runs of properties, in the order in which they were written.
    pub(crate) fn runs(&self) -> impl Iterator<Item = Run<'a>> {
        read_runs(self.runs)
    }
}

/// The runs that `bytes` holds and nothing else.
pub(crate) fn read_runs(bytes: &[u8]) -> impl Iterator<Item = Run<'_>> {
    let mut rest = Reader(bytes);
    std::iter::from_fn(move || {
        let header = rest.take(RUN_HEADER).ok()?;
        let length = u32::from_le_bytes(array(&header[3..]).ok()?);
        Some(Run {
            tag: RunTag::from_byte(header[0]),
            destinations: Destinations(u16::from_le_bytes(array(&header[1..3]).ok()?)),
            fragments: rest.take(usize::try_from(length).ok()?).ok()?,
        })
    })
}

#[inline]
fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], RecordError> {
    bytes.try_into().map_err(|_| RecordError::Malformed)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], RecordError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(RecordError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    #[inline]
    fn text(&mut self) -> Result<&'a str, RecordError> {
        let (length, rest) = self.0.split_first_chunk().ok_or(RecordError::Malformed)?;
        self.0 = rest;
        // Most records have most texts empty.
        if *length == [0; 4] {
            return Ok("");
        }
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| RecordError::Malformed)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| RecordError::Malformed)
    }

    /// A count, then so many of what `one` reads: the count and the bytes of all.
    #[inline]
    fn repeated(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<(), RecordError>,
    ) -> Result<(u8, &'a [u8]), RecordError> {
        let count = self.take(1)?[0];
        let all = self.0;
        for _ in 0..count {
            one(self)?;
        }
        Ok((count, &all[..all.len() - self.0.len()]))
    }
}
