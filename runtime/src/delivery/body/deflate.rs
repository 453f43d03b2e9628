use flate2::{Compress, Compression, FlushCompress, Status};

use super::Machine;

/// `deflate`, and what `gzip` has between its ends.
pub(super) struct Deflate(Compress);

/// Measured on bodies of events: against this level 1 takes a quarter less time for 38 % more bytes, 3 a third more
/// time for 5 % less, 6 almost four times the time for 20 % less.
const LEVEL: u32 = 2;

impl Deflate {
    /// Without ends.
    #[cfg(feature = "gzip")]
    pub(super) fn raw() -> Self {
        Self(Compress::new(Compression::new(LEVEL), false))
    }

    /// With the ends of zlib: that is what HTTP calls `deflate` (RFC 9110, 8.4.1.2), and PostHog knows it by them.
    #[cfg(feature = "deflate")]
    pub(super) fn zlib() -> Self {
        Self(Compress::new(Compression::new(LEVEL), true))
    }

    fn feed(&mut self, mut part: &[u8], packed: &mut Vec<u8>, flush: FlushCompress) -> Option<()> {
        loop {
            let before = self.0.total_in();
            let status = self.0.compress_vec(part, packed, flush).ok()?;
            part = &part[usize::try_from(self.0.total_in() - before).ok()?..];
            let done = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => part.is_empty(),
            };
            if done {
                return Some(());
            }
            packed.reserve(packed.capacity().max(4096));
        }
    }
}

impl Machine for Deflate {
    fn pack(&mut self, parts: &[&[u8]], packed: &mut Vec<u8>) -> Option<()> {
        self.0.reset();
        let (last, before) = parts.split_last()?;
        for part in before {
            self.feed(part, packed, FlushCompress::None)?;
        }
        self.feed(last, packed, FlushCompress::Finish)
    }
}
