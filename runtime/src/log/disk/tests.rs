use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::log::tests::{anybody, lane, names, record};
use crate::log::{Appended, Unread};
use crate::spool::HEAD;

const LANES: [&str; 2] = ["posthog-batch-1", "segment-batch-2"];

fn spool(directory: &Path, bytes: u64) -> Spool {
    Spool { bytes, ..Spool::new(directory).fsync(Fsync::Never) }
}

/// The first lane wants all, the second what has an even number.
fn lanes() -> Vec<(String, LaneSettings)> {
    let even = lane(|record| record.name.ends_with(['0', '2', '4', '6', '8']));
    LANES.map(str::to_owned).into_iter().zip([lane(|_| true), even]).collect()
}

fn begin(spool: &Spool) -> Log {
    Log::spooled(spool, 1 << 20, Vec::new(), lanes()).unwrap()
}

/// What earlier processes left.
fn adopt(spool: &Spool) -> (Vec<Log>, Vec<Notice>) {
    let (all, mut notices) = Recovered::all(&spool.directory, &LANES.map(str::to_owned)).unwrap();
    let adopt = |recovered| {
        let log = Log::adopted(spool, recovered, Timestamp::from_unix_millis(0), |_, name| {
            (lanes().into_iter().find(|(lane, _)| lane == name).unwrap().1, true)
        });
        notices.extend(log.tend());
        log
    };
    (all.into_iter().map(adopt).collect(), notices)
}

fn append(log: &Log, names: &[&str]) {
    for name in names {
        assert!(matches!(log.append(&record(name), anybody), Appended::Accepted(lost) if lost.is_empty()));
    }
}

/// Everything that a lane has to read, in windows of so many.
fn drain(log: &Log, lane: LaneId, window: usize) -> Vec<String> {
    let windows = std::iter::from_fn(|| {
        let records = log.take(lane, usize::MAX, window).records;
        (!records.is_empty()).then(|| super::super::tests::names(&records))
    });
    windows.flatten().collect()
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let folders = directory.read_dir().unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| folder.read_dir().unwrap().map(|file| file.unwrap().path()));
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|is| is == extension)).collect();
    files.sort();
    files
}

const FIRST: LaneId = LaneId(0);
const SECOND: LaneId = LaneId(1);

#[test]
fn what_a_process_leaves_the_next_reads_from_where_each_lane_was() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let log = begin(&spool);
    append(&log, &["0", "1", "2", "3", "4"]);
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["0", "1"]);
    log.settle(FIRST, log.positions(FIRST).0);
    // In flight when the process dies.
    assert_eq!(names(&log.take(FIRST, usize::MAX, 2).records), ["2", "3"]);
    drop(log);
    for _ in 0..2 {
        let (logs, notices) = adopt(&spool);
        assert_eq!((logs.len(), notices), (1, vec![]));
        assert_eq!(drain(&logs[0], FIRST, 10), ["2", "3", "4"]);
        assert_eq!(drain(&logs[0], SECOND, 2), ["0", "2", "4"]);
    }
    let (logs, _) = adopt(&spool);
    for lane in [FIRST, SECOND] {
        drain(&logs[0], lane, 10);
        assert!(!files(directory.path(), "segment").is_empty());
        logs[0].settle(lane, logs[0].end());
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0, "nothing is left of what is settled");
}

#[test]
fn what_is_settled_in_the_middle_of_a_window_does_not_come_again() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let log = begin(&spool);
    append(&log, &["0", "1", "2", "3", "4"]);
    let window = log.take(FIRST, usize::MAX, 10);
    log.settle_before(FIRST, &window.records[3]);
    log.settle_before(FIRST, &window.records[1]);
    drop(log);
    let (logs, _) = adopt(&spool);
    assert_eq!(drain(&logs[0], FIRST, 10), ["3", "4"]);
}

