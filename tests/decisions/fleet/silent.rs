//! A Redis that is away, slow or something else costs repeats at most: no exposure, and nobody's time.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use taxogen::{Dedup, FleetProblem, LossReason, Timestamp, TroubleKind};
use taxogen_sandbox::{Sandbox, Vendor};

use super::{Fleet, LONG, counts, delivering, problems, seen, seen_by};

#[test]
fn a_redis_that_hangs_holds_nobody_and_hears_later_what_it_missed() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let (one, other) = (fleet.client(), fleet.client());
    one.decided(&seen("a"));
    assert_eq!(fleet.told(&[&one]), ["a"]);
    fleet.redis.pause();
    let begin = Instant::now();
    for _ in 0..1000 {
        one.decided(&seen("b"));
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    fleet.wait_for(&[TroubleKind::FleetSilent]);
    assert_eq!(fleet.told(&[&one]), ["a", "b"], "by its own table");
    assert_eq!(problems(&one), [(FleetProblem::Slow, 1000)]);

    fleet.redis.resume();
    fleet.wait_for(&[TroubleKind::FleetSilent, TroubleKind::FleetAnswers]);
    one.decided(&seen("b"));
    other.decided(&seen("b"));
    assert_eq!(fleet.told(&[&one, &other]), ["a", "b"]);
    assert_eq!((counts(&one), counts(&other)), ([1, 1, 0, 1000], [0, 1, 0, 0]));
    other.decided(&seen("a"));
    assert_eq!(fleet.told(&[&other]), ["a", "b", "a"]);
    assert_eq!(one.fleet_report().unwrap().untold, 0);
}

#[test]
fn a_redis_that_is_gone_costs_repeats_and_no_exposure() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let (one, other) = (fleet.client(), fleet.client());
    one.decided(&seen("a"));
    assert_eq!(fleet.told(&[&one]), ["a"]);
    fleet.redis.kill();
    for client in [&one, &one, &other, &other] {
        client.decided(&seen("a"));
        client.decided(&seen_by("user-2", "b"));
        client.flush(LONG).unwrap();
    }
    let told = fleet.told(&[&one, &other]);
    assert_eq!(told, ["a", "b", "a", "b"], "each has its own table");
    for client in [&one, &other] {
        assert_eq!(problems(client), [(FleetProblem::Unreachable, 4)]);
    }
    fleet.wait_for(&[TroubleKind::FleetSilent; 2]);
    let detail = fleet.troubles.lock().unwrap()[0].1.clone();
    let address = fleet.redis.url().replace("redis://", "");
    assert!(detail.starts_with(&format!("the fleet's Redis at {address} gives no answer: there is no connection (")));

    fleet.redis.restart();
    let back = [[TroubleKind::FleetSilent; 2], [TroubleKind::FleetAnswers; 2]].concat();
    fleet.wait_for(&back);
    let third = fleet.client();
    third.decided(&seen_by("user-2", "b"));
    third.decided(&seen("a"));
    assert_eq!(fleet.told(&[&third]), told, "whoever was alone has told the others");
    one.decided(&seen("c"));
    assert_eq!(fleet.told(&[&one])[4..], ["c"]);
    third.decided(&seen("a"));
    assert_eq!(fleet.told(&[&third])[4..], ["c", "a"]);
    assert!(one.shutdown(LONG).is_complete() && other.shutdown(LONG).is_complete());
}

#[test]
fn a_redis_that_cannot_keep_it_is_counted_by_what_it_says() {
    for (settings, login, problem) in [
        (&["maxmemory 1", "maxmemory-policy noeviction"][..], "", FleetProblem::Full),
        (&["replicaof 127.0.0.1 1"], "", FleetProblem::Refused),
        (&["requirepass right"], ":hidden@", FleetProblem::Refused),
        (&["requirepass right"], "", FleetProblem::Refused),
        (&["rename-command EVAL NO", "rename-command EVALSHA NEVER"], "", FleetProblem::Refused),
    ] {
        let Some(fleet) = Fleet::start(settings) else { return };
        let client = fleet.client_at(fleet.redis.url().replace("//", &format!("//{login}")));
        for variation in ["a", "a", "b", "b"] {
            client.decided(&seen(variation));
            client.flush(LONG).unwrap();
        }
        assert_eq!(fleet.told(&[&client]), ["a", "b"], "{settings:?}");
        assert_eq!(problems(&client), [(problem, 4)], "{settings:?}");
        let troubles = fleet.troubles.lock().unwrap().clone();
        assert_eq!(troubles.len(), 1, "{settings:?} {troubles:?}");
        assert!(!troubles[0].1.contains("hidden"), "{troubles:?}");
        assert!(client.shutdown(LONG).is_complete());
    }
}

