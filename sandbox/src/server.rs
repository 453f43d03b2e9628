//! The listener and its connections: a thread each, all of them gone after `stop`.

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::http::{self, BODY_LIMIT, Request, Response, Unreadable};
use crate::lock;

/// More connections than an application opens; each costs a thread.
const CONNECTION_LIMIT: usize = 256;
/// How long a connection may say nothing.
const IDLE: Duration = Duration::from_secs(60);

/// What a server does with a request.
pub(crate) enum Reaction {
    Answer(Response),
    AnswerAfter(Duration, Response),
    /// One byte at a time, after such a pause.
    AnswerSlowly(Duration, Response),
    /// All but the last byte, and the end of what is sent; what comes is read on.
    HalfClose(Response),
    /// Never answers, until the server stops.
    Hang,
    /// Closes the connection without an answer.
    Cut,
}

pub(crate) type Handler = dyn Fn(Request) -> Reaction + Send + Sync;

/// A server that can stop and start again on the same port.
pub(crate) struct Server {
    address: SocketAddr,
    handler: Arc<Handler>,
    running: Mutex<Option<Running>>,
}

struct Running {
    shared: Arc<Shared>,
    acceptor: JoinHandle<()>,
}

impl Server {
    /// Listens on that port of the loopback interface; 0 takes a free one.
    pub(crate) fn start(port: u16, handler: Arc<Handler>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let running = Running::start(listener, Arc::clone(&handler))?;
        Ok(Self { address, handler, running: Mutex::new(Some(running)) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and every connection, and waits until their threads have ended.
    pub(crate) fn stop(&self) {
        if let Some(running) = lock(&self.running).take() {
            running.stop(self.address);
        }
    }

    /// Listens again on the same port; does nothing while it already does.
    pub(crate) fn resume(&self) -> io::Result<()> {
        let mut running = lock(&self.running);
        if running.is_none() {
            *running = Some(Running::start(TcpListener::bind(self.address)?, Arc::clone(&self.handler))?);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn start(listener: TcpListener, handler: Arc<Handler>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            handler,
            stopping: Mutex::new(false),
            stopped: Condvar::new(),
            connections: Mutex::new(HashMap::new()),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name("sandbox".to_owned()).spawn(move || shared.accept(&listener))?
        };
        Ok(Self { shared, acceptor })
    }

    fn stop(self, address: SocketAddr) {
        *lock(&self.shared.stopping) = true;
        self.shared.stopped.notify_all();
        // `accept` blocks; a connection of our own wakes it.
        drop(TcpStream::connect_timeout(&address, Duration::from_secs(1)));
        let _ = self.acceptor.join();
        let connections: Vec<_> = lock(&self.shared.connections).drain().map(|(_, connection)| connection).collect();
        for connection in &connections {
            let _ = connection.stream.shutdown(Shutdown::Both);
        }
        for connection in connections {
            let _ = connection.thread.join();
        }
    }
}

struct Shared {
    handler: Arc<Handler>,
    stopping: Mutex<bool>,
    stopped: Condvar,
    connections: Mutex<HashMap<u64, Connection>>,
}

struct Connection {
    stream: TcpStream,
    thread: JoinHandle<()>,
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for number in 0.. {
            let accepted = listener.accept();
            if *lock(&self.stopping) {
                return;
            }
            match accepted {
                Ok((stream, _)) => drop(self.admit(number, stream)),
                // Out of descriptors, most likely: a moment later there may be some.
                Err(_) => {
                    self.wait(Duration::from_millis(20));
                }
            }
        }
    }

    fn admit(self: &Arc<Self>, number: u64, stream: TcpStream) -> io::Result<()> {
        let mut connections = lock(&self.connections);
        connections.retain(|_, connection| !connection.thread.is_finished());
        if connections.len() >= CONNECTION_LIMIT {
            return Response::text(503, "too many connections").write(&mut &stream, false);
        }
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(IDLE))?;
        stream.set_write_timeout(Some(IDLE))?;
        let served = stream.try_clone()?;
        let shared = Arc::clone(self);
        let thread = thread::Builder::new().name("sandbox-conn".to_owned()).spawn(move || {
            shared.serve(&served);
            // The listener keeps a second handle, so only this ends the connection.
            let _ = served.shutdown(Shutdown::Both);
        })?;
        connections.insert(number, Connection { stream, thread });
        Ok(())
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut writer = stream;
        loop {
            let request = match http::read_request(&mut reader, &mut writer) {
                Ok(request) => request,
                Err(Unreadable::Gone) => return,
                Err(Unreadable::Refused(status, reason)) => {
                    let _ = Response::text(status, reason).write(&mut writer, false);
                    return discard_rest(stream);
                }
            };
            let keep_alive = request.keep_alive;
            let response = match (self.handler)(request) {
                Reaction::Answer(response) => response,
                Reaction::AnswerAfter(delay, response) => {
                    if self.wait(delay) {
                        return;
                    }
                    response
                }
                Reaction::AnswerSlowly(pause, response) => {
                    for byte in response.to_bytes(keep_alive) {
                        if self.wait(pause) || writer.write_all(&[byte]).is_err() {
                            return;
                        }
                    }
                    continue;
                }
                Reaction::HalfClose(response) => {
                    let bytes = response.to_bytes(keep_alive);
                    let _ = writer.write_all(&bytes[..bytes.len() - 1]);
                    let _ = stream.shutdown(Shutdown::Write);
                    let _ = io::copy(&mut reader, &mut io::sink());
                    return;
                }
                Reaction::Hang => {
                    self.wait(Duration::MAX);
                    return;
                }
                Reaction::Cut => return,
            };
            if response.write(&mut writer, keep_alive).is_err() || !keep_alive {
                return;
            }
        }
    }

    /// Waits that long, or until the server stops; says whether it stops.
    fn wait(&self, time: Duration) -> bool {
        let end = Instant::now().checked_add(time);
        let mut stopping = lock(&self.stopping);
        while !*stopping {
            let Some(end) = end else {
                stopping = self.stopped.wait(stopping).unwrap_or_else(std::sync::PoisonError::into_inner);
                continue;
            };
            let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            let waited = self.stopped.wait_timeout(stopping, left);
            stopping = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
        true
    }
}

/// Reads what the client still sends, because closing a socket with unread data takes the answer away from it.
fn discard_rest(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let _ = io::copy(&mut stream.take(2 * BODY_LIMIT), &mut io::sink());
}
