mod ids;
mod page;

use std::fmt;

use super::endpoint::put;
use super::{
    Answer, Authorization, Batch, Config, Destination, Dialect, Encoding, Endpoint, Envelope, Host, Identity, Limits,
    Messages, Moment, Outcome, Place as Location, Region, Secret, Share, Unfit, check_key,
};
use crate::destinations::Destinations;
use crate::error::{Error, Kind};
use crate::filter::{Filter, Outgoing};
use crate::json;
use crate::limited::Limit;
use crate::record::{Mark, Place, Record, Verb};
use crate::report::LossReason;
use crate::sensitivity::Sensitivity;
use crate::sight::Sight;

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
}

/// What questions to PostHog's other endpoints need.
#[derive(Clone)]
pub(crate) struct Project {
    pub(crate) host: Host,
    /// Goes into bodies, and into no message.
    pub(crate) key: String,
}

impl PostHog {
    /// Delivers to the project of this key, in the United States unless told otherwise.
    pub fn new(key: impl Into<String>) -> Self {
        let place = Location::Region(Region::Us);
        Self { key: key.into(), place, allow: None, filter: Filter::default(), geoip: false }
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
    /// only narrows. What no plan speaks of, the attributes of a [`Decision`](crate::Decision), is personal and goes
    /// there only under an explicit `.allow(Sensitivity::Personal)`.
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

    pub(crate) fn project(&self) -> Result<Project, Error> {
        self.check_key()?;
        Ok(Project { host: self.base()?, key: self.key.clone() })
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

    pub(super) fn passing(&self) -> Filter {
        self.filter.clone()
    }

    pub(super) fn sight(&self) -> Sight {
        Sight { destination: Destinations::POSTHOG, allow: self.allow }
    }

    pub(super) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        let Project { host, key } = self.project()?;
        let mut head = b"{\"api_key\":".to_vec();
        json::write_string(&mut head, &key);
        head.extend_from_slice(b",\"sent_at\":\"");
        let sight = self.sight();
        Ok(vec![Endpoint {
            identity: Identity::new("batch", &self.key, &host),
            url: host.join("/batch/"),
            authorization: Authorization::None,
            secret: Secret::new(&self.key),
            encoding: Encoding::default(),
            limits: LIMITS,
            envelope: Envelope::with_time(head, Moment::SentAt, b"\",\"batch\":[", b"]}"),
            dialect: Box::new(Batches { sight, library: library(), geoip: self.geoip }),
        }])
    }
}

impl From<PostHog> for Destination {
    fn from(posthog: PostHog) -> Self {
        Self(Config::PostHog(posthog))
    }
}

impl fmt::Debug for PostHog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, allow, filter, geoip, .. } = self;
        let mut fields = formatter.debug_struct("PostHog");
        fields
            .field("place", place)
            .field("allow", allow)
            .field("filter", filter)
            .field("geoip", geoip)
            .finish_non_exhaustive()
    }
}

/// The vendor takes 20 MiB on the wire, and 1,000,000 bytes an event. Larger batches than these save nothing.
const LIMITS: Limits = Limits { message: 1_000_000, batch: 1_000_000, messages: 2_500 };

/// Properties of every event, which an event of the same names overrides.
fn library() -> &'static [u8] {
    const LIBRARY: &str =
        concat!("{\"$lib\":\"taxogen\",\"$lib_version\":\"", env!("CARGO_PKG_VERSION"), "\",\"$is_server\":true");
    LIBRARY.as_bytes()
}

/// `/batch/`, version 0.
struct Batches {
    sight: Sight,
    library: &'static [u8],
    /// Whether PostHog may guess places, where an event does not say.
    geoip: bool,
}

impl Dialect for Batches {
    fn share(&self, record: &Record<'_>) -> Share {
        let of_person = [Place::Set, Place::SetOnce, Place::Unset];
        let empty = matches!(record.verb, Verb::Set | Verb::Unset)
            && !of_person.iter().any(|place| self.sight.has(record, *place));
        if empty || !self.sight.sees(record) { Share::Nothing } else { Share::Whole }
    }

