use taxogen_flags::{Assignment, Fallback, FlagValue, ServedFlag};

use super::answer::{Answer, FlagSource, Resolved};
use super::key::Flag;
use super::payloads::Payloads;
use super::report::FlagProblem;
use super::shape::Shape;
use super::state::Known;
use crate::decision::{Decided, Engine};
use crate::payload::PayloadError;
use crate::user::User;

/// Reading flags. It never does I/O: what the client or this person was given by hand comes first, then what
/// [`load_flags`](User::load_flags) loaded, then the plan's default.
impl User {
    /// The value of a flag. What PostHog gave is reported to it as `$feature_flag_called`, once for each value.
    #[must_use]
    pub fn flag<T, P>(&self, flag: Flag<T, P>) -> T {
        self.read(flag, |known, resolved| {
            self.flag_was_called(flag, known, &resolved);
            resolved.value
        })
    }

    /// The value of a flag and the payload that goes with it; reported as [`flag`](Self::flag) is.
    ///
    /// The payload is the one that PostHog handed out, and none where it handed out none. One that is not of
    /// the plan's type is counted, told once, and replaced by the plan's own; that one also goes with the
    /// default and with fixed values.
    #[must_use]
    pub fn flag_with_payload<T, P>(&self, flag: Flag<T, P>) -> (T, Option<P>) {
        let Answer { value, payload, .. } = self.evaluate(flag);
        (value, payload)
    }

    /// The long form of [`flag`](Self::flag) and [`flag_with_payload`](Self::flag_with_payload): also how the
    /// person came to the value, why, and who said so.
    #[must_use]
    pub fn evaluate<T, P>(&self, flag: Flag<T, P>) -> Answer<T, P> {
        self.read(flag, |known, resolved| {
            self.flag_was_called(flag, known, &resolved);
            self.answer(flag, known, resolved)
        })
    }

    /// [`evaluate`](Self::evaluate) without a report: for logs, for caches, for deciding whether to show
    /// anything at all.
    #[must_use]
    pub fn peek<T, P>(&self, flag: Flag<T, P>) -> Answer<T, P> {
        self.read(flag, |known, resolved| self.answer(flag, known, resolved))
    }

    /// Fixes a flag for this handle and its clones, whatever is loaded; nothing is reported for it.
    ///
    /// Handles that know nothing of each other do not see it, so tests run side by side.
    pub fn fix_flag<T, P>(&self, flag: Flag<T, P>, value: T) {
        self.identity.flags.fix(flag.key(), flag.fix(value));
    }

    fn read<T, P, R>(&self, flag: Flag<T, P>, use_it: impl FnOnce(&Known, Resolved<'_, T>) -> R) -> R {
        self.resolve(flag.key(), flag.shape(), flag.default(), use_it)
    }

    /// Finds the value, counts and tells why a default stands in, and hands it over.
    pub(crate) fn resolve<T, R>(
        &self,
        key: &str,
        shape: &dyn Shape<T>,
        default: impl FnOnce() -> T,
        use_it: impl FnOnce(&Known, Resolved<'_, T>) -> R,
    ) -> R {
        let flags = &self.client.core.flags;
        let known = self.identity.flags.known(flags, key);
        let (resolved, error) = known.resolve(key, shape, default);
        if resolved.source == FlagSource::Default {
            flags.counts.fallback(resolved.assignment);
            if let Assignment::Fallback(reason) = resolved.assignment
                && let Some(detail) = detail(reason, resolved.served, error.as_ref())
            {
                self.tell(key, reason, format!("{detail}: the default stands in"));
            }
        }
        if error.is_some() {
            flags.counts.invalid_payload();
        }
        use_it(&known, resolved)
    }

    fn answer<T, P>(&self, flag: Flag<T, P>, known: &Known, resolved: Resolved<'_, T>) -> Answer<T, P> {
        let (payload, _) = self.payload_of(flag.key(), &flag.payloads(), &resolved);
        let reason = resolved.served.and_then(|served| served.reason.clone());
        let decided = Decided::here(flag.key(), None, known.value(&resolved), resolved.assignment);
        let Resolved { value, assignment, source, .. } = resolved;
        Answer { value, payload, assignment, reason, source, decided }
    }

    /// What goes with a value; counts and tells where the source's payload cannot be read.
    pub(crate) fn payload_of<T, P>(
        &self,
        key: &str,
        payloads: &Payloads<T, P>,
        resolved: &Resolved<'_, T>,
    ) -> (Option<P>, Option<PayloadError>) {
        match payloads.read(resolved) {
            Ok(payload) => (payload, None),
            Err((own, error)) => {
                self.client.core.flags.counts.invalid_payload();
                self.tell(key, Fallback::InvalidPayload, format!("{error}: the plan's own payload stands in"));
                (own, Some(error))
            }
        }
    }

    fn flag_was_called<T, P>(&self, flag: Flag<T, P>, known: &Known, resolved: &Resolved<'_, T>) {
        if flag.shape().exposes() {
            self.note_flag(flag.key(), resolved);
            if !matches!(resolved.assignment, Assignment::Fallback(_)) {
                self.report_called(flag.key(), known, resolved.served);
            }
        }
    }

    /// From now on the person is in what was read. What a default stands in for, or what was fixed, is no variation.
    pub(crate) fn note_flag<T>(&self, key: &str, resolved: &Resolved<'_, T>) {
        let served = resolved.served.filter(|_| !matches!(resolved.assignment, Assignment::Fallback(_)));
        let value = served.map(|served| &served.value);
        self.identity.context.note(&Engine::PostHog, key, value, self.client.core.stamps_variations);
    }

    #[cold]
    fn tell(&self, key: &str, reason: Fallback, detail: String) {
        let core = &self.client.core;
        if core.flags.told.enter(&(key, reason), &detail) {
            core.hooks.flag_problem(&FlagProblem { flag: key.to_owned(), reason, detail });
        }
    }
}

/// What is wrong with an answer that does not fit the plan; none where there is simply no answer.
fn detail(reason: Fallback, served: Option<&ServedFlag>, error: Option<&PayloadError>) -> Option<String> {
    if let Some(error) = error {
        return Some(error.to_string());
    }
    match (reason, &served?.value) {
        (Fallback::UnknownVariant, FlagValue::Variant(name)) => Some(format!("the plan has no variant `{name}`")),
        (Fallback::NoVariant, _) => Some("it is on and has no variant, and the plan has variants".to_owned()),
        (Fallback::NoPayload, _) => Some("it is on and hands out no settings".to_owned()),
        _ => None,
    }
}
