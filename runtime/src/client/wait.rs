//! Waiting for what was captured, and reporting it.

#[cfg(feature = "http")]
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Core, Sink};
#[cfg(feature = "http")]
use crate::delivery::{Delivery, Pending, flushed};
use crate::error::Error;
use crate::report::{Queued, Report};

impl Core {
    #[cfg_attr(
        not(feature = "http"),
        expect(unused_variables, clippy::unnecessary_wraps, reason = "nothing is ever pending")
    )]
    pub(crate) fn flush(&self, deadline: Duration) -> Result<(), Error> {
        match &self.sink {
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => delivery.flush_blocking(deadline),
            Sink::Recorder(_) | Sink::Nothing => Ok(()),
        }
    }

    /// The flush begins now, whenever the future is awaited.
    #[cfg(feature = "http")]
    pub(crate) fn flush_async(&self, deadline: Duration) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let pending = self.pending(|delivery| delivery.flush(deadline));
        async move {
            match pending {
                Some(pending) => flushed(pending.await.into()),
                None => Ok(()),
            }
        }
    }

    #[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nothing is ever pending"))]
    pub(crate) fn shutdown(&self, deadline: Duration) -> Report {
        self.close();
        #[cfg(feature = "http")]
        if let Sink::Delivery(delivery) = &self.sink {
            delivery.shutdown_blocking(deadline);
        }
        self.report()
    }

    /// The shutdown begins now, whenever the future is awaited.
    #[cfg(feature = "http")]
    pub(crate) fn shutdown_async(
        self: &Arc<Self>,
        deadline: Duration,
    ) -> impl Future<Output = Report> + Send + 'static {
        self.close();
        let pending = self.pending(|delivery| delivery.shutdown(deadline));
        let core = Arc::clone(self);
        async move {
            if let Some(pending) = pending {
                pending.await;
            }
            core.report()
        }
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.definitions.close();
    }

    #[cfg(feature = "http")]
    fn pending<T>(&self, ask: impl FnOnce(&Delivery) -> Pending<T>) -> Option<Pending<T>> {
        match &self.sink {
            Sink::Delivery(delivery) => Some(ask(delivery)),
            Sink::Recorder(_) | Sink::Nothing => None,
        }
    }

    pub(crate) fn report(&self) -> Report {
        match &self.sink {
            #[cfg(feature = "http")]
            Sink::Delivery(delivery) => delivery.report(),
            Sink::Recorder(_) | Sink::Nothing => self.ledger.report(|_| Queued::default()),
        }
    }
}
