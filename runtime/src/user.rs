use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::{Client, Entry};
use crate::error::Error;
use crate::event::{Event, Group, PersonProperties, PlanId, SuperProperties};
use crate::flag::UserFlags;
use crate::record::{Verb, encode_group, encode_text};
use crate::supers::Supers;

/// A handle of one person. Owned, cheap to clone; it lives for a request.
///
/// All clones share the groups that the person is in.
#[derive(Clone)]
pub struct User {
    pub(crate) client: Client,
    pub(crate) identity: Arc<Identity>,
}

/// Who somebody is, encoded once for all their records.
pub(crate) struct Identity {
    distinct_id: String,
    encoded: Vec<u8>,
    in_groups: AtomicBool,
    groups: Mutex<Groups>,
    pub(crate) flags: UserFlags,
    pub(crate) supers: Supers,
}

#[derive(Default)]
struct Groups {
    /// Type and key; one group of each type.
    members: Vec<(String, String)>,
    encoded: Vec<u8>,
}

impl User {
    pub(crate) fn new(client: Client, distinct_id: String) -> Self {
        Self { client, identity: Arc::new(Identity::new(distinct_id)) }
    }

    /// The id under which your product knows this person.
    #[must_use]
    pub fn distinct_id(&self) -> &str {
        &self.identity.distinct_id
    }

    /// Records that something happened. Never blocks on the network.
    pub fn capture(&self, event: impl Event) {
        self.capture_dyn(&event);
    }

    /// [`capture`](Self::capture) for an event that is not known until run time.
    pub fn capture_dyn(&self, event: &dyn Event) {
        let entry = Entry::of_event(event.schema());
        self.client.core.record(&self.identity, &entry, |properties| event.write(properties));
    }

    /// Says who this person is, with properties that are known of them.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn identify(&self, properties: impl PersonProperties) {
        let plan = properties.plan();
        let entry = Entry::new(Verb::Identify, &plan);
        self.client.core.record(&self.identity, &entry, |writer| properties.write(writer));
    }

    /// Sets properties of this person; the plan says which of them are set only once.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn set(&self, properties: impl PersonProperties) {
        let plan = properties.plan();
        let entry = Entry::new(Verb::Set, &plan);
        self.client.core.record(&self.identity, &entry, |writer| properties.write(writer));
    }

    /// Makes properties part of every event that this handle and its clones capture from now on.
    ///
    /// They lie over those of [`Client::register`](crate::Client::register), which says the rest.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn register(&self, properties: impl SuperProperties) {
        self.client.core.register_at(&self.identity.supers, &properties);
    }

    /// Nothing of this person is recorded from now on, by whatever handle; see [`Client::opt_out`](crate::Client::opt_out).
    ///
    /// # Errors
    ///
    /// When more people have opted out than the client can remember.
    pub fn opt_out(&self) -> Result<(), Error> {
        self.client.opt_out(self.distinct_id())
    }

    /// What this person does is recorded again; see [`Client::opt_in`](crate::Client::opt_in).
    pub fn opt_in(&self) {
        self.client.opt_in(self.distinct_id());
    }

    /// Says that this person belongs to a group, and sets the group's properties.
    ///
    /// What this handle and its clones capture from now on belongs to the group too. A group whose key is empty,
    /// or nothing but spaces, is none: the call is counted as lost and told, and nobody joins.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn group(&self, group: impl Group) {
        if !is_blank(group.key()) {
            self.identity.join(group.group_type(), group.key());
        }
        let (plan, second_id, group_type) = (group.plan(), group.key(), group.group_type());
        let entry = Entry { second_id, group_type, ..Entry::new(Verb::Group, &plan) };
        self.client.core.record(&self.identity, &entry, |writer| group.write(writer));
    }

    /// Says that this person was known as `previous_id` before: the two are one person.
    ///
    /// Where that is empty, or nothing but spaces, the call is counted as lost and told.
    pub fn alias(&self, previous_id: &str) {
        let entry = Entry { second_id: previous_id, ..Entry::new(Verb::Alias, &PlanId::NONE) };
        self.client.core.record(&self.identity, &entry, |_| {});
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("User").field("distinct_id", &self.distinct_id()).finish_non_exhaustive()
    }
}

impl Identity {
    fn new(distinct_id: String) -> Self {
        let mut encoded = Vec::with_capacity(distinct_id.len() + 4);
        encode_text(&mut encoded, &distinct_id);
        Self {
            distinct_id,
            encoded,
            in_groups: AtomicBool::new(false),
            groups: Mutex::default(),
            flags: UserFlags::default(),
            supers: Supers::default(),
        }
    }

    pub(crate) fn distinct_id(&self) -> &str {
        &self.distinct_id
    }

    /// Whether it is nobody's.
    pub(crate) fn is_empty(&self) -> bool {
        is_blank(&self.distinct_id)
    }

    /// The distinct id as the record has it.
    pub(crate) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// Hands over the groups as the record has them, and how many there are.
    pub(crate) fn with_groups<R>(&self, use_them: impl FnOnce((u8, &[u8])) -> R) -> R {
        if !self.in_groups.load(Ordering::Acquire) {
            return use_them((0, &[]));
        }
        // Copied, so that nothing of the user's runs while the groups are locked.
        let (count, encoded) = {
            let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            (u8::try_from(groups.members.len()).unwrap_or(u8::MAX), groups.encoded.clone())
        };
        use_them((count, &encoded))
    }

    /// The groups: type and key.
    pub(crate) fn groups(&self) -> Vec<(String, String)> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).members.clone()
    }

    /// Enters a group, and leaves the one of the same type. A person is in at most 255.
    fn join(&self, group_type: &str, key: &str) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        match groups.members.iter().position(|(known, _)| known == group_type) {
            Some(place) => key.clone_into(&mut groups.members[place].1),
            None if groups.members.len() < usize::from(u8::MAX) => {
                groups.members.push((group_type.to_owned(), key.to_owned()));
            }
            None => return,
        }
        let mut encoded = Vec::new();
        for (group_type, key) in &groups.members {
            encode_group(&mut encoded, group_type, key);
        }
        groups.encoded = encoded;
        self.in_groups.store(true, Ordering::Release);
    }
}

/// Whether an id stands for nobody: vendors refuse it, or take it and drop it in silence.
pub(crate) fn is_blank(id: &str) -> bool {
    id.trim_start().is_empty()
}
