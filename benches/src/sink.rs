//! A vendor on loopback, in a process of its own: it takes every batch, says yes, and counts later. Definitions of flags are
//! others each time that it is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::flags::project;
use crate::tally::{Request, Tally};

/// The name under which the program starts itself again as a sink.
pub(crate) const ROLE: &str = "sink";

/// A sink that was started; it ends with this value.
pub(crate) struct Sink {
    process: Child,
    address: String,
}

impl Sink {
    /// Starts a sink and waits until it listens.
    pub(crate) fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?).arg(ROLE).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or_else(|| Error::new("the sink has no output"))?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }

    /// The base of its URLs.
    pub(crate) fn host(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived since it was asked last.
    pub(crate) fn tally(&self) -> Result<Tally> {
        self.ask(TALLY)?.parse()
    }

    /// How often somebody asked for definitions of flags.
    pub(crate) fn polls(&self) -> Result<usize> {
        Ok(self.ask(POLLS)?.parse()?)
    }

    fn ask(&self, target: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.write_all(format!("GET {target} HTTP/1.1\r\nconnection: close\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| Error::new("the sink gave no answer"))?;
        if let Some(problem) = body.strip_prefix("error: ") {
            return Err(Error::new(format!("at the sink: {problem}")));
        }
        Ok(body.to_owned())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody to tell.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const TALLY: &str = "/tally";
const POLLS: &str = "/polls";

/// The same flags with other versions, one after the other.
static DEFINITIONS: LazyLock<[String; 2]> = LazyLock::new(|| [1, 2].map(|version| project::document(10, version)));
static POLLED: AtomicUsize = AtomicUsize::new(0);

/// Serves until the process is killed; the address is the first line of its output.
pub(crate) fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let received = Arc::new(Mutex::new(Vec::new()));
    for stream in listener.incoming() {
        let (stream, received) = (stream?, Arc::clone(&received));
        std::thread::spawn(move || {
            // A client that goes away in the middle of a request shows in the counts.
            let _ = answer(&stream, &received);
        });
    }
    Ok(())
}

fn answer(stream: &TcpStream, received: &Mutex<Vec<Request>>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(64 * 1024, stream);
    let mut writer = stream;
    while let Some((target, request)) = read(&mut reader)? {
        let body = match &*target {
            TALLY => {
                let requests = std::mem::take(&mut *received.lock().unwrap_or_else(PoisonError::into_inner));
                Tally::of(&requests).map_or_else(|error| format!("error: {error}"), |tally| tally.to_string())
            }
            POLLS => POLLED.load(Ordering::Relaxed).to_string(),
            definitions if definitions.starts_with("/flags/definitions") => {
                DEFINITIONS[POLLED.fetch_add(1, Ordering::Relaxed) % 2].clone()
            }
            _ => {
                received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                String::from(yes(&target))
            }
        };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
        writer.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes())?;
        if [TALLY, POLLS].contains(&&*target) {
            break;
        }
    }
    Ok(())
}

/// How a vendor says that it took everything; the numbers in Mixpanel's answer would cost unpacking the body.
fn yes(target: &str) -> &'static str {
    match target.split('?').next() {
        Some("/v1/batch") => "{\"success\":true}",
        Some("/import") => "{\"code\":200,\"status\":\"OK\"}",
        _ => "{\"status\":1}",
    }
}

/// Reads one request; `None` when the client has closed the connection.
fn read(reader: &mut impl BufRead) -> Result<Option<(String, Request)>> {
    let (mut target, mut length, mut gzip, mut head_bytes) = (String::new(), 0, false, 0);
    loop {
        let mut line = String::new();
        head_bytes += reader.read_line(&mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse()?;
            } else if name.eq_ignore_ascii_case("content-encoding") {
                gzip = value == "gzip";
            }
        } else {
            line.split(' ').nth(1).unwrap_or_default().clone_into(&mut target);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((target, Request { head_bytes, gzip, body })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_one_after_the_other() {
        let mut bytes: &[u8] = b"POST /batch/ HTTP/1.1\r\nContent-Length: 3\r\ncontent-encoding: gzip\r\n\r\nabc\
            GET /tally HTTP/1.1\r\n\r\n";
        let (target, request) = read(&mut bytes).unwrap().unwrap();
        assert_eq!((target.as_str(), request.body.as_slice(), request.gzip), ("/batch/", b"abc".as_slice(), true));
        assert_eq!(request.head_bytes, 68);
        let (target, request) = read(&mut bytes).unwrap().unwrap();
        assert_eq!((target.as_str(), request.body.len(), request.gzip), ("/tally", 0, false));
        assert!(read(&mut bytes).unwrap().is_none());
    }
}
