mod api;
mod batches;
mod event;
mod events;
mod ids;
mod options;
mod page;
mod results;

use std::fmt;

use reqwest::header::HeaderValue;

use super::{
    Authorization, Config, Destination, Encoding, Endpoint, Envelope, Host, Identity, Limits, Moment,
    Place as Location, Region, Secret, check_key,
};
use crate::destinations::Destinations;
use crate::error::{Error, Kind};
use crate::filter::{Filter, Outgoing};
use crate::json;
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;
use batches::Batches;
use event::EventWriter;
use events::Events;

pub use api::PostHogApi;

/// Delivery to PostHog, under a project's key, which begins with `phc_`.
///
/// ```
/// use taxogen::{PostHog, Region, Sensitivity};
///
/// let posthog = PostHog::new("phc_key").region(Region::Eu).allow(Sensitivity::Personal);
/// assert!(!format!("{posthog:?}").contains("phc_key"));
/// ```
#[derive(Clone)]
#[must_use = "nothing is delivered until a client is built with it"]
pub struct PostHog {
    key: String,
    place: Location,
    allow: Option<Sensitivity>,
    filter: Filter,
    geoip: bool,
    api: PostHogApi,
    encoding: Encoding,
    historical: bool,
}

/// What questions to PostHog's other endpoints need.
#[derive(Clone)]
pub(crate) struct Project {
    pub(crate) host: Host,
    /// Goes into bodies, and into no message.
    pub(crate) key: String,
    /// What a question may say of somebody.
    pub(crate) sight: Sight,
    /// Whether PostHog may guess a place from the address of this server.
    pub(crate) geoip: bool,
}

