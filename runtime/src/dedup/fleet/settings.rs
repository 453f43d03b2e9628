use std::fmt;

use super::address::Address;

/// Where a fleet of processes remembers what it reported: [`Dedup::fleet`](crate::Dedup::fleet).
///
/// A Redis from version 6 on or a Valkey: one server, or what stands for one. It needs no setting, and should be one that
/// may forget: an entry takes about 150 bytes and is gone after [`time_to_live`](crate::Dedup::time_to_live), and any
/// `maxmemory-policy` will do. What stands there are hashes, which name nobody to who cannot guess the id, the time of the
/// decision and the id of the record.
///
/// ```
/// use taxogen::{Dedup, Redis};
///
/// let dedup = Dedup::fleet(Redis::new("rediss://:secret@cache.example.com/2").prefix("shop:"));
/// assert!(format!("{dedup:?}").contains("cache.example.com:6379"));
/// assert!(!format!("{dedup:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "it is given to `Dedup::fleet`"]
pub struct Redis {
    url: String,
    pub(super) prefix: String,
}

impl Redis {
    /// The one at `redis://user:password@host:port/database`, where all but the host may be left out; `rediss://` for TLS,
    /// with the certificates that the system trusts. `valkey://` and `valkeys://` mean the same. Whether the URL can be
    /// used says [`Builder::build`](crate::Builder::build), which does not connect.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), prefix: "taxogen:seen:".to_owned() }
    }

    /// What the names of all entries begin with; `taxogen:seen:` unless set. Processes with the same are one fleet: two
    /// products, or two stages of one, need different ones, or databases.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(crate) fn address(&self) -> Result<Address, crate::error::Error> {
        Address::read(&self.url)
    }
}

impl From<&str> for Redis {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for Redis {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for Redis {
    /// Without user and password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Redis");
        match self.address() {
            Ok(address) => fields.field("address", &format_args!("{address}")),
            Err(error) => fields.field("address", &format_args!("{error}")),
        };
        fields.field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
