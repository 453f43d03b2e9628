use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};

use tokio::runtime::{self, Handle};
use tokio::sync::Notify;

use crate::error::{Error, Kind};

/// Starts the thread that runs everything; it ends when it is told to stop.
///
/// The runtime is made and dropped there, because neither is allowed inside another runtime.
pub(super) fn spawn(stop: Arc<Notify>) -> Result<(Handle, ThreadId), Error> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let run = move || {
        let runtime = match runtime::Builder::new_current_thread().enable_all().thread_name("taxogen-dns").build() {
            Ok(runtime) => runtime,
            Err(problem) => return drop(sender.send(Err(problem))),
        };
        let _ = sender.send(Ok(runtime.handle().clone()));
        runtime.block_on(stop.notified());
        // A name that is still being looked up holds nobody.
        runtime.shutdown_background();
    };
    let failed = |problem: std::io::Error| {
        Error::new(Kind::Configuration, "the delivery thread cannot be started").with_source(problem)
    };
    let thread = thread::Builder::new().name("taxogen-delivery".to_owned()).spawn(run).map_err(failed)?;
    let handle = receiver.recv().map_err(|ended| failed(std::io::Error::other(ended)))?.map_err(failed)?;
    Ok((handle, thread.thread().id()))
}