impl PostHog {
    /// Delivers to the project of this key, in the United States unless told otherwise.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            place: Location::Region(Region::Us),
            allow: None,
            filter: Filter::default(),
            geoip: false,
            api: PostHogApi::default(),
            encoding: Encoding::default(),
            historical: false,
        }
    }

    /// Where the project is.
    pub fn region(mut self, region: Region) -> Self {
        self.place = Location::Region(region);
        self
    }

    /// A host of your own, or of a proxy, with its path if it has one. The addresses of PostHog's app,
    /// `app.posthog.com`, `us.posthog.com` and `eu.posthog.com`, stand for the hosts that take events.
    ///
    /// Plain http is for hosts of your own; it sends the key and the events unencrypted.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.place = Location::Host(host.into());
        self
    }

    /// The most sensitive properties that PostHog may see, where that is less than the plan's `destinations:` say: it
    /// only narrows. What no plan speaks of, the attributes of a [`Decision`](crate::Decision) in the policy `guide`, is
    /// personal and goes there only under an explicit `.allow(Sensitivity::Personal)`.
    pub fn allow(mut self, highest: Sensitivity) -> Self {
        self.allow = Some(highest);
        self
    }

    /// Says of each record whether it goes to PostHog: one for which it says `false` is dropped, counted
    /// ([`DestinationReport::dropped`](crate::DestinationReport::dropped)) and no loss. It can drop and nothing else, and sees
    /// what PostHog may see. Of several, all have to let a record pass.
    ///
    /// It runs on the delivery thread, when a record is taken from the log: it should be quick and
    /// should not capture. A record on which it panics is lost, counted and told
    /// ([`LossReason::HookPanicked`](crate::LossReason::HookPanicked)).
    pub fn filter(mut self, passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.filter = self.filter.and(passes);
        self
    }

    /// Whether PostHog may guess a person's place from the address of this server; it may not unless set.
    pub fn geoip(mut self, guess: bool) -> Self {
        self.geoip = guess;
        self
    }

    /// Which endpoint takes the events: `/batch/` unless told otherwise.
    ///
    /// ```
    /// use taxogen::{PostHog, PostHogApi};
    ///
    /// let posthog = PostHog::new("phc_key").api(PostHogApi::V1);
    /// ```
    pub fn api(mut self, api: PostHogApi) -> Self {
        self.api = api;
        self
    }

    /// How bodies are packed: with gzip unless told otherwise, where the feature `gzip` is on. [`PostHogApi::V0`] takes
    /// gzip and nothing else, [`PostHogApi::V1`] every encoding.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Whether the events are old ones that are brought over from elsewhere. PostHog then takes them on a slower way of
    /// their own, beside those of today; for a client that sends both, use one client for each.
    pub fn historical_migration(mut self, historical: bool) -> Self {
        self.historical = historical;
        self
    }

    pub(crate) fn project(&self) -> Result<Project, Error> {
        self.check_key()?;
        Ok(Project { host: self.base()?, key: self.key.clone(), sight: self.sight(), geoip: self.geoip })
    }

    /// The host that takes events and answers for flags.
    fn base(&self) -> Result<Host, Error> {
        let given = match &self.place {
            Location::Region(Region::Us) => "https://us.i.posthog.com",
            Location::Region(Region::Eu) => "https://eu.i.posthog.com",
            Location::Region(region) => return Err(Location::no_such_region("posthog", *region)),
            Location::Host(host) => host,
        };
        let host = Host::read("posthog", given)?;
        Ok(match host.domain() {
            "app.posthog.com" | "us.posthog.com" => host.with_domain("us.i.posthog.com"),
            "eu.posthog.com" => host.with_domain("eu.i.posthog.com"),
            _ => host,
        })
    }

    /// Refuses keys that are no project keys, and says which kind they are.
    fn check_key(&self) -> Result<(), Error> {
        let kind = match self.key.get(..4) {
            Some("phx_") => "a personal API key (`phx_`)",
            Some("phs_") => "a secret key (`phs_`)",
            _ => return check_key("posthog", "key", &self.key),
        };
        let sentence = format!(
            "the key of posthog is {kind}, which can read and change the project: use the project's API key, `phc_`"
        );
        Err(Error::new(Kind::Configuration, sentence))
    }

    /// Refuses an encoding that the endpoint does not take.
    pub(crate) fn check_encoding(&self) -> Result<(), Error> {
        if self.api == PostHogApi::V1 || self.encoding.is_known_to_all() {
            return Ok(());
        }
        let name = self.encoding.name().unwrap_or_default();
        let sentence =
            format!("posthog's `/batch/` takes no bodies in `{name}`: use `gzip`, or version 1 (`PostHogApi::V1`)");
        Err(Error::new(Kind::Configuration, sentence))
    }

    pub(super) fn passing(&self) -> Filter {
        self.filter.clone()
    }

    pub(super) fn sight(&self) -> Sight {
        Sight { destination: Destinations::POSTHOG, allow: self.allow }
    }

    pub(super) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        let Project { host, key, .. } = self.project()?;
        self.check_encoding()?;
        Ok(vec![match self.api {
            PostHogApi::V0 => self.batches(&host, &key),
            PostHogApi::V1 => self.events(&host, &key)?,
        }])
    }

    /// The same for both versions, so that who changes from one to the other takes along what is not delivered.
    fn identity(&self, host: &Host) -> Identity {
        Identity::new(if self.historical { HISTORY } else { "batch" }, &self.key, host)
    }

    /// `/batch/`, version 0.
    fn batches(&self, host: &Host, key: &str) -> Endpoint {
        let mut head = b"{\"api_key\":".to_vec();
        json::write_string(&mut head, key);
        head.extend_from_slice(if self.historical { b",\"historical_migration\":true" } else { b"" });
        head.extend_from_slice(b",\"sent_at\":\"");
        Endpoint {
            identity: self.identity(host),
            url: host.join("/batch/"),
            authorization: Authorization::None,
            secret: Secret::new(key),
            encoding: self.encoding,
            limits: LIMITS,
            envelope: Envelope::with_time(head, Moment::SentAt, b"\",\"batch\":[", b"]}"),
            dialect: Box::new(Batches(self.writer(event::LIBRARY))),
        }
    }

    fn writer(&self, library: &'static str) -> EventWriter {
        EventWriter { sight: self.sight(), library, geoip: self.geoip }
    }

    /// `/i/v1/analytics/events`, version 1.
    fn events(&self, host: &Host, key: &str) -> Result<Endpoint, Error> {
        let unusable = |problem| {
            Error::new(Kind::Configuration, "the key of posthog cannot stand in a header").with_source(problem)
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {key}")).map_err(unusable)?;
        bearer.set_sensitive(true);
        let open: &[u8] =
            if self.historical { b"\",\"historical_migration\":true,\"batch\":[" } else { b"\",\"batch\":[" };
        Ok(Endpoint {
            identity: self.identity(host),
            url: host.join("/i/v1/analytics/events"),
            authorization: Authorization::Bearer(bearer),
            secret: Secret::new(key),
            encoding: self.encoding,
            limits: LIMITS,
            envelope: Envelope::with_time(b"{\"created_at\":\"".to_vec(), Moment::CreatedAt, open, b"]}"),
            dialect: Box::new(Events(self.writer(event::WITHOUT_LIBRARY))),
        })
    }
}

