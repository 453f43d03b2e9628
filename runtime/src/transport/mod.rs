//! The vendors: where each takes messages, how a record looks there, and what its answers mean.

mod attempt;
mod batch;
mod encoding;
mod endpoint;
mod host;
mod identity;
mod outcome;
mod secret;

#[cfg(feature = "mixpanel")]
mod mixpanel;
#[cfg(feature = "optimizely")]
mod optimizely;
#[cfg(feature = "posthog")]
mod posthog;
#[cfg(feature = "segment")]
mod segment;

pub(crate) use attempt::Attempt;
pub(crate) use batch::{Batch, Fit};
#[cfg(any(feature = "posthog", feature = "segment"))]
pub(crate) use endpoint::Moment;
pub(crate) use endpoint::{Authorization, Dialect, Endpoint, Envelope, Limits, Messages, Share, Unfit};
pub(crate) use host::Host;
pub(crate) use identity::Identity;
#[cfg(any(feature = "mixpanel", feature = "posthog"))]
pub(crate) use outcome::Rejection;
pub(crate) use outcome::{Answer, Outcome, Partly};
pub(crate) use secret::Secret;

pub use encoding::Encoding;

#[cfg(feature = "mixpanel")]
pub use mixpanel::Mixpanel;
#[cfg(feature = "optimizely")]
pub use optimizely::Optimizely;
#[cfg(feature = "posthog")]
pub(crate) use posthog::Project;

#[cfg(feature = "posthog")]
pub use posthog::{PostHog, PostHogApi};
#[cfg(feature = "segment")]
pub use segment::Segment;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind};
use crate::filter::Filter;
use crate::sight::Sight;

/// A vendor to deliver to: made from [`PostHog`], [`Segment`], [`Mixpanel`] or [`Optimizely`].
#[derive(Clone)]
pub struct Destination(pub(crate) Config);

#[derive(Clone, Debug)]
pub(crate) enum Config {
    #[cfg(feature = "posthog")]
    PostHog(PostHog),
    #[cfg(feature = "segment")]
    Segment(Segment),
    #[cfg(feature = "mixpanel")]
    Mixpanel(Mixpanel),
    #[cfg(feature = "optimizely")]
    Optimizely(Optimizely),
}

impl Destination {
    pub(crate) fn name(&self) -> &'static str {
        match &self.0 {
            #[cfg(feature = "posthog")]
            Config::PostHog(_) => "posthog",
            #[cfg(feature = "segment")]
            Config::Segment(_) => "segment",
            #[cfg(feature = "mixpanel")]
            Config::Mixpanel(_) => "mixpanel",
            #[cfg(feature = "optimizely")]
            Config::Optimizely(_) => "optimizely",
        }
    }

    /// Of which kind it is, and what the client narrows its sight to.
    pub(crate) fn sight(&self) -> Sight {
        match &self.0 {
            #[cfg(feature = "posthog")]
            Config::PostHog(posthog) => posthog.sight(),
            #[cfg(feature = "segment")]
            Config::Segment(segment) => segment.sight(),
            #[cfg(feature = "mixpanel")]
            Config::Mixpanel(mixpanel) => mixpanel.sight(),
            #[cfg(feature = "optimizely")]
            Config::Optimizely(optimizely) => optimizely.sight(),
        }
    }

    /// What it lets pass of what it may see.
    pub(crate) fn passing(&self) -> Filter {
        match &self.0 {
            #[cfg(feature = "posthog")]
            Config::PostHog(posthog) => posthog.passing(),
            #[cfg(feature = "segment")]
            Config::Segment(segment) => segment.passing(),
            #[cfg(feature = "mixpanel")]
            Config::Mixpanel(mixpanel) => mixpanel.passing(),
            #[cfg(feature = "optimizely")]
            Config::Optimizely(optimizely) => optimizely.passing(),
        }
    }

    /// The PostHog project, where it is one.
    #[cfg(feature = "posthog")]
    #[cfg_attr(
        not(any(feature = "segment", feature = "mixpanel", feature = "optimizely")),
        expect(clippy::unnecessary_wraps, reason = "there are other destinations")
    )]
    pub(crate) fn posthog(&self) -> Option<Result<Project, Error>> {
        match &self.0 {
            Config::PostHog(posthog) => Some(posthog.project()),
            #[cfg(any(feature = "segment", feature = "mixpanel", feature = "optimizely"))]
            _ => None,
        }
    }

    /// Where messages for this destination go; one lane reads the log for each.
    pub(crate) fn endpoints(&self) -> Result<Vec<Endpoint>, Error> {
        match &self.0 {
            #[cfg(feature = "posthog")]
            Config::PostHog(posthog) => posthog.endpoints(),
            #[cfg(feature = "segment")]
            Config::Segment(segment) => segment.endpoints(),
            #[cfg(feature = "mixpanel")]
            Config::Mixpanel(mixpanel) => mixpanel.endpoints(),
            #[cfg(feature = "optimizely")]
            Config::Optimizely(optimizely) => optimizely.endpoints(),
        }
    }
}

