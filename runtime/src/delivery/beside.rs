//! What runs on the delivery thread beside its lanes, and ends when a shutdown begins: nobody needs it any more, and what
//! it waits for may take its time.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use super::Delivery;
#[cfg(feature = "posthog")]
use super::{Http, Settings};

/// The tasks, until they are ended.
#[derive(Debug, Default)]
pub(super) struct Beside(Mutex<Vec<AbortHandle>>);

impl Beside {
    pub(super) fn end(&self) {
        self.tasks().drain(..).for_each(|task| task.abort());
    }

    fn tasks(&self) -> MutexGuard<'_, Vec<AbortHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    /// Runs this until a shutdown begins.
    pub(crate) fn beside(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.runtime.spawn(task);
        self.beside.tasks().push(task.abort_handle());
    }

    #[cfg(feature = "posthog")]
    pub(crate) fn http(&self) -> Http {
        self.http.clone()
    }

    #[cfg(feature = "posthog")]
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }
}
