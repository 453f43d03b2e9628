//! A record: what `capture` encodes once and what every lane reads.
//!
//! It is self-contained: nothing in it needs the plan that wrote it. All numbers are little-endian.
//!
//! ```text
//!  0  u32   length of the whole record, these four bytes included
//!  4  u8    version, 4
//!  5  u8    verb
//!  6  u16   destinations that it is for: bit n is destination kind n
//!  8  16 B  uuid v7
//! 24  i64   time, milliseconds since 1970
//! 32  u16   marks: what the caller asked for besides
//! 34  text  name of the event; empty for verbs without one
//!     u8    how many names follow that it has elsewhere: u16 destinations, text
//!     text  distinct id; marks say whether it is anonymous
//!     text  the anonymous id under which the person was known before; empty where there is none
//!     text  second id: the previous id of an alias, the key of a group
//!     text  the type of a group
//!     u8    how many groups the person is in: text type, text key
//!     text  the receipt of the entry that was made for it, so that it is reported once; empty where there is none
//!     runs  until the end: u8 tag, u16 destinations, u32 length, fragments
//! ```
//!
//! The time is that of the event, which may be given; that of the capture is in the uuid.
//!
//! Marks: bit 0 where the distinct id is anonymous; bits 1, 3 and 5 where it was said, in the bit above, whether the
//! person gets a profile, whether the place is not to be guessed from an address, and whether the time of sending says
//! nothing about that of the event.
//!
//! The tag of a run: place in the bits 0, 1 and 3, where bit 3 alone is what the event counts for as a conversion; bit 2
//! where the event did not bring the properties itself; class in the bits 4 to 6; bit 7 where they are hashes. The
//! destinations of a run are those that the plan lets see its values; of a run of hashes as well, and it goes to all
//! others. A place or a class that the reader does not know nobody sees.
//!
//! A text is a `u32` length and bytes already escaped as inside a JSON string. A fragment is
//! `,"key":value`; fragments can be joined as they are.

mod fragments;
mod marks;
mod read;
mod runs;
mod verb;
mod write;

pub(crate) use fragments::{Fragment, fragments};
pub(crate) use marks::{Mark, Marks};
pub(crate) use read::{Record, Run, read_runs};
pub(crate) use runs::{Class, Place, RunTag, RunWriter};
pub(crate) use verb::Verb;
pub(crate) use write::{Header, RecordWriter, Told, encode_group, encode_text};

pub(crate) const VERSION: u8 = 4;
/// Bytes before the first text.
pub(crate) const FIXED: usize = 34;

#[cfg(test)]
mod tests;
