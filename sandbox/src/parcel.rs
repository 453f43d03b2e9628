use std::borrow::Cow;

use crate::decode::{self, Unpackable};
use crate::http::Request;
use crate::posthog_v1;

/// A request as a vendor judges it: with its body unpacked, and the clock beside it.
pub(crate) struct Parcel<'a> {
    pub(crate) request: &'a Request,
    pub(crate) body: Result<Cow<'a, [u8]>, Unpackable>,
    pub(crate) now_ms: i64,
}

impl<'a> Parcel<'a> {
    pub(crate) fn new(request: &'a Request, now_ms: i64) -> Self {
        let unpack = if request.path == posthog_v1::PATH { decode::unpack_any } else { decode::unpack };
        Self { request, body: unpack(request), now_ms }
    }

    /// Bytes of the body, unpacked where that is possible.
    pub(crate) fn body_len(&self) -> usize {
        self.readable().len()
    }

    /// The body, unpacked where that is possible.
    pub(crate) fn readable(&self) -> &[u8] {
        self.body.as_deref().unwrap_or(&self.request.body)
    }
}