    fn encode(&self, record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
        check_ids(record, messages)?;
        messages.add(|bytes| {
            let (id, time) = (record.id.to_text(), record.time.to_rfc3339());
            put(bytes, &[b"{\"uuid\":\"", &id, b"\",\"timestamp\":\"", &time]);
            put(bytes, &[b"\",\"event\":\"", event(record).as_bytes(), b"\",\"distinct_id\":\""]);
            write_distinct_id(record, bytes);
            put(bytes, &[b"\",\"properties\":", self.library]);
            self.write_options(record, bytes);
            self.write_properties(record, bytes);
            bytes.extend_from_slice(b"}}");
        });
        Ok(())
    }

    fn outcome(&self, answer: &Answer<'_>, _: &Batch) -> Outcome {
        // One bad event spoils the batch.
        if answer.status == 400 {
            return Outcome::Split(LossReason::Refused, answer.explain());
        }
        if let Some(outcome) = answer.by_status() {
            return outcome;
        }
        if answer.is_hollow() {
            return Outcome::RetryAfter(None);
        }
        // The body of a success has many forms, and none of them matters but these two.
        let body = answer.json().unwrap_or_default();
        let limited = body["quota_limited"].as_array().is_some_and(|of| of.iter().any(|what| what == "events"));
        if limited {
            return Outcome::Refused("over the quota of the project: posthog answered 200 and took nothing".to_owned());
        }
        let error = body.get("error").is_some_and(|error| !error.is_null()) || body["status"] == 0;
        if error { Outcome::RetryAfter(None) } else { Outcome::Delivered }
    }
}

impl Batches {
    fn write_properties(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        match record.verb {
            Verb::Group => {
                let (kind, key) = (record.group_type.as_bytes(), record.second_id.as_bytes());
                put(bytes, &[b",\"$group_type\":\"", kind, b"\",\"$group_key\":\"", key, b"\",\"$group_set\":"]);
                self.sight.object(record, &[Place::Event], bytes);
            }
            Verb::Alias => {
                let (previous, known) = (record.second_id.as_bytes(), record.distinct_id.as_bytes());
                put(bytes, &[b",\"distinct_id\":\"", previous, b"\",\"alias\":\"", known, b"\""]);
            }
            Verb::Capture | Verb::Page | Verb::Screen | Verb::Identify | Verb::Set | Verb::Unset => {
                write_groups(record, bytes);
                match record.verb {
                    Verb::Page => page::write_page(self.sight, record, bytes),
                    Verb::Screen => page::write_screen(self.sight, record, bytes),
                    Verb::Identify if !record.anonymous_id.is_empty() && ids::joins(record.anonymous_id) => {
                        put(bytes, &[b",\"$anon_distinct_id\":\"", record.anonymous_id.as_bytes(), b"\""]);
                    }
                    _ => self.sight.copy(record, Place::Event, bytes),
                }
                self.write_person(record, bytes);
            }
        }
    }

    fn write_person(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        for (place, name) in [(Place::Set, b",\"$set\":".as_slice()), (Place::SetOnce, b",\"$set_once\":")] {
            if self.sight.has(record, place) {
                bytes.extend_from_slice(name);
                self.sight.object(record, &[place], bytes);
            }
        }
        if record.verb == Verb::Unset {
            bytes.extend_from_slice(b",\"$unset\":");
            self.sight.names(record, Place::Unset, bytes);
        }
    }

    /// What was asked for this event, or for all.
    fn write_options(&self, record: &Record<'_>, bytes: &mut Vec<u8>) {
        if record.marks.get(Mark::WithoutGeoip).unwrap_or(!self.geoip) {
            bytes.extend_from_slice(b",\"$geoip_disable\":true");
        }
        if let Some(process) = record.marks.get(Mark::PersonProfile) {
            put(bytes, &[b",\"$process_person_profile\":", if process { b"true" } else { b"false" }]);
        }
        if record.marks.get(Mark::IgnoreSentAt) == Some(true) {
            bytes.extend_from_slice(b",\"$ignore_sent_at\":true");
        }
    }
}

