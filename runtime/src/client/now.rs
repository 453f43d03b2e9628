use std::cell::Cell;
#[cfg(feature = "http")]
use std::cell::RefCell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Core;
#[cfg(feature = "http")]
use super::Sink;
#[cfg(feature = "http")]
use crate::delivery::{Delivery, Watch};
use crate::id::EventId;
use crate::outcome::Outcome;
#[cfg(feature = "http")]
use crate::record::Record;
use crate::report::LossReason;

/// An event that was captured and whose delivery can be waited for: awaited, or by [`wait`](Self::wait).
///
/// The event lies in the log already; whoever drops this has captured it like any other.
///
/// ```
/// use std::time::Duration;
/// # use taxogen::{Event, EventSchema, PlanId, PropertyWriter};
/// # struct OrderPlaced;
/// # impl Event for OrderPlaced {
/// #     fn schema(&self) -> &'static EventSchema { const { &EventSchema::new("o", PlanId::new("p", "0")) } }
/// #     fn write(&self, _: &mut PropertyWriter<'_>) {}
/// # }
///
/// # async fn handle(client: taxogen::Client) {
/// let outcome = client.user("user_123").capture_now(OrderPlaced).within(Duration::from_secs(2)).await;
/// for destination in &outcome.destinations {
///     println!("{}: {:?}", destination.name, destination.fate);
/// }
/// # }
/// ```
#[must_use = "the event is captured, and nobody waits for its delivery"]
pub struct CaptureNow {
    core: Arc<Core>,
    deadline: Duration,
    outcome: Outcome,
    #[cfg(feature = "http")]
    watch: Option<Arc<Watch>>,
}

/// What is learned of a record on its way into the log.
#[derive(Default)]
pub(crate) struct Notice {
    pub(super) id: Cell<Option<EventId>>,
    pub(super) refused: Cell<Option<LossReason>>,
    #[cfg(feature = "http")]
    pub(super) watch: RefCell<Option<Watch>>,
}

#[cfg(feature = "http")]
impl Notice {
    /// Watches a record that is about to be appended.
    pub(super) fn watch(&self, delivery: &Delivery, record: &[u8]) {
        if let Ok(record) = Record::read(record) {
            *self.watch.borrow_mut() = Some(delivery.watch(&record));
        }
    }
}

/// How long to wait unless told.
const DEADLINE: Duration = Duration::from_secs(5);

impl CaptureNow {
    pub(crate) fn new(core: &Arc<Core>, notice: &Notice) -> Self {
        let id = notice.id.get().map(|id| id.to_string());
        Self {
            core: Arc::clone(core),
            deadline: DEADLINE,
            outcome: Outcome { id, refused: notice.refused.get(), ..Outcome::default() },
            #[cfg(feature = "http")]
            watch: notice.watch.take().filter(|_| notice.refused.get().is_none()).map(Arc::new),
        }
    }

    /// Waits at most so long; five seconds unless set. What is not settled then is [`Fate::Kept`](crate::Fate::Kept).
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Blocks the thread until the event is settled everywhere, or the deadline comes.
    ///
    /// In a hook, on the delivery thread, it waits for nothing.
    #[must_use]
    #[cfg_attr(not(feature = "http"), expect(unused_mut, reason = "nothing is ever pending"))]
    pub fn wait(mut self) -> Outcome {
        #[cfg(feature = "http")]
        if let (Some(watch), Sink::Delivery(delivery)) = (&self.watch, &self.core.sink) {
            delivery.settled_blocking(watch, self.deadline);
            self.outcome.destinations = delivery.fates(watch);
        }
        self.outcome
    }
}

/// Works on any async runtime. It hurries the lanes when it is first awaited.
///
/// Never block on it inside a hook: on the delivery thread it would wait for itself.
impl IntoFuture for CaptureNow {
    type Output = Outcome;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

    #[cfg_attr(not(feature = "http"), expect(unused_mut, reason = "nothing is ever pending"))]
    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            #[cfg(feature = "http")]
            if let (Some(watch), Sink::Delivery(delivery)) = (&self.watch, &self.core.sink) {
                delivery.settled(watch, self.deadline).await;
                self.outcome.destinations = delivery.fates(watch);
            }
            self.outcome
        })
    }
}

impl fmt::Debug for CaptureNow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { deadline, outcome, .. } = self;
        formatter
            .debug_struct("CaptureNow")
            .field("deadline", deadline)
            .field("id", &outcome.id)
            .finish_non_exhaustive()
    }
}
