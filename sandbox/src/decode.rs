//! The codings around JSON: packed bodies, base64, forms.

use std::borrow::Cow;
use std::io::Read;

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use crate::http::{BODY_LIMIT, Request};

/// Why a body could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unpackable {
    TooLarge,
    /// It is not what it says.
    Not(&'static str),
    UnknownEncoding,
}

/// The body of a request without its `Content-Encoding`; an encoding in the query counts too, as PostHog has it.
pub(crate) fn unpack(request: &Request) -> Result<Cow<'_, [u8]>, Unpackable> {
    let query = form(&request.query);
    let encoding = request.header("content-encoding").or_else(|| form_value(&query, "compression"));
    match encoding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Cow::Borrowed(&request.body)),
        "gzip" | "x-gzip" | "gzip-js" => gunzip(&request.body).map(Cow::Owned),
        _ => Err(Unpackable::UnknownEncoding),
    }
}

/// The same as PostHog's version 1 has it: four encodings, by the header alone.
pub(crate) fn unpack_any(request: &Request) -> Result<Cow<'_, [u8]>, Unpackable> {
    let packed = request.body.as_slice();
    let unpacked = match request.header("content-encoding").map(str::to_ascii_lowercase).as_deref() {
        None => return Ok(Cow::Borrowed(packed)),
        Some("gzip") => gunzip(packed),
        // HTTP means zlib, and some who write `deflate` leave its ends out: zlib's begin with this byte.
        Some("deflate") if packed.first() == Some(&0x78) => read("deflate", ZlibDecoder::new(packed)),
        Some("deflate") => read("deflate", DeflateDecoder::new(packed)),
        Some("br") => read("br", Decompressor::new(packed, 4096)),
        Some("zstd") => StreamingDecoder::new_with_max_window_size(packed, ZSTD_WINDOW)
            .map_err(|_| Unpackable::Not("zstd"))
            .and_then(|reader| read("zstd", reader)),
        Some(_) => Err(Unpackable::UnknownEncoding),
    };
    unpacked.map(Cow::Owned)
}

/// The largest window that HTTP allows (RFC 9659).
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

fn gunzip(packed: &[u8]) -> Result<Vec<u8>, Unpackable> {
    read("gzip", MultiGzDecoder::new(packed))
}

fn read(encoding: &'static str, reader: impl Read) -> Result<Vec<u8>, Unpackable> {
    let mut body = Vec::new();
    // A small body that unpacks to more than the largest one is a mistake or an attack.
    match reader.take(BODY_LIMIT + 1).read_to_end(&mut body) {
        Ok(read) if read as u64 > BODY_LIMIT => Err(Unpackable::TooLarge),
        Ok(_) => Ok(body),
        Err(_) => Err(Unpackable::Not(encoding)),
    }
}

/// Standard or URL alphabet, padded or not.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// The pairs of a query or of a form body.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(name), unescape(value))
        })
        .collect()
}

/// The first value of that name.
pub(crate) fn form_value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (bytes[at], escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_in_both_alphabets() {
        assert_eq!(base64("ZmFrZV93cml0ZV9rZXk6").as_deref(), Some(b"fake_write_key:".as_slice()));
        assert_eq!(base64("-_8=").as_deref(), Some([0xfb, 0xff].as_slice()));
        assert_eq!(base64("+/8").as_deref(), Some([0xfb, 0xff].as_slice()));
        assert_eq!(base64("a b"), None);
    }

    #[test]
    fn forms_are_unescaped() {
        let pairs = form("data=%7B%22a%22%3A1%7D&x=1+2&odd=100%&flag&");
        assert_eq!(form_value(&pairs, "data"), Some("{\"a\":1}"));
        assert_eq!(form_value(&pairs, "x"), Some("1 2"));
        assert_eq!(form_value(&pairs, "odd"), Some("100%"));
        assert_eq!(form_value(&pairs, "flag"), Some(""));
        assert_eq!(form_value(&pairs, "none"), None);
    }

    #[test]
    fn what_is_not_gzip_is_told() {
        assert_eq!(gunzip(b"{}"), Err(Unpackable::Not("gzip")));
    }
}
