//! What the decision of another engine means for an experiment of the plan.

use taxogen_flags::{Assignment, Fallback};

use super::{ExperimentAnswer, ExperimentKey};
use crate::decision::{Decided, Decision, RuleKind};
use crate::flag::FlagSource;
use crate::json;

impl<V, P> ExperimentKey<V, P> {
    /// What a decision of another engine means for this experiment, by the plan's enum; see
    /// [`Experiment::from_decision`](crate::Experiment::from_decision).
    #[must_use]
    pub fn answer(&self, decision: &Decision) -> ExperimentAnswer<V, P> {
        let (variant, assignment) = self.assignment(decision);
        let is_fallback = variant.is_none();
        let variant = variant.unwrap_or_else(self.fallback);
        let handed_out = (!is_fallback && !decision.variables().is_empty()).then(|| object(decision));
        let (payload, payload_error) = match self.payloads.of(&variant, handed_out.as_deref()) {
            Ok(payload) => (payload, None),
            Err((own, error)) => (own, Some(error)),
        };
        let source = match assignment {
            _ if is_fallback => FlagSource::Default,
            // A variation without a rule was forced by the program.
            _ if decision.rule_key().is_none() => FlagSource::Fixed,
            _ => FlagSource::Decision,
        };
        let decided = Decided::elsewhere(decision);
        ExperimentAnswer { variant, payload, payload_error, assignment, reason: None, source, age: None, decided }
    }

    /// The variant that somebody was given, and how; no variant where the fallback stands in.
    fn assignment(&self, decision: &Decision) -> (Option<V>, Assignment) {
        let fallback = |reason| (None, Assignment::Fallback(reason));
        if decision.flag_key() != self.flag {
            return fallback(Fallback::OtherFlag);
        }
        let kind = decision.rule_key().map(|rule| self.kind_of(rule));
        if kind == Some(RuleKind::Holdout) {
            return (None, Assignment::Holdout);
        }
        match (decision.variation_key(), kind) {
            (Some(key), kind) => match ((self.names.from_name)(key), kind) {
                // Whether its feature is on says nothing here: a control with the feature off is a variation too.
                (Some(variant), None | Some(RuleKind::Experiment)) => (Some(variant), Assignment::Assigned),
                (Some(variant), Some(_)) => (Some(variant), Assignment::Delivered),
                (None, _) if decision.enabled() => fallback(Fallback::UnknownVariant),
                (None, _) => (None, Assignment::Off),
            },
            (None, None) => fallback(Fallback::NoRule),
            (None, Some(_)) if decision.enabled() => fallback(Fallback::NoVariant),
            (None, Some(_)) => (None, Assignment::Off),
        }
    }

    /// What a rule is. A plan that speaks of none leaves it to the variation; beside those that it knows, one that it
    /// does not know is no experiment.
    fn kind_of(&self, rule: &str) -> RuleKind {
        let known = self.rules.iter().find(|(known, _)| *known == rule);
        let unknown = if self.rules.is_empty() { RuleKind::Experiment } else { RuleKind::Delivery };
        known.map_or(unknown, |(_, kind)| *kind)
    }
}

