//! The body of a request.

#[cfg(feature = "br")]
mod brotli;
#[cfg(any(feature = "gzip", feature = "deflate"))]
mod deflate;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "zstd")]
mod zstd;

use crate::transport::Encoding;

/// Makes bodies of parts, packed as the endpoint wants them. It keeps the machine from body to body.
pub(super) struct Packer {
    encoding: Encoding,
    machine: Option<Box<dyn Machine>>,
}

/// What is sent.
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// The name of what it is packed with.
    pub(super) encoding: Option<&'static str>,
}

/// Packs one body after the other.
trait Machine: Send + Sync {
    /// Appends the parts, one after the other, to `packed`.
    ///
    /// `None` if it fails, which it does for no input; the body then goes out as it is.
    fn pack(&mut self, parts: &[&[u8]], packed: &mut Vec<u8>) -> Option<()>;
}

/// Below, a body fits into a packet as it is.
const WORTH_IT: usize = 1024;

impl Packer {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, machine: machine(encoding) }
    }

    pub(super) fn body(&mut self, parts: &[&[u8]]) -> Body {
        let total = parts.iter().map(|part| part.len()).sum::<usize>();
        if let Some(machine) = self.machine.as_mut().filter(|_| total >= WORTH_IT) {
            let mut packed = Vec::with_capacity(total / 6 + 1024);
            if machine.pack(parts, &mut packed).is_some() {
                return Body { bytes: packed, encoding: self.encoding.name() };
            }
        }
        Body { bytes: parts.concat(), encoding: None }
    }
}

fn machine(encoding: Encoding) -> Option<Box<dyn Machine>> {
    match encoding {
        Encoding::None => None,
        #[cfg(feature = "gzip")]
        Encoding::Gzip => Some(Box::new(gzip::Gzip::new())),
        #[cfg(feature = "deflate")]
        Encoding::Deflate => Some(Box::new(deflate::Deflate::zlib())),
        #[cfg(feature = "br")]
        Encoding::Brotli => Some(Box::new(brotli::Brotli)),
        #[cfg(feature = "zstd")]
        Encoding::Zstd => zstd::Zstd::new().map(|zstd| Box::new(zstd) as Box<dyn Machine>),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(feature = "gzip", feature = "deflate", feature = "br", feature = "zstd"))]
    #[test]
    fn bodies_unpack_to_their_parts_one_after_the_other() {
        let noise: Vec<u8> =
            (0..50_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for (encoding, unpack) in UNPACKED {
            let mut packer = Packer::new(*encoding);
            for parts in [[b"[".as_slice(), noise.as_slice(), b"]"], [b"", &[b'x'; 5000], b""]] {
                let body = packer.body(&parts);
                assert_eq!(body.encoding, encoding.name());
                assert!(unpack(&body.bytes) == parts.concat(), "{encoding:?}");
            }
        }
    }

    type Unpack = fn(&[u8]) -> Vec<u8>;

    #[cfg(any(feature = "gzip", feature = "deflate", feature = "br", feature = "zstd"))]
    const UNPACKED: &[(Encoding, Unpack)] = &[
        #[cfg(feature = "gzip")]
        (Encoding::Gzip, |packed| read(flate2::read::GzDecoder::new(packed))),
        #[cfg(feature = "deflate")]
        (Encoding::Deflate, |packed| read(flate2::read::ZlibDecoder::new(packed))),
        #[cfg(feature = "br")]
        (Encoding::Brotli, |packed| read(::brotli::Decompressor::new(packed, 4096))),
        #[cfg(feature = "zstd")]
        (Encoding::Zstd, |packed| read(::zstd::Decoder::new(packed).unwrap())),
    ];

    #[cfg(any(feature = "gzip", feature = "deflate", feature = "br", feature = "zstd"))]
    fn read(mut reader: impl std::io::Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn small_bodies_and_vendors_that_do_not_unpack_get_them_as_they_are() {
        for (encoding, length) in [(Encoding::default(), 100), (Encoding::None, 100_000)] {
            let part = vec![b'x'; length];
            let body = Packer::new(encoding).body(&[&part]);
            assert!(body.encoding.is_none() && body.bytes == part);
        }
    }
}
