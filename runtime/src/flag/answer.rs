use taxogen_flags::{Assignment, Reason, ServedFlag};

use super::key::NoPayload;
use crate::decision::{Decided, Decision};

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

/// Who gave the value of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlagSource {
    /// It was fixed by hand, for the client or for this person.
    Fixed,
    /// PostHog, in answer to [`User::load_flags`](crate::User::load_flags).
    PostHog,
    /// Another engine, by a decision of it: [`Experiment::from_decision`](crate::Experiment::from_decision).
    Decision,
    /// Nobody: the plan's default stands in.
    Default,
}

/// A value, and what it comes from.
pub(crate) struct Resolved<'a, T> {
    pub(crate) value: T,
    pub(crate) assignment: Assignment,
    pub(crate) source: FlagSource,
    /// The answer of the source, also where the default stands in for it.
    pub(crate) served: Option<&'a ServedFlag>,
}