#[test]
fn of_a_log_that_was_cut_anywhere_whole_records_are_left() {
    let frame = record("0").len() + HEAD;
    for missing in 0..=32 + 3 * frame {
        let directory = tempfile::tempdir().unwrap();
        let spool = spool(directory.path(), 1 << 20);
        append(&begin(&spool), &["0", "2", "4"]);
        let path = files(directory.path(), "segment").remove(0);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - missing]).unwrap();

        let held = (3 * frame).saturating_sub(missing);
        let (expected, torn) = (&["0", "2", "4"][..held / frame], (held % frame) as u64);
        let (logs, notices) = adopt(&spool);
        for lane in [FIRST, SECOND] {
            assert_eq!(drain(&logs[0], lane, 10), expected, "{missing}");
        }
        match &notices[..] {
            [] => assert_eq!(torn, 0, "{missing}"),
            [Notice::Torn { bytes, .. }] => assert_eq!(*bytes, torn, "{missing}"),
            notices => panic!("{missing}: {notices:?}"),
        }
        drop(logs);
        assert_eq!(adopt(&spool).1, [], "{missing}: once it is cut it is whole");
        assert_eq!(directory.path().read_dir().unwrap().count(), usize::from(held >= frame), "{missing}");
    }
}

#[test]
fn a_damaged_byte_costs_the_record_that_it_was_in_and_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let log = begin(&spool);
    append(&log, &["0", "2", "4"]);
    drop(log);
    let path = files(directory.path(), "segment").remove(0);
    let whole = std::fs::read(&path).unwrap();
    let frame = record("0").len() + HEAD;
    let header = whole.len() - 3 * frame;
    for at in header..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x20;
        std::fs::write(&path, &damaged).unwrap();
        let (logs, told) = adopt(&spool);
        let lost = (at - header) / frame;
        let expected: Vec<_> = ["0", "2", "4"].into_iter().enumerate().filter(|(place, _)| *place != lost).collect();
        for lane in [FIRST, SECOND] {
            assert!(drain(&logs[0], lane, 1).iter().eq(expected.iter().map(|(_, name)| name)), "{at}");
        }
        let notices = [told, logs[0].tend()].concat();
        let bytes = match notices.as_slice() {
            [Notice::Damaged { bytes, .. } | Notice::Torn { bytes, .. }] => *bytes,
            notices => panic!("{at}: {notices:?}"),
        };
        assert_eq!(bytes, frame as u64, "{at}");
    }
}

#[test]
fn a_segment_that_is_gone_or_damaged_costs_itself_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("0").len() + HEAD;
    let spool = spool(directory.path(), 16 * 2 * frame as u64);
    let log = begin(&spool);
    append(&log, &["0", "1", "2", "3", "4", "5"]);
    drop(log);
    let paths = files(directory.path(), "segment");
    assert_eq!(paths.len(), 3);
    let second = std::fs::read(&paths[1]).unwrap();
    let damages: [(&str, Option<Vec<u8>>); 4] = [
        ("gone", None),
        ("empty", Some(Vec::new())),
        ("no header", Some([&[0; 8], &second[8..]].concat())),
        ("short", Some(second[..second.len() - 2 * frame].to_vec())),
    ];
    for (how, bytes) in damages {
        match bytes {
            None => std::fs::remove_file(&paths[1]).unwrap(),
            Some(bytes) => std::fs::write(&paths[1], bytes).unwrap(),
        }
        let (logs, _) = adopt(&spool);
        assert_eq!(drain(&logs[0], FIRST, 10), ["0", "1", "4", "5"], "{how}");
        assert_eq!(drain(&logs[0], SECOND, 1), ["0", "4"], "{how}");
        let notices = logs[0].tend();
        assert!(
            matches!(&notices[..], [Notice::Damaged { bytes, .. }] if *bytes == 2 * frame as u64),
            "{how} {notices:?}"
        );
    }
}

