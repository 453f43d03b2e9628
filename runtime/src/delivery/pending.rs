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

/// What came of waiting for the delivery thread.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Waited<T> {
    Answered(T),
    /// The thread has ended: after a shutdown nobody answers.
    Ended,
    /// Not in time, or asked on the delivery thread itself, which would wait for itself.
    Late,
}

impl<T> Pending<T> {
    pub(super) fn new(answers: ThreadId) -> (oneshot::Sender<T>, Self) {
        let (sender, answer) = oneshot::channel();
        (sender, Self { answer, answers })
    }

    /// What is answered already.
    pub(super) fn answered(answers: ThreadId, answer: T) -> Self {
        let (sender, pending) = Self::new(answers);
        let _ = sender.send(answer);
        pending
    }

    /// Blocks the thread until the answer is there, at most this long. On the delivery thread, in a hook, it is
    /// late at once.
    pub(crate) fn wait(self, longest: Duration) -> Waited<T> {
        if thread::current().id() == self.answers && self.answer.is_empty() {
            return Waited::Late;
        }
        let end = after(longest);
        let mut this = pin!(self);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            if let Poll::Ready(answer) = this.as_mut().poll(&mut Context::from_waker(&waker)) {
                return answer.into();
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Waited::Late;
            }
            thread::park_timeout(left);
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.answer).poll(context).map(Result::ok)
    }
}

/// From what awaiting gave, which is never late.
impl<T> From<Option<T>> for Waited<T> {
    fn from(answer: Option<T>) -> Self {
        answer.map_or(Self::Ended, Self::Answered)
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
