mod event;
mod import;
mod profile;
mod shape;

use std::borrow::Cow;
use std::fmt;

use super::{
    Authorization, Config, Destination, Encoding, Endpoint, Envelope, Host, Identity, Limits, Place as Location,
    Region, Secret, Unfit, check_key,
};
use crate::destinations::Destinations;
use crate::error::Error;
use crate::filter::{Filter, Outgoing};
use crate::record::{Record, Verb};
use crate::report::LossReason;
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;

/// Delivery to Mixpanel, under a project's token.
///
/// Events go to `/import`, which keeps events of any age and says which it rejects; properties of persons go
/// to `/engage`, those of groups to `/groups`.
///
/// ```
/// use taxogen::{Mixpanel, Region};
///
/// let mixpanel = Mixpanel::new("token").region(Region::In);
/// assert!(!format!("{mixpanel:?}").contains("token"));
/// ```
#[derive(Clone)]
#[must_use = "nothing is delivered until a client is built with it"]
pub struct Mixpanel {
    token: String,
    place: Location,
    allow: Option<Sensitivity>,
    filter: Filter,
    encoding: Encoding,
}

impl Mixpanel {
    /// Delivers to the project of this token, in the United States unless told otherwise.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            place: Location::Region(Region::Us),
            allow: None,
            filter: Filter::default(),
            encoding: Encoding::default(),
        }
    }

    /// Where the project is.
    pub fn region(mut self, region: Region) -> Self {
        self.place = Location::Region(region);
        self
    }

    /// A host of your own, or of a proxy, with its path if it has one.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.place = Location::Host(host.into());
        self
    }

    /// The most sensitive properties that Mixpanel may see, where that is less than the plan's `destinations:` say: it
    /// only narrows. What no plan speaks of, the attributes of a [`Decision`](crate::Decision) in the policy `guide`, is
    /// personal and goes there only under an explicit `.allow(Sensitivity::Personal)`.
    pub fn allow(mut self, highest: Sensitivity) -> Self {
        self.allow = Some(highest);
        self
    }

    /// Says of each record whether it goes to Mixpanel: one for which it says `false` is dropped, counted
    /// ([`DestinationReport::dropped`](crate::DestinationReport::dropped)) and no loss. It can drop and nothing else, and sees
    /// what Mixpanel may see. Of several, all have to let a record pass.
    ///
    /// It runs on the delivery thread, when a record is taken from the log, for events and for persons apart: it should be quick and
    /// should not capture. A record on which it panics is lost, counted and told
    /// ([`LossReason::HookPanicked`](crate::LossReason::HookPanicked)).
    pub fn filter(mut self, passes: impl Fn(&Outgoing<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.filter = self.filter.and(passes);
        self
    }

    /// How bodies of events are packed: with gzip unless told otherwise, where the feature `gzip` is on. Mixpanel takes
    /// gzip and nothing else, and of persons and groups nothing packed.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    pub(super) fn passing(&self) -> Filter {
        self.filter.clone()
    }

    pub(super) fn sight(&self) -> Sight {
        Sight { destination: Destinations::MIXPANEL, allow: self.allow }
    }

    pub(super) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        check_key("mixpanel", "token", &self.token)?;
        self.encoding.check("mixpanel")?;
        let host = match &self.place {
            Location::Region(Region::Us) => "https://api.mixpanel.com",
            Location::Region(Region::Eu) => "https://api-eu.mixpanel.com",
            Location::Region(Region::In) => "https://api-in.mixpanel.com",
            Location::Host(host) => host,
        };
        let host = Host::read("mixpanel", host)?;
        let sight = self.sight();
        let import = Endpoint {
            identity: Identity::new("import", &self.token, &host),
            url: host.join("/import?strict=1"),
            authorization: Authorization::Basic(self.token.clone()),
            secret: Secret::new(&self.token),
            encoding: self.encoding,
            limits: LIMITS,
            envelope: Envelope::list(),
            dialect: Box::new(import::Import::new(sight, &self.token)),
        };
        let profiles = |kind, path, dialect| Endpoint {
            identity: Identity::new(kind, &self.token, &host),
            url: host.join(path),
            authorization: Authorization::None,
            secret: Secret::new(&self.token),
            // It takes no packed bodies.
            encoding: Encoding::None,
            limits: LIMITS,
            envelope: Envelope::list(),
            dialect,
        };
        let persons = Box::new(profile::Persons::new(sight, &self.token));
        let groups = Box::new(profile::Groups::new(sight, &self.token));
        let engage = profiles("engage", "/engage?verbose=1&ip=0", persons);
        Ok(vec![import, engage, profiles("groups", "/groups?verbose=1&ip=0", groups)])
    }
}