#[test]
fn a_log_of_another_version_is_left_as_it_is_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    append(&begin(&spool), &["0"]);
    let path = files(directory.path(), "segment").remove(0);
    let mut bytes = std::fs::read(&path).unwrap();
    // The version of the records, and the checksum over it.
    bytes[10] += 1;
    let crc = crc32fast::hash(&bytes[..28]);
    bytes[28..32].copy_from_slice(&crc.to_le_bytes());
    std::fs::write(&path, &bytes).unwrap();
    for _ in 0..2 {
        let (logs, notices) = adopt(&spool);
        assert!(logs.is_empty());
        assert_eq!(notices, [Notice::Foreign { folder: path.parent().unwrap().to_owned() }]);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_log_without_cursors_is_for_everybody_from_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let log = begin(&spool);
    append(&log, &["0", "1"]);
    log.take(FIRST, usize::MAX, 10);
    log.settle(FIRST, log.end());
    drop(log);
    for path in files(directory.path(), "lane") {
        std::fs::remove_file(path).unwrap();
    }
    let (logs, _) = adopt(&spool);
    assert_eq!(
        (drain(&logs[0], FIRST, 10), drain(&logs[0], SECOND, 10)),
        (vec!["0".into(), "1".into()], vec!["0".into()])
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_is_adopted_costs_one_open_file_however_many_lanes_it_has() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    for _ in 0..3 {
        append(&begin(&spool), &["0"]);
    }
    let (logs, _) = adopt(&spool);
    logs[0].settle(FIRST, logs[0].end());
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten().filter_map(|file| file.path().read_link().ok());
    let open: Vec<_> = open.filter(|path| path.starts_with(directory.path())).collect();
    assert_eq!((logs.len(), open.len()), (3, 3), "{open:?}");
}

#[test]
fn a_folder_that_is_in_use_is_nobody_elses() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let (one, other) = (begin(&spool), begin(&spool));
    append(&one, &["0"]);
    append(&other, &["1"]);
    assert!(adopt(&spool).0.is_empty());
    drop(one);
    let (logs, _) = adopt(&spool);
    assert_eq!(drain(&logs[0], FIRST, 10), ["0"]);
    assert!(adopt(&spool).0.is_empty(), "one who adopts has it");
    other.finish();
    assert_eq!(adopt(&spool).0.len(), 1, "who has finished has not");
}

#[test]
fn memory_does_not_grow_with_what_is_on_disk_and_segments_go_when_all_are_past_them() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 64 << 20);
    let log = begin(&spool);
    let big = record(&"x".repeat(100_000));
    for _ in 0..400 {
        log.append(&big, anybody);
    }
    let in_memory = |log: &Log| log.state().sealed.iter().map(|chunk| chunk.bytes.capacity()).sum::<usize>();
    assert!(in_memory(&log) < 16 << 20, "{}", in_memory(&log));
    let segments = files(directory.path(), "segment").len();
    assert!(segments > 8, "{segments}");
    let mut taken = 0;
    for lane in [FIRST, SECOND] {
        loop {
            let window = log.take(lane, 1 << 20, 1_000);
            taken += window.records.len();
            log.settle(lane, log.positions(lane).0);
            if log.positions(lane).0 == log.end() {
                break;
            }
        }
    }
    assert_eq!((taken, files(directory.path(), "segment").len()), (400, 1), "the second lane wants nothing of this");
}

#[test]
fn what_can_be_written_needs_no_memory_that_stands_in() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let log = Log::spooled(&spool, 0, Vec::new(), lanes()).unwrap();
    // Larger than a segment, and than a block that is read.
    let name = "x".repeat(300_000);
    append(&log, &["0", &name, "1"]);
    drop(log);
    assert_eq!(drain(&adopt(&spool).0[0], FIRST, 1), ["0", &name, "1"]);
}

#[test]
fn while_the_disk_cannot_be_written_memory_stands_in_and_nothing_is_lost_when_it_can_again() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("0").len() + HEAD;
    let spool = spool(&directory.path().join("spool"), 16 * 2 * frame as u64);
    let log = Log::spooled(&spool, 3 * frame, Vec::new(), lanes()).unwrap();
    append(&log, &["0", "1"]);
    // The next record needs a new segment, for which there is no folder.
    let away = directory.path().join("away");
    std::fs::rename(&spool.directory, &away).unwrap();
    append(&log, &["2", "3", "4"]);
    assert!(matches!(log.append(&record("5"), anybody), Appended::Unwritable));
    assert_eq!(drain(&log, FIRST, 10), ["0", "1", "2", "3", "4"]);
    assert!(matches!(&log.tend()[..], [Notice::Unwritable(_)]), "told once");
    assert!(!log.outlives_process());
    std::fs::rename(&away, &spool.directory).unwrap();
    let start = std::time::Instant::now();
    while log.tend() != [Notice::Writable] {
        assert!(start.elapsed() < std::time::Duration::from_secs(20));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    append(&log, &["6"]);
    assert!(log.outlives_process());
    drop(log);
    let (logs, notices) = adopt(&spool);
    assert_eq!(
        (drain(&logs[0], FIRST, 10), notices),
        (["0", "1", "2", "3", "4", "6"].map(str::to_owned).to_vec(), vec![])
    );
}

