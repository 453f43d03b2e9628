//! A vendor that answers every request alike.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Answers each request with this status, and with what there is to say to its path.
pub(crate) fn answering(status: u16, say: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    // It ends with the process: the tests are over then.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(path) = read_request(&stream) {
                reply(&stream, status, &say(&path));
            }
        }
    });
    address
}

/// A port on which nobody answers.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port")
}

/// Reads a whole request and gives its path.
fn read_request(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some((name, value)) = line.trim_end().split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.parse().ok()?;
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    first.split(' ').nth(1).map(str::to_owned)
}

fn reply(mut stream: &TcpStream, status: u16, body: &str) {
    let length = body.len();
    // A client that has gone away needs no answer.
    let _ = write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
}
