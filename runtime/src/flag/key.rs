use std::fmt;
use std::marker::PhantomData;

use super::fixed::Fixed;
use super::payloads::Payloads;
#[cfg(feature = "open-feature")]
use super::shape::FlagKind;
use super::shape::{Names, OnOff, RemoteConfig, Shape};
use super::variant::Variant;
use crate::payload::{Payload, PayloadError, PayloadReader};

/// A flag of the plan: its key, the type of its value, what the code gets without an answer, and the type of
/// its payload. The compiler of the plan makes one for each flag; [`User::flag`](crate::User::flag) reads it.
///
/// ```
/// use taxogen::{Client, Flag};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
///
/// let (client, _recorder) = Client::recorder();
/// let user = client.user("user_123");
/// assert!(!user.flag(NEW_DASHBOARD));
/// user.fix_flag(NEW_DASHBOARD, true);
/// assert!(user.flag(NEW_DASHBOARD));
/// ```
pub struct Flag<T: 'static, P: 'static = NoPayload> {
    key: &'static str,
    default: fn() -> T,
    shape: &'static dyn Shape<T>,
    payloads: Payloads<T, P>,
}

/// The payload of a flag that has none: there is no value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPayload {}

impl Payload for NoPayload {
    const EXISTS: bool = false;

    fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
        Err(reader.unknown())
    }
}

impl Flag<bool> {
    /// A flag that is on or off; `default` stands in where there is no answer.
    #[must_use]
    pub const fn boolean(key: &'static str, default: bool) -> Self {
        Self::new(key, if default { || true } else { || false }, &OnOff)
    }
}

impl<T> Flag<T> {
    /// A flag with variants; `default` stands in where none of them was assigned.
    #[must_use]
    pub const fn variants(key: &'static str, default: fn() -> T) -> Self
    where
        T: Variant,
    {
        Self::new(key, default, const { &Names { from_name: T::from_name, name: T::name, rules: &[] } })
    }

    /// A flag that hands out settings; `default` stands in where it hands out none, or none of this type.
    #[must_use]
    pub const fn remote_config(key: &'static str, default: fn() -> T) -> Self
    where
        T: Payload + Clone + Send + Sync,
    {
        Self::new(key, default, const { &RemoteConfig(PhantomData) })
    }

    const fn new(key: &'static str, default: fn() -> T, shape: &'static dyn Shape<T>) -> Self {
        Self { key, default, shape, payloads: Payloads::NONE }
    }

    /// The same flag with payloads: `own` is the plan's payload for a value.
    #[must_use]
    pub const fn with_payload<P: Payload>(self, own: fn(&T) -> Option<P>) -> Flag<T, P> {
        let Self { key, default, shape, .. } = self;
        Flag { key, default, shape, payloads: Payloads::new(own) }
    }
}

impl<T, P> Flag<T, P> {
    /// The key on the wire.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        self.key
    }

    pub(crate) const fn default(&self) -> fn() -> T {
        self.default
    }

    #[cfg(feature = "open-feature")]
    pub(crate) fn kind(&self) -> FlagKind {
        self.shape.kind()
    }

    pub(super) const fn shape(&self) -> &'static dyn Shape<T> {
        self.shape
    }

    pub(crate) fn fix(&self, value: T) -> Fixed {
        self.shape.fix(value)
    }

    pub(crate) const fn payloads(&self) -> Payloads<T, P> {
        self.payloads
    }
}

impl<T, P> Clone for Flag<T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, P> Copy for Flag<T, P> {}

impl<T, P> fmt::Debug for Flag<T, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Flag({:?})", self.key)
    }
}
