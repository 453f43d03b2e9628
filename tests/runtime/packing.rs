//! Bodies in every encoding, to those who unpack them.

use taxogen::{Client, Encoding, PostHog, PostHogApi};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::vendors::{LONG, Numbered, counts, numbers};

#[test]
fn posthog_unpacks_every_encoding() {
    for (encoding, name) in [
        (Encoding::None, None),
        (Encoding::Gzip, Some("gzip")),
        (Encoding::Deflate, Some("deflate")),
        (Encoding::Brotli, Some("br")),
        (Encoding::Zstd, Some("zstd")),
    ] {
        let sandbox = Sandbox::start().unwrap();
        let posthog = PostHog::new("phc_sandbox").host(sandbox.posthog_url());
        let client = Client::builder().to(posthog.api(PostHogApi::V1).encoding(encoding)).build().unwrap();
        // Two batches, one after the other: what packs is the same.
        for number in 1..=200 {
            client.user("u").capture(Numbered(number));
            assert!(number != 100 || client.flush(LONG).is_ok());
        }
        assert_eq!(counts(&client.shutdown(LONG)), (200, 0, vec![]), "{encoding:?}");
        assert!(numbers(&sandbox, Vendor::PostHog).into_iter().eq(1..=200), "{encoding:?}");
        for request in sandbox.requests(Vendor::PostHog) {
            assert_eq!(request.header("content-encoding"), name);
            assert_eq!(request.wire_bytes * 5 < request.body.len(), name.is_some(), "{encoding:?}");
        }
    }
}
