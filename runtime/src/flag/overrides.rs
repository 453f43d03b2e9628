use std::fmt;
use std::sync::Arc;

use super::fixed::{Fixed, FixedFlags};
use super::key::Flag;
use super::shape::Shape;
use crate::client::Client;
use crate::experiment::{Experiment, ExperimentKey};
use crate::user::User;

/// A flag and what it is to be: [`Flag::is`], [`ExperimentKey::is`], or [`of`](Self::of) a variant of the application's
/// own enum.
#[derive(Clone)]
#[must_use = "it overrides nothing until it is given to `override_flags`"]
pub struct FlagOverride {
    key: &'static str,
    value: Fixed,
}

impl FlagOverride {
    /// The experiment to which this enum is bound shows this variant.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn of<E: Experiment>(variant: E) -> Self {
        Self { key: E::FLAG, value: Fixed::Value(variant.name().into()) }
    }
}

impl<T, P> Flag<T, P> {
    /// This flag with this value, for [`Client::override_flags`] and [`User::override_flags`].
    pub fn is(&self, value: T) -> FlagOverride {
        FlagOverride { key: self.key(), value: self.fix(value) }
    }
}

impl<V, P> ExperimentKey<V, P> {
    /// The flag of this experiment with this variant, for [`Client::override_flags`] and [`User::override_flags`].
    pub fn is(&self, variant: V) -> FlagOverride {
        FlagOverride { key: self.flag(), value: self.names().fix(variant) }
    }
}

impl Client {
    /// The same client with a scope of its own, in which these flags are what they are said to be: for tests.
    ///
    /// What is overridden goes before everything, what was fixed and loaded included, and exposes nothing. It holds for the
    /// client that is returned, its clones and the handles that they make, and for nobody else: tests that share a client
    /// and run side by side do not see each other. Overriding again adds to the scope, or replaces a flag in it.
    ///
    /// ```
    /// use taxogen::{Client, Flag};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let (shared, _) = Client::recorder();
    /// let client = shared.override_flags([NEW_DASHBOARD.is(true)]);
    /// assert!(client.user("user_123").flag(NEW_DASHBOARD));
    /// assert!(!shared.user("user_123").flag(NEW_DASHBOARD));
    /// ```
    #[must_use = "the client itself stays as it is"]
    pub fn override_flags(&self, flags: impl IntoIterator<Item = FlagOverride>) -> Self {
        let mut overrides = self.overrides.as_deref().cloned().unwrap_or_else(FixedFlags::new);
        overrides.extend(flags.into_iter().map(|flag| (flag.key, flag.value)));
        Self { core: Arc::clone(&self.core), overrides: Some(Arc::new(overrides)) }
    }
}

impl User {
    /// The same person with a scope of their own, in which these flags are what they are said to be; see
    /// [`Client::override_flags`]. All else the two handles share.
    #[must_use = "the handle itself stays as it is"]
    pub fn override_flags(&self, flags: impl IntoIterator<Item = FlagOverride>) -> Self {
        Self { client: self.client.override_flags(flags), identity: Arc::clone(&self.identity) }
    }
}

impl fmt::Debug for FlagOverride {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("FlagOverride").field(&self.key).finish()
    }
}
