//! When events leave, and how long who waits for them waits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use taxogen::{Client, LossReason, PostHog};
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, to};

const MOMENT: Duration = Duration::from_millis(1);

/// Waits until a vendor was asked so often.
fn wait_for_requests(sandbox: &Sandbox, count: usize) {
    let end = Instant::now() + LONG;
    while sandbox.requests(Vendor::PostHog).len() < count {
        assert!(Instant::now() < end, "{count} requests");
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_vendor_that_asks_for_a_second_is_asked_again_before_the_end() {
    for seconds in [0, 1] {
        let sandbox = Sandbox::start().unwrap();
        let busy = Fault::status(503).with_retry_after(seconds);
        sandbox.fault(Vendor::PostHog, busy.forever());
        let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).build().unwrap();
        client.user("u").capture(Numbered(1));
        // By now the lane itself would wait for some seconds.
        wait_for_requests(&sandbox, 4);
        sandbox.clear_faults(Vendor::PostHog);
        let start = Instant::now();
        let report = client.shutdown(Duration::from_secs(5));
        assert_eq!(counts(&report), (1, 0, vec![]), "asked for {seconds} s");
        assert!(start.elapsed() < Duration::from_secs(2), "asked for {seconds} s: {:?}", start.elapsed());
    }
}

#[test]
fn a_small_log_is_emptied_before_it_is_full() {
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog).log_bytes(64 * 1024).linger(Duration::from_secs(1)).build().unwrap();
    let user = client.user("u");
    for number in 0..3_000 {
        user.capture(Numbered(number));
        if number % 20 == 0 {
            sleep(Duration::from_millis(5));
        }
    }
    assert_eq!(counts(&client.shutdown(LONG)), (3_000, 0, vec![]));
}

#[test]
fn flushing_again_and_again_leaves_the_pauses_as_long_as_they_are() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(503).forever());
    let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).build().unwrap();
    client.user("u").capture(Numbered(1));
    for _ in 0..8 {
        assert!(client.flush(Duration::from_millis(100)).unwrap_err().is_timeout());
    }
    let asked = sandbox.requests(Vendor::PostHog).len();
    sleep(Duration::from_secs(2));
    assert!(sandbox.requests(Vendor::PostHog).len() <= asked + 1, "the next pause is much longer than the first");
    client.shutdown(Duration::ZERO);
}

#[test]
fn a_short_shutdown_beside_a_long_one_waits_no_longer_than_it_says() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Hang.forever());
    let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).build().unwrap();
    client.user("u").capture(Numbered(1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        drop(client.shutdown_async(LONG));
        let start = Instant::now();
        let report = client.shutdown_async(Duration::from_millis(200)).await;
        assert!(start.elapsed() < LONG / 4, "{:?}", start.elapsed());
        assert_eq!(counts(&report), (0, 1, vec![]));
    });
}

#[test]
fn a_long_shutdown_gives_a_request_more_time_than_the_short_one_before() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Delay(Duration::from_millis(1_500)));
    let client = to(&sandbox, Vendor::PostHog).linger(MOMENT).build().unwrap();
    client.user("u").capture(Numbered(1));
    wait_for_requests(&sandbox, 1);
    drop(client.shutdown_async(Duration::from_millis(500)));
    sleep(Duration::from_millis(100));
    assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]));
}

#[test]
fn a_hook_that_flushes_during_a_shutdown_is_not_told_that_all_is_delivered() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::status(404));
    let (own, told) = (Arc::<OnceLock<Client>>::default(), Arc::<OnceLock<bool>>::default());
    let (inner, tell) = (Arc::clone(&own), Arc::clone(&told));
    let client = to(&sandbox, Vendor::PostHog)
        .linger(LONG)
        .on_loss(move |_| {
            let error = inner.get().unwrap().flush(LONG).unwrap_err();
            assert!(tell.set(error.is_timeout()).is_ok());
        })
        .build()
        .unwrap();
    assert!(own.set(client.clone()).is_ok());
    client.user("u").capture(Numbered(1));
    assert_eq!(counts(&client.shutdown(LONG)), (0, 0, vec![(LossReason::Refused, 1)]));
    assert_eq!(told.get(), Some(&true));
}

#[test]
fn no_time_for_a_request_is_a_little_time() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Vendor::PostHog, Fault::Delay(Duration::from_millis(20)).forever());
    let client = to(&sandbox, Vendor::PostHog).request_timeout(Duration::ZERO).build().unwrap();
    client.user("u").capture(Numbered(1));
    assert_eq!(counts(&client.shutdown(Duration::from_secs(3))), (1, 0, vec![]));
}

#[test]
fn one_connection_is_enough_for_requests_one_after_the_other() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let accepted = Arc::clone(&connections);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            accepted.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || take_single_events(&stream));
        }
    });
    let client = Client::builder().to(PostHog::new("phc_x").host(host)).linger(LONG).build().unwrap();
    // Halved again and again, which leaves no time between one request and the next.
    for window in 1..=5 {
        for number in 0..256 {
            client.user("u").capture(Numbered(number));
        }
        client.flush(LONG).unwrap();
        assert_eq!(counts(&client.report()), (window * 256, 0, vec![]));
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

/// Takes events one by one, and refuses every batch of more.
fn take_single_events(mut stream: &TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let (mut length, mut packed) = (0, false);
    while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
        let head = line.trim_end().to_lowercase();
        if let Some(value) = head.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        packed |= head.starts_with("content-encoding: ");
        if head.is_empty() {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            // What is packed holds many.
            let many = std::mem::take(&mut packed) || String::from_utf8_lossy(&body).matches("uuid").count() > 1;
            let status = if many { 400 } else { 200 };
            // The body comes a moment after the head, as from afar.
            write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: 2\r\n\r\n").unwrap();
            sleep(Duration::from_micros(200));
            stream.write_all(b"{}").unwrap();
        }
        line.clear();
    }
}
