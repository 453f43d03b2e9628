use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::id::EventId;
use crate::outcome::Fate;

/// The records for which somebody waits by name.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    /// How many: whoever settles records asks only this where nobody waits.
    count: AtomicUsize,
    watched: Mutex<HashMap<EventId, Arc<Watched>>>,
}

/// What became of one record so far.
#[derive(Debug)]
struct Watched {
    /// Of each destination that it is for, by place.
    fates: Mutex<Vec<(usize, Option<Fate>)>>,
    settled: Notify,
}

/// Watches a record until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    id: EventId,
    watches: Arc<Watches>,
    watched: Arc<Watched>,
}

impl Watches {
    /// Begins to watch a record for these destinations, before the log has it.
    pub(super) fn watch(self: &Arc<Self>, id: EventId, destinations: Vec<usize>) -> Watch {
        let fates = Mutex::new(destinations.into_iter().map(|destination| (destination, None)).collect());
        let watched = Arc::new(Watched { fates, settled: Notify::new() });
        self.watched().insert(id, Arc::clone(&watched));
        self.count.fetch_add(1, Ordering::Relaxed);
        Watch { id, watches: Arc::clone(self), watched }
    }

    /// Whether any record is watched.
    pub(super) fn any(&self) -> bool {
        // Whoever settles a record has it from the log, whose lock comes after the watch.
        self.count.load(Ordering::Relaxed) > 0
    }

    pub(super) fn settled(&self, destination: usize, id: EventId, fate: impl FnOnce() -> Fate) {
        let Some(watched) = self.watched().get(&id).map(Arc::clone) else { return };
        let mut fates = watched.fates();
        if let Some((_, open)) = fates.iter_mut().find(|(place, open)| *place == destination && open.is_none()) {
            *open = Some(fate());
        }
        if fates.iter().all(|(_, fate)| fate.is_some()) {
            watched.settled.notify_one();
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<EventId, Arc<Watched>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn fates(&self) -> MutexGuard<'_, Vec<(usize, Option<Fate>)>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until every destination has settled it; at once where it is for none.
    pub(super) async fn settled(&self) {
        if !self.watched.fates().is_empty() {
            self.watched.settled.notified().await;
        }
    }

    /// What became of it at each destination, by place: what is not settled is kept.
    pub(super) fn fates(&self) -> Vec<(usize, Fate)> {
        let fates = self.watched.fates();
        fates.iter().map(|(destination, fate)| (*destination, fate.clone().unwrap_or(Fate::Kept))).collect()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watches.watched().remove(&self.id);
        self.watches.count.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::LossReason;
    use crate::value::Timestamp;

    #[test]
    fn each_destination_has_its_word_once() {
        let watches = Arc::<Watches>::default();
        let [id, other] = [1, 2].map(|millis| EventId::new(Timestamp::from_unix_millis(millis)));
        assert!(!watches.any());
        let watch = watches.watch(id, vec![0, 2, 3]);
        assert!(watches.any());
        let lost = || Fate::Lost { reason: LossReason::Refused, detail: "no".to_owned() };
        watches.settled(0, id, || Fate::Delivered);
        watches.settled(0, id, lost);
        watches.settled(1, id, lost);
        watches.settled(2, other, || Fate::Delivered);
        watches.settled(2, id, lost);
        assert_eq!(watch.fates(), [(0, Fate::Delivered), (2, lost()), (3, Fate::Kept)]);
        drop(watch);
        assert!(!watches.any() && watches.watched().is_empty());
        watches.settled(3, id, || Fate::Delivered);
    }
}
