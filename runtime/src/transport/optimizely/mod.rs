mod conversions;
mod datafile;
mod visitor;

use std::fmt;
use std::path::{Path, PathBuf};

use super::endpoint::put;
use super::{
    Authorization, Config, Destination, Encoding, Endpoint, Envelope, Host, Identity, Limits, Region, Secret, host,
};
use crate::destinations::Destinations;
use crate::error::{Error, Kind};
use crate::filter::{Filter, Outgoing};
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;
use conversions::Conversions;
use datafile::Datafile;

#[cfg(feature = "spool")]
pub(super) use datafile::EMPTY;

/// Delivery of conversions to Optimizely Feature Experimentation, by its event API.
///
/// It gets the events that the plan gives a `conversion:`
/// ([`EventSchema::converting`](crate::EventSchema::converting)) and nothing else: no profiles, groups or exposures. An
/// event is there what the project has under the event's name, or under the one that `send_as:` gives it for Optimizely;
/// one that the datafile does not have is lost, counted and told
/// ([`LossReason::NotInDatafile`](crate::LossReason::NotInDatafile)). The event's own properties become tags, those of the
/// person that it sets become attributes where the project knows them: of both, texts, numbers and booleans. Anything
/// deeper is left out and told ([`Builder::on_limit`](crate::Builder::on_limit)). Super properties do not go there.
///
/// Optimizely joins conversions with the decisions of the same visitor: the distinct id has to be the user id that was
/// decided for, and the decision has to have been sent before. It answers before it looks at what it got: in tests
/// [`strict`](Self::strict) shows what it would drop.
///
/// ```
/// use taxogen::Optimizely;
///
/// let datafile = r#"{"accountId": "8000", "projectId": "9000", "revision": "12", "region": "EU",
///     "events": [{"id": "6001", "key": "purchase_completed"}], "attributes": [{"id": "70", "key": "country"}]}"#;
/// let client = taxogen::Client::builder().to(Optimizely::new(datafile)).build()?;
/// # drop(client);
/// # Ok::<(), taxogen::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is delivered until a client is built with it"]
pub struct Optimizely {
    datafile: Source,
    host: Option<String>,
    anonymizes_ip: bool,
    strict: bool,
    allow: Option<Sensitivity>,
    filter: Filter,
}

/// Where the datafile is.
#[derive(Clone)]
enum Source {
    Text(String),
    File(PathBuf),
}

impl Optimizely {
    /// Delivers to the project of this datafile, whose text it is: the JSON that Optimizely keeps for the project's SDKs
    /// in an environment. It also says in which region the project is.
    ///
    /// It is read once, when the client is built, which fails where it cannot be used. An event that is created later
    /// needs a client with the later datafile.
    pub fn new(datafile: impl Into<String>) -> Self {
        Self::of(Source::Text(datafile.into()))
    }

    /// [`new`](Self::new) with a datafile that lies there; it is read when the client is built.
    pub fn from_file(path: impl AsRef<Path>) -> Self {
        Self::of(Source::File(path.as_ref().to_owned()))
    }

    fn of(datafile: Source) -> Self {
        Self { datafile, host: None, anonymizes_ip: true, strict: false, allow: None, filter: Filter::default() }
    }

    /// A host of your own, or of a proxy, with its path if it has one, instead of the one of the datafile's region.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Whether Optimizely is to look at a request before it answers (`X-Optimizely-Strict`): what it would drop without a
    /// word it then refuses, and the event is lost and told. For tests; it does not unless set.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether Optimizely drops the last part of the address that a request comes from, which is this server's; it does
    /// unless set.
    pub fn anonymize_ip(mut self, anonymize: bool) -> Self {
        self.anonymizes_ip = anonymize;
        self
    }

    /// The most sensitive properties that Optimizely may see, where that is less than the plan's `destinations:` say: it
    /// only narrows. The revenue and the value of a conversion are of the class of their properties, so that under
    /// `Sensitivity::Public` an `internal` revenue does not count.
    pub fn allow(mut self, highest: Sensitivity) -> Self {
        self.allow = Some(highest);
        self
    }

    /// Says of each conversion whether it goes to Optimizely: one for which it says `false` is dropped, counted
    /// ([`DestinationReport::dropped`](crate::DestinationReport::dropped)) and no loss. It can drop and nothing else, and
    /// sees what Optimizely may see. Of several, all have to let a conversion pass.
    ///
    /// It runs on the delivery thread, when a record is taken from the log: it should be quick and should not capture. A
    /// record on which it panics is lost, counted and told
    /// ([`LossReason::HookPanicked`](crate::LossReason::HookPanicked)).
    pub fn filter(mut self, passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.filter = self.filter.and(passes);
        self
    }

    pub(super) fn passing(&self) -> Filter {
        self.filter.clone()
    }

    pub(super) fn sight(&self) -> Sight {
        Sight { destination: Destinations::OPTIMIZELY, allow: self.allow }
    }

