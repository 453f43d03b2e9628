//! A log on disk: what one client leaves, the next delivers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taxogen::{Builder, Client, Fsync, LossReason, Mixpanel, PostHog, Segment, Spool, TroubleKind};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Losses, Numbered, Plain, counts, listen, numbers, schema, to, to_all};

const SHORT: Duration = Duration::from_millis(100);

/// The folders of clients that lie in a spool's directory.
fn folders(directory: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = directory.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// The only segment that lies there.
fn segment(directory: &Path) -> PathBuf {
    let files = folders(&folders(directory)[0]);
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "segment")).unwrap()
}

fn capture(client: &Client, numbers: impl IntoIterator<Item = i64>) {
    for number in numbers {
        client.user("u").capture(Numbered(number));
    }
}

fn sorted(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers
}

type Troubles = Arc<Mutex<Vec<(Option<&'static str>, TroubleKind, String)>>>;

fn watch(builder: Builder) -> (Builder, Troubles, Losses) {
    let troubles = Troubles::default();
    let told = Arc::clone(&troubles);
    let (builder, losses) = listen(builder);
    let builder = builder.on_trouble(move |trouble| {
        told.lock().unwrap().push((trouble.destination, trouble.kind, trouble.detail.clone()));
    });
    (builder, troubles, losses)
}

/// Captures these with every vendor down, and leaves them in the directory.
fn leave(builder: Builder, directory: &Path, numbers: impl IntoIterator<Item = i64>) {
    let client = builder.spool(Spool::new(directory)).build().unwrap();
    capture(&client, numbers);
    assert!(client.shutdown(SHORT).kept > 0);
}

/// A sandbox where nothing is taken.
fn down() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    for vendor in Vendor::ALL {
        sandbox.fault(vendor, Fault::status(500).forever());
    }
    sandbox
}

fn up(sandbox: &Sandbox) {
    for vendor in Vendor::ALL {
        sandbox.clear_faults(vendor);
    }
}

/// Waits until something is so.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_a_client_leaves_the_next_delivers() {
    for fsync in [Fsync::Never, Fsync::EverySecond, Fsync::Always] {
        let directory = tempfile::tempdir().unwrap();
        let directory = directory.path().join("spool");
        let spool = || Spool::new(&directory).fsync(fsync);
        let sandbox = down();
        let (builder, troubles, losses) = watch(to_all(&sandbox).spool(spool()));
        let client = builder.build().unwrap();
        capture(&client, 0..10);
        let report = client.shutdown(SHORT);
        assert_eq!(counts(&report), (0, 30, vec![]));
        assert_eq!(counts(&client.report()), counts(&report), "also when somebody else has the files");
        assert_eq!(folders(&directory).len(), 1);

        up(&sandbox);
        let client = to_all(&sandbox).spool(spool()).build().unwrap();
        capture(&client, 10..20);
        assert_eq!(counts(&client.shutdown(LONG)), (60, 0, vec![]));
        for vendor in Vendor::ALL {
            assert_eq!(sorted(numbers(&sandbox, vendor)), (0..20).collect::<Vec<_>>(), "{vendor}");
        }
        assert!(folders(&directory).is_empty(), "what is delivered leaves nothing behind");
        assert_eq!((&*losses.lock().unwrap(), &*troubles.lock().unwrap()), (&vec![], &vec![]));
    }
}

#[test]
fn what_is_delivered_is_not_delivered_again() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).spool(Spool::new(directory.path())).build().unwrap();
    capture(&client, 0..5);
    client.flush(LONG).unwrap();
    sandbox.fault(Vendor::Segment, Fault::status(500).forever());
    capture(&client, 5..10);
    assert_eq!(counts(&client.shutdown(Duration::from_secs(1))), (25, 5, vec![]));

    up(&sandbox);
    let client = to_all(&sandbox).spool(Spool::new(directory.path())).build().unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (5, 0, vec![]));
    for vendor in Vendor::ALL {
        assert_eq!((numbers(&sandbox, vendor), sandbox.summary(vendor).repeated), ((0..10).collect(), 0), "{vendor}");
    }
}

#[test]
fn clients_that_live_at_once_share_a_directory_and_deliver_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    let client = || to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())).linger(LONG).build().unwrap();
    let (one, other) = (client(), client());
    capture(&one, 0..5);
    capture(&other, 5..10);
    assert_eq!(folders(directory.path()).len(), 2);
    assert_eq!(counts(&one.shutdown(LONG)), (5, 0, vec![]));
    assert_eq!(counts(&other.shutdown(LONG)), (5, 0, vec![]));
    assert_eq!(sorted(numbers(&sandbox, Vendor::Segment)), (0..10).collect::<Vec<_>>());
}

