//! Settings from environment variables.

use std::ffi::OsString;
#[cfg(feature = "posthog")]
use std::str::FromStr;
use std::sync::Once;

use super::{Builder, Client};
use crate::definitions::LocalFlags;
use crate::error::{Error, Kind};
use crate::flag::EnvironmentFlags;
use crate::hash_key::{HashKey, KeySource};
#[cfg(feature = "mixpanel")]
use crate::transport::Mixpanel;
#[cfg(feature = "optimizely")]
use crate::transport::Optimizely;
#[cfg(feature = "posthog")]
use crate::transport::PostHog;
#[cfg(feature = "segment")]
use crate::transport::Segment;
use crate::transport::{Destination, Host, Place, Region};

impl Client {
    /// A client of the environment's settings.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `POSTHOG_API_KEY` | the project's key, `phc_…`: deliver to PostHog |
    /// | `POSTHOG_REGION` | `us` or `eu`; `us` unless set |
    /// | `POSTHOG_HOST` | a host instead of a region, as [`PostHog::host`] |
    /// | `POSTHOG_API` | `v0` or `v1`, as [`PostHogApi`](crate::PostHogApi); `v0` unless set |
    /// | `POSTHOG_PERSONAL_API_KEY` | a key for [`LocalFlags::polled`](crate::LocalFlags::polled), `phx_…` or `phs_…`: decide flags in this process |
    /// | `POSTHOG_ENCODING` | `none`, `gzip`, `deflate`, `br` or `zstd`, as [`Encoding`](crate::Encoding) |
    /// | `SEGMENT_WRITE_KEY` | the source's write key: deliver to Segment |
    /// | `SEGMENT_REGION` | `us` or `eu`; `us` unless set |
    /// | `SEGMENT_HOST` | a host instead of a region, as [`Segment::host`](crate::Segment::host) |
    /// | `MIXPANEL_TOKEN` | the project's token: deliver to Mixpanel |
    /// | `MIXPANEL_REGION` | `us`, `eu` or `in`; `us` unless set |
    /// | `MIXPANEL_HOST` | a host instead of a region, as [`Mixpanel::host`](crate::Mixpanel::host) |
    /// | `OPTIMIZELY_DATAFILE` | the path of a project's datafile, as [`Optimizely::from_file`](crate::Optimizely::from_file): deliver conversions to Optimizely |
    /// | `OPTIMIZELY_HOST` | a host instead of that of the datafile's region, as [`Optimizely::host`](crate::Optimizely::host) |
    /// | `TAXOGEN_HASH_KEY` | the key of [`Builder::hash_key`] |
    /// | `TAXOGEN_STAMP_PLAN` | `true` or `1`: [`Builder::stamp_plan`] |
    /// | `TAXOGEN_DISABLED` | `true` or `1`: deliver nowhere, whatever else is set |
    /// | `TAXOGEN_FLAG_<KEY>` | the value of a flag, as [`EnvironmentFlags`] reads it; also of a client that is disabled |
    ///
    /// Where no key is set the client delivers nowhere, and says so once on stderr.
    ///
    /// # Errors
    ///
    /// When a variable is set and cannot be used: it is named, its value is not if it is a key. Further as
    /// [`Builder::build`].
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().with_env()?.build_or_say()
    }

    /// [`from_env`](Self::from_env) with variables from elsewhere, for tests. They are asked for by name: flags are read
    /// from none.
    ///
    /// ```
    /// let error = taxogen::Client::from_env_with(|name| (name == "SEGMENT_WRITE_KEY").then(Default::default));
    /// assert_eq!(error.unwrap_err().to_string(), "`SEGMENT_WRITE_KEY` is empty: give it a value, or unset it");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_env_with(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        Self::builder().with_env_from(variable)?.build_or_say()
    }
}

impl Builder {
    /// Adds what the environment says, as [`Client::from_env`] reads it.
    ///
    /// # Errors
    ///
    /// When a variable is set and cannot be used.
    pub fn with_env(self) -> Result<Self, Error> {
        let builder = self.with_env_from(|name| std::env::var_os(name))?;
        let flags = EnvironmentFlags::from_env()?;
        Ok(if flags.is_empty() { builder } else { builder.flags_from(flags) })
    }

