//! Requests, as all of them go out: no redirects, answers read to a limit, an end to every wait.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Url};
use tokio::task::yield_now;

use super::body::Body;
use super::{Settings, retry, tls};
use crate::error::{Error, Kind};
use crate::transport::Authorization;
use crate::value::Timestamp;

/// The client of all requests.
#[derive(Clone)]
pub(crate) struct Http {
    /// For hosts of this machine: never through a proxy.
    direct: Client,
    /// For all others: through the proxy that `HTTPS_PROXY` and `HTTP_PROXY` name, unless `NO_PROXY` says otherwise.
    outward: Client,
}

/// What is posted.
pub(super) struct Request<'a> {
    pub(super) url: Url,
    pub(super) authorization: &'a Authorization,
    /// Besides those that the other fields make.
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// At most so many bytes of the answer are read.
    pub(super) limit: usize,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// What names this version of what was asked for.
    pub(crate) etag: Option<HeaderValue>,
    /// At most as much as was asked for.
    pub(crate) body: Vec<u8>,
}

/// No answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not in time.
    Timeout,
    /// Why.
    Transport(String),
}

impl Http {
    /// `secure` says whether any host is reached over TLS: the system's certificates are read only then.
    pub(super) fn new(settings: &Settings, secure: bool) -> Result<Self, Error> {
        let tls = tls::config(secure)?;
        let builder = || {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(Policy::none())
                .connect_timeout(settings.request_timeout)
                .timeout(settings.request_timeout)
                .pool_max_idle_per_host(2)
                .user_agent(concat!("taxogen/", env!("CARGO_PKG_VERSION")))
        };
        let build = |builder: ClientBuilder| {
            builder.build().map_err(|problem| {
                let sentence = format!("the HTTP client cannot be made: {}", explain(&problem));
                Error::new(Kind::Configuration, sentence).with_source(problem)
            })
        };
        Ok(Self { direct: build(builder().no_proxy())?, outward: build(builder())? })
    }

    /// Posts JSON.
    pub(super) async fn post(&self, request: Request<'_>) -> Result<Response, Failure> {
        let Request { url, authorization, headers, body, limit } = request;
        let mut request = self.client(&url).post(url).headers(headers);
        request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(encoding) = body.encoding {
            request = request.header(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        request = match authorization {
            Authorization::None => request,
            Authorization::Basic(user) => request.basic_auth(user, Some("")),
            Authorization::Bearer(key) => request.header(AUTHORIZATION, key),
        };
        answer(request.body(body.bytes), limit).await
    }

    /// Gets what is there, in less than that time.
    #[cfg(feature = "posthog")]
    pub(crate) async fn get(
        &self,
        url: Url,
        headers: HeaderMap,
        limit: usize,
        timeout: Duration,
    ) -> Result<Response, Failure> {
        answer(self.client(&url).get(url).headers(headers).timeout(timeout), limit).await
    }

    fn client(&self, url: &Url) -> &Client {
        if is_local(url) { &self.direct } else { &self.outward }
    }
}

/// Sends a request and reads at most `limit` bytes of its answer.
async fn answer(request: RequestBuilder, limit: usize) -> Result<Response, Failure> {
    let mut response = request.send().await?;
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|header| retry::retry_after(header, Timestamp::now()));
    let etag = response.headers().get(ETAG).cloned();
    let mut answer = Vec::new();
    while answer.len() < limit
        && let Some(chunk) = response.chunk().await?
    {
        let taken = chunk.len().min(limit - answer.len());
        answer.extend_from_slice(&chunk[..taken]);
    }
    let status = response.status().as_u16();
    // The connection goes back to its pool on a task of its own: without its turn, the next request would open
    // another one.
    drop(response);
    yield_now().await;
    Ok(Response { status, retry_after, etag, body: answer })
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => formatter.write_str("no answer in time"),
            Self::Transport(why) => formatter.write_str(why),
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Transport(explain(&error.without_url())) }
    }
}

/// The innermost reason: those around it only repeat that the request failed.
fn explain(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}

fn is_local(url: &Url) -> bool {
    let domain = url.host_str().unwrap_or_default();
    let address = domain.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    domain == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
