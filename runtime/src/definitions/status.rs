use std::time::Duration;

use crate::value::Timestamp;

/// What a client knows of the definitions of its local flags; from
/// [`Client::flag_definitions`](crate::Client::flag_definitions).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionsStatus {
    /// Where they come from.
    pub source: DefinitionsSource,
    /// How many flags they define; `None` where none are loaded.
    pub flags: Option<usize>,
    /// In the definitions of how many of these something is odd: a flag cannot be used, or a filter in it cannot say. What
    /// it is was told to [`Builder::on_flag_problem`](crate::Builder::on_flag_problem).
    pub odd_flags: usize,
    /// Since when those that are in use are.
    pub loaded_at: Option<Timestamp>,
    /// For how long nobody has said that they are the newest, by the clock of this machine: since the last poll that was
    /// answered, also where nothing had changed, or since a file was last looked at. `None` where none are loaded, and
    /// for bytes, which do not change.
    pub age: Option<Duration>,
    /// How often they were asked for, or looked at.
    pub polls: u64,
    /// How many of the last polls in a row brought nothing usable.
    pub failures: u32,
    /// Why that was, in a sentence, with what to do; `None` where the last one went well.
    pub trouble: Option<String>,
}

/// Where the definitions of local flags come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefinitionsSource {
    /// The client has none: nobody called [`Builder::local_flags`](crate::Builder::local_flags), or they would be polled,
    /// and the client polls nothing.
    None,
    /// PostHog is asked for them.
    Polled,
    /// They lie in a file.
    File,
    /// They were given as bytes.
    Bytes,
}
