//! Who looks whether a file has changed.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::cause::Cause;
use super::file::DefinitionsFile;
use super::shelf::Shelf;
use crate::value::Timestamp;

/// Looks again and again, on the delivery thread, until it is dropped.
#[cfg(feature = "http")]
pub(super) async fn beside(mut file: DefinitionsFile, shelf: Arc<Shelf>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        file.look(&shelf, Timestamp::now());
    }
}

/// The same on a thread of its own, which ends with the shelf or when that is closed.
pub(super) fn alone(mut file: DefinitionsFile, shelf: &Arc<Shelf>, interval: Duration) {
    let (ends, ended) = mpsc::channel::<()>();
    let watched = Arc::downgrade(shelf);
    let run = move || {
        while ended.recv_timeout(interval) == Err(RecvTimeoutError::Timeout)
            && let Some(shelf) = Weak::upgrade(&watched)
        {
            file.look(&shelf, Timestamp::now());
        }
    };
    match thread::Builder::new().name("taxogen-flags".to_owned()).spawn(run) {
        Ok(_) => shelf.watch(ends),
        Err(why) => {
            shelf.fail(Cause::FileGone(format!(
                "nobody can look whether the definitions of local flags change, because there is no thread for it: \
                 {why}; take them as they are with `LocalFlags::bytes`"
            )));
        }
    }
}
