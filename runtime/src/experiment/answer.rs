use taxogen_flags::{Assignment, Reason};

use crate::flag::{FlagSource, NoPayload};

/// What [`User::evaluate_experiment`](crate::User::evaluate_experiment) says about an experiment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExperimentAnswer<V, P = NoPayload> {
    /// What the person is shown.
    pub variant: V,
    /// What goes with it.
    pub payload: Option<P>,
    /// How the person came to the variant; only [`Assigned`](Assignment::Assigned) is an exposure.
    pub assignment: Assignment,
    /// Why, in the words of the source; none where no source was asked.
    pub reason: Option<Reason>,
    /// Who said so.
    pub source: FlagSource,
}
