use std::time::Duration;

/// What happens when the log is full and something is captured.
///
/// The log is as full as the slowest destination is behind. [`DropOldest`](Self::DropOldest) charges that to it alone.
/// The others let the slowest decide for all: while one vendor is down for long enough, nothing new reaches any.
///
/// ```
/// use std::time::Duration;
/// use taxogen::{Client, Overflow};
///
/// let client = Client::builder().log_bytes(1 << 20).overflow(Overflow::Block(Duration::from_millis(50)));
/// # let _ = client;
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The destinations that are behind lose their oldest events, and the others nothing.
    #[default]
    DropOldest,
    /// What is captured is lost for all destinations.
    DropNewest,
    /// `capture` waits, so long at most, until the slowest destination has made room; then what is captured is lost for
    /// all.
    ///
    /// It blocks the thread, also one of an async runtime. Inside a hook and on the delivery thread, which would wait
    /// for itself, nothing waits.
    Block(Duration),
}
