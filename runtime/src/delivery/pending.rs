use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread, ThreadId};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// What the delivery thread will answer: awaited on any runtime, or waited for.
///
/// `None` where that thread has ended without an answer.
#[derive(Debug)]
#[must_use = "it has to be awaited or waited for"]
pub(crate) struct Pending<T> {
    answer: oneshot::Receiver<T>,
    /// The thread that answers.
    answers: ThreadId,
}

impl<T> Pending<T> {
    pub(super) fn new(answers: ThreadId) -> (oneshot::Sender<T>, Self) {
        let (sender, answer) = oneshot::channel();
        (sender, Self { answer, answers })
    }

    /// Blocks the thread until the answer is there, at most this long.
    ///
    /// A hook that runs on the delivery thread gets `None` at once: it would wait for itself.
    pub(crate) fn wait(self, longest: Duration) -> Option<T> {
        if thread::current().id() == self.answers {
            return None;
        }
        let end = after(longest);
        let mut this = pin!(self);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            if let Poll::Ready(answer) = this.as_mut().poll(&mut Context::from_waker(&waker)) {
                return answer;
            }
            thread::park_timeout(end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?);
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.answer).poll(context).map(Result::ok)
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// So long from now; what no clock can hold is far away.
pub(crate) fn after(duration: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(duration).unwrap_or_else(|| now + Duration::from_secs(60 * 60 * 24 * 365))
}
