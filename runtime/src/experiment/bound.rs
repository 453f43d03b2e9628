use super::Exposure;
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
}
