use crate::error::{Error, Kind};

/// The base of a vendor's URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host(reqwest::Url);

impl Host {
    /// Reads a host as a person writes it: `https://eu.posthog.com/`, `posthog.example.com/ingest`,
    /// `http://127.0.0.1:8000`. Without a scheme it is https.
    pub(crate) fn read(vendor: &str, given: &str) -> Result<Self, Error> {
        let given = given.trim();
        let with_scheme = if given.contains("://") { given.to_owned() } else { format!("https://{given}") };
        let mut url =
            reqwest::Url::parse(&with_scheme).map_err(|problem| unusable(vendor, given, &problem.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            let sentence = format!("the host of {vendor} holds a user name or password: give the host alone");
            return Err(Error::new(Kind::Configuration, sentence));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unusable(vendor, given, "its scheme is neither http nor https"));
        }
        if given.is_empty() || url.host_str().is_none_or(str::is_empty) {
            return Err(unusable(vendor, given, "it names no host"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable(vendor, given, "it has a `?` or `#` part"));
        }
        let domain = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let of_vendor = VENDOR_DOMAINS.iter().any(|vendor| domain.ends_with(vendor));
        if url.scheme() == "http" && of_vendor {
            return Err(unusable(vendor, given, "it would send everything unencrypted: write https"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The host with another domain, the rest as it is.
    pub(crate) fn with_domain(mut self, domain: &str) -> Self {
        // What replaces the domain of a vendor is one of our own constants.
        let _ = self.0.set_host(Some(domain));
        self
    }

    pub(crate) fn domain(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The URL of a path, which begins with `/` and may have a query.
    pub(crate) fn join(&self, path: &str) -> reqwest::Url {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }
}

/// What of a host that somebody gave may be shown: neither user and password nor a query.
pub(super) fn without_secrets(given: &str) -> String {
    let (scheme, rest) = match given.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => (scheme, rest),
        _ => ("", given),
    };
    let (host, cut) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    // Before an `@` the cut may have gone through a password.
    let host = if cut.contains('@') { "" } else { host.rsplit('@').next().unwrap_or_default() };
    let colon = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{colon}{host}")
}

const VENDOR_DOMAINS: [&str; 5] =
    [".posthog.com", ".segment.io", ".segmentapis.com", ".mixpanel.com", ".optimizely.com"];

fn unusable(vendor: &str, given: &str, why: &str) -> Error {
    let given = without_secrets(given);
    Error::new(Kind::Configuration, format!("the host `{given}` of {vendor} cannot be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_people_write_them() {
        for (given, path, url) in [
            ("https://eu.i.posthog.com", "/batch/", "https://eu.i.posthog.com/batch/"),
            (" https://eu.i.posthog.com// ", "/batch/", "https://eu.i.posthog.com/batch/"),
            ("ph.example.com/ingest/", "/batch/", "https://ph.example.com/ingest/batch/"),
            ("http://127.0.0.1:8000", "/import?strict=1", "http://127.0.0.1:8000/import?strict=1"),
            ("http://localhost:8000/mixpanel", "/engage", "http://localhost:8000/mixpanel/engage"),
            ("HTTPS://EXAMPLE.COM", "/x", "https://example.com/x"),
        ] {
            assert_eq!(Host::read("posthog", given).unwrap().join(path).as_str(), url);
        }
    }

    #[test]
    fn unusable_hosts_are_named_with_the_reason() {
        for (given, sentence) in [
            ("", "the host `` of segment cannot be used: empty host"),
            ("ftp://x", "the host `ftp://x` of segment cannot be used: its scheme is neither http nor https"),
            ("https://x?y=1", "the host `https://x` of segment cannot be used: it has a `?` or `#` part"),
            ("https://", "the host `https://` of segment cannot be used: empty host"),
            ("https://a b", "the host `https://a b` of segment cannot be used: invalid international domain name"),
            (
                "http://api.segment.io",
                "the host `http://api.segment.io` of segment cannot be used: it would send everything unencrypted: \
                 write https",
            ),
            ("https://me:secret@x", "the host of segment holds a user name or password: give the host alone"),
            (
                "https://me:secret@a b?token=hidden",
                "the host `https://a b` of segment cannot be used: invalid international domain name",
            ),
        ] {
            assert_eq!(Host::read("segment", given).unwrap_err().to_string(), sentence);
        }
    }

    #[test]
    fn what_is_shown_of_a_host_holds_no_secret() {
        for (given, shown) in [
            ("https://x/path", "https://x/path"),
            ("x", "x"),
            ("https://me:secret@x", "https://x"),
            ("me:secret@x", "x"),
            ("https://me:sec@ret@x", "https://x"),
            ("https://me:sec#ret@x", "https://"),
            ("me:sec://ret@x", "x"),
            ("https://x?token=secret", "https://x"),
            ("https://x#secret", "https://x"),
            ("https://x?to=secret@y", "https://"),
            ("x?to=https://secret", "x"),
        ] {
            assert_eq!(without_secrets(given), shown, "{given}");
        }
    }
}