    pub(super) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        let datafile = self.datafile.read()?;
        let host = match &self.host {
            Some(host) => host,
            None if datafile.region == Region::Eu => "https://eu.logx.optimizely.com",
            None => "https://logx.optimizely.com",
        };
        let host = Host::read("optimizely", host)?;
        let project = format!("{}/{}", datafile.account, datafile.project);
        Ok(vec![Endpoint {
            identity: Identity::new("events", &project, &host),
            url: host.join("/v1/events"),
            // What the body says of the account is no secret: browsers send it.
            authorization: Authorization::None,
            secret: Secret::new(""),
            // That it takes packed bodies is written nowhere.
            encoding: Encoding::None,
            limits: LIMITS,
            envelope: Envelope::around(self.head(&datafile), b"]}"),
            dialect: Box::new(Conversions { datafile, sight: self.sight(), strict: self.strict }),
        }])
    }

    /// A body up to its visitors, in the order in which the SDKs of Optimizely write it.
    fn head(&self, Datafile { account, project, revision, .. }: &Datafile) -> Vec<u8> {
        let mut bytes = concat!("{\"client_name\":\"taxogen\",\"client_version\":\"", env!("CARGO_PKG_VERSION"))
            .as_bytes()
            .to_vec();
        put(&mut bytes, &[b"\",\"account_id\":\"", account.as_bytes(), b"\",\"project_id\":\"", project.as_bytes()]);
        put(&mut bytes, &[b"\",\"revision\":\"", revision.as_bytes(), b"\",\"anonymize_ip\":"]);
        bytes.extend_from_slice(if self.anonymizes_ip { b"true" } else { b"false" });
        // Optimizely looks up itself what was decided for a visitor before.
        bytes.extend_from_slice(b",\"enrich_decisions\":true,\"visitors\":[");
        bytes
    }
}

impl Source {
    fn read(&self) -> Result<Datafile, Error> {
        match self {
            Self::Text(text) => Datafile::read(text),
            Self::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|problem| {
                    let sentence = format!("the datafile of optimizely `{}` cannot be read: {problem}", path.display());
                    Error::new(Kind::Configuration, sentence).with_source(problem)
                })?;
                Datafile::read_file(&text)
            }
        }
    }
}

impl From<Optimizely> for Destination {
    fn from(optimizely: Optimizely) -> Self {
        Self(Config::Optimizely(optimizely))
    }
}

/// Shows where a datafile lies, and nothing of its text.
impl fmt::Debug for Optimizely {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { datafile, host, anonymizes_ip, strict, allow, filter } = self;
        let file = match datafile {
            Source::Text(_) => None,
            Source::File(path) => Some(path),
        };
        let host = host.as_deref().map(host::without_secrets);
        formatter
            .debug_struct("Optimizely")
            .field("file", &file)
            .field("host", &host)
            .field("anonymizes_ip", anonymizes_ip)
            .field("strict", strict)
            .field("allow", allow)
            .field("filter", filter)
            .finish_non_exhaustive()
    }
}

/// The vendor takes 3.5 MB a body, in which what one visitor did is joined: that only makes it smaller. Room is left for
/// the envelope; larger batches than these save nothing.
const LIMITS: Limits = Limits { message: 3_400_000, batch: 1_000_000, messages: 2_500 };

#[cfg(test)]
mod tests {
    use super::*;

    const DATAFILE: &str =
        r#"{"accountId":"1","projectId":"2","revision":"3","region":"EU","events":[],"attributes":[]}"#;

    fn url(optimizely: &Optimizely) -> String {
        optimizely.endpoints().unwrap().remove(0).url.to_string()
    }

    #[test]
    fn the_datafile_says_where_the_project_is_unless_a_host_is_given() {
        assert_eq!(url(&Optimizely::new(DATAFILE)), "https://eu.logx.optimizely.com/v1/events");
        for region in ["\"US\"", "null"] {
            let datafile = DATAFILE.replace("\"EU\"", region);
            assert_eq!(url(&Optimizely::new(datafile)), "https://logx.optimizely.com/v1/events");
        }
        let proxied = Optimizely::new(DATAFILE).host("https://proxy.example.com/o/");
        assert_eq!(url(&proxied), "https://proxy.example.com/o/v1/events");
    }

    #[test]
    fn another_project_is_another_endpoint_and_another_revision_the_same() {
        let identity = |datafile: String| Optimizely::new(datafile).endpoints().unwrap()[0].identity;
        let one = identity(DATAFILE.to_owned());
        assert_eq!(identity(DATAFILE.replace('3', "4")), one);
        for other in [DATAFILE.replace('1', "7"), DATAFILE.replace('2', "7"), DATAFILE.replace("EU", "US")] {
            assert_ne!(identity(other), one);
        }
    }

    #[test]
    fn a_head_says_whether_addresses_are_shortened() {
        let datafile = Datafile::read(DATAFILE).unwrap();
        let head = |optimizely: Optimizely| String::from_utf8(optimizely.head(&datafile)).unwrap();
        assert!(head(Optimizely::new("")).contains(",\"anonymize_ip\":true,"));
        assert!(head(Optimizely::new("").anonymize_ip(false)).contains(",\"anonymize_ip\":false,"));
    }

    #[test]
    fn debug_shows_no_datafile() {
        let shown = format!("{:?}", Optimizely::new("hidden").host("http://user:hidden@h").strict(true));
        assert!(!shown.contains("hidden") && shown.contains("strict: true"), "{shown}");
        assert!(format!("{:?}", Optimizely::from_file("o.json")).contains("o.json"));
    }
}