impl From<Mixpanel> for Destination {
    fn from(mixpanel: Mixpanel) -> Self {
        Self(Config::Mixpanel(mixpanel))
    }
}

impl fmt::Debug for Mixpanel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, allow, filter, encoding, .. } = self;
        formatter
            .debug_struct("Mixpanel")
            .field("place", place)
            .field("allow", allow)
            .field("filter", filter)
            .field("encoding", encoding)
            .finish_non_exhaustive()
    }
}

/// The vendor takes 2,000 records of 1 MB each. Its documents say both 2 MiB and 10 MB for a body: the
/// smaller holds.
const LIMITS: Limits = Limits { message: 1_000_000, batch: 1_900_000, messages: 2_000 };

/// Before the id of somebody who is not known yet.
const DEVICE: &str = "$device:";

/// Ids under which Mixpanel takes nothing, because they stand for nobody in particular.
fn is_banned(distinct_id: &str) -> bool {
    const BANNED: [&str; 18] = [
        "00000000-0000-0000-0000-000000000000",
        "anon",
        "anonymous",
        "nil",
        "none",
        "null",
        "n/a",
        "na",
        "undefined",
        "unknown",
        "<nil>",
        "0",
        "-1",
        "true",
        "false",
        "[]",
        "{}",
        "",
    ];
    let distinct_id = distinct_id.trim();
    distinct_id.len() <= 36 && BANNED.iter().any(|banned| banned.eq_ignore_ascii_case(distinct_id))
}

/// Whether an anonymous id, escaped, tells somebody from others.
fn is_fit(id: &str) -> bool {
    check_device(id).is_ok()
}

/// Refuses the ids of nobody, and those that would be cut.
fn check_person(record: &Record<'_>) -> Result<(), Unfit> {
    let is_device = record.marks.is_anonymous() && record.verb != Verb::Alias;
    if is_device { check_device(record.distinct_id) } else { check_id(record.distinct_id) }
}

/// The same of an anonymous id, before which something stands.
fn check_device(id: &str) -> Result<(), Unfit> {
    check_id(id)?;
    let is_cut = id.len() + DEVICE.len() > shape::TEXT && shape::is_cut(&format!("{DEVICE}{id}"));
    if is_cut { Err(TOO_LONG) } else { Ok(()) }
}

fn check_id(id: &str) -> Result<(), Unfit> {
    if is_banned(id) {
        let detail = "mixpanel takes nothing under this id: it stands for nobody in particular".into();
        return Err(Unfit { reason: LossReason::Rejected, detail });
    }
    if shape::is_cut(id) { Err(TOO_LONG) } else { Ok(()) }
}

const TOO_LONG: Unfit = Unfit {
    reason: LossReason::TooLarge,
    detail: Cow::Borrowed("mixpanel keeps 255 bytes of an id: what is longer would be somebody else"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_has_its_host() {
        let urls = |mixpanel: Mixpanel| -> Vec<String> {
            mixpanel.endpoints().unwrap().iter().map(|endpoint| endpoint.url.to_string()).collect()
        };
        for (region, host) in [(Region::Us, "api"), (Region::Eu, "api-eu"), (Region::In, "api-in")] {
            let expected = ["import?strict=1", "engage?verbose=1&ip=0", "groups?verbose=1&ip=0"]
                .map(|path| format!("https://{host}.mixpanel.com/{path}"));
            assert_eq!(urls(Mixpanel::new("t").region(region)), expected);
        }
        assert_eq!(urls(Mixpanel::new("t").host("http://127.0.0.1:1/"))[0], "http://127.0.0.1:1/import?strict=1");
        assert_eq!(Mixpanel::new("").endpoints().err().unwrap().to_string(), "the token of mixpanel is empty");
    }

    #[test]
    fn ids_of_nobody_are_known() {
        for (id, banned) in [("NULL", true), (" n/a ", true), ("", true), ("user-1", false), ("00", false)] {
            assert_eq!(is_banned(id), banned, "{id}");
        }
    }
}
