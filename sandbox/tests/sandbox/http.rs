use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::client::{Client, post, sandbox};

const EVENT: &str = r#"{"api_key":"phc_a","event":"a","distinct_id":"u"}"#;

#[test]
fn one_connection_carries_many_requests() {
    let sandbox = sandbox();
    let mut client = Client::connect(&sandbox);
    for _ in 0..3 {
        let answer = client.send("POST /capture/", "", EVENT.as_bytes()).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":1}"#));
    }
    assert_eq!(sandbox.summary(Vendor::PostHog).requests, 3);
    let last = client.send("POST /capture/", "connection: close\r\n", EVENT.as_bytes()).expect("an answer");
    assert!(last.headers.contains("connection: close"), "{last:?}");
    assert_eq!(client.send("POST /capture/", "", b""), None);
}

#[test]
fn chunks_are_put_together() {
    let sandbox = sandbox();
    let mut client = Client::connect(&sandbox);
    client.write(b"POST /capture/ HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
    let (first, second) = EVENT.split_at(7);
    client.write(format!("{:x};x=y\r\n{first}\r\n", first.len()).as_bytes());
    client.write(format!("{:X}\r\n{second}\r\n0\r\ntrailer: 1\r\n\r\n", second.len()).as_bytes());
    assert_eq!(client.answer().map(|answer| answer.status), Some(200));
    assert_eq!(sandbox.requests(Vendor::PostHog)[0].body, EVENT.as_bytes());
}

#[test]
fn a_client_that_asks_first_is_told_to_continue() {
    let sandbox = sandbox();
    let mut client = Client::connect(&sandbox);
    let head = format!("POST /capture/ HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n", EVENT.len());
    client.write(head.as_bytes());
    assert_eq!(client.answer().map(|answer| answer.status), Some(100));
    client.write(EVENT.as_bytes());
    assert_eq!(client.answer().map(|answer| answer.status), Some(200));
}

#[test]
fn what_is_no_request_gets_the_status_that_says_so() {
    let long = format!("GET / HTTP/1.1\r\na: {}\r\n\r\n", "x".repeat(200_000));
    let table = [
        ("hello\r\n\r\n", 400),
        ("GET / HTTP/2\r\n\r\n", 505),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\ntransfer-encoding: brotli\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", 400),
        ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n", 413),
        ("POST / HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n", 413),
        (long.as_str(), 431),
    ];
    let sandbox = sandbox();
    for (request, status) in table {
        let mut client = Client::connect(&sandbox);
        client.write(request.as_bytes());
        assert_eq!(client.answer().map(|answer| answer.status), Some(status), "{request:.60}");
    }
}

#[test]
fn other_paths_and_methods_are_turned_away() {
    let table = [
        ("GET /", 404),
        ("POST /v1/import", 404),
        ("POST /batchx", 404),
        ("GET /batch/", 405),
        ("PUT /v1/batch", 405),
        ("GET /import?strict=1", 405),
        ("DELETE /engage", 405),
        ("GET /flags?v=2", 405),
    ];
    let sandbox = sandbox();
    for (request, status) in table {
        let answer = Client::connect(&sandbox).send(request, "", b"").expect("an answer");
        assert_eq!(answer.status, status, "{request}");
    }
    assert!(Vendor::ALL.iter().all(|vendor| sandbox.summary(*vendor).requests == 0));
}

#[test]
fn many_clients_at_once_lose_nothing() {
    let sandbox = sandbox();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut client = Client::connect(sandbox);
                for number in 0..50 {
                    let body = json!({"writeKey": "k", "event": "a", "userId": "u", "messageId": format!("{thread}-{number}")});
                    let headers = "content-type: application/json\r\n";
                    let answer = client.send("POST /v1/track", headers, body.to_string().as_bytes());
                    assert_eq!(answer.map(|answer| answer.status), Some(200));
                }
            });
        }
    });
    assert!(sandbox.wait_for(Vendor::Segment, 400, Duration::ZERO));
    assert_eq!(sandbox.received(Vendor::Segment).len(), 400);
}

#[test]
fn a_paused_sandbox_refuses_and_comes_back_on_its_port() {
    let sandbox = sandbox();
    let mut idle = Client::connect(&sandbox);
    assert_eq!(idle.send("POST /capture/", "", EVENT.as_bytes()).map(|answer| answer.status), Some(200));
    sandbox.pause();
    assert_eq!(idle.send("POST /capture/", "", EVENT.as_bytes()), None);
    assert!(TcpStream::connect(sandbox.address()).is_err());
    sandbox.resume().expect("the port is still free");
    sandbox.resume().expect("resuming twice does nothing");
    assert_eq!(post(&sandbox, "/capture/", "", &serde_json::from_str(EVENT).unwrap()).status, 200);
    assert_eq!(sandbox.summary(Vendor::PostHog).distinct, 2);
}

#[test]
fn dropping_ends_hanging_and_late_answers_at_once() {
    let sandbox = sandbox();
    sandbox.fault(Vendor::PostHog, Fault::Hang);
    sandbox.fault(Vendor::PostHog, Fault::Delay(Duration::from_secs(600)));
    let started = Instant::now();
    let mut clients = [Client::connect(&sandbox), Client::connect(&sandbox)];
    for client in &mut clients {
        let head = format!("POST /capture/ HTTP/1.1\r\ncontent-length: {}\r\n\r\n{EVENT}", EVENT.len());
        client.write(head.as_bytes());
    }
    while sandbox.summary(Vendor::PostHog).requests < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(sandbox);
    assert_eq!(clients.map(|mut client| client.answer()), [None, None]);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let sandbox = sandbox();
    assert!(Sandbox::on(sandbox.address().port()).is_err());
}
