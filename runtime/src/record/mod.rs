//! A record: what `capture` encodes once and what every lane reads.
//!
//! It is self-contained: nothing in it needs the plan that wrote it. All numbers are little-endian.
//!
//! ```text
//!  0  u32   length of the whole record, these four bytes included
//!  4  u8    version, 1
//!  5  u8    verb
//!  6  u16   destinations: bit n is destination kind n
//!  8  16 B  uuid v7
//! 24  i64   time, milliseconds since 1970
//! 32  text  name of the event; empty for verbs without one
//!     u8    how many other names follow: u16 destinations, text
//!     text  distinct id
//!     text  second id: the previous id of an alias, the key of a group
//!     text  the type of a group
//!     u8    how many groups the person is in: text type, text key
//!     runs  until the end: u8 place and class, u16 destinations, u32 length, fragments
//! ```
//!
//! A text is a `u32` length and bytes already escaped as inside a JSON string. A fragment is
//! `,"key":value`; fragments can be joined as they are.

mod read;
mod runs;
mod verb;
mod write;

pub(crate) use read::{Record, Run, read_runs};
pub(crate) use runs::{Place, RunTag, RunWriter};
pub(crate) use verb::{Destinations, Verb};
pub(crate) use write::{Header, RecordWriter, encode_group, encode_text};

pub(crate) const VERSION: u8 = 1;
/// Bytes before the first text.
pub(crate) const FIXED: usize = 32;

#[cfg(test)]
mod tests;