#[test]
fn what_is_left_for_a_destination_that_is_gone_waits_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to_all(&sandbox), directory.path(), 0..3);
    up(&sandbox);

    // Two starts without it: it is told each time, and the others are delivered once.
    for delivered in [6, 0] {
        let others = Client::builder()
            .to(PostHog::new("phc_sandbox").host(sandbox.posthog_url()))
            .to(Segment::new("sandbox").host(sandbox.segment_url()));
        let (builder, troubles, losses) = watch(others.spool(Spool::new(directory.path())));
        let client = builder.build().unwrap();
        assert_eq!(counts(&client.shutdown(LONG)), (delivered, 0, vec![]));
        let troubles = troubles.lock().unwrap();
        let [(destination, kind, detail)] = &troubles[..] else { panic!("{troubles:?}") };
        assert_eq!((*destination, *kind), (Some("mixpanel"), TroubleKind::SpoolOrphaned));
        assert!(detail.starts_with("3 events are kept for `mixpanel-import-"), "{detail}");
        assert!(
            detail.ends_with("`, which this client does not deliver to: in 167 hours they are given up"),
            "{detail}"
        );
        assert_eq!(*losses.lock().unwrap(), []);
    }

    let client = to_all(&sandbox).spool(Spool::new(directory.path())).build().unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (3, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::Mixpanel), [0, 1, 2]);
    assert!(folders(directory.path()).is_empty());
}

#[test]
fn what_nobody_came_for_is_given_up_and_counted() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to_all(&sandbox), directory.path(), 0..3);
    up(&sandbox);
    let segment = to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path()).orphan_after(Duration::ZERO));
    let (builder, _, losses) = watch(segment);
    let report = builder.build().unwrap().shutdown(LONG);
    assert_eq!(counts(&report), (3, 0, vec![(LossReason::Orphaned, 6)]));
    let mut losses = losses.lock().unwrap().clone();
    losses.sort();
    let names: Vec<_> =
        losses.iter().map(|(destination, reason, _, events)| (*destination, *reason, events.len())).collect();
    assert_eq!(names, [(Some("mixpanel"), LossReason::Orphaned, 3), (Some("posthog"), LossReason::Orphaned, 3)]);
    assert!(folders(directory.path()).is_empty());
}

#[test]
fn what_nobody_comes_for_is_told_and_then_given_up_while_a_client_runs() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to_all(&sandbox), directory.path(), 0..3);
    up(&sandbox);
    let spool = Spool::new(directory.path()).orphan_after(Duration::from_secs(2));
    let (builder, troubles, losses) = watch(to(&sandbox, Vendor::Segment).spool(spool));
    let client = builder.build().unwrap();
    wait_until("given up", || client.report().lost_for(LossReason::Orphaned) == 6);
    let mut told: Vec<_> = troubles.lock().unwrap().iter().map(|(name, kind, _)| (*name, *kind)).collect();
    told.sort_by_key(|(name, _)| *name);
    assert_eq!(told, [Some("mixpanel"), Some("posthog")].map(|name| (name, TroubleKind::SpoolOrphaned)));
    assert_eq!(losses.lock().unwrap().len(), 2);
    capture(&client, [3]);
    assert_eq!(counts(&client.shutdown(LONG)), (4, 0, vec![(LossReason::Orphaned, 6)]));
    assert!(folders(directory.path()).is_empty());
}

#[test]
fn one_client_after_the_other_takes_over_and_none_from_one_that_lives() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    let next = || to(&sandbox, Vendor::Mixpanel).spool(Spool::new(directory.path())).build().unwrap();
    let first = next();
    capture(&first, 0..3);
    let second = next();
    capture(&second, 3..6);
    assert_eq!((first.report().kept, second.report().kept), (3, 3), "each has its own");
    assert_eq!(counts(&first.shutdown(SHORT)), (0, 3, vec![]));
    let third = next();
    wait_until("taken over", || third.report().kept == 3);
    up(&sandbox);
    assert_eq!(counts(&second.shutdown(LONG)), (3, 0, vec![]));
    assert_eq!(counts(&third.shutdown(LONG)), (3, 0, vec![]));
    assert_eq!(sorted(numbers(&sandbox, Vendor::Mixpanel)), (0..6).collect::<Vec<_>>());
    assert!(folders(directory.path()).is_empty());
}

