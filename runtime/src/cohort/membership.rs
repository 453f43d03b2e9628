use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::delta::{Delta, Progress};
use super::session::{Sessions, Taken};
use super::webhook::{CohortAction, CohortWebhook};

/// Who is in which cohort, as far as Mixpanel has told, with the pages that wait for others of their export.
///
/// It is a value: store [`to_json`](Self::to_json) and read it with [`from_json`](Self::from_json). One of it may hold
/// every cohort, or one. What it holds grows with the members; beyond them 64 exports that are under way and the ids of
/// the last 1,024 that were applied. `Debug` shows counts.
#[derive(Clone, Default, PartialEq)]
pub struct Membership {
    pub(super) cohorts: BTreeMap<Cohort, BTreeSet<String>>,
    pub(super) sessions: Sessions,
}

/// A project and a cohort of it.
pub(super) type Cohort = (String, String);

impl Membership {
    /// Nobody is in any cohort.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a message, and says what it changed.
    ///
    /// Nothing is applied before all pages of an export are there; they may come in any order, and more than once. An
    /// export that was applied and comes once more changes nothing. Where more than 64 exports are under way, the one
    /// that has waited longest for a page is given up and counted ([`abandoned`](Self::abandoned)): Mixpanel's next
    /// full sync brings its members.
    ///
    /// A sync that is cut into another number of pages under the same id begins anew.
    pub fn apply(&mut self, webhook: &CohortWebhook) -> Delta {
        let told = match self.sessions.take(webhook) {
            Taken::Repeated => return Delta::nothing(Progress::Repeated),
            Taken::Waiting(missing) => return Delta::nothing(Progress::Waiting { missing }),
            Taken::Whole(told) => told,
        };
        let cohort = (webhook.project_id().to_owned(), webhook.cohort_id().to_owned());
        let members = self.cohorts.entry(cohort).or_default();
        let told: BTreeSet<_> = told.into_iter().collect();
        let (added, removed): (Vec<_>, Vec<_>) = match webhook.action() {
            CohortAction::Members => {
                (told.difference(members).cloned().collect(), members.difference(&told).cloned().collect())
            }
            CohortAction::AddMembers => (told.difference(members).cloned().collect(), Vec::new()),
            CohortAction::RemoveMembers => (Vec::new(), told.intersection(members).cloned().collect()),
        };
        members.extend(added.iter().cloned());
        for left in &removed {
            members.remove(left);
        }
        Delta { progress: Progress::Applied, added, removed }
    }

    /// The distinct ids of those in a cohort, in order.
    pub fn members(&self, project_id: &str, cohort_id: &str) -> impl Iterator<Item = &str> {
        self.cohort(project_id, cohort_id).into_iter().flatten().map(String::as_str)
    }

    /// Whether somebody is in a cohort.
    #[must_use]
    pub fn contains(&self, project_id: &str, cohort_id: &str, distinct_id: &str) -> bool {
        self.cohort(project_id, cohort_id).is_some_and(|members| members.contains(distinct_id))
    }

    /// Exports of which pages are missing.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.sessions.open.len()
    }

    /// Exports that were given up because too many were under way.
    #[must_use]
    pub fn abandoned(&self) -> u64 {
        self.sessions.abandoned
    }

    fn cohort(&self, project_id: &str, cohort_id: &str) -> Option<&BTreeSet<String>> {
        self.cohorts.get(&(project_id.to_owned(), cohort_id.to_owned()))
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Membership")
            .field("cohorts", &self.cohorts.len())
            .field("members", &self.cohorts.values().map(BTreeSet::len).sum::<usize>())
            .field("waiting", &self.waiting())
            .field("abandoned", &self.abandoned())
            .finish_non_exhaustive()
    }
}
