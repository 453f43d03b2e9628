use std::collections::{BTreeMap, VecDeque};

use super::webhook::{CohortAction, CohortWebhook};

/// Pages that wait for the others of their export.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Sessions {
    /// The one that a page came for last stands last.
    pub(super) open: Vec<OpenSession>,
    /// What was applied last, so that a page that comes once more is known.
    pub(super) applied: VecDeque<SessionKey>,
    /// Exports that were given up because there was no room for more.
    pub(super) abandoned: u64,
}

/// The add and the remove of one sync may share its session id: each has its own pages.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SessionKey {
    pub(super) project_id: String,
    pub(super) cohort_id: String,
    pub(super) session_id: String,
    pub(super) action: CohortAction,
}

#[derive(Clone, PartialEq)]
pub(super) struct OpenSession {
    pub(super) key: SessionKey,
    pub(super) pages: u32,
    /// The members of each page that came.
    pub(super) arrived: BTreeMap<u32, Vec<String>>,
}

/// What a page was.
pub(super) enum Taken {
    /// Its export was applied before.
    Repeated,
    /// So many others are missing.
    Waiting(u32),
    /// The last that was missing: everybody of the export.
    Whole(Vec<String>),
}

/// Exports that may be under way at once. Mixpanel sends those of one cohort one after the other.
const OPEN: usize = 64;
/// Exports that are remembered as applied: of one cohort two every half hour, so more than ten days.
const APPLIED: usize = 1024;

impl Sessions {
    pub(super) fn take(&mut self, webhook: &CohortWebhook) -> Taken {
        let key = SessionKey::of(webhook);
        if self.applied.contains(&key) {
            return Taken::Repeated;
        }
        let mut session = match self.open.iter().position(|open| open.key == key) {
            Some(place) => self.open.remove(place),
            None => OpenSession { key, pages: webhook.pages(), arrived: BTreeMap::new() },
        };
        // Cut anew under the same id: pages of the two do not go together.
        if session.pages != webhook.pages() {
            session.pages = webhook.pages();
            session.arrived.clear();
        }
        let members = webhook.members().iter().map(|member| member.distinct_id.clone()).collect();
        session.arrived.insert(webhook.page(), members);
        match session.missing() {
            0 => Taken::Whole(self.finish(session)),
            missing => {
                self.keep(session);
                Taken::Waiting(missing)
            }
        }
    }

    fn finish(&mut self, session: OpenSession) -> Vec<String> {
        // More of them may come out of storage.
        while self.applied.len() >= APPLIED {
            self.applied.pop_front();
        }
        self.applied.push_back(session.key);
        session.arrived.into_values().flatten().collect()
    }

    fn keep(&mut self, session: OpenSession) {
        while self.open.len() >= OPEN {
            self.open.remove(0);
            self.abandoned += 1;
        }
        self.open.push(session);
    }
}

impl SessionKey {
    fn of(webhook: &CohortWebhook) -> Self {
        Self {
            project_id: webhook.project_id().to_owned(),
            cohort_id: webhook.cohort_id().to_owned(),
            session_id: webhook.session_id().to_owned(),
            action: webhook.action(),
        }
    }
}

impl OpenSession {
    fn missing(&self) -> u32 {
        // No page is beyond the last, so there are never more of them.
        let arrived = u32::try_from(self.arrived.len()).unwrap_or(u32::MAX);
        self.pages.saturating_sub(arrived)
    }
}
