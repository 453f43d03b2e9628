//! Who looks whether a file has changed.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::cause::Cause;
use super::file::DefinitionsFile;
use super::shelf::Shelf;
use crate::value::Timestamp;

/// Has somebody look again and again, until it is dropped. Reading and compiling take longer than the lanes of the delivery
/// thread may wait for.
#[cfg(feature = "http")]
pub(super) async fn beside(mut file: DefinitionsFile, shelf: Arc<Shelf>, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        let Ok((read, back)) = tokio::task::spawn_blocking(move || (file.read(), file)).await else {
            let sentence =
                "what the file of definitions holds cannot be read: a mistake of this library, please report it";
            shelf.fail(Cause::Unusable(sentence.to_owned()));
            return;
        };
        DefinitionsFile::heed(read, &shelf, Timestamp::now());
        file = back;
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