#[cfg(unix)]
#[test]
fn files_that_somebody_removes_are_told_and_nothing_in_them_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let log = begin(&spool(&directory.path().join("spool"), 1 << 20));
    append(&log, &["0"]);
    assert!(log.outlives_process() && log.tend().is_empty());
    std::fs::remove_dir_all(directory.path().join("spool")).unwrap();
    // The file is still open.
    append(&log, &["1"]);
    assert!(!log.outlives_process());
    let told: Vec<_> = log.tend().iter().map(ToString::to_string).collect();
    let sentence = "the spool cannot be written (its files were removed): what is captured is kept in memory meanwhile";
    assert_eq!(told, [sentence]);
    append(&log, &["2"]);
    assert_eq!(log.tend(), []);
    assert_eq!(drain(&log, FIRST, 10), ["0", "1", "2"]);
}

#[test]
fn what_was_delivered_while_the_disk_could_not_be_written_is_missed_by_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("0").len() + HEAD;
    let spool = spool(&directory.path().join("spool"), 16 * 2 * frame as u64);
    let log = Log::spooled(&spool, 3 * frame, Vec::new(), lanes()).unwrap();
    append(&log, &["0", "1"]);
    let away = directory.path().join("away");
    std::fs::rename(&spool.directory, &away).unwrap();
    // More than memory has room for, and no loss: it goes as it comes.
    for name in ["2", "3", "4", "5", "6", "7", "8"] {
        append(&log, &[name]);
        for lane in [FIRST, SECOND] {
            drain(&log, lane, 10);
            log.settle(lane, log.end());
        }
    }
    std::fs::rename(&away, &spool.directory).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_050));
    append(&log, &["9", "10"]);
    assert!(matches!(&log.tend()[..], [Notice::Unwritable(_), Notice::Writable]));
    assert_eq!((drain(&log, FIRST, 10), drain(&log, SECOND, 10)), (vec!["9".into(), "10".into()], vec!["10".into()]));
    drop(log);
    let (logs, notices) = adopt(&spool);
    assert_eq!(notices, []);
    assert_eq!(drain(&logs[0], FIRST, 1), ["9", "10"]);
    assert_eq!(drain(&logs[0], SECOND, 10), ["10"]);
    assert_eq!(logs[0].tend(), [], "nothing is damaged");
}

#[test]
fn what_was_taken_and_not_delivered_while_the_disk_could_not_be_written_is_there_for_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("0").len() + HEAD;
    let spool = spool(&directory.path().join("spool"), 16 * 2 * frame as u64);
    let log = Log::spooled(&spool, 3 * frame, Vec::new(), lanes()).unwrap();
    append(&log, &["0", "1"]);
    let away = directory.path().join("away");
    std::fs::rename(&spool.directory, &away).unwrap();
    append(&log, &["2", "3"]);
    for lane in [FIRST, SECOND] {
        drain(&log, lane, 10);
    }
    append(&log, &["4"]);
    assert!(matches!(log.append(&record("5"), anybody), Appended::Unwritable), "it is in memory still");
    std::fs::rename(&away, &spool.directory).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_050));
    assert!(log.outlives_process());
    drop(log);
    let (logs, _) = adopt(&spool);
    assert_eq!(drain(&logs[0], FIRST, 10), ["0", "1", "2", "3", "4"]);
}

#[test]
fn a_lane_that_is_stuck_with_what_it_took_does_not_keep_what_was_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("000").len() + HEAD;
    let spool = spool(directory.path(), 16 * 2 * frame as u64);
    let log = begin(&spool);
    append(&log, &["000", "001", "002"]);
    // In flight, and never settled.
    assert_eq!(drain(&log, SECOND, 1), ["000", "002"]);
    for number in 3..400 {
        append(&log, &[&format!("{number:03}")]);
        drain(&log, FIRST, 10);
        log.settle(FIRST, log.end());
        while log.take_skipped().is_some() {}
    }
    let held: u64 = files(directory.path(), "segment").iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(held < 3 * spool.bytes, "{held}");
    drop(log);
    let (logs, notices) = adopt(&spool);
    let left = drain(&logs[0], SECOND, 1);
    assert_eq!((&left[..2], left.last().unwrap().as_str()), (["000", "002"].map(str::to_owned).as_slice(), "398"));
    assert!(left.len() < 2 + 17, "{}", left.len());
    assert_eq!((notices, logs[0].tend()), (vec![], vec![]), "what was dropped is no damage");
    assert!(drain(&logs[0], FIRST, 1).is_empty());
    for lane in [FIRST, SECOND] {
        logs[0].settle(lane, logs[0].end());
    }
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

