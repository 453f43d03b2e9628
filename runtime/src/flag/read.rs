use taxogen_flags::{Assignment, Fallback, FlagValue, Person};

use super::answer::{Answer, Resolved};
use super::fixed::Fixed;
use super::key::Flag;
use super::payloads::Payloads;
use super::question::FlagQuestion;
use super::report::FlagProblem;
use super::shape::{Reading, Shape};
use super::source::{FlagSource, Said};
use super::state::Known;
use crate::decision::Engine;
use crate::payload::PayloadError;
use crate::user::User;

/// Reading flags. It never does I/O and waits for nobody: [`Builder::flags_from`](crate::Builder::flags_from) says who is
/// asked, and in which order. `false` is an answer; the plan's default stands in only where there is none.
impl User {
    /// The value of a flag. What PostHog gave, loaded or evaluated here, is reported to it as `$feature_flag_called`, once
    /// for each value; where PostHog was asked and has no value, `null` is one.
    #[must_use]
    pub fn flag<T, P>(&self, flag: Flag<T, P>) -> T {
        let resolved = self.read(flag);
        self.flag_was_called(flag, &resolved);
        resolved.value
    }

    /// The value of a flag and the payload that goes with it; reported as [`flag`](Self::flag) is.
    ///
    /// The payload is the one that PostHog handed out, and none where it handed out none. One that is not of
    /// the plan's type is counted, told once, and replaced by the plan's own; that one also goes with the
    /// default, with fixed values, and with what layers say that hand out none.
    #[must_use]
    pub fn flag_with_payload<T, P>(&self, flag: Flag<T, P>) -> (T, Option<P>) {
        let Answer { value, payload, .. } = self.evaluate(flag);
        (value, payload)
    }

    /// The long form of [`flag`](Self::flag) and [`flag_with_payload`](Self::flag_with_payload): also how the
    /// person came to the value, why, and who said so.
    #[must_use]
    pub fn evaluate<T, P>(&self, flag: Flag<T, P>) -> Answer<T, P> {
        let resolved = self.read(flag);
        self.flag_was_called(flag, &resolved);
        self.answer(flag, resolved)
    }

    /// [`evaluate`](Self::evaluate) without a report: for logs, for caches, for deciding whether to show
    /// anything at all.
    #[must_use]
    pub fn peek<T, P>(&self, flag: Flag<T, P>) -> Answer<T, P> {
        self.answer(flag, self.read(flag))
    }

    /// Fixes a flag for this handle and its clones, whatever is loaded; nothing is reported for it.
    ///
    /// Handles that know nothing of each other do not see it, so tests run side by side.
    pub fn fix_flag<T, P>(&self, flag: Flag<T, P>, value: T) {
        self.identity.flags.fix(flag.key(), flag.fix(value));
    }

    pub(super) fn read<T, P>(&self, flag: Flag<T, P>) -> Resolved<T> {
        self.resolve(flag.key(), flag.shape(), flag.default())
    }

    /// Finds the value, and counts and tells why a default stands in.
    pub(crate) fn resolve<T>(&self, key: &'static str, shape: &dyn Shape<T>, default: fn() -> T) -> Resolved<T> {
        let flags = &self.client.core.flags;
        let known = self.known(key);
        for (fixed, source) in self.by_hand(key, &known) {
            if let Some(fixed) = fixed
                && let Some((value, assignment)) = shape.read_fixed(fixed)
            {
                return Resolved::fixed(value, assignment, source, fixed);
            }
        }
        let (said, spoke) = match flags.ask(known.loaded.as_deref(), &self.question(key, &known)) {
            Ok(said) => said,
            Err((why, spoke)) => {
                let assignment = Assignment::Fallback(why);
                flags.counts.fallback(assignment);
                return Resolved::default(default(), assignment, spoke);
            }
        };
        match shape.read(&said) {
            Reading::Value(value, assignment) => Resolved::said(value, assignment, said, spoke),
            Reading::Default(assignment) => {
                flags.counts.fallback(assignment);
                self.tell_fallback(key, assignment, &said);
                Resolved { said: Some(said), ..Resolved::default(default(), assignment, spoke) }
            }
            Reading::Undecodable(error) => {
                let assignment = Assignment::Fallback(Fallback::InvalidPayload);
                flags.counts.fallback(assignment);
                flags.counts.invalid_payload();
                self.tell(key, Fallback::InvalidPayload, format!("{error}: the default stands in"));
                Resolved { said: Some(said), ..Resolved::default(default(), assignment, spoke) }
            }
        }
    }

