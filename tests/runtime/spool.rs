//! A log on disk: what one client leaves, the next delivers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taxogen::{Builder, Client, Fsync, LossReason, PostHog, Segment, Spool, TroubleKind};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, listen, numbers, to, to_all};

const SHORT: Duration = Duration::from_millis(100);

/// The folders of clients that lie in a spool's directory.
fn folders(directory: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = directory.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn capture(client: &Client, numbers: impl IntoIterator<Item = i64>) {
    numbers.into_iter().for_each(|number| client.user("u").capture(Numbered(number)));
}

type Troubles = Arc<Mutex<Vec<(TroubleKind, String)>>>;

fn watch(builder: Builder) -> (Builder, Troubles) {
    let troubles = Troubles::default();
    let told = Arc::clone(&troubles);
    (builder.on_trouble(move |trouble| told.lock().unwrap().push((trouble.kind, trouble.to_string()))), troubles)
}

#[test]
fn what_a_client_leaves_the_next_delivers() {
    for fsync in [Fsync::Never, Fsync::EverySecond, Fsync::Always] {
        let directory = tempfile::tempdir().unwrap();
        let spool = || Spool::new(directory.path().join("spool")).fsync(fsync);
        let sandbox = Sandbox::start().unwrap();
        for vendor in Vendor::ALL {
            sandbox.fault(vendor, Fault::status(500).forever());
        }
        let (builder, losses) = listen(to_all(&sandbox).spool(spool()));
        let client = builder.build().unwrap();
        capture(&client, 0..10);
        assert_eq!(counts(&client.shutdown(SHORT)), (0, 30, vec![]));
        assert_eq!(*losses.lock().unwrap(), [], "nothing is lost");
        assert_eq!(folders(&directory.path().join("spool")).len(), 1);

        Vendor::ALL.into_iter().for_each(|vendor| sandbox.clear_faults(vendor));
        let client = to_all(&sandbox).spool(spool()).build().unwrap();
        capture(&client, 10..20);
        assert_eq!(counts(&client.shutdown(LONG)), (60, 0, vec![]));
        for vendor in Vendor::ALL {
            let mut numbers = numbers(&sandbox, vendor);
            numbers.sort_unstable();
            assert_eq!(numbers, (0..20).collect::<Vec<_>>(), "{vendor}");
        }
        assert!(folders(&directory.path().join("spool")).is_empty(), "what is delivered leaves nothing behind");
    }
}
