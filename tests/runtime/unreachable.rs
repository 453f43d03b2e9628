//! Hosts that have no address, or speak no TLS: what is captured for them waits, and the others get theirs.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use taxogen::{Client, LossReason, Mixpanel, PostHog, Segment};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::vendors::{LONG, Losses, Numbered, counts, listen, numbers};

/// Longer than a name may be looked up in vain.
const DEADLINE: Duration = Duration::from_secs(2);

/// Captures three events with one vendor at that host and the others at the sandbox. Says what was told at the end.
fn with_one_at(vendor: Vendor, host: &str) -> Losses {
    let sandbox = Sandbox::start().unwrap();
    let url = |of: Vendor| if of == vendor { host.to_owned() } else { sandbox.url() };
    let builder = Client::builder()
        .to(PostHog::new("phc_secret").host(url(Vendor::PostHog)))
        .to(Segment::new("secret").host(url(Vendor::Segment)))
        .to(Mixpanel::new("secret").host(url(Vendor::Mixpanel)))
        .linger(Duration::from_millis(1))
        .request_timeout(Duration::from_secs(1));
    let (builder, losses) = listen(builder);
    let client = builder.build().unwrap();
    for number in 1..=3 {
        client.user("u").capture(Numbered(number));
    }
    for other in Vendor::ALL.into_iter().filter(|other| *other != vendor) {
        assert!(sandbox.wait_for(other, 3, LONG), "{vendor} is at {host}, and {other} has everything");
        assert_eq!(numbers(&sandbox, other), [1, 2, 3]);
    }
    let end = Instant::now() + LONG;
    let retried = |client: &Client| client.report().destinations.iter().map(|one| one.retried).sum::<u64>();
    while retried(&client) < 6 {
        assert!(Instant::now() < end, "{vendor} is tried again at {host}");
        thread::sleep(Duration::from_millis(20));
    }
    let start = Instant::now();
    assert_eq!(counts(&client.shutdown(DEADLINE)), (6, 3, vec![]), "{vendor} {host}");
    assert!(start.elapsed() < DEADLINE + Duration::from_secs(2), "{vendor} {host}: {:?}", start.elapsed());
    {
        let told = losses.lock().unwrap();
        let kept: Vec<_> = told.iter().map(|(name, reason, _, events)| (*name, *reason, events.len())).collect();
        let name = vendor.name().to_lowercase();
        assert_eq!(kept, [(Some(name.as_str()), LossReason::Shutdown, 3)], "{vendor} {host}");
        assert!(!told[0].2.is_empty() && !told[0].2.contains("secret"), "{vendor} {host}: {told:?}");
    }
    losses
}

const DIRECT: &str = "TAXOGEN_TESTS_DIRECT";

#[test]
fn a_host_without_an_address_costs_the_others_nothing() {
    // What a proxy says of such a host is another story: none is asked in a process of its own.
    if std::env::var_os(DIRECT).is_none() {
        let name = "unreachable::a_host_without_an_address_costs_the_others_nothing";
        let mut tests = Command::new(std::env::current_exe().unwrap());
        let output = tests.args(["--exact", name]).env(DIRECT, "1").env("NO_PROXY", "*").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    thread::scope(|scope| {
        for vendor in Vendor::ALL {
            scope.spawn(move || with_one_at(vendor, "http://vendor.invalid"));
        }
    });
}

type Serve = fn(TcpStream);

/// Listens on a free port, does this with whoever connects, and is gone with the tests.
fn listener(serve: Serve) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    host
}

#[test]
fn a_host_that_speaks_no_tls_costs_the_others_nothing() {
    let speaks_http = |mut stream: TcpStream| {
        let mut hello = [0; 16];
        let _ = stream.read_exact(&mut hello);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    };
    let hangs_up = |stream: TcpStream| drop(stream);
    let says_nothing = |mut stream: TcpStream| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    };
    let kinds: [(&str, Serve); 3] =
        [("speaks HTTP", speaks_http), ("hangs up", hangs_up), ("says nothing", says_nothing)];
    thread::scope(|scope| {
        for vendor in Vendor::ALL {
            for (kind, serve) in kinds {
                scope.spawn(move || {
                    let losses = with_one_at(vendor, &listener(serve));
                    let losses = losses.lock().unwrap();
                    assert!(kind != "says nothing" || losses[0].2 == "no answer in time", "{vendor}: {losses:?}");
                });
            }
        }
    });
}
