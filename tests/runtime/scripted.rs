//! A server for questions about flags that answers what a test wrote down, byte by byte.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use taxogen_tests::request::read_path;

/// One answer after the other; the last one again and again.
pub(crate) struct Scripted {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Instant>>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Reply {
    Answer(u16, &'static str),
    /// The connection is closed without an answer.
    Cut,
}

impl Scripted {
    pub(crate) fn answering(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let asked = Arc::<Mutex<Vec<Instant>>>::default();
        let (replies, log) = (replies.to_vec(), Arc::clone(&asked));
        // It ends with the process: the tests are over then.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(path) = read_path(&stream) else { continue };
                if path.starts_with("/flags/") {
                    let mut log = log.lock().unwrap();
                    log.push(Instant::now());
                    reply(&stream, replies[(log.len() - 1).min(replies.len() - 1)]);
                } else {
                    reply(&stream, Reply::Answer(200, "{\"status\":1}"));
                }
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// When flags were asked for.
    pub(crate) fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap().clone()
    }
}

fn reply(mut stream: &TcpStream, reply: Reply) {
    let Reply::Answer(status, body) = reply else { return };
    let length = body.len();
    // A client that has gone away needs no answer.
    let _ = write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
}