/// The variables as one object.
fn object(decision: &Decision) -> String {
    let mut text = Vec::from(*b"{");
    for (place, (name, value)) in decision.variables().iter().enumerate() {
        text.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
        json::write_escaped(&mut text, name);
        text.extend_from_slice(b"\":");
        text.extend_from_slice(value.as_str().as_bytes());
    }
    text.push(b'}');
    String::from_utf8(text).expect("texts joined are a text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::payload::{Payload, PayloadError, PayloadReader};

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Checkout {
        Control,
        Test,
    }

    #[derive(Debug, PartialEq)]
    struct Banner {
        headline: String,
    }

    impl Payload for Banner {
        fn decode(reader: &PayloadReader<'_>) -> Result<Self, PayloadError> {
            Ok(Self { headline: reader.required("headline")? })
        }
    }

    impl Experiment for Checkout {
        const KEY: &'static str = "flow";
        const FLAG: &'static str = "checkout";
        const RULES: &'static [(&'static str, RuleKind)] =
            &[("ab", RuleKind::Experiment), ("everybody", RuleKind::Delivery), ("kept out", RuleKind::Holdout)];

        type Payload = Banner;

        fn from_name(name: &str) -> Option<Self> {
            match name {
                "control" => Some(Self::Control),
                "test" => Some(Self::Test),
                _ => None,
            }
        }

        fn name(&self) -> &'static str {
            match self {
                Self::Control => "control",
                Self::Test => "test",
            }
        }

        fn fallback() -> Self {
            Self::Control
        }

        fn planned_payload(&self) -> Option<&'static str> {
            Some(r#"{"headline": "of the plan"}"#)
        }
    }

    /// Flag, variation, rule, and whether the feature is on.
    fn decision((flag, variation, rule, enabled): (&str, &str, &str, bool)) -> Decision {
        Decision::new("u", flag).with_variation(variation).with_rule(rule).with_enabled(enabled)
    }

    #[test]
    fn what_a_decision_means() {
        use Assignment::{Assigned, Delivered, Holdout, Off};
        use Checkout::{Control, Test};
        let no = Assignment::Fallback;
        for (case, variant, assignment, source) in [
            (("checkout", "test", "ab", true), Test, Assigned, FlagSource::Decision),
            (("checkout", "test", "ab", false), Test, Assigned, FlagSource::Decision),
            (("checkout", "control", "ab", false), Control, Assigned, FlagSource::Decision),
            (("checkout", "test", "", true), Test, Assigned, FlagSource::Fixed),
            (("checkout", "control", "", false), Control, Assigned, FlagSource::Fixed),
            (("checkout", "test", "everybody", true), Test, Delivered, FlagSource::Decision),
            (("checkout", "test", "a new one", true), Test, Delivered, FlagSource::Decision),
            (("checkout", "off", "everybody", false), Control, Off, FlagSource::Default),
            (("checkout", "off", "ab", false), Control, Off, FlagSource::Default),
            (("checkout", "ho_off", "kept out", false), Control, Holdout, FlagSource::Default),
            (("checkout", "test", "kept out", true), Control, Holdout, FlagSource::Default),
            (("checkout", "gold", "ab", true), Control, no(Fallback::UnknownVariant), FlagSource::Default),
            (("checkout", "", "ab", true), Control, no(Fallback::NoVariant), FlagSource::Default),
            (("checkout", "", "ab", false), Control, Off, FlagSource::Default),
            (("checkout", "", "", false), Control, no(Fallback::NoRule), FlagSource::Default),
            (("checkout", "", "", true), Control, no(Fallback::NoRule), FlagSource::Default),
            (("another", "test", "ab", true), Control, no(Fallback::OtherFlag), FlagSource::Default),
            (("", "", "", true), Control, no(Fallback::OtherFlag), FlagSource::Default),
        ] {
            let answer = Checkout::from_decision(&decision(case));
            assert_eq!((answer.variant, answer.assignment, answer.source), (variant, assignment, source), "{case:?}");
        }
    }

    #[test]
    fn a_plan_that_speaks_of_no_rules_leaves_it_to_the_variation() {
        let key = ExperimentKey { rules: &[], ..ExperimentKey::<Checkout, Banner>::bound() };
        for rule in ["ab", "everybody", "kept out"] {
            let answer = key.answer(&decision(("checkout", "test", rule, true)));
            assert_eq!((answer.variant, answer.assignment), (Checkout::Test, Assignment::Assigned), "{rule}");
        }
    }

    #[test]
    fn the_variables_are_the_payload_where_they_fit() {
        let test = decision(("checkout", "test", "ab", true));
        let of_plan = Some(Banner { headline: "of the plan".to_owned() });
        let handed_out = Some(Banner { headline: "a \"word\"".to_owned() });
        for (decision, payload, error) in [
            (
                test.clone().with_variable("headline", &"a \"word\"").with_variable("other \"one\"", &1),
                handed_out,
                None,
            ),
            (test.clone(), of_plan, None),
            (
                test.clone().with_variable("headline", &7),
                Some(Banner { headline: "of the plan".to_owned() }),
                Some("`headline` of the payload is a number where a text is expected"),
            ),
            (
                decision(("checkout", "gold", "ab", true)).with_variable("headline", &"of a variant that is not shown"),
                Some(Banner { headline: "of the plan".to_owned() }),
                None,
            ),
        ] {
            let answer = Checkout::from_decision(&decision);
            assert_eq!(answer.payload, payload, "{decision:?}");
            assert_eq!(answer.payload_error.map(|error| error.to_string()).as_deref(), error, "{decision:?}");
        }
    }

    #[test]
    fn an_answer_about_a_decision_is_that_decision() {
        let decision = decision(("checkout", "test", "ab", false));
        assert_eq!(Checkout::from_decision(&decision).to_decision("u"), decision);
    }
}
