use super::{Experiment, ExperimentAnswer, ExperimentKey};
use crate::decision::{Decided, Engine, Shown, Viewed};
use crate::flag::{FlagSource, Known, Resolved, Variant};
use crate::user::User;

/// Reading experiments. It never does I/O, as [reading a flag](User::flag) does not. An assigned variant is one exposure:
/// PostHog gets `$feature_flag_called`, the others get `Experiment Viewed` (or what the plan's `exposure:` says), once
/// until the variant changes. A fallback is none, and neither is a fixed value.
impl User {
    /// The variant that this person is shown, as the application's own enum.
    #[must_use]
    pub fn experiment<E: Experiment>(&self) -> E {
        self.enrol(&ExperimentKey::bound(), |_, resolved| resolved.value)
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
        self.enrol(&experiment, |known, resolved| self.experiment_answer(&experiment, known, resolved))
    }

    /// The variant that this person is shown, as the plan's enum.
    #[must_use]
    pub fn variant<V: Variant, P>(&self, experiment: ExperimentKey<V, P>) -> V {
        self.enrol(&experiment, |_, resolved| resolved.value)
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
        self.enrol(&experiment, |known, resolved| self.experiment_answer(&experiment, known, resolved))
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
        let ExperimentKey { flag, names, fallback, .. } = experiment;
        self.resolve(flag, names, fallback, |known, resolved| self.experiment_answer(experiment, known, resolved))
    }

    /// Finds the variant, reports it where a rule assigned it, and hands it over.
    fn enrol<V, P, R>(&self, experiment: &ExperimentKey<V, P>, use_it: impl FnOnce(&Known, Resolved<'_, V>) -> R) -> R {
        let ExperimentKey { key, flag, names, fallback, exposure, .. } = experiment;
        self.resolve(flag, names, fallback, |known, resolved| {
            self.note_flag(flag, &resolved);
            if resolved.assignment.is_assigned() && resolved.served.is_some() {
                self.report_called(flag, known, resolved.served);
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
                    self.publish(|| experiment.decided(known, &resolved));
                }
            }
            use_it(known, resolved)
        })
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
        known: &Known,
        resolved: Resolved<'_, V>,
    ) -> ExperimentAnswer<V, P> {
        let (payload, payload_error) = self.payload_of(experiment.flag, &experiment.payloads, &resolved);
        let decided = experiment.decided(known, &resolved);
        let Resolved { value: variant, assignment, source, served } = resolved;
        let reason = served.and_then(|served| served.reason.clone());
        ExperimentAnswer { variant, payload, payload_error, assignment, reason, source, decided }
    }
}

impl<V, P> ExperimentKey<V, P> {
    fn decided(&self, known: &Known, resolved: &Resolved<'_, V>) -> Decided {
        // What was fixed by hand no rule decided.
        let rule = (resolved.source != FlagSource::Fixed).then_some(self.key);
        Decided::here(self.flag, rule, known.value(resolved), resolved.assignment)
    }
}