/// Makes a file one that cannot be opened, for whoever it is, and back.
#[cfg(unix)]
fn closed<R>(path: &Path, meanwhile: impl FnOnce() -> R) -> R {
    let aside = path.with_extension("aside");
    std::fs::rename(path, &aside).unwrap();
    std::os::unix::fs::symlink(path, path).unwrap();
    let result = meanwhile();
    std::fs::rename(&aside, path).unwrap();
    result
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_for_now_costs_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("00").len() + HEAD;
    let spool = spool(directory.path(), 16 * 2 * frame as u64);
    let log = begin(&spool);
    append(&log, &["10", "11", "12", "13", "14"]);
    drop(log);
    let segments = files(directory.path(), "segment");

    for segment in [&segments[0], segments.last().unwrap()] {
        let notices = closed(segment, || adopt(&spool).1);
        assert!(matches!(&notices[..], [Notice::Closed { .. }]), "{notices:?}");
    }
    let (mut logs, notices) = adopt(&spool);
    assert_eq!(notices, []);
    let log = logs.remove(0);
    closed(&segments[1], || {
        assert_eq!(drain(&log, FIRST, 10), ["10", "11"]);
        assert!(drain(&log, FIRST, 10).is_empty());
        assert_eq!(log.unread(FIRST).records, 1, "those that can be read");
        assert!(matches!(&log.tend()[..], [Notice::Closed { .. }]));
        assert!(log.drop_segment() && log.drop_segment());
        let told = std::iter::from_fn(|| log.take_skipped()).flat_map(|(_, records)| names(&records));
        assert_eq!(told.collect::<Vec<_>>(), ["10"]);
    });
    assert_eq!(log.unread(FIRST).records, 1);
    let told = std::iter::from_fn(|| log.take_skipped()).flat_map(|(_, records)| names(&records));
    assert_eq!(told.collect::<Vec<_>>(), ["12", "13", "12"]);
    assert_eq!((drain(&log, FIRST, 10), drain(&log, SECOND, 10)), (vec!["14".to_owned()], vec!["14".to_owned()]));
    assert_eq!(log.tend(), []);
}

#[test]
fn what_was_dropped_and_not_told_when_the_process_dies_is_not_gone() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("00").len() + HEAD;
    let spool = spool(directory.path(), 16 * 2 * frame as u64);
    let log = begin(&spool);
    for number in 10..50 {
        append(&log, &[&number.to_string()]);
    }
    assert_eq!(drain(&log, FIRST, 100)[0], "18");
    log.settle(FIRST, log.end());
    drop(log);
    assert_eq!(drain(&adopt(&spool).0[0], FIRST, 100)[0], "10");

    let log = begin(&spool);
    for number in 10..50 {
        append(&log, &[&number.to_string()]);
    }
    while log.take_skipped().is_some() {}
    assert_eq!(drain(&log, FIRST, 100)[0], "18");
    log.settle(FIRST, log.end());
    drop(log);
    let (logs, _) = adopt(&spool);
    assert_eq!((drain(&logs[1], FIRST, 100).len(), drain(&logs[1], SECOND, 1)[0].as_str()), (0, "18"));
}

#[test]
fn what_older_logs_hold_counts_and_is_dropped_first() {
    let directory = tempfile::tempdir().unwrap();
    let frame = record("00").len() + HEAD;
    let spool = spool(directory.path(), 16 * 2 * frame as u64);
    let first = begin(&spool);
    for number in 10..30 {
        append(&first, &[&number.to_string()]);
    }
    drop(first);
    let (logs, _) = adopt(&spool);
    let older = Arc::new(logs.into_iter().next().unwrap());
    let log = Log::spooled(&spool, 1 << 20, vec![Arc::clone(&older)], lanes()).unwrap();
    for number in 30..50 {
        append(&log, &[&number.to_string()]);
    }
    let lost = |log: &Log| {
        let mut lost = [Vec::new(), Vec::new()];
        while let Some((skipped, records)) = log.take_skipped() {
            assert_eq!(skipped.why, LossReason::LogFull);
            lost[skipped.lane.0].extend(names(&records));
        }
        lost
    };
    let [all, even] = lost(&older);
    // Of forty there is room for thirty-two, and segments hold two.
    assert_eq!(all, (10..18).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(even, ["10", "12", "14", "16"]);
    assert_eq!(lost(&log), [const { Vec::<String>::new() }; 2]);
    assert_eq!(drain(&older, FIRST, 100).len() + drain(&log, FIRST, 100).len(), 32);
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(&directory.path().join("a/b"), 1 << 20);
    append(&begin(&spool), &["0"]);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let folder = spool.directory.read_dir().unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&spool.directory), mode(&folder)), (0o700, 0o700));
    for file in folder.read_dir().unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

