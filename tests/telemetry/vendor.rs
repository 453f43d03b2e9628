//! A vendor that answers every request alike.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use taxogen_tests::request::read_path;

/// Answers each request with this status, and with what there is to say to its path.
pub(crate) fn answering(status: u16, say: impl Fn(&str) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    // It ends with the process: the tests are over then.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(path) = read_path(&stream) {
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

fn reply(mut stream: &TcpStream, status: u16, body: &str) {
    let length = body.len();
    // A client that has gone away needs no answer.
    let _ = write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
}
