use super::{Experiment, ExperimentAnswer, ExperimentKey};
use crate::decision::{Decided, Engine, Shown, Viewed};
use crate::flag::{FlagSource, Resolved, Variant};
use crate::user::User;

/// Reading experiments. It never does I/O, as [reading a flag](User::flag) does not. An assigned variant is one exposure:
/// PostHog gets `$feature_flag_called`, the others get `Experiment Viewed` (or what the plan's `exposure:` says), once
/// until the variant changes. A fallback is none, and neither is a fixed value.
impl User {
    /// The variant that this person is shown, as the application's own enum.
    #[must_use]
    pub fn experiment<E: Experiment>(&self) -> E {
        self.enrol(&ExperimentKey::bound()).value
    }

    /// The variant and the payload that goes with it, as [`flag_with_payload`](Self::flag_with_payload) has it: what
    /// PostHog handed out, and the plan's own with the fallback, with a fixed value, and in place of a payload that
    /// cannot be read.
    #[must_use]
    pub fn experiment_with_payload<E: Experiment>(&self) -> (E, Option<E::Payload>) {
        let ExperimentAnswer { variant, payload, .. } = self.evaluate_experiment();
        (variant, payload)
    }

    /// The long form of [`experiment`](Self::experiment) and [`experiment_with_payload`](Self::experiment_with_payload):
    /// also how the person came to the variant, why, and who said so.
    #[must_use]
    pub fn evaluate_experiment<E: Experiment>(&self) -> ExperimentAnswer<E, E::Payload> {
        let experiment = ExperimentKey::bound();
        self.experiment_answer(&experiment, self.enrol(&experiment))
    }

    /// The variant that this person is shown, as the plan's enum.
    #[must_use]
    pub fn variant<V: Variant, P>(&self, experiment: ExperimentKey<V, P>) -> V {
        self.enrol(&experiment).value
    }

    /// [`experiment_with_payload`](Self::experiment_with_payload) by the plan's enum.
    #[must_use]
    pub fn variant_with_payload<V: Variant, P>(&self, experiment: ExperimentKey<V, P>) -> (V, Option<P>) {
        let ExperimentAnswer { variant, payload, .. } = self.evaluate_variant(experiment);
        (variant, payload)
    }

    /// [`evaluate_experiment`](Self::evaluate_experiment) by the plan's enum.
    #[must_use]
    pub fn evaluate_variant<V: Variant, P>(&self, experiment: ExperimentKey<V, P>) -> ExperimentAnswer<V, P> {
        self.experiment_answer(&experiment, self.enrol(&experiment))
    }

    /// [`evaluate_experiment`](Self::evaluate_experiment) without a report, as [`peek`](Self::peek) is without one: where a
    /// browser reports the exposure, and for deciding whether to show anything at all.
    #[must_use]
    pub fn peek_experiment<E: Experiment>(&self) -> ExperimentAnswer<E, E::Payload> {
        self.look(&ExperimentKey::bound())
    }

    /// [`peek_experiment`](Self::peek_experiment) by the plan's enum.
    #[must_use]
    pub fn peek_variant<V: Variant, P>(&self, experiment: ExperimentKey<V, P>) -> ExperimentAnswer<V, P> {
        self.look(&experiment)
    }

    fn look<V, P>(&self, experiment: &ExperimentKey<V, P>) -> ExperimentAnswer<V, P> {
        self.experiment_answer(experiment, self.assigned(experiment))
    }

    fn assigned<V, P>(&self, experiment: &ExperimentKey<V, P>) -> Resolved<V> {
        self.resolve(experiment.flag, &experiment.names, experiment.fallback)
    }

    /// Finds the variant, and reports it where a rule of PostHog assigned it.
    fn enrol<V, P>(&self, experiment: &ExperimentKey<V, P>) -> Resolved<V> {
        let ExperimentKey { key, flag, names, exposure, .. } = experiment;
        let resolved = self.assigned(experiment);
        self.note_flag(flag, &resolved);
        if let Some(said) = resolved.said_by_posthog().filter(|_| resolved.assignment.is_assigned()) {
            self.report_called(flag, said);
            let viewed = Viewed {
                engine: &Engine::PostHog,
                flag_key: flag,
                variation_key: Some((names.name)(&resolved.value)),
                rule_key: Some(key),
                enabled: true,
                shown: Shown::Exposure(exposure),
                elsewhere: None,
            };
            if self.report_viewed(&viewed) {
                self.publish(|| experiment.decided(&resolved));
            }
        }
        resolved
    }

    /// Tells the client's hub of an exposure, if it has one.
    fn publish(&self, decided: impl FnOnce() -> Decided) {
        let core = &self.client.core;
        if let Some(hub) = &core.hub
            && !core.has_opted_out(&self.identity)
        {
            hub.publish(decided().to_decision(self.distinct_id().to_owned()));
        }
    }

    fn experiment_answer<V, P>(
        &self,
        experiment: &ExperimentKey<V, P>,
        resolved: Resolved<V>,
    ) -> ExperimentAnswer<V, P> {
        let (payload, payload_error) = self.payload_of(experiment.flag, &experiment.payloads, &resolved);
        let decided = experiment.decided(&resolved);
        let Resolved { value: variant, assignment, source, said, .. } = resolved;
        let (reason, age) = said.map_or((None, None), |said| (said.reason, said.age));
        ExperimentAnswer { variant, payload, payload_error, assignment, reason, source, age, decided }
    }
}

impl<V, P> ExperimentKey<V, P> {
    fn decided(&self, resolved: &Resolved<V>) -> Decided {
        // What was fixed by hand no rule decided.
        let is_by_hand = matches!(resolved.source, FlagSource::Fixed | FlagSource::Override);
        resolved.decided(self.flag, (!is_by_hand).then_some(self.key))
    }
}
