//! The host of a target: where the API of a project is, and nothing else.

use crate::ast::Text;
use crate::code::Code;
use crate::diagnostic::Diagnostics;

const EXAMPLE: &str = "write where the project is: `https://us.posthog.com`, `https://eu.posthog.com`, or your own";

/// The address without a slash at its end, as two targets are compared by it; what is none is told.
pub(super) fn origin<'h>(host: &'h Text, diagnostics: &mut Diagnostics) -> Option<&'h str> {
    if host.value.contains('@') {
        let help = format!("{EXAMPLE}; the key is read from `POSTHOG_PERSONAL_API_KEY`");
        diagnostics.error(Code::PersonalKey, host.span, "a host holds no name and no password").help(help);
        return None;
    }
    let Some((message, help)) = problem(&host.value) else { return Some(trimmed(&host.value)) };
    diagnostics.error(Code::TargetHost, host.span, message).help(help);
    None
}

/// The address without a slash at its end.
pub(crate) fn trimmed(host: &str) -> &str {
    host.strip_suffix('/').unwrap_or(host)
}

/// What is wrong with an address, and what to do.
fn problem(host: &str) -> Option<(&'static str, String)> {
    let Some((scheme, rest)) = host.split_once("://") else {
        let is_bare = !host.contains(['/', ' ']) && host.contains('.');
        let help = if is_bare { format!("write `https://{host}`") } else { EXAMPLE.to_owned() };
        return Some(("a host begins with `https://`", help));
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let Some((name, port)) = parts(authority) else { return Some(("this is no host", EXAMPLE.to_owned())) };
    if !port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Some(("the port of a host is a number from 1 to 65535", EXAMPLE.to_owned()));
    }
    match scheme {
        "https" => {}
        "http" if is_loopback(name) => {}
        "http" => return Some(("plain http is for this machine alone", format!("write `https://{authority}`"))),
        _ => return Some(("a host begins with `https://`", format!("write `https://{authority}`"))),
    }
    if !matches!(path, "" | "/") {
        return Some(("a host has no path", format!("write `{scheme}://{authority}`")));
    }
    let ingestion = name.strip_suffix(".i.posthog.com").filter(|region| !region.is_empty());
    ingestion.map(|region| {
        ("events are sent there, a project is elsewhere", format!("write `https://{region}.posthog.com`"))
    })
}

/// Name and port.
fn parts(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        return Some((address, rest.strip_prefix(':'))).filter(|(_, port)| port.is_some() || rest.is_empty());
    }
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (authority, None),
    };
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    let is_name = name.chars().all(is_letter) && name.split('.').all(|label| !label.is_empty());
    is_name.then_some((name, port))
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_a_project_can_be_is_a_host() {
        let cases = [
            ("https://us.posthog.com", None),
            ("https://eu.posthog.com/", None),
            ("https://posthog.example.com:8443", None),
            ("http://127.0.0.1:8717", None),
            ("http://localhost:8000", None),
            ("http://[::1]:8717", None),
            ("us.posthog.com", Some("write `https://us.posthog.com`")),
            ("http://us.posthog.com", Some("write `https://us.posthog.com`")),
            ("http://localhost.example.com", Some("write `https://localhost.example.com`")),
            ("http://127.0.0.1.example.com", Some("write `https://127.0.0.1.example.com`")),
            ("https://us.posthog.com/project/1", Some("write `https://us.posthog.com`")),
            ("https://us.posthog.com?x=1", Some("write `https://us.posthog.com`")),
            ("https://us.i.posthog.com", Some("write `https://us.posthog.com`")),
            ("ftp://us.posthog.com", Some("write `https://us.posthog.com`")),
        ];
        for (host, expected) in cases {
            assert_eq!(problem(host).map(|(_, help)| help).as_deref(), expected, "{host}");
        }
        let broken = [
            "",
            "https://",
            "https://a b",
            "https://a..b",
            "https://a:0",
            "https://a:70000",
            "https://a:",
            "https://[::1",
            "https://[::1]x",
            "https://\u{e9}.com",
            "posthog",
        ];
        for host in broken {
            assert!(problem(host).is_some(), "{host}");
        }
    }
}
