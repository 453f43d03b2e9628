//! The two SDKs, set up for the same destination.

use crate::error::{Error, Result};

const KEY: &str = "phc_benches";

/// Ours, with its defaults.
pub(crate) fn ours(host: &str) -> Result<taxogen::Client> {
    Ok(taxogen::Client::builder().to(taxogen::PostHog::new(KEY).host(host)).build()?)
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
