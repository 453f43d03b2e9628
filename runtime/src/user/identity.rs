use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::context::Context;
use crate::dedup::HandleNumber;
use crate::flag::UserFlags;
use crate::record::{encode_group, encode_text};
use crate::supers::Supers;

/// Who somebody is, encoded once for all their records.
pub(crate) struct Identity {
    distinct_id: String,
    encoded: Vec<u8>,
    /// Whether that id is one under which your product does not know them.
    is_anonymous: bool,
    /// Whether there is anything besides the id: most people are in no group.
    has_ties: AtomicBool,
    ties: Mutex<Ties>,
    pub(crate) flags: UserFlags,
    pub(crate) supers: Supers,
    /// The variations that the person is in.
    pub(crate) context: Context,
    /// Where each handle remembers for itself.
    handle: OnceLock<HandleNumber>,
}

/// What ties a person to groups and to an earlier self.
#[derive(Default)]
struct Ties {
    /// Type and key; one group of each type.
    groups: Vec<(String, String)>,
    /// The same in the order of the types.
    sorted: Option<Arc<[(String, String)]>>,
    /// Under which they were known before.
    anonymous_id: Option<String>,
    encoded: Encoded,
}

/// The same as the record has it.
#[derive(Clone, Default)]
pub(crate) struct Encoded {
    /// How many groups, and their bytes.
    groups: (u8, Vec<u8>),
    anonymous_id: Vec<u8>,
}

impl Encoded {
    pub(crate) fn groups(&self) -> (u8, &[u8]) {
        (self.groups.0, &self.groups.1)
    }

    /// No bytes where there is none.
    pub(crate) fn anonymous_id(&self) -> &[u8] {
        &self.anonymous_id
    }
}

impl Identity {
    pub(crate) fn new(distinct_id: String, is_anonymous: bool) -> Self {
        Self {
            encoded: encoded(&distinct_id),
            distinct_id,
            is_anonymous,
            has_ties: AtomicBool::new(false),
            ties: Mutex::default(),
            flags: UserFlags::default(),
            supers: Supers::default(),
            context: Context::default(),
            handle: OnceLock::new(),
        }
    }

    pub(crate) fn distinct_id(&self) -> &str {
        &self.distinct_id
    }

    /// The number of the handle, which its clones have too.
    pub(crate) fn handle(&self) -> HandleNumber {
        *self.handle.get_or_init(HandleNumber::next)
    }

    /// Whether it is nobody's.
    pub(crate) fn is_empty(&self) -> bool {
        is_blank(&self.distinct_id)
    }

    pub(crate) const fn is_anonymous(&self) -> bool {
        self.is_anonymous
    }

    /// The distinct id, escaped as in a record.
    pub(crate) fn escaped(&self) -> &[u8] {
        &self.encoded[4..]
    }

    /// The distinct id as the record has it.
    pub(crate) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The groups and the anonymous id as the record has them; `None` where there are neither.
    ///
    /// Copied, so that nothing of the user's runs while they are locked.
    pub(crate) fn encoded_ties(&self) -> Option<Encoded> {
        self.has_ties.load(Ordering::Acquire).then(|| self.ties().encoded.clone())
    }

    /// The groups: type and key.
    pub(crate) fn groups(&self) -> Vec<(String, String)> {
        self.ties().groups.clone()
    }

    /// Under which they were known before.
    pub(crate) fn anonymous_id(&self) -> Option<String> {
        self.ties().anonymous_id.clone()
    }

    /// The groups in the order of their types; none where there are none.
    pub(crate) fn sorted_groups(&self) -> Option<Arc<[(String, String)]>> {
        if !self.has_ties.load(Ordering::Acquire) {
            return None;
        }
        self.ties().sorted.clone()
    }

    /// The device by which flags may be rolled out: the id under which nobody knew the person.
    pub(crate) fn device_id(&self) -> Option<String> {
        if self.is_anonymous { Some(self.distinct_id.clone()) } else { self.anonymous_id() }
    }

    /// Enters a group, and leaves the one of the same type. A person is in at most 255.
    pub(super) fn join(&self, group_type: &str, key: &str) {
        let mut ties = self.ties();
        match ties.groups.iter().position(|(known, _)| known == group_type) {
            Some(place) => key.clone_into(&mut ties.groups[place].1),
            None if ties.groups.len() < usize::from(u8::MAX) => {
                ties.groups.push((group_type.to_owned(), key.to_owned()));
            }
            None => return,
        }
        let mut bytes = Vec::new();
        for (group_type, key) in &ties.groups {
            encode_group(&mut bytes, group_type, key);
        }
        ties.encoded.groups = (u8::try_from(ties.groups.len()).unwrap_or(u8::MAX), bytes);
        let mut sorted = ties.groups.clone();
        sorted.sort_unstable();
        ties.sorted = Some(sorted.into());
        drop(ties);
        self.ties_changed();
    }

    /// Remembers the id under which the person was known before they were known to your product.
    pub(super) fn was_anonymous(&self, id: &str) {
        if self.is_anonymous || is_blank(id) || id == self.distinct_id {
            return;
        }
        let mut ties = self.ties();
        ties.encoded.anonymous_id = encoded(id);
        ties.anonymous_id = Some(id.to_owned());
        drop(ties);
        self.ties_changed();
    }

    fn ties_changed(&self) {
        self.has_ties.store(true, Ordering::Release);
        self.flags.ties_changed();
    }

    /// What another handle knew of the same person.
    pub(crate) fn restore_ties(&self, anonymous_id: Option<&str>, groups: &[(String, String)]) {
        for (group_type, key) in groups.iter().filter(|(_, key)| !is_blank(key)) {
            self.join(group_type, key);
        }
        if let Some(id) = anonymous_id {
            self.was_anonymous(id);
        }
    }

    fn ties(&self) -> MutexGuard<'_, Ties> {
        self.ties.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encoded(id: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(id.len() + 4);
    encode_text(&mut bytes, id);
    bytes
}

/// Whether an id stands for nobody: vendors refuse it, or take it and drop it in silence.
pub(crate) fn is_blank(id: &str) -> bool {
    id.trim_start().is_empty()
}
