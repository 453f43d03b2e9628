//! The codings around JSON: gzip, base64, forms.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::http::{BODY_LIMIT, Request};

/// Why a body could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unpackable {
    TooLarge,
    NotGzip,
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

fn gunzip(packed: &[u8]) -> Result<Vec<u8>, Unpackable> {
    let mut body = Vec::new();
    // A small body that unpacks to more than the largest one is a mistake or an attack.
    let read = MultiGzDecoder::new(packed).take(BODY_LIMIT + 1).read_to_end(&mut body);
    match read {
        Ok(read) if read as u64 > BODY_LIMIT => Err(Unpackable::TooLarge),
        Ok(_) => Ok(body),
        Err(_) => Err(Unpackable::NotGzip),
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
        assert_eq!(gunzip(b"{}"), Err(Unpackable::NotGzip));
    }
}
