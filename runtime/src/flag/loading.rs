use std::collections::HashSet;
use std::time::Duration;

/// What [`User::load_flags`](crate::User::load_flags) fetches, of a client that decides flags by their definitions
/// ([`Builder::local_flags`](crate::Builder::local_flags)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FlagLoading {
    /// Nothing: the definitions that the client has at this moment are pinned to the handle, and a flag that they cannot
    /// decide has its default. No request is ever made.
    LocalOnly,
    /// The definitions are pinned; where some wanted flag cannot be decided by them, PostHog is asked for these flags, in
    /// one request. What was decided here is never overwritten. A client without definitions asks for everything.
    #[default]
    LocalThenRemote,
    /// Everything that is wanted comes from PostHog, and its answers go before the definitions; these decide what PostHog
    /// could not.
    Remote,
}

/// Which flags [`User::load_flags_with`](crate::User::load_flags_with) loads, and in what time.
///
/// ```
/// use std::time::Duration;
/// use taxogen::LoadOptions;
///
/// let options = LoadOptions::new().only(["new-dashboard", "checkout"]).within(Duration::from_millis(500));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "options load nothing by themselves"]
pub struct LoadOptions {
    pub(super) wanted: Wanted,
    pub(super) deadline: Option<Duration>,
}

/// Which flags somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    #[default]
    All,
    /// These, each once, in the order in which they were named first.
    Some(Vec<Box<str>>),
}

impl LoadOptions {
    /// All flags, in the time that the client gives.
    pub const fn new() -> Self {
        Self { wanted: Wanted::All, deadline: None }
    }

    /// These flags alone, by their keys. None at all loads nothing.
    pub fn only(mut self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.wanted = Wanted::of(keys);
        self
    }

    /// How long PostHog may take, its second attempt included; what the client says unless set
    /// ([`Builder::flag_timeout`](crate::Builder::flag_timeout)).
    pub const fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl Wanted {
    pub(super) const NOTHING: Self = Self::Some(Vec::new());

    pub(super) fn of(keys: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut known = HashSet::<Box<str>>::new();
        let keys = keys.into_iter().map(|key| Box::<str>::from(key.as_ref()));
        Self::Some(keys.filter(|key| known.insert(key.clone())).collect())
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Some(keys) if keys.is_empty())
    }

    /// How many flags are named.
    pub(super) fn named(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Some(keys) => keys.len(),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(keys) => keys.iter().any(|known| **known == *key),
        }
    }

    /// The same for many questions: a project may have thousands of flags.
    pub(super) fn among(&self) -> impl Fn(&str) -> bool {
        let keys = match self {
            Self::All => None,
            Self::Some(keys) => Some(keys.iter().map(AsRef::as_ref).collect::<HashSet<&str>>()),
        };
        move |key| keys.as_ref().is_none_or(|keys| keys.contains(key))
    }

    /// What either of two calls wants.
    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Some(some), Self::Some(more)) => Self::of(some.iter().chain(more)),
            _ => Self::All,
        }
    }
}

/// What a client says about loading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadSettings {
    pub(crate) loading: FlagLoading,
    pub(crate) timeout: Duration,
}

impl Default for LoadSettings {
    /// With PostHog's SDKs a question about flags takes three seconds at most.
    fn default() -> Self {
        Self { loading: FlagLoading::default(), timeout: Duration::from_secs(3) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_wanted_once_and_everything_swallows_some() {
        let some = Wanted::of(["a", "b", "a"]);
        assert_eq!(some, Wanted::Some(vec!["a".into(), "b".into()]));
        assert_eq!(some.and(&Wanted::of(["c", "b"])), Wanted::of(["a", "b", "c"]));
        assert_eq!((some.and(&Wanted::All), Wanted::All.and(&some)), (Wanted::All, Wanted::All));
        assert!(some.has("b") && !some.has("c") && Wanted::All.has("c"));
        assert!(some.among()("b") && !some.among()("c") && Wanted::All.among()("c"));
    }
}