    /// [`with_env`](Self::with_env) with variables from elsewhere. They are asked for by name: flags are read from none.
    ///
    /// # Errors
    ///
    /// As [`with_env`](Self::with_env).
    pub fn with_env_from(mut self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let env = Env(&variable);
        self.disabled |= env.flag("TAXOGEN_DISABLED")?;
        if !self.disabled {
            self.destinations.extend(env.destinations()?);
            if self.local_flags.is_none() {
                self.local_flags = env.local_flags()?;
            }
            self.stamps_plan |= env.flag("TAXOGEN_STAMP_PLAN")?;
            if let KeySource::Environment = self.hash_key {
                self.hash_key = KeySource::Given(env.hash_key()?);
            }
        }
        Ok(self)
    }

    fn build_or_say(self) -> Result<Client, Error> {
        if self.destinations.is_empty() && !self.disabled {
            say_that_nothing_is_delivered();
        }
        self.build()
    }
}

struct Env<'a>(&'a dyn Fn(&str) -> Option<OsString>);

impl Env<'_> {
    fn destinations(&self) -> Result<Vec<Destination>, Error> {
        let found = [self.posthog()?, self.segment()?, self.mixpanel()?, self.optimizely()?];
        Ok(found.into_iter().flatten().collect())
    }

    #[cfg(feature = "posthog")]
    fn posthog(&self) -> Result<Option<Destination>, Error> {
        let place = self.place("posthog", ["POSTHOG_REGION", "POSTHOG_HOST"], &[Region::Us, Region::Eu])?;
        let (api, encoding) = (self.parsed("POSTHOG_API")?, self.parsed("POSTHOG_ENCODING")?);
        let Some(key) = self.text("POSTHOG_API_KEY")? else { return Ok(None) };
        let posthog = PostHog::new(key).api(api.unwrap_or_default()).encoding(encoding.unwrap_or_default());
        let posthog = match place {
            Place::Region(region) => posthog.region(region),
            Place::Host(host) => posthog.host(host),
        };
        posthog.check_encoding().map_err(|error| about("POSTHOG_ENCODING", &error))?;
        checked("POSTHOG_API_KEY", posthog.into()).map(Some)
    }

    #[cfg(not(feature = "posthog"))]
    fn posthog(&self) -> Result<Option<Destination>, Error> {
        self.not_built("POSTHOG_API_KEY", "posthog")
    }

    #[cfg(feature = "posthog")]
    fn local_flags(&self) -> Result<Option<LocalFlags>, Error> {
        let Some(key) = self.text("POSTHOG_PERSONAL_API_KEY")? else { return Ok(None) };
        let flags = LocalFlags::polled(key);
        flags.check().map_err(|error| about("POSTHOG_PERSONAL_API_KEY", &error))?;
        Ok(Some(flags))
    }

    #[cfg(not(feature = "posthog"))]
    fn local_flags(&self) -> Result<Option<LocalFlags>, Error> {
        self.not_built("POSTHOG_PERSONAL_API_KEY", "posthog")
    }

    #[cfg(feature = "segment")]
    fn segment(&self) -> Result<Option<Destination>, Error> {
        let place = self.place("segment", ["SEGMENT_REGION", "SEGMENT_HOST"], &[Region::Us, Region::Eu])?;
        let Some(key) = self.text("SEGMENT_WRITE_KEY")? else { return Ok(None) };
        let segment = match place {
            Place::Region(region) => Segment::new(key).region(region),
            Place::Host(host) => Segment::new(key).host(host),
        };
        checked("SEGMENT_WRITE_KEY", segment.into()).map(Some)
    }

    #[cfg(not(feature = "segment"))]
    fn segment(&self) -> Result<Option<Destination>, Error> {
        self.not_built("SEGMENT_WRITE_KEY", "segment")
    }

    #[cfg(feature = "mixpanel")]
    fn mixpanel(&self) -> Result<Option<Destination>, Error> {
        let known = [Region::Us, Region::Eu, Region::In];
        let place = self.place("mixpanel", ["MIXPANEL_REGION", "MIXPANEL_HOST"], &known)?;
        let Some(token) = self.text("MIXPANEL_TOKEN")? else { return Ok(None) };
        let mixpanel = match place {
            Place::Region(region) => Mixpanel::new(token).region(region),
            Place::Host(host) => Mixpanel::new(token).host(host),
        };
        checked("MIXPANEL_TOKEN", mixpanel.into()).map(Some)
    }

    #[cfg(not(feature = "mixpanel"))]
    fn mixpanel(&self) -> Result<Option<Destination>, Error> {
        self.not_built("MIXPANEL_TOKEN", "mixpanel")
    }

    #[cfg(feature = "optimizely")]
    fn optimizely(&self) -> Result<Option<Destination>, Error> {
        let host = self.host("optimizely", "OPTIMIZELY_HOST")?;
        let Some(path) = self.text("OPTIMIZELY_DATAFILE")? else { return Ok(None) };
        let optimizely = Optimizely::from_file(path);
        let optimizely = match host {
            None => optimizely,
            Some(host) => optimizely.host(host),
        };
        checked("OPTIMIZELY_DATAFILE", optimizely.into()).map(Some)
    }

    #[cfg(not(feature = "optimizely"))]
    fn optimizely(&self) -> Result<Option<Destination>, Error> {
        self.not_built("OPTIMIZELY_DATAFILE", "optimizely")
    }

    #[cfg(not(all(feature = "posthog", feature = "segment", feature = "mixpanel", feature = "optimizely")))]
    fn not_built<T>(&self, name: &str, feature: &str) -> Result<Option<T>, Error> {
        match self.text(name)? {
            None => Ok(None),
            Some(_) => Err(unusable(format!("`{name}` is set, but taxogen is built without its feature `{feature}`"))),
        }
    }

    #[cfg(feature = "posthog")]
    fn parsed<T: FromStr<Err = Error>>(&self, name: &str) -> Result<Option<T>, Error> {
        self.text(name)?.map(|text| text.parse().map_err(|error| about(name, &error))).transpose()
    }

    /// Where a vendor is: a region or a host, and not both, of which one would go unheard.
    fn place(&self, vendor: &str, [region, host]: [&str; 2], known: &[Region]) -> Result<Place, Error> {
        let given = self.region(region, known)?;
        match self.text(host)? {
            Some(_) if given.is_some() => {
                Err(unusable(format!("`{region}` and `{host}` are both set: unset one of them")))
            }
            _ => Ok(self.host(vendor, host)?.map_or(Place::Region(given.unwrap_or_default()), Place::Host)),
        }
    }

    fn host(&self, vendor: &str, name: &str) -> Result<Option<String>, Error> {
        let Some(at) = self.text(name)? else { return Ok(None) };
        Host::read(vendor, &at).map_err(|error| about(name, &error))?;
        Ok(Some(at))
    }

    fn region(&self, name: &str, known: &[Region]) -> Result<Option<Region>, Error> {
        let Some(given) = self.text(name)? else { return Ok(None) };
        let found = known.iter().find(|region| given.trim().eq_ignore_ascii_case(region.name()));
        found.copied().map(Some).ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|region| format!("`{}`", region.name())).collect();
            unusable(format!("`{name}` is `{given}`: it has to be one of {}", names.join(", ")))
        })
    }

    fn flag(&self, name: &str) -> Result<bool, Error> {
        let Some(given) = self.text(name)? else { return Ok(false) };
        match given.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(unusable(format!("`{name}` is `{given}`: it has to be `true` or `false`"))),
        }
    }

    fn hash_key(&self) -> Result<Option<HashKey>, Error> {
        Ok(self.text("TAXOGEN_HASH_KEY")?.and_then(|key| HashKey::new(key.as_bytes())))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(value) = (self.0)(name) else { return Ok(None) };
        let value = value.into_string().map_err(|_| unusable(format!("`{name}` is not UTF-8")))?;
        if value.trim().is_empty() {
            return Err(unusable(format!("`{name}` is empty: give it a value, or unset it")));
        }
        Ok(Some(value))
    }
}

/// A destination whose settings can be used; a mistake is the variable's.
fn checked(name: &str, destination: Destination) -> Result<Destination, Error> {
    destination.endpoints().map_err(|error| about(name, &error))?;
    Ok(destination)
}

fn about(name: &str, error: &Error) -> Error {
    unusable(format!("`{name}`: {error}"))
}

fn unusable(sentence: String) -> Error {
    Error::new(Kind::Configuration, sentence)
}

fn say_that_nothing_is_delivered() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        eprintln!(
            "taxogen: none of POSTHOG_API_KEY, SEGMENT_WRITE_KEY, MIXPANEL_TOKEN and OPTIMIZELY_DATAFILE is set: events are \
             delivered nowhere"
        );
    });
}

#[cfg(test)]
mod tests;
