use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use taxogen_sandbox::Sandbox;

/// One connection to a sandbox.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header that the sandbox writes by this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("the answer is JSON")
    }
}

impl Client {
    pub(crate) fn connect(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.address()).expect("the sandbox listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the sandbox reads");
    }

    /// Sends a request; none where the connection ended without an answer.
    pub(crate) fn send(&mut self, request: &str, headers: &str, body: &[u8]) -> Option<Answer> {
        let head = format!("{request} HTTP/1.1\r\nhost: sandbox\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        // A server that cuts the connection may do so while we write.
        let _ = self.stream.get_mut().write_all(&[head.as_bytes(), body].concat());
        self.answer()
    }

    /// Reads one answer; none where the connection ended.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("the content length is a number"));
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("there is a status");
        Some(Answer { status, headers: head, body: String::from_utf8(body).expect("the body is text") })
    }
}

/// Posts JSON over a connection of its own.
pub(crate) fn post(sandbox: &Sandbox, target: &str, headers: &str, body: &Value) -> Answer {
    post_bytes(sandbox, target, headers, body.to_string().as_bytes())
}

/// Posts bytes, as JSON, over a connection of its own.
pub(crate) fn post_bytes(sandbox: &Sandbox, target: &str, headers: &str, body: &[u8]) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}");
    Client::connect(sandbox).send(&format!("POST {target}"), &headers, body).expect("the sandbox answers")
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::start().expect("a port is free")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes every byte");
    encoder.finish().expect("a vector takes every byte")
}
