use std::time::Duration;

use taxogen_flags::{Assignment, Reason};

use crate::decision::{Decided, Decision};
use crate::flag::{FlagSource, NoPayload};
use crate::payload::PayloadError;

/// What [`User::evaluate_experiment`](crate::User::evaluate_experiment) and
/// [`Experiment::from_decision`](crate::Experiment::from_decision) say about an experiment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExperimentAnswer<V, P = NoPayload> {
    /// What the person is shown.
    pub variant: V,
    /// What goes with it.
    pub payload: Option<P>,
    /// Why what was handed out is not the payload; the plan's own stands in then.
    pub payload_error: Option<PayloadError>,
    /// How the person came to the variant; only [`Assigned`](Assignment::Assigned) is an exposure, where the `source` is
    /// [PostHog's own](FlagSource::is_posthog). What another engine decided is reported where it is decided.
    pub assignment: Assignment,
    /// Why, in the words of the source; none where no source was asked.
    pub reason: Option<Reason>,
    /// Who said so.
    pub source: FlagSource,
    /// How old the answer is, or the definitions by which it was evaluated; none where nobody was asked.
    pub age: Option<Duration>,
    pub(super) decided: Decided,
}

impl<V, P> ExperimentAnswer<V, P> {
    /// The same as a decision about this person, made now: for a hub, a log, or another program.
    ///
    /// Of an assigned variant its rule is the experiment's key, as it is in `Experiment Viewed`. Of a holdout it has the
    /// holdout as rule and as variation, and of a fallback neither: nobody decided for the variant that stands in.
    ///
    /// ```
    /// # use taxogen::{Client, ExperimentKey, Flag, Variant};
    /// # #[derive(Clone, Copy)]
    /// # enum Checkout { Control }
    /// # impl Variant for Checkout {
    /// #     const NAMES: &'static [&'static str] = &["control"];
    /// #     fn from_name(name: &str) -> Option<Self> { (name == "control").then_some(Self::Control) }
    /// #     fn name(&self) -> &'static str { "control" }
    /// # }
    /// # const CHECKOUT: Flag<Checkout> = Flag::variants("checkout", || Checkout::Control);
    /// # const CHECKOUT_FLOW: ExperimentKey<Checkout> = ExperimentKey::new("checkout-flow", CHECKOUT);
    /// let (client, _) = Client::recorder();
    /// let user = client.user("user_123");
    /// let decision = user.evaluate_variant(CHECKOUT_FLOW).to_decision(user.distinct_id());
    /// assert_eq!((decision.engine().name(), decision.flag_key()), ("PostHog", "checkout"));
    /// assert_eq!(decision.variation_key(), None, "nothing was loaded: the fallback stands in");
    /// ```
    pub fn to_decision(&self, user_id: impl Into<String>) -> Decision {
        self.decided.to_decision(user_id.into())
    }
}