#[test]
fn another_key_is_another_destination_and_a_new_one_begins_with_what_is_new() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to(&sandbox, Vendor::Segment), directory.path(), 0..3);
    up(&sandbox);
    let rekeyed = Client::builder()
        .to(Segment::new("another").host(sandbox.segment_url()))
        .to(Mixpanel::new("sandbox").host(sandbox.mixpanel_url()));
    let (builder, troubles, _) = watch(rekeyed.spool(Spool::new(directory.path())));
    let client = builder.build().unwrap();
    capture(&client, [3]);
    assert_eq!(counts(&client.shutdown(LONG)), (2, 0, vec![]));
    assert_eq!((numbers(&sandbox, Vendor::Segment), numbers(&sandbox, Vendor::Mixpanel)), (vec![3], vec![3]));
    let troubles = troubles.lock().unwrap();
    assert_eq!((troubles.len(), troubles[0].0, troubles[0].1), (1, Some("segment"), TroubleKind::SpoolOrphaned));
    assert!(!troubles[0].2.contains("sandbox"), "no key is told");

    let client = to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())).build().unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (3, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::Segment), [3, 0, 1, 2]);
}

#[test]
fn what_is_damaged_is_told_and_its_neighbours_are_delivered() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to(&sandbox, Vendor::Segment), directory.path(), 0..5);
    up(&sandbox);
    let path = segment(directory.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (builder, troubles, _) = watch(to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())));
    assert_eq!(counts(&builder.build().unwrap().shutdown(LONG)), (4, 0, vec![]));
    assert_eq!(numbers(&sandbox, Vendor::Segment), [0, 1, 3, 4]);
    let troubles = troubles.lock().unwrap();
    let [(None, TroubleKind::SpoolDamaged, detail)] = &troubles[..] else { panic!("{troubles:?}") };
    let folder = path.parent().unwrap().display();
    assert!(detail.ends_with(&format!("bytes of `{folder}` are damaged, and what they held is lost")), "{detail}");
}

#[test]
fn what_another_version_wrote_is_left_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = down();
    leave(to(&sandbox, Vendor::Segment), directory.path(), 0..5);
    up(&sandbox);
    let path = segment(directory.path());
    let written = std::fs::read(&path).unwrap();
    // The version of the format, and that of its records.
    for (place, version) in [(8, written[8] + 1), (10, written[10] - 1)] {
        let mut bytes = written.clone();
        bytes[place] = version;
        let crc = crc32(&bytes[..28]);
        bytes[28..32].copy_from_slice(&crc.to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let (builder, troubles, losses) = watch(to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())));
        let client = builder.build().unwrap();
        capture(&client, [5]);
        assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]), "byte {place}");
        let folder = path.parent().unwrap().display();
        let detail = format!(
            "`{folder}` was written by another version of taxogen and is left as it is: start that version to have it \
             delivered, or remove it"
        );
        assert_eq!(*troubles.lock().unwrap(), [(None, TroubleKind::SpoolLeft, detail)], "byte {place}");
        assert_eq!((std::fs::read(&path).unwrap(), losses.lock().unwrap().len()), (bytes, 0), "byte {place}");
    }
    std::fs::write(&path, &written).unwrap();
    let client = to(&sandbox, Vendor::Segment).spool(Spool::new(directory.path())).build().unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (5, 0, vec![]), "that version delivers it");
}

/// The checksum that a header ends with.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(!0, step)
}

#[test]
fn while_the_disk_cannot_be_written_memory_stands_in_and_what_is_beyond_it_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (path, away) = (directory.path().join("spool"), directory.path().join("away"));
    let sandbox = down();
    let spool = || Spool::new(&path).bytes(1 << 20);
    let (builder, troubles, losses) = watch(to(&sandbox, Vendor::Segment).spool(spool()).log_bytes(128 * 1024));
    let client = builder.build().unwrap();
    let large = || Plain(const { &schema("large") }, |properties| properties.internal("text", &"x".repeat(10_000)));
    let mut captured: u64 = 0;
    let mut capture_large = |count: u64| {
        (0..count).for_each(|_| client.user("u").capture(large()));
        captured += count;
    };
    capture_large(3);
    // A file is open; the next one needs the folder, of which there is a file of that name.
    std::fs::rename(&path, &away).unwrap();
    std::fs::write(&path, "").unwrap();
    capture_large(30);
    let lost = client.report().lost_for(LossReason::Spool);
    assert!((5..25).contains(&lost), "memory has room for some of them: {lost}");
    assert_eq!(losses.lock().unwrap().len() as u64, lost, "each is told");
    let kinds = || troubles.lock().unwrap().iter().map(|(_, kind, _)| *kind).collect::<Vec<_>>();
    wait_until("told", || kinds() == [TroubleKind::SpoolUnwritable]);

    std::fs::remove_file(&path).unwrap();
    std::fs::rename(&away, &path).unwrap();
    wait_until("written again", || kinds() == [TroubleKind::SpoolUnwritable, TroubleKind::SpoolWritable]);
    capture_large(5);
    let kept = captured - lost;
    assert_eq!(counts(&client.shutdown(SHORT)), (0, kept, vec![(LossReason::Spool, lost)]));
    up(&sandbox);
    let client = to(&sandbox, Vendor::Segment).spool(spool()).build().unwrap();
    assert_eq!(counts(&client.shutdown(LONG)), (kept, 0, vec![]));
    assert_eq!(sandbox.summary(Vendor::Segment).distinct, kept);
}