/// An endpoint of this kind of a destination that the client does not have: it says what would go there.
#[cfg(feature = "spool")]
pub(crate) fn stand_in(name: &str, kind: &str) -> Option<Endpoint> {
    let destination = match name {
        #[cfg(feature = "posthog")]
        "posthog" => {
            let posthog = PostHog::new("phc_stand_in").historical_migration(kind == posthog::HISTORY);
            Destination(Config::PostHog(posthog))
        }
        #[cfg(feature = "segment")]
        "segment" => Destination(Config::Segment(Segment::new("stand_in"))),
        #[cfg(feature = "mixpanel")]
        "mixpanel" => Destination(Config::Mixpanel(Mixpanel::new("stand_in"))),
        #[cfg(feature = "optimizely")]
        "optimizely" => Destination(Config::Optimizely(Optimizely::new(optimizely::EMPTY))),
        _ => return None,
    };
    destination.endpoints().ok()?.into_iter().find(|endpoint| endpoint.identity.kind == kind)
}

impl fmt::Debug for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a vendor keeps the data of a project; as text `us`, `eu` or `in`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// The United States.
    #[default]
    Us,
    /// The European Union.
    Eu,
    /// India; Mixpanel alone is there.
    In,
}

impl Region {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::In => "in",
        }
    }
}

/// Reads `us`, `eu` or `in`, in whatever case.
impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut regions = [Self::Us, Self::Eu, Self::In].into_iter();
        regions.find(|region| text.eq_ignore_ascii_case(region.name())).ok_or_else(|| {
            Error::new(Kind::Configuration, format!("there is no region `{text}`: it has to be `us`, `eu` or `in`"))
        })
    }
}

/// A region, or a host of one's own.
#[derive(Clone)]
pub(crate) enum Place {
    Region(Region),
    /// As it was given: it may hold a password.
    Host(String),
}

impl fmt::Debug for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region) => formatter.debug_tuple("Region").field(region).finish(),
            Self::Host(host) => formatter.debug_tuple("Host").field(&host::without_secrets(host)).finish(),
        }
    }
}

impl Place {
    pub(crate) fn no_such_region(vendor: &str, region: Region) -> Error {
        Error::new(Kind::Configuration, format!("{vendor} has no region `{}`", region.name()))
    }
}

/// What is in no key: it was copied with its quotes, or is an address. Of basic authentication a colon ends the user.
const FOREIGN: &[u8] = b"\"'\\:<>";

/// Checks a key; the message names the destination and never the key.
pub(crate) fn check_key(vendor: &str, what: &str, key: &str) -> Result<(), Error> {
    let problem = if key.trim().is_empty() {
        "is empty"
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic() && !FOREIGN.contains(&byte)) {
        "holds spaces or other characters that no key has"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Configuration, format!("the {what} of {vendor} {problem}")))
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "spool")]
    #[test]
    fn every_endpoint_that_a_client_may_have_had_has_a_stand_in() {
        let lanes: &[(&str, &[&str])] = &[
            #[cfg(feature = "posthog")]
            ("posthog", &["batch", "history"]),
            #[cfg(feature = "segment")]
            ("segment", &["batch"]),
            #[cfg(feature = "mixpanel")]
            ("mixpanel", &["import", "engage", "groups"]),
            #[cfg(feature = "optimizely")]
            ("optimizely", &["events"]),
        ];
        for (name, kinds) in lanes {
            for kind in *kinds {
                assert!(super::stand_in(name, kind).is_some(), "{name} {kind}");
            }
            assert!(super::stand_in(name, "unknown").is_none());
        }
        assert!(super::stand_in("nobody", "batch").is_none());
    }
}
