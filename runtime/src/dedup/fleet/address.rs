use std::fmt;

use redis::{IntoConnectionInfo, RedisConnectionInfo};
use reqwest::Url;

use crate::error::{Error, Kind};

/// Where a Redis or Valkey is, and who asks it. Shows neither user nor password.
#[derive(Clone)]
pub(crate) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    pub(crate) is_secure: bool,
    /// User, password and number of the database.
    pub(super) login: RedisConnectionInfo,
}

const PORT: u16 = 6379;

impl Address {
    /// Reads `redis://user:password@host:port/database`, or `rediss://…` for TLS; `valkey` and `valkeys` are the same.
    pub(crate) fn read(url: &str) -> Result<Self, Error> {
        let mut url = Url::parse(url.trim()).map_err(|problem| unusable(&problem.to_string()))?;
        let is_secure = match url.scheme() {
            "redis" | "valkey" => false,
            "rediss" | "valkeys" => true,
            _ => return Err(unusable("its scheme is none of `redis`, `rediss`, `valkey` and `valkeys`")),
        };
        if url.fragment().is_some() || url.query().is_some() {
            return Err(unusable("it has a `?` or `#` part"));
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(unusable("it names no host"));
        }
        let port = url.port().unwrap_or(PORT);
        // TLS is ours, with the certificates and the cryptography of all else that is delivered.
        let _ = url.set_scheme("redis");
        // What is wrong may be the password, or stand beside it.
        let Ok(info) = url.into_connection_info() else {
            return Err(unusable("user and password have to be UTF-8, and the database a number"));
        };
        let login = info.redis_settings().clone().set_lib_name("taxogen", env!("CARGO_PKG_VERSION"));
        Ok(Self { host, port, is_secure, login })
    }
}

fn unusable(why: &str) -> Error {
    let sentence = format!("the URL of the fleet's Redis cannot be used: {why}");
    Error::new(Kind::Configuration, sentence)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.contains(':') { write!(formatter, "[{host}]:{port}") } else { write!(formatter, "{host}:{port}") }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_who() {
        for (url, shown, is_secure, login) in [
            ("redis://localhost", "localhost:6379", false, (None, None, 0)),
            ("valkey://127.0.0.1:7000/3", "127.0.0.1:7000", false, (None, None, 3)),
            ("rediss://:p%40ss@cache.example.com/", "cache.example.com:6379", true, (None, Some("p@ss"), 0)),
            ("valkeys://u:p@[::1]:1/1", "[::1]:1", true, (Some("u"), Some("p"), 1)),
        ] {
            let address = Address::read(url).unwrap();
            let Address { login: found, .. } = &address;
            assert_eq!((address.to_string().as_str(), address.is_secure), (shown, is_secure), "{url}");
            assert_eq!((found.username(), found.password(), found.db()), login, "{url}");
            assert!(!format!("{address:?}").contains('p') || shown.contains('p'), "{address:?}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_without_the_password() {
        for (url, why) in [
            ("hidden", "relative URL without a base"),
            ("https://u:hidden@x", "its scheme is none of `redis`, `rediss`, `valkey` and `valkeys`"),
            ("redis://u:hidden@", "empty host"),
            ("redis:/hidden", "it names no host"),
            ("redis://u:hidden@x/y", "user and password have to be UTF-8, and the database a number"),
            ("redis://u:hidden%ff@x", "user and password have to be UTF-8, and the database a number"),
            ("redis://u:hidden@x?y", "it has a `?` or `#` part"),
        ] {
            let error = Address::read(url).unwrap_err();
            assert!(error.is_configuration());
            assert_eq!(error.to_string(), format!("the URL of the fleet's Redis cannot be used: {why}"), "{url}");
        }
    }
}