impl From<PostHog> for Destination {
    fn from(posthog: PostHog) -> Self {
        Self(Config::PostHog(posthog))
    }
}

impl fmt::Debug for PostHog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _, place, allow, filter, geoip, api, encoding, historical } = self;
        let mut fields = formatter.debug_struct("PostHog");
        fields
            .field("place", place)
            .field("allow", allow)
            .field("filter", filter)
            .field("geoip", geoip)
            .field("api", api)
            .field("encoding", encoding)
            .field("historical_migration", historical)
            .finish_non_exhaustive()
    }
}

/// The kind of an endpoint for what is brought over from elsewhere.
pub(super) const HISTORY: &str = "history";

/// The vendor takes 20 MiB on the wire, and 1,000,000 bytes an event. Larger batches than these save nothing.
const LIMITS: Limits = Limits { message: 1_000_000, batch: 1_000_000, messages: 2_500 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_app_stand_for_the_hosts_that_take_events() {
        for (given, url) in [
            ("https://app.posthog.com", "https://us.i.posthog.com/batch/"),
            ("https://us.posthog.com/", "https://us.i.posthog.com/batch/"),
            ("eu.posthog.com", "https://eu.i.posthog.com/batch/"),
            ("https://eu.i.posthog.com", "https://eu.i.posthog.com/batch/"),
            ("https://ph.example.com", "https://ph.example.com/batch/"),
        ] {
            let endpoints = PostHog::new("phc_x").host(given).endpoints().unwrap();
            assert_eq!(endpoints[0].url.as_str(), url, "{given}");
        }
        assert_eq!(
            PostHog::new("phc_x").region(Region::Eu).base().unwrap().join("/flags/?v=2").as_str(),
            "https://eu.i.posthog.com/flags/?v=2"
        );
    }

    #[test]
    fn each_version_has_its_path_its_headers_and_its_encodings() {
        let posthog = PostHog::new("phc_x").region(Region::Eu);
        let endpoint = posthog.clone().api(PostHogApi::V1).endpoints().unwrap().remove(0);
        assert_eq!(endpoint.url.as_str(), "https://eu.i.posthog.com/i/v1/analytics/events");
        let Authorization::Bearer(bearer) = endpoint.authorization else { panic!("a key") };
        assert!(bearer == "Bearer phc_x" && bearer.is_sensitive());
        assert_eq!(endpoint.identity, posthog.endpoints().unwrap()[0].identity);
        for name in ["none", "gzip", "deflate", "br", "zstd"] {
            let Ok(encoding) = name.parse() else { continue };
            let posthog = posthog.clone().encoding(encoding);
            assert_eq!(posthog.clone().api(PostHogApi::V1).endpoints().unwrap()[0].encoding, encoding);
            let told = posthog.endpoints().err().map(|error| error.to_string());
            let expected =
                format!("posthog's `/batch/` takes no bodies in `{name}`: use `gzip`, or version 1 (`PostHogApi::V1`)");
            assert_eq!(told, (name != "none" && name != "gzip").then_some(expected));
        }
    }

    #[test]
    fn keys_of_another_kind_are_refused_by_name() {
        for (key, sentence) in [
            (
                "phx_abc",
                "the key of posthog is a personal API key (`phx_`), which can read and change the project: use the \
                 project's API key, `phc_`",
            ),
            (
                "phs_abc",
                "the key of posthog is a secret key (`phs_`), which can read and change the project: use the \
                 project's API key, `phc_`",
            ),
            ("", "the key of posthog is empty"),
            ("phc_a b", "the key of posthog holds spaces or other characters that no key has"),
            ("\"phc_ab\"", "the key of posthog holds spaces or other characters that no key has"),
            ("https://eu.i.posthog.com", "the key of posthog holds spaces or other characters that no key has"),
        ] {
            assert_eq!(PostHog::new(key).endpoints().err().unwrap().to_string(), sentence);
        }
        let region = PostHog::new("phc_x").region(Region::In).endpoints().err().unwrap();
        assert_eq!(region.to_string(), "posthog has no region `in`");
    }
}
