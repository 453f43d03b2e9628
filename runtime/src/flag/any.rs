use std::sync::Arc;

use taxogen_flags::{Assignment, FlagValue, ReasonCode};

use super::fixed::Fixed;
use super::key::Flag;
use super::shape::FlagKind;
use super::source::FlagSource;
use crate::payload::PayloadError;
use crate::user::User;

/// A flag of the plan, whatever the type of its value: for who asks by a key alone.
pub(crate) struct AnyFlag {
    pub(crate) key: &'static str,
    pub(crate) kind: FlagKind,
    /// Whether the plan says what its payloads are.
    pub(crate) has_payloads: bool,
    read: Box<dyn Fn(&User) -> AnyAnswer + Send + Sync>,
}

/// What reading it gave.
#[derive(Debug)]
pub(crate) struct AnyAnswer {
    /// Of settings there is none.
    pub(crate) value: Option<FlagValue>,
    /// What the source handed out and the code goes by: JSON text.
    pub(crate) payload: Option<Arc<str>>,
    /// Why that is not of the plan's type.
    pub(crate) payload_error: Option<PayloadError>,
    pub(crate) assignment: Assignment,
    pub(crate) reason: Option<ReasonCode>,
    pub(crate) version: Option<i64>,
    pub(crate) source: FlagSource,
}

impl AnyFlag {
    pub(crate) fn of<T, P>(flag: Flag<T, P>) -> Self {
        Self {
            key: flag.key(),
            kind: flag.kind(),
            has_payloads: flag.payloads().are_read(),
            read: Box::new(move |user| user.read_any(flag)),
        }
    }

    /// Reads it as [`User::evaluate`] does, with the same reports.
    pub(crate) fn read(&self, user: &User) -> AnyAnswer {
        (self.read)(user)
    }
}

impl User {
    fn read_any<T, P>(&self, flag: Flag<T, P>) -> AnyAnswer {
        let resolved = self.read(flag);
        self.flag_was_called(flag, &resolved);
        let (_, payload_error) = self.payload_of(flag.key(), &flag.payloads(), &resolved);
        let (assignment, source) = (resolved.assignment, resolved.source);
        let value = match flag.fix(resolved.value) {
            Fixed::Value(value) => Some(value),
            Fixed::Config(_) => None,
        };
        let said = resolved.said.as_ref();
        AnyAnswer {
            value,
            payload: said.filter(|_| source != FlagSource::Default).and_then(|said| said.payload.clone()),
            payload_error,
            assignment,
            reason: said.and_then(|said| said.reason.as_ref()).map(|reason| reason.code.clone()),
            version: said.and_then(|said| said.version),
            source,
        }
    }
}