/// What one process has captured, and how far each lane is.
#[derive(Default)]
struct Model {
    names: Vec<String>,
    /// Places of the next to be read, and of the first that is not settled.
    read: [usize; 2],
    settled: [usize; 2],
    /// What each lane lost and was told of: if its process dies, it may come again or not.
    lost: [BTreeSet<usize>; 2],
}

impl Model {
    /// A lane came to these, whether it took them or lost them.
    fn pass(&mut self, lane: LaneId, names: &[String], is_lost: bool) -> Result<(), TestCaseError> {
        for name in names {
            let mut next = (self.read[lane.0]..self.names.len()).filter(|place| is_wanted(lane, &self.names[*place]));
            let place = next.find(|place| self.names[*place] == *name || !self.lost[lane.0].contains(place));
            prop_assert_eq!(place.map(|place| &self.names[place]), Some(name));
            let place = place.unwrap_or_default();
            self.read[lane.0] = place + 1;
            if is_lost {
                self.lost[lane.0].insert(place);
            }
        }
        Ok(())
    }

    /// How many there are for a lane from a place on, at least and at most.
    fn left(&self, lane: LaneId, from: usize) -> RangeInclusive<u64> {
        let left: Vec<_> = (from..self.names.len()).filter(|place| is_wanted(lane, &self.names[*place])).collect();
        let lost = left.iter().filter(|place| self.lost[lane.0].contains(place)).count();
        (left.len() - lost) as u64..=left.len() as u64
    }
}

fn is_wanted(lane: LaneId, name: &str) -> bool {
    lane == FIRST || name.ends_with(['0', '2', '4', '6', '8'])
}

#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    Take(usize, LaneId, usize),
    Settle(usize, LaneId),
    Count(usize, LaneId),
    /// The process dies, and another starts.
    Crash,
    /// The process ends as it should, and another starts.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let lane = || prop_oneof![Just(FIRST), Just(SECOND)];
    let step = prop_oneof![
        8 => (0..200_usize).prop_map(Step::Append),
        6 => (0..4_usize, lane(), 1..5_usize).prop_map(|(log, lane, most)| Step::Take(log, lane, most)),
        3 => (0..4_usize, lane()).prop_map(|(log, lane)| Step::Settle(log, lane)),
        1 => (0..4_usize, lane()).prop_map(|(log, lane)| Step::Count(log, lane)),
        1 => Just(Step::Crash),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..80)
}

/// The logs of a process, its own first, each beside its model.
struct World {
    /// `None` for logs in memory.
    spool: Option<Spool>,
    logs: Vec<(Arc<Log>, Model)>,
    /// Processes so far.
    processes: usize,
}

impl World {
    fn start(spool: Option<Spool>) -> Self {
        let mut world = Self { spool, logs: Vec::new(), processes: 0 };
        world.begin(Vec::new());
        world
    }