#[test]
fn a_full_spool_drops_the_oldest_of_who_is_behind_and_tells_it() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(500).forever());
    let both = Client::builder()
        .to(PostHog::new("phc_sandbox").host(sandbox.posthog_url()))
        .to(Segment::new("sandbox").host(sandbox.segment_url()));
    let (builder, _, losses) = watch(both.spool(Spool::new(directory.path()).bytes(1 << 20)));
    let client = builder.linger(Duration::from_millis(1)).build().unwrap();
    let large = || Plain(const { &schema("large") }, |properties| properties.internal("text", &"x".repeat(10_000)));
    for number in 1..=300 {
        client.user("u").capture(large());
        if number % 30 == 0 {
            // Or it would be behind as well, on a machine that is busy.
            assert!(sandbox.wait_for(Vendor::Segment, number, LONG));
        }
    }
    let end = Instant::now() + LONG;
    while client.report().destinations[1].delivered < 300 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    let report = client.shutdown(SHORT);
    let [posthog, segment] = &report.destinations[..] else { panic!("two destinations") };
    assert_eq!((segment.delivered, segment.kept, &segment.lost), (300, 0, &vec![]));
    let lost = report.lost_for(LossReason::LogFull);
    assert_eq!((posthog.delivered, posthog.kept + lost), (0, 300));
    assert!(lost > 100, "{lost}");
    let losses = losses.lock().unwrap();
    let told: usize = losses.iter().map(|(.., events)| events.len()).sum();
    assert_eq!(told as u64, lost);
    assert!(losses.iter().all(|loss| (loss.0, loss.1) == (Some("posthog"), LossReason::LogFull)));
}

#[cfg(unix)]
#[test]
fn what_nobody_can_find_on_disk_any_more_is_told_when_the_client_ends() {
    let directory = tempfile::tempdir().unwrap();
    let spool = directory.path().join("spool");
    let sandbox = down();
    let (builder, _, losses) = watch(to_all(&sandbox).spool(Spool::new(&spool)));
    let client = builder.build().unwrap();
    capture(&client, 0..5);
    std::fs::remove_dir_all(&spool).unwrap();
    capture(&client, 5..10);
    assert_eq!(counts(&client.shutdown(SHORT)), (0, 30, vec![]));
    let losses = losses.lock().unwrap();
    let told = losses.iter().filter(|(_, reason, ..)| *reason == LossReason::Shutdown).map(|(.., names)| names.len());
    assert_eq!(told.sum::<usize>(), 30);
}

#[test]
fn a_directory_that_cannot_be_used_is_an_error_that_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let sandbox = Sandbox::start().unwrap();
    let error = to(&sandbox, Vendor::Segment).spool(Spool::new(&file)).build().unwrap_err();
    assert!(error.is_configuration());
    let expected = format!("the spool in `{}` cannot be used: ", file.display());
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn a_key_that_was_repaired_between_two_clients_is_found_by_a_flush_of_the_second() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(401).forever());
    let build = || {
        let builder = to(&sandbox, Vendor::PostHog).linger(Duration::from_millis(1));
        builder.spool(Spool::new(directory.path())).build().unwrap()
    };
    let first = build();
    let id = first.user("u").capture_now(Numbered(0)).wait().id.unwrap();
    let report = first.shutdown(LONG);
    assert_eq!(counts(&report), (0, 1, vec![]));
    drop(first);

    // The lane that asks reads what the first client left; what is captured now waits for its answer.
    let second = build();
    let end = Instant::now() + LONG;
    while second.report().destinations[0].paused.is_none() {
        assert!(Instant::now() < end, "paused");
        std::thread::sleep(Duration::from_millis(5));
    }
    capture(&second, [1]);
    let start = Instant::now();
    assert!(second.flush(LONG).unwrap_err().is_network());
    sandbox.clear_faults(Vendor::PostHog);
    second.flush(LONG).unwrap();
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
    assert_eq!(counts(&second.shutdown(LONG)), (2, 0, vec![]));
    assert_eq!(sorted(numbers(&sandbox, Vendor::PostHog)), [0, 1]);
    assert!(sandbox.received(Vendor::PostHog).iter().any(|event| event.id.as_deref() == Some(&id)));
}
