//! Asking PostHog for definitions, on the delivery thread, beside its lanes.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, IF_NONE_MATCH};
use taxogen_flags::Definitions;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::cause::Cause;
use super::pace;
use super::reply::{LIMIT, Reply};
use super::shelf::Shelf;
use crate::delivery::{Delivery, Http, jitter, retry};
use crate::telemetry;
use crate::transport::Project;
use crate::value::Timestamp;

/// How long a poll may take, unless requests may take less.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where definitions are asked for; the newer path first.
const PATHS: [&str; 2] = ["/flags/definitions", "/api/feature_flag/local_evaluation/"];

/// Asks again and again, until it is dropped.
pub(super) struct Poller {
    http: Http,
    urls: [Url; 2],
    /// Which of them is asked.
    path: usize,
    authorization: HeaderValue,
    /// Of the definitions that are in use.
    etag: Option<HeaderValue>,
    interval: Duration,
    timeout: Duration,
    haste: u32,
    clock: fn() -> Timestamp,
    shelf: Arc<Shelf>,
}

/// What came of one request.
struct Asked {
    reply: Reply,
    retry_after: Option<Duration>,
    etag: Option<HeaderValue>,
}

impl Poller {
    pub(super) fn new(
        delivery: &Delivery,
        project: &Project,
        key: &str,
        interval: Duration,
        shelf: &Arc<Shelf>,
    ) -> Self {
        let settings = delivery.settings();
        let authorization = HeaderValue::try_from(format!("Bearer {key}"));
        let mut authorization = authorization.expect("a key that was checked is text that a header takes");
        authorization.set_sensitive(true);
        Self {
            http: delivery.http(),
            urls: PATHS.map(|path| url(project, path)),
            path: 0,
            authorization,
            etag: None,
            interval,
            timeout: settings.request_timeout.min(TIMEOUT),
            haste: settings.haste,
            clock: settings.clock,
            shelf: Arc::clone(shelf),
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let pause = self.poll().await;
            sleep(pause).await;
        }
    }

    /// Asks once, and says how long to wait until the next time.
    async fn poll(&mut self) -> Duration {
        let asked = self.ask_either().await;
        match self.settle(asked.reply, asked.etag).await {
            Ok(()) => pace::usual(self.interval, jitter()),
            Err(cause) => {
                telemetry::polled("failed");
                let failures = self.shelf.fail(cause.clone());
                let is_loaded = self.shelf.peek().is_some();
                if !is_loaded {
                    self.etag = None;
                }
                let pause =
                    pace::after_failure(&cause, failures, is_loaded, self.interval, asked.retry_after, jitter());
                let floor = retry::floor(asked.retry_after);
                (pause / self.haste).max(floor)
            }
        }
    }

    /// Asks at the path that gave definitions last, and where the host does not know it, at the other.
    async fn ask_either(&mut self) -> Asked {
        let asked = self.ask().await;
        if asked.reply != Reply::UnknownPath {
            return asked;
        }
        self.path = 1 - self.path;
        self.etag = None;
        let other = self.ask().await;
        // A path that only refuses is not the one: the first may be back the next time.
        if matches!(other.reply, Reply::UnknownPath | Reply::Failed(_)) {
            self.path = 0;
        }
        other
    }

    async fn ask(&self) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if let Some(etag) = &self.etag {
            headers.insert(IF_NONE_MATCH, etag.clone());
        }
        // One byte more than is taken tells what is too long.
        let mut answered = self.http.get(self.urls[self.path].clone(), headers, LIMIT + 1, self.timeout).await;
        let response = answered.as_mut().ok();
        let (retry_after, etag) =
            response.map_or((None, None), |response| (response.retry_after, response.etag.take()));
        Asked { reply: Reply::read(answered), retry_after, etag }
    }

    async fn settle(&mut self, reply: Reply, etag: Option<HeaderValue>) -> Result<(), Cause> {
        match reply {
            Reply::Changed(body) => {
                // Compiling takes longer than the lanes may wait for.
                let read = spawn_blocking(move || Definitions::parse(&body)).await;
                let unreadable = |why: String| Cause::Unreadable(why);
                let read = read.map_err(|_| unreadable("a mistake of this library: please report it".to_owned()))?;
                let definitions = read.map_err(|error| unreadable(error.to_string()))?;
                self.etag = etag;
                self.shelf.put(definitions, (self.clock)());
                telemetry::polled("changed");
                Ok(())
            }
            Reply::Unchanged if self.shelf.confirm((self.clock)()) => {
                telemetry::polled("unchanged");
                Ok(())
            }
            Reply::Unchanged => Err(Cause::Unasked),
            Reply::UnknownPath => Err(Cause::UnknownPath),
            Reply::Failed(cause) => Err(cause),
        }
    }
}

fn url(project: &Project, path: &str) -> Url {
    let mut url = project.host.join(path);
    url.query_pairs_mut().append_pair("token", &project.key).append_key_only("send_cohorts");
    url
}
