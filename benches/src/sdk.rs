//! The SDKs, set up for the same destination.

use std::time::Duration;

use crate::error::{Error, Result};

const KEY: &str = "phc_benches";

/// A host that refuses every connection: the port is the one that no server may have.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// Ours, with its defaults.
pub(crate) fn ours(host: &str) -> Result<taxogen::Client> {
    Ok(builder(host).build()?)
}

/// The same, before it is built.
pub(crate) fn builder(host: &str) -> taxogen::Builder {
    taxogen::Client::builder().to(taxogen::PostHog::new(KEY).host(host))
}

/// Ours for Segment, without compression.
pub(crate) fn ours_plain(host: &str) -> Result<taxogen::Client> {
    let segment = taxogen::Segment::new(KEY).host(host).encoding(taxogen::Encoding::None);
    Ok(taxogen::Client::builder().to(segment).build()?)
}

/// Ours for a vendor that never answers, with a log of so many bytes: of what is captured it takes one batch, and packs
/// nothing.
pub(crate) fn ours_queueing(log_bytes: usize) -> Result<taxogen::Client> {
    let segment = taxogen::Segment::new(KEY).host(NOBODY).encoding(taxogen::Encoding::None);
    Ok(taxogen::Client::builder().to(segment).log_bytes(log_bytes).build()?)
}

/// Ours for all three vendors, with a log of so many bytes.
pub(crate) fn ours_everywhere(host: &str, log_bytes: usize) -> Result<taxogen::Client> {
    let builder = taxogen::Client::builder()
        .to(taxogen::PostHog::new(KEY).host(host))
        .to(taxogen::Segment::new(KEY).host(host))
        .to(taxogen::Mixpanel::new(KEY).host(host));
    Ok(builder.log_bytes(log_bytes).build()?)
}

/// posthog-rs, with gzip, requests of so many events, and a queue that takes all that is measured.
pub(crate) fn posthog_rs(host: &str, batch: usize) -> Result<posthog_rs::Client> {
    let options = posthog_rs::ClientOptionsBuilder::default()
        .api_key(KEY.to_owned())
        .host(host)
        .capture_compression(posthog_rs::CaptureCompression::Gzip)
        .flush_at(batch)
        .max_batch_size(batch)
        .max_queue_size(1_000_000)
        .build()
        .map_err(|error| Error::new(error.to_string()))?;
    Ok(posthog_rs::client(options))
}

/// The crate `segment`; it writes the time of each event unless told not to.
pub(crate) fn segment(host: &str, with_times: bool) -> Result<segment::AutoBatcher> {
    let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(10)).build()?;
    let mut batcher = segment::Batcher::new(None);
    if !with_times {
        batcher.without_auto_timestamp();
    }
    Ok(segment::AutoBatcher::new(segment::HttpClient::new(http, host.to_owned()), batcher, KEY.to_owned()))
}