/// Refuses a record whose ids PostHog does not take, and tells where it takes one and merges nobody by it.
fn check_ids(record: &Record<'_>, messages: &mut Messages<'_>) -> Result<(), Unfit> {
    let previous = if record.verb == Verb::Alias { record.second_id } else { "" };
    if ids::is_long(record.distinct_id) || ids::is_long(previous) {
        return Err(ids::TOO_LONG);
    }
    let is_nobody = ids::is_nobody(record.distinct_id);
    match record.verb {
        Verb::Alias if is_nobody || ids::is_nobody(previous) => return Err(ids::NOBODYS),
        // Its distinct id is the group's.
        Verb::Group => {}
        Verb::Identify if !record.anonymous_id.is_empty() && !ids::joins(record.anonymous_id) => {
            messages.limited("$anon_distinct_id", Limit::Id);
        }
        _ if is_nobody => messages.limited("distinct_id", Limit::Id),
        _ => {}
    }
    Ok(())
}

fn event<'a>(record: &Record<'a>) -> &'a str {
    match record.verb {
        Verb::Capture => record.name_at(Destinations::POSTHOG),
        Verb::Page => "$pageview",
        Verb::Screen => "$screen",
        // An anonymous id that was identified is merged with no other any more.
        Verb::Identify if !record.marks.is_anonymous() => "$identify",
        Verb::Identify | Verb::Set | Verb::Unset => "$set",
        Verb::Group => "$groupidentify",
        Verb::Alias => "$create_alias",
    }
}

fn write_distinct_id(record: &Record<'_>, bytes: &mut Vec<u8>) {
    match record.verb {
        Verb::Group => put(bytes, &[b"$", record.group_type.as_bytes(), b"_", record.second_id.as_bytes()]),
        Verb::Alias => bytes.extend_from_slice(record.second_id.as_bytes()),
        _ => bytes.extend_from_slice(record.distinct_id.as_bytes()),
    }
}

fn write_groups(record: &Record<'_>, bytes: &mut Vec<u8>) {
    let mut before: &[u8] = b",\"$groups\":{\"";
    for (kind, key) in record.groups() {
        put(bytes, &[before, kind.as_bytes(), b"\":\"", key.as_bytes(), b"\""]);
        before = b",\"";
    }
    if before.len() == 2 {
        bytes.push(b'}');
    }
}

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
        ] {
            assert_eq!(PostHog::new(key).endpoints().err().unwrap().to_string(), sentence);
        }
        let region = PostHog::new("phc_x").region(Region::In).endpoints().err().unwrap();
        assert_eq!(region.to_string(), "posthog has no region `in`");
    }

    #[test]
    fn answers_are_judged_by_status_first() {
        let sight = Sight { destination: Destinations::POSTHOG, allow: None };
        let batches = Batches { sight, library: library(), geoip: false };
        let quota = "over the quota of the project: posthog answered 200 and took nothing";
        for (status, body, outcome) in [
            (200, "{\"status\":1}", Outcome::Delivered),
            (200, "{\"status\":\"Ok\"}", Outcome::Delivered),
            (200, "1", Outcome::Delivered),
            (204, "", Outcome::Delivered),
            (200, "{\"status\":1,\"quota_limited\":[\"recordings\"]}", Outcome::Delivered),
            (200, "{\"status\":1,\"quota_limited\":[\"events\"]}", Outcome::Refused(quota.to_owned())),
            (200, "", Outcome::RetryAfter(None)),
            (200, " <html>maintenance</html>", Outcome::RetryAfter(None)),
            (200, "{\"error\":\"queue\"}", Outcome::RetryAfter(None)),
            (200, "{\"status\":0}", Outcome::RetryAfter(None)),
            (400, "no `event`", Outcome::Split(LossReason::Refused, "status 400: no `event`".to_owned())),
            (401, "bad key", Outcome::Unauthorized("status 401: bad key".to_owned())),
            (503, "", Outcome::RetryAfter(None)),
        ] {
            let answer = Answer { status, retry_after: None, body: body.as_bytes() };
            assert_eq!(batches.outcome(&answer, &Batch::default()), outcome, "{status} {body}");
        }
    }
}
