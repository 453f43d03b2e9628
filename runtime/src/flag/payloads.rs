use super::answer::Resolved;
use super::key::NoPayload;
use super::source::FlagSource;
use crate::payload::{self, Payload, PayloadError};

type Decode<P> = fn(&str) -> Result<P, PayloadError>;

/// How a flag comes to a payload.
pub(crate) struct Payloads<T, P> {
    /// The plan's own for a value.
    own: fn(&T) -> Option<P>,
    /// Reads what the source handed out; none where the plan says nothing of payloads.
    decode: Option<Decode<P>>,
}

impl<T> Payloads<T, NoPayload> {
    pub(crate) const NONE: Self = Self { own: |_| None, decode: None };
}

impl<T, P: Payload> Payloads<T, P> {
    pub(crate) const fn new(own: fn(&T) -> Option<P>) -> Self {
        Self { own, decode: if P::EXISTS { Some(payload::decode::<P>) } else { None } }
    }
}

impl<T, P> Payloads<T, P> {
    /// The payload that goes with a value: the one that the source handed out, and where that cannot be read,
    /// or where the source had no say, the plan's own.
    pub(crate) fn read(&self, resolved: &Resolved<T>) -> Result<Option<P>, (Option<P>, PayloadError)> {
        let said = resolved.said.as_ref().filter(|_| resolved.source != FlagSource::Default);
        match said.map(|said| said.payload.as_deref()) {
            None => Ok((self.own)(&resolved.value)),
            // Who hands out payloads says by none that there is none; the others know nothing of them.
            Some(None) if self.decode.is_some() && resolved.source.is_posthog() => Ok(None),
            Some(payload) => self.of(&resolved.value, payload),
        }
    }

    /// Whether the plan says what they are.
    #[cfg(feature = "open-feature")]
    pub(super) const fn are_read(&self) -> bool {
        self.decode.is_some()
    }

    /// The same of a text that was handed out; where there is none, the plan's own.
    pub(crate) fn of(&self, value: &T, handed_out: Option<&str>) -> Result<Option<P>, (Option<P>, PayloadError)> {
        let own = || (self.own)(value);
        match (self.decode, handed_out) {
            (Some(decode), Some(text)) => decode(text).map(Some).map_err(|error| (own(), error)),
            _ => Ok(own()),
        }
    }
}

impl<T, P> Clone for Payloads<T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, P> Copy for Payloads<T, P> {}
