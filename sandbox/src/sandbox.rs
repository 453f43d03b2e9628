use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::desk::Desk;
use crate::server::Server;
use crate::{Fault, Flags, Received, RecordedRequest, RequestSummary, Summary, Vendor, Verdict};

/// A running sandbox.
///
/// It stops, and all its threads end, when it is dropped.
pub struct Sandbox {
    server: Server,
    desk: Arc<Desk>,
}

impl Sandbox {
    /// Starts on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// When no port or thread can be had.
    pub fn start() -> io::Result<Self> {
        Self::on(0)
    }

    /// Starts on that port of the loopback interface.
    ///
    /// # Errors
    ///
    /// When the port is taken, or no thread can be had.
    pub fn on(port: u16) -> io::Result<Self> {
        let desk = Arc::new(Desk::new());
        let handler = Arc::clone(&desk);
        let server = Server::start(port, Arc::new(move |request| handler.handle(&request)))?;
        Ok(Self { server, desk })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The base of every vendor, without a slash at its end: `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The host to give as PostHog's.
    #[must_use]
    pub fn posthog_url(&self) -> String {
        self.url()
    }

    /// The host to give as Segment's.
    #[must_use]
    pub fn segment_url(&self) -> String {
        self.url()
    }

    /// The host to give as Mixpanel's.
    #[must_use]
    pub fn mixpanel_url(&self) -> String {
        self.url()
    }

    /// The host to give as Optimizely's.
    #[must_use]
    pub fn optimizely_url(&self) -> String {
        self.url()
    }

    /// The messages that the vendor accepted, each once, in the order of arrival.
    #[must_use]
    pub fn received(&self, vendor: Vendor) -> Vec<Received> {
        let accepted = |received: &&Received| received.verdict == Verdict::Accepted;
        self.desk.with(vendor, |ledger| ledger.received.iter().filter(accepted).cloned().collect())
    }

    /// All messages that could be read, with what became of each.
    ///
    /// A batch that PostHog refuses as a whole is only in [`requests`](Self::requests) and in the counts.
    #[must_use]
    pub fn messages(&self, vendor: Vendor) -> Vec<Received> {
        self.desk.with(vendor, |ledger| ledger.received.iter().cloned().collect())
    }

    /// The requests, in the order of arrival, also those that were refused or not answered.
    #[must_use]
    pub fn requests(&self, vendor: Vendor) -> Vec<RecordedRequest> {
        self.desk.with(vendor, |ledger| ledger.requests.iter().cloned().collect())
    }

    /// The counts, and what the vendor knows about persons and groups.
    #[must_use]
    pub fn summary(&self, vendor: Vendor) -> Summary {
        self.desk.with(vendor, |ledger| ledger.summary())
    }

    /// Waits until the vendor has accepted that many different messages, and says whether it has.
    #[must_use]
    pub fn wait_for(&self, vendor: Vendor, messages: u64, timeout: Duration) -> bool {
        self.desk.wait_for(vendor, messages, timeout)
    }

    /// Puts a fault in the vendor's queue, for the next ingestion request.
    pub fn fault(&self, vendor: Vendor, fault: Fault) {
        self.desk.with(vendor, |ledger| ledger.faults.push(None, fault));
    }

    /// Puts a fault in the vendor's queue, for the next request to that path (`/engage`, `/flags/definitions`).
    pub fn fault_at(&self, vendor: Vendor, path: &str, fault: Fault) {
        self.desk.with(vendor, |ledger| ledger.faults.push(Some(path), fault));
    }

    /// Ends the vendor's faults; answers that are already late stay late.
    pub fn clear_faults(&self, vendor: Vendor) {
        self.desk.with(vendor, |ledger| ledger.faults.clear());
    }

    /// The script of PostHog's flags.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.desk.flags
    }

    /// Calls `observer` after each request, on the thread of its connection, before the answer leaves.
    ///
    /// It replaces the observer before; it must not drop the sandbox.
    pub fn on_request(&self, observer: impl FnMut(&RequestSummary) + Send + 'static) {
        self.desk.observe(Box::new(observer));
    }

    /// Closes the port and every connection: who connects is refused.
    pub fn pause(&self) {
        self.server.stop();
    }

    /// Listens again on the same port.
    ///
    /// # Errors
    ///
    /// When another program has taken the port meanwhile, or no thread can be had.
    pub fn resume(&self) -> io::Result<()> {
        self.server.resume()
    }

    /// Forgets everything received, counted, scripted and known of one vendor, flags aside.
    pub fn clear(&self, vendor: Vendor) {
        self.desk.with(vendor, |ledger| *ledger = crate::ledger::Ledger::default());
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").field("url", &self.url()).finish_non_exhaustive()
    }
}
