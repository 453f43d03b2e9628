use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// What ended first.
pub(crate) enum Won<A, B> {
    First(A),
    Second(B),
}

/// Runs both until one ends; where both have, the first wins.
pub(crate) async fn race<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> Won<A, B> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|context| {
        if let Poll::Ready(value) = first.as_mut().poll(context) {
            return Poll::Ready(Won::First(value));
        }
        second.as_mut().poll(context).map(Won::Second)
    })
    .await
}