    /// What this handle knows about a flag.
    pub(super) fn known(&self, key: &str) -> Known {
        let identity = &self.identity;
        identity.flags.known(key, || (identity.groups(), identity.device_id()))
    }

    /// What somebody said by hand that the flag is, and who goes first.
    pub(super) fn by_hand<'a>(&'a self, key: &str, known: &'a Known) -> [(Option<&'a Fixed>, FlagSource); 3] {
        let overridden = self.client.overrides.as_ref().and_then(|overrides| overrides.get(key));
        let of_client = self.client.core.flags.fixed.get(key);
        [(overridden, FlagSource::Override), (known.fixed.as_ref(), FlagSource::Fixed), (of_client, FlagSource::Fixed)]
    }

    pub(super) fn question<'a>(&'a self, key: &'a str, known: &'a Known) -> FlagQuestion<'a> {
        let id = self.distinct_id();
        let person = match &known.person {
            Some(known) => known.person(id),
            None if self.identity.is_anonymous() => Person::new(id).with_device_id(id),
            None => Person::new(id),
        };
        FlagQuestion { key, person, now: now() }
    }

    fn answer<T, P>(&self, flag: Flag<T, P>, resolved: Resolved<T>) -> Answer<T, P> {
        let (payload, _) = self.payload_of(flag.key(), &flag.payloads(), &resolved);
        let decided = resolved.decided(flag.key(), None);
        let Resolved { value, assignment, source, said, .. } = resolved;
        let (reason, age) = said.map_or((None, None), |said| (said.reason, said.age));
        Answer { value, payload, assignment, reason, source, age, decided }
    }

    /// What goes with a value; counts and tells where the source's payload cannot be read.
    pub(crate) fn payload_of<T, P>(
        &self,
        key: &str,
        payloads: &Payloads<T, P>,
        resolved: &Resolved<T>,
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

    pub(super) fn flag_was_called<T, P>(&self, flag: Flag<T, P>, resolved: &Resolved<T>) {
        if flag.shape().exposes() {
            self.note_flag(flag.key(), resolved);
            match (resolved.said_by_posthog(), resolved.unanswered()) {
                (Some(said), _) => self.report_called(flag.key(), said),
                (None, Some(why)) => self.report_unanswered(flag.key(), why),
                (None, None) => {}
            }
        }
    }

    /// From now on the person is in what was read. What a default stands in for, or what PostHog did not say, is no
    /// variation of it. What was overridden says nothing about them, and other handles may not know of it.
    pub(crate) fn note_flag<T>(&self, key: &str, resolved: &Resolved<T>) {
        if resolved.source == FlagSource::Override {
            return;
        }
        let value = resolved.said_by_posthog().map(|said| &said.value);
        self.identity.context.note(&Engine::PostHog, key, value, self.client.core.stamping);
    }

    /// Tells what is wrong with what a source said; nothing is where it is off, or held out.
    fn tell_fallback(&self, key: &str, assignment: Assignment, said: &Said) {
        let Assignment::Fallback(reason) = assignment else { return };
        let detail = match (reason, &said.value) {
            (Fallback::UnknownVariant, FlagValue::Variant(name)) => format!("the plan has no variant `{name}`"),
            (Fallback::NoVariant, _) => "it is on and has no variant, and the plan has variants".to_owned(),
            (Fallback::NoPayload, _) => "it is on and hands out no settings".to_owned(),
            _ => return,
        };
        self.tell(key, reason, format!("{detail}: the default stands in"));
    }

    #[cold]
    fn tell(&self, key: &str, reason: Fallback, detail: String) {
        let core = &self.client.core;
        if core.flags.told.enter(&(key, reason), &detail) {
            core.hooks.flag_problem(&FlagProblem { flag: key.to_owned(), reason, detail });
        }
    }
}

/// Milliseconds since 1970, by the system's coarse clock: a few behind, and a few nanoseconds to read.
fn now() -> i64 {
    i64::try_from(coarsetime::Clock::now_since_epoch().as_millis()).unwrap_or(i64::MAX)
}
