use std::time::Duration;

use taxogen_flags::{Assignment, Fallback, FlagValue, Reason};

use super::fixed::Fixed;
use super::key::NoPayload;
use super::source::{FlagSource, Said};
use crate::decision::{Decided, Decision, Engine};

/// What [`User::evaluate`](crate::User::evaluate) says about a flag.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Answer<T, P = NoPayload> {
    /// What the code goes by.
    pub value: T,
    /// What goes with it.
    pub payload: Option<P>,
    /// How the person came to it.
    pub assignment: Assignment,
    /// Why, in the words of the source; none where no source was asked.
    pub reason: Option<Reason>,
    /// Who said so.
    pub source: FlagSource,
    /// How old the answer is, or the definitions by which it was evaluated; none where nobody was asked.
    pub age: Option<Duration>,
    pub(super) decided: Decided,
}

impl<T, P> Answer<T, P> {
    /// The same as a decision about this person, made now: for a hub, a log, or another program.
    ///
    /// A flag with variants has the variant as its variation, one without has none and is on or off. There is no rule: no
    /// experiment was read ([`ExperimentAnswer::to_decision`](crate::ExperimentAnswer::to_decision) has one). Of a holdout
    /// it has the holdout as rule and as variation.
    ///
    /// ```
    /// use taxogen::{Client, Flag};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let (client, _) = Client::builder().fix_flag(NEW_DASHBOARD, true).recorder();
    /// let decision = client.user("user_123").evaluate(NEW_DASHBOARD).to_decision("user_123");
    /// assert_eq!((decision.engine().name(), decision.flag_key()), ("PostHog", "new-dashboard"));
    /// assert!(decision.enabled());
    /// ```
    pub fn to_decision(&self, user_id: impl Into<String>) -> Decision {
        self.decided.to_decision(user_id.into())
    }
}

/// A value, and what it comes from.
pub(crate) struct Resolved<T> {
    pub(crate) value: T,
    pub(crate) assignment: Assignment,
    pub(crate) source: FlagSource,
    /// What a source said, also where the default stands in for it.
    pub(crate) said: Option<Said>,
    /// Who said that; where there is none, who gave the reason.
    pub(crate) spoke: FlagSource,
    /// The value that somebody fixed; none of settings.
    pub(crate) fixed: Option<FlagValue>,
}

impl<T> Resolved<T> {
    /// By hand.
    pub(super) fn fixed(value: T, assignment: Assignment, source: FlagSource, fixed: &Fixed) -> Self {
        let fixed = match fixed {
            Fixed::Value(value) => Some(value.clone()),
            Fixed::Config(_) => None,
        };
        Self { value, assignment, source, said: None, spoke: source, fixed }
    }

    pub(super) const fn said(value: T, assignment: Assignment, said: Said, spoke: FlagSource) -> Self {
        Self { value, assignment, source: spoke, said: Some(said), spoke, fixed: None }
    }

    /// Nobody said what the code could go by; `spoke` gave the reason.
    pub(super) const fn default(value: T, assignment: Assignment, spoke: FlagSource) -> Self {
        Self { value, assignment, source: FlagSource::Default, said: None, spoke, fixed: None }
    }

    /// The same as who decided what, by this rule where one assigned it.
    pub(crate) fn decided(&self, flag: &'static str, rule: Option<&'static str>) -> Decided {
        if let Some(judged) = self.said.as_ref().and_then(|said| said.judged.as_ref()) {
            return Decided::clone(&judged.decided);
        }
        let engine = self.said.as_ref().and_then(|said| said.engine.clone()).unwrap_or(Engine::PostHog);
        Decided::here(engine, flag, rule, self.flag_value(), self.assignment)
    }

    /// What the source said or somebody fixed; nothing where settings were fixed, and where nobody said anything.
    pub(crate) fn flag_value(&self) -> Option<&FlagValue> {
        self.fixed.as_ref().or_else(|| self.said.as_ref().map(|said| &said.value))
    }

    /// What PostHog said, where that is what the code goes by.
    pub(crate) fn said_by_posthog(&self) -> Option<&Said> {
        let is_answer = !matches!(self.assignment, Assignment::Fallback(_));
        self.said.as_ref().filter(|_| is_answer && self.spoke.is_posthog())
    }

    /// Why PostHog has no value, where it was asked for one last.
    pub(super) fn unanswered(&self) -> Option<Fallback> {
        match self.assignment {
            Assignment::Fallback(why) if self.said.is_none() && self.spoke.is_posthog() => Some(why),
            _ => None,
        }
    }
}
