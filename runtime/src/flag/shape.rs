//! How answers become the types of flags.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use taxogen_flags::{Assignment, Fallback, FlagValue};

use super::fixed::Fixed;
use super::judged::Judged;
use super::source::Said;
use crate::decision::RuleKind;
use crate::payload::{self, Payload, PayloadError};

/// What the values of a flag are.
pub(crate) trait Shape<T>: Sync {
    #[cfg(feature = "open-feature")]
    fn kind(&self) -> FlagKind;

    /// Reads what a source said.
    fn read(&self, said: &Said) -> Reading<T>;

    /// Whether reading the flag shows the person something that an experiment could be about.
    fn exposes(&self) -> bool {
        true
    }

    fn fix(&self, value: T) -> Fixed;

    /// `None` where the value was fixed for a flag of the same key and another type.
    fn read_fixed(&self, fixed: &Fixed) -> Option<(T, Assignment)>;
}

/// What the values of a flag are, in one word.
#[cfg(feature = "open-feature")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlagKind {
    /// On or off.
    OnOff,
    Variants,
    /// Settings, as its payload.
    Settings,
}

/// What an answer means.
pub(crate) enum Reading<T> {
    Value(T, Assignment),
    /// The default stands in.
    Default(Assignment),
    /// The default stands in: the settings cannot be read.
    Undecodable(PayloadError),
}

/// A flag without variants. A variant counts as on, and being held out as off; but where somebody wrote it down, it is no word
/// for on or off.
pub(crate) struct OnOff;

impl Shape<bool> for OnOff {
    #[cfg(feature = "open-feature")]
    fn kind(&self) -> FlagKind {
        FlagKind::OnOff
    }

    fn read(&self, said: &Said) -> Reading<bool> {
        if let Some(judged) = &said.judged {
            return judged.on_off();
        }
        match said.assignment {
            Some(Assignment::Fallback(why)) => Reading::Default(Assignment::Fallback(why)),
            Some(Assignment::Off) => Reading::Value(false, Assignment::Off),
            _ if said.is_holdout() => Reading::Value(false, Assignment::Holdout),
            _ if said.is_written && said.value.variant().is_some() => {
                Reading::Default(Assignment::Fallback(Fallback::UnknownVariant))
            }
            Some(how) if said.value.is_on() => Reading::Value(true, how),
            _ => Reading::Value(said.value.is_on(), on_or_off(said.value.is_on())),
        }
    }

    fn fix(&self, value: bool) -> Fixed {
        Fixed::Value(value.into())
    }

    fn read_fixed(&self, fixed: &Fixed) -> Option<(bool, Assignment)> {
        match fixed {
            Fixed::Value(value) => Some((value.is_on(), on_or_off(value.is_on()))),
            Fixed::Config(_) => None,
        }
    }
}

const fn on_or_off(on: bool) -> Assignment {
    if on { Assignment::Assigned } else { Assignment::Off }
}

/// A flag with variants.
pub(crate) struct Names<T> {
    pub(crate) from_name: fn(&str) -> Option<T>,
    pub(crate) name: fn(&T) -> &'static str,
    /// What the rules of another engine are, by their keys, where the experiment says so.
    pub(crate) rules: &'static [(&'static str, RuleKind)],
}

impl<T> Clone for Names<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Names<T> {}

impl<T> Shape<T> for Names<T> {
    #[cfg(feature = "open-feature")]
    fn kind(&self) -> FlagKind {
        FlagKind::Variants
    }

    fn read(&self, said: &Said) -> Reading<T> {
        if let Some(judged) = &said.judged {
            return judged.variant(self.from_name, self.rules);
        }
        let how = match said.assignment {
            Some(nothing @ (Assignment::Fallback(_) | Assignment::Off)) => return Reading::Default(nothing),
            _ if said.is_holdout() => return Reading::Default(Assignment::Holdout),
            how => how.unwrap_or(Assignment::Assigned),
        };
        let fallback = match &said.value {
            FlagValue::Boolean(false) => return Reading::Default(Assignment::Off),
            FlagValue::Boolean(true) => Fallback::NoVariant,
            FlagValue::Variant(name) => match (self.from_name)(name) {
                Some(variant) => return Reading::Value(variant, how),
                None => Fallback::UnknownVariant,
            },
        };
        Reading::Default(Assignment::Fallback(fallback))
    }

    fn fix(&self, value: T) -> Fixed {
        Fixed::Value((self.name)(&value).into())
    }

    fn read_fixed(&self, fixed: &Fixed) -> Option<(T, Assignment)> {
        match fixed {
            Fixed::Value(value) => Some(((self.from_name)(value.variant()?)?, Assignment::Assigned)),
            Fixed::Config(_) => None,
        }
    }
}

/// A flag that hands out settings as its payload.
pub(crate) struct RemoteConfig<T>(pub(crate) PhantomData<fn() -> T>);

impl<T: Payload + Clone + Send + Sync + 'static> Shape<T> for RemoteConfig<T> {
    #[cfg(feature = "open-feature")]
    fn kind(&self) -> FlagKind {
        FlagKind::Settings
    }

    fn read(&self, said: &Said) -> Reading<T> {
        let on = said.judged.as_ref().map_or(said.value.is_on(), Judged::is_on);
        if let Some(why @ Assignment::Fallback(_)) = said.assignment {
            return Reading::Default(why);
        }
        match &said.payload {
            _ if !on => Reading::Default(Assignment::Off),
            None => Reading::Default(Assignment::Fallback(Fallback::NoPayload)),
            Some(text) => match payload::decode(text) {
                Ok(settings) => Reading::Value(settings, Assignment::Assigned),
                Err(error) => Reading::Undecodable(error),
            },
        }
    }

    fn exposes(&self) -> bool {
        false
    }

    fn fix(&self, value: T) -> Fixed {
        Fixed::Config(Arc::new(value))
    }

    fn read_fixed(&self, fixed: &Fixed) -> Option<(T, Assignment)> {
        match fixed {
            Fixed::Value(_) => None,
            Fixed::Config(settings) => {
                let settings: &(dyn Any + Send + Sync) = settings.as_ref();
                Some((settings.downcast_ref::<T>()?.clone(), Assignment::Assigned))
            }
        }
    }
}
