use super::{ExperimentAnswer, ExperimentKey, Exposure};
use crate::decision::{Decision, RuleKind};
use crate::payload::Payload;

/// An enum of the application that is bound to an experiment of the plan: `#[derive(Experiment)]` with
/// `#[experiment("key")]` writes it and compares the variants with the plan's.
/// [`User::experiment`](crate::User::experiment) reads it.
///
/// Written by hand it looks like this:
///
/// ```
/// use taxogen::{Client, Experiment, NoPayload};
///
/// #[derive(Debug, PartialEq)]
/// enum Checkout { Control, Test }
///
/// impl Experiment for Checkout {
///     const KEY: &'static str = "checkout-flow-redesign";
///     const FLAG: &'static str = "checkout-experiment";
///     type Payload = NoPayload;
///
///     fn from_name(name: &str) -> Option<Self> {
///         match name { "control" => Some(Self::Control), "test" => Some(Self::Test), _ => None }
///     }
///
///     fn name(&self) -> &'static str {
///         match self { Self::Control => "control", Self::Test => "test" }
///     }
///
///     fn fallback() -> Self {
///         Self::Control
///     }
/// }
///
/// let (client, recorder) = Client::recorder();
/// assert_eq!(client.user("user_123").experiment::<Checkout>(), Checkout::Control);
/// assert!(recorder.is_empty(), "a fallback is no exposure");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bound to an experiment of the plan",
    label = "not an experiment",
    note = "write `#[derive(Experiment)]` and `#[experiment(\"the-experiments-key\")]` on `{Self}`"
)]
pub trait Experiment: Sized + 'static {
    /// The experiment's key in the plan.
    const KEY: &'static str;
    /// The key of the flag that assigns its variants.
    const FLAG: &'static str;
    /// What is captured when somebody sees it; the plan's `exposure:`.
    const EXPOSURE: Exposure = Exposure::VIEWED;
    /// What the rules of another engine are, by their keys; the plan's `optimizely: { rules: .. }`.
    const RULES: &'static [(&'static str, RuleKind)] = &[];

    /// What goes with a variant; [`NoPayload`](crate::NoPayload) where the code reads none.
    type Payload: Payload + 'static;

    /// The variant of this key on the wire.
    fn from_name(name: &str) -> Option<Self>;

    /// The key of this variant on the wire.
    fn name(&self) -> &'static str;

    /// What somebody sees who is not in the experiment.
    fn fallback() -> Self;

    /// The plan's own payload of this variant, as JSON: what goes with the fallback and with fixed values, and stands
    /// in for one that cannot be read.
    fn planned_payload(&self) -> Option<&'static str> {
        None
    }

    /// What a decision of another engine means for this experiment, for a program that asks that engine alone. Nothing is
    /// reported: that is for [`Client::decided`](crate::Client::decided), or for a listener of the engine.
    ///
    /// - A variation of the plan is what the person is shown, also where its feature is off: a control may well be. The
    ///   variation is [`Assigned`](crate::Assignment::Assigned) where its rule is an experiment of the plan, or where the plan
    ///   speaks of no rules, and else [`Delivered`](crate::Assignment::Delivered). Without a rule it was forced:
    ///   [`FlagSource::Fixed`](crate::FlagSource::Fixed).
    /// - A rule that the plan calls a holdout is [`Holdout`](crate::Assignment::Holdout); a flag that is off under a name
    ///   that the plan does not have, `off` say, is [`Off`](crate::Assignment::Off).
    /// - A decision of another flag, one without a rule, and a variation that the plan does not have are fallbacks, each with
    ///   its [reason](crate::Fallback).
    ///
    /// The payload is read from the decision's variables, all of them as one object. Where there are none, with the
    /// fallback, and where they are not of the payload's type
    /// ([`payload_error`](ExperimentAnswer::payload_error)), it is the plan's own.
    ///
    /// ```
    /// use taxogen::{Assignment, Decision, Experiment, Fallback, NoPayload};
    ///
    /// #[derive(Debug, PartialEq)]
    /// enum Checkout { Control, Test }
    /// # impl Experiment for Checkout {
    /// #     const KEY: &'static str = "checkout-flow-redesign";
    /// #     const FLAG: &'static str = "checkout-experiment";
    /// #     type Payload = NoPayload;
    /// #     fn from_name(name: &str) -> Option<Self> {
    /// #         match name { "control" => Some(Self::Control), "test" => Some(Self::Test), _ => None }
    /// #     }
    /// #     fn name(&self) -> &'static str { match self { Self::Control => "control", Self::Test => "test" } }
    /// #     fn fallback() -> Self { Self::Control }
    /// # }
    ///
    /// let decision = Decision::new("user_123", "checkout-experiment").with_variation("test").with_rule("checkout_ab");
    /// let answer = Checkout::from_decision(&decision);
    /// assert_eq!((answer.variant, answer.assignment), (Checkout::Test, Assignment::Assigned));
    ///
    /// let nobody = Checkout::from_decision(&Decision::new("user_123", "checkout-experiment").with_enabled(false));
    /// assert_eq!((nobody.variant, nobody.assignment), (Checkout::Control, Assignment::Fallback(Fallback::NoRule)));
    /// ```
    #[must_use]
    fn from_decision(decision: &Decision) -> ExperimentAnswer<Self, Self::Payload> {
        ExperimentKey::bound().answer(decision)
    }
}