    fn begin(&mut self, older: Vec<(Arc<Log>, Model)>) {
        self.processes += 1;
        let log = match &self.spool {
            Some(spool) => {
                let older = older.iter().map(|(log, _)| Arc::clone(log)).collect();
                Log::spooled(spool, 1 << 20, older, lanes()).unwrap()
            }
            None => Log::new(4096, lanes().into_iter().map(|(_, lane)| lane).collect()),
        };
        self.logs = vec![(Arc::new(log), Model::default())];
        self.logs.extend(older);
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let count = self.logs.len();
        match *step {
            Step::Append(size) => {
                let (log, model) = &mut self.logs[0];
                let name = format!("{}-{}-{}", "x".repeat(size), self.processes, model.names.len());
                let appended = log.append(&record(&name), anybody);
                let Appended::Accepted(lost) = appended else { panic!("{appended:?}") };
                for (lane, records) in lost {
                    model.pass(lane, &names(&records), true)?;
                }
                model.names.push(name);
                for (log, model) in &mut self.logs {
                    while let Some((skipped, records)) = log.take_skipped() {
                        prop_assert_eq!(skipped.why, LossReason::LogFull);
                        model.pass(skipped.lane, &names(&records), true)?;
                    }
                }
            }
            Step::Take(log, lane, most) => {
                let (log, model) = &mut self.logs[log % count];
                let taken = names(&log.take(lane, usize::MAX, most).records);
                prop_assert!(taken.len() <= most);
                prop_assert!(!taken.is_empty() || *model.left(lane, model.read[lane.0]).start() == 0);
                model.pass(lane, &taken, false)?;
            }
            Step::Settle(log, lane) => {
                let (log, model) = &mut self.logs[log % count];
                log.settle(lane, log.positions(lane).0);
                model.settled[lane.0] = model.read[lane.0];
            }
            Step::Count(log, lane) => {
                let (log, model) = &self.logs[log % count];
                prop_assert!(model.left(lane, model.read[lane.0]).contains(&log.unread(lane).records));
            }
            Step::Crash => self.restart()?,
            Step::Restart => {
                for (log, model) in &self.logs {
                    log.finish();
                    for lane in [FIRST, SECOND] {
                        prop_assert!(model.left(lane, model.read[lane.0]).contains(&log.unread(lane).records));
                    }
                }
                self.restart()?;
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<(), TestCaseError> {
        let mut models: Vec<_> = self.logs.drain(..).map(|(_, model)| model).collect();
        for model in &mut models {
            model.read = model.settled;
        }
        let Some(spool) = &self.spool else {
            self.begin(Vec::new());
            return Ok(());
        };
        let (logs, notices) = adopt(spool);
        prop_assert_eq!(notices, []);
        let mut older = Vec::new();
        for log in logs {
            let wants = |lane: LaneId| {
                (log.unread(lane).records > 0).then(|| {
                    let mut reader = log.state().lanes[lane.0].reader.clone();
                    let blocks = log.state().on_disk(reader.read);
                    let first = reader.take(chunks(&mut blocks.unwrap()), usize::MAX, 1);
                    (lane, names(&first.records).remove(0))
                })
            };
            // Which one it is says what it has.
            let Some(first) = wants(FIRST).or_else(|| wants(SECOND)) else {
                for lane in [FIRST, SECOND] {
                    prop_assert_eq!(drain(&log, lane, 1).len(), 0);
                    log.settle(lane, log.positions(lane).0);
                }
                continue;
            };
            let is_it = |model: &Model| {
                let mut rest = model.read[first.0.0]..model.names.len();
                rest.any(|place| model.names[place] == first.1)
            };
            let place = models.iter().position(is_it);
            prop_assert!(place.is_some(), "{:?}", first);
            older.push((Arc::new(log), models.remove(place.unwrap_or_default())));
        }
        for model in models {
            for lane in [FIRST, SECOND] {
                prop_assert_eq!(*model.left(lane, model.settled[lane.0]).start(), 0, "nothing is lost");
            }
        }
        self.begin(older);
        Ok(())
    }

    /// Delivers everything.
    fn end(mut self) -> Result<(), TestCaseError> {
        for log in 0..self.logs.len() {
            for lane in [FIRST, SECOND] {
                for _ in 0..self.logs[log].1.names.len() {
                    self.step(&Step::Take(log, lane, 10))?;
                }
                self.step(&Step::Settle(log, lane))?;
                let (log, model) = &self.logs[log];
                prop_assert_eq!(*model.left(lane, model.read[lane.0]).start(), 0);
                prop_assert_eq!(log.unread(lane), Unread::default());
            }
        }
        let Some(spool) = &self.spool else { return Ok(()) };
        self.logs.iter().for_each(|(log, _)| log.finish());
        prop_assert_eq!(spool.directory.read_dir().unwrap().count(), 0);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_memory_is_what_the_model_is(steps in steps()) {
        let mut world = World::start(None);
        for step in steps.iter().filter(|step| !matches!(step, Step::Crash | Step::Restart)) {
            world.step(step)?;
        }
        world.end()?;
    }

    #[test]
    fn a_log_on_disk_is_what_the_model_is_whatever_dies(steps in steps(), bytes in prop_oneof![Just(1_u64 << 20), Just(8_000), Just(2_000)]) {
        let directory = tempfile::tempdir().unwrap();
        let mut world = World::start(Some(spool(directory.path(), bytes)));
        for step in &steps {
            world.step(step)?;
        }
        world.end()?;
    }
}
