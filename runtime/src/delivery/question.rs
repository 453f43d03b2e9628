//! Questions to PostHog, apart from all lanes.

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::{sleep, timeout};

use super::body::Body;
use super::home::FORKED;
use super::http::{Http, Request};
use super::{Delivery, Failure, Pending, Response};
use crate::transport::Authorization;

/// The pause before the second and last attempt.
const PAUSE: Duration = Duration::from_millis(300);

impl Delivery {
    /// Posts JSON, and reads at most `limit` bytes of the answer.
    ///
    /// As PostHog asks of its SDKs, there is one more attempt where no server answered, or a proxy without one
    /// behind it (502 and 504), and none after any other answer. A fork of the process has nobody who could ask.
    pub(crate) fn ask(
        &self,
        url: reqwest::Url,
        body: Vec<u8>,
        limit: usize,
        deadline: Duration,
    ) -> Pending<Result<Response, Failure>> {
        if self.is_forked() {
            return Pending::answered(self.thread, Err(Failure::Transport(FORKED.to_owned())));
        }
        let http = self.http.clone();
        self.on_thread(async move {
            timeout(deadline, twice(&http, url, body, limit)).await.unwrap_or(Err(Failure::Timeout))
        })
    }
}

async fn twice(http: &Http, url: reqwest::Url, body: Vec<u8>, limit: usize) -> Result<Response, Failure> {
    let post = |bytes| {
        let (url, body) = (url.clone(), Body { bytes, encoding: None });
        http.post(Request { url, authorization: &Authorization::None, headers: HeaderMap::new(), body, limit })
    };
    let first = post(body.clone()).await;
    if !is_passing(&first) {
        return first;
    }
    sleep(PAUSE).await;
    post(body).await
}

/// Whether the next attempt may find the server.
fn is_passing(answer: &Result<Response, Failure>) -> bool {
    match answer {
        Ok(response) => matches!(response.status, 502 | 504),
        Err(Failure::Transport(_)) => true,
        Err(Failure::Timeout) => false,
    }
}