#[test]
fn who_is_no_redis_costs_nothing_but_the_question() {
    let endless = "+OK\r\n".repeat(100_000);
    let nested = "*1\r\n".repeat(100_000);
    for garbage in [
        "",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "$99999999999999\r\nx",
        "*2147483647\r\n",
        &endless,
        &nested,
        "\0\u{fffd}",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ended = AtomicBool::new(false);
        let found = thread::scope(|scope| {
            scope.spawn(|| {
                for mut stream in listener.incoming().flatten().take_while(|_| !ended.load(Ordering::Acquire)) {
                    let _ = stream.write_all(garbage.as_bytes());
                }
            });
            let found = catch_unwind(|| {
                let sandbox = Sandbox::start().unwrap();
                let client = delivering(&sandbox).dedup(Dedup::fleet(format!("redis://{address}"))).build().unwrap();
                for variation in ["a", "a", "b"] {
                    client.decided(&seen(variation));
                    client.flush(LONG).unwrap();
                }
                let counted = counts(&client);
                (sandbox.received(Vendor::Mixpanel).len(), counted, client.shutdown(LONG).is_complete())
            });
            ended.store(true, Ordering::Release);
            drop(TcpStream::connect(address));
            found
        });
        let events_and_people = 4;
        assert_eq!(found.ok(), Some((events_and_people, [0, 0, 0, 3], true)), "{garbage:.20}");
    }
}

#[test]
fn a_shutdown_with_a_redis_that_hangs_ends_in_time_and_loses_nothing() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    fleet.redis.pause();
    for is_dropped in [false, true] {
        let client = fleet.client();
        for user in 0..300 {
            client.decided(&seen_by(&format!("user-{user}"), "a"));
        }
        let begin = Instant::now();
        if is_dropped {
            drop(client);
        } else {
            let report = client.shutdown(Duration::from_secs(2));
            assert_eq!((report.delivered, report.kept, report.total_lost()), (300, 0, 0));
            client.decided(&seen("z"));
            assert_eq!(client.report().lost, [(LossReason::AfterShutdown, 1)]);
        }
        assert!(begin.elapsed() < LONG / 2, "{:?}", begin.elapsed());
    }
    assert_eq!(fleet.told(&[]), ["a"; 600]);
}

#[test]
fn a_shutdown_does_not_wait_until_a_redis_that_hangs_was_told_what_it_missed() {
    let attempt = || {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let sandbox = Sandbox::start().unwrap();
        let dedup = Dedup::fleet(format!("redis://{}", silent.local_addr().unwrap()));
        let client = delivering(&sandbox).dedup(dedup).times_for_tests(Timestamp::now, 10).build().unwrap();
        client.decided(&seen("a"));
        let _asked = silent.accept().unwrap();
        // It was sent unasked, and Redis is to be told of it: that takes the second that a connection may take.
        let _told = silent.accept().unwrap();
        client.decided(&seen_by("user-2", "b"));
        client.shutdown(Duration::from_millis(900)).delivered == 2
    };
    assert!((0..3).any(|_| attempt()), "each time something had to be left behind");
}

#[test]
fn what_goes_past_a_full_queue_is_not_followed_by_what_is_older() {
    let Some(fleet) = Fleet::start(&[]) else { return };
    let client = fleet.client();
    client.decided(&seen("before"));
    assert_eq!(fleet.told(&[&client]), ["before"]);
    fleet.redis.pause();
    client.decided(&seen("a"));
    let is_full = || problems(&client).contains(&(FleetProblem::QueueFull, 1));
    // A thousand of these do not fit in 8 MiB, and are there before Redis is given up.
    let mut others = (0..2000).map(|number| seen_by(&format!("{number:010000}"), "other"));
    while !is_full() {
        client.decided(&others.next().expect("the queue has a bound"));
    }
    // As large as the one for which there was no room.
    let past = seen("b").with_rule("r".repeat(20_000));
    client.decided(&past);
    fleet.redis.resume();
    // Whether "a" came before depends on who was faster. After it, it would stay the person's last.
    let last = || fleet.told(&[&client]).into_iter().rfind(|variation| variation != "other");
    assert_eq!(last().as_deref(), Some("b"));
    client.decided(&seen("a"));
    assert_eq!(last().as_deref(), Some("a"));
}
