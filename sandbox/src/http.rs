//! As much of HTTP/1.1 as the vendors' clients speak.

use std::io::{self, BufRead, Read, Write};

/// Request line and headers together; one vendor's client puts 50 KB of event into the address.
const HEAD_LIMIT: u64 = 128 * 1024;
/// Above the largest body that a vendor takes, so that the vendor's own answer is the one given.
pub(crate) const BODY_LIMIT: u64 = 32 * 1024 * 1024;

/// One request, its body as it came over the wire.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without a trailing slash, except for the root.
    pub(crate) path: String,
    /// What follows the question mark, still escaped.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) keep_alive: bool,
}

impl Request {
    /// The first header of that name, compared without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the content type is `kind`, parameters aside.
    pub(crate) fn is_content_type(&self, kind: &str) -> bool {
        let content_type = self.header("content-type").unwrap_or_default();
        content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
    }
}

/// Why no request could be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The connection ended, or was cut; nobody waits for an answer.
    Gone,
    /// What came is no HTTP request, or a larger one than anybody takes.
    Refused(u16, &'static str),
}

impl From<io::Error> for Unreadable {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Reads the next request, saying `100 Continue` to `writer` where the client waits for it.
pub(crate) fn read_request(reader: &mut impl BufRead, writer: &mut impl Write) -> Result<Request, Unreadable> {
    let mut head = reader.take(HEAD_LIMIT);
    let mut request = request_line(&mut head)?;
    loop {
        let line = line(&mut head)?;
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(Unreadable::Refused(400, "a header has no colon"));
        };
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let connection = request.header("connection").unwrap_or_default().to_ascii_lowercase();
    request.keep_alive = match connection.as_str() {
        "close" => false,
        "keep-alive" => true,
        _ => request.keep_alive,
    };
    let length = body_length(&request)?;
    let waits = request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
    if waits && length != Length::Known(0) {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        writer.flush()?;
    }
    request.body = match length {
        Length::Known(length) => exactly(reader, length)?,
        Length::Chunked => chunked(reader)?,
    };
    Ok(request)
}

fn request_line(head: &mut impl BufRead) -> Result<Request, Unreadable> {
    let mut text = line(head)?;
    // A blank line before a request is allowed, and some clients send one after a body.
    if text.is_empty() {
        text = line(head)?;
    }
    let mut words = text.split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Unreadable::Refused(400, "no HTTP request line"));
    };
    let keep_alive = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(Unreadable::Refused(505, "only HTTP/1.0 and HTTP/1.1 are spoken here")),
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    Ok(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        keep_alive,
        ..Request::default()
    })
}

fn line(reader: &mut impl BufRead) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes)?;
    match bytes.strip_suffix(b"\n") {
        Some(line) => {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            String::from_utf8(line.to_vec()).map_err(|_| Unreadable::Refused(400, "the head is not UTF-8"))
        }
        None if bytes.len() < 1024 => Err(Unreadable::Gone),
        None => Err(Unreadable::Refused(431, "request line and headers are too long")),
    }
}

#[derive(Debug, PartialEq)]
enum Length {
    Known(u64),
    Chunked,
}

fn body_length(request: &Request) -> Result<Length, Unreadable> {
    let lengths = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut lengths = lengths.map(|(_, value)| value.as_str());
    let length = lengths.next();
    if lengths.any(|other| Some(other) != length) {
        return Err(Unreadable::Refused(400, "two different content lengths"));
    }
    match (request.header("transfer-encoding"), length) {
        (Some(_), Some(_)) => Err(Unreadable::Refused(400, "both a content length and a transfer encoding")),
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Length::Chunked),
        (Some(_), None) => Err(Unreadable::Refused(501, "only the transfer encoding `chunked` is known")),
        (None, None) => Ok(Length::Known(0)),
        (None, Some(length)) => match length.parse() {
            Ok(length) if length <= BODY_LIMIT => Ok(Length::Known(length)),
            Ok(_) => Err(TOO_LARGE),
            Err(_) => Err(Unreadable::Refused(400, "the content length is no number")),
        },
    }
}

const TOO_LARGE: Unreadable = Unreadable::Refused(413, "the body is larger than 32 MiB");

fn exactly(reader: &mut impl BufRead, length: u64) -> Result<Vec<u8>, Unreadable> {
    let mut body = Vec::new();
    let read = reader.take(length).read_to_end(&mut body)?;
    if read as u64 == length { Ok(body) } else { Err(Unreadable::Gone) }
}

fn chunked(reader: &mut impl BufRead) -> Result<Vec<u8>, Unreadable> {
    let mut body = Vec::new();
    loop {
        let size = line(&mut reader.take(1024))?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| Unreadable::Refused(400, "a chunk has no size"))?;
        if size > BODY_LIMIT - body.len() as u64 {
            return Err(TOO_LARGE);
        }
        if size == 0 {
            break;
        }
        body.extend(exactly(reader, size)?);
        if !line(&mut reader.take(2))?.is_empty() {
            return Err(Unreadable::Refused(400, "a chunk is longer than it says"));
        }
    }
    let mut trailers = reader.take(HEAD_LIMIT);
    while !line(&mut trailers)?.is_empty() {}
    Ok(body)
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.into())
    }

    pub(crate) fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body.into())
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write the value in place")]
    pub(crate) fn json(status: u16, body: serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into_bytes() }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Writes the whole answer in one piece.
    pub(crate) fn write(&self, writer: &mut impl Write, keep_alive: bool) -> io::Result<()> {
        writer.write_all(&self.to_bytes(keep_alive))?;
        writer.flush()
    }

    /// The whole answer, head and body.
    pub(crate) fn to_bytes(&self, keep_alive: bool) -> Vec<u8> {
        let Self { status, content_type, headers, body } = self;
        let mut lines = vec![format!("HTTP/1.1 {status} {}", reason(*status))];
        // Such an answer ends with its head, whatever stands behind it.
        let has_body = !matches!(status, 204 | 304);
        let body = if has_body { body.as_slice() } else { &[] };
        if has_body {
            lines.push(format!("content-type: {content_type}"));
            lines.push(format!("content-length: {}", body.len()));
        }
        // A header that a test scripted must not break the answer apart.
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {}", value.replace(['\r', '\n'], " "))));
        lines.push(format!("connection: {}", if keep_alive { "keep-alive" } else { "close" }));
        [lines.join("\r\n").as_bytes(), b"\r\n\r\n", body].concat()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    }
}
