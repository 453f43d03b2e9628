//! What the decision of another engine means for an experiment of the plan.

use taxogen_flags::{Assignment, Fallback};

use super::{ExperimentAnswer, ExperimentKey};
use crate::decision::{Decided, Decision, RuleKind};
use crate::flag::FlagSource;

impl<V, P> ExperimentKey<V, P> {
    /// What a decision of another engine means for this experiment, by the plan's enum; see
    /// [`Experiment::from_decision`](crate::Experiment::from_decision).
    #[must_use]
    pub fn answer(&self, decision: &Decision) -> ExperimentAnswer<V, P> {
        let decided = Decided::elsewhere(decision);
        let (variant, assignment) = self.assignment(decision, &decided);
        let is_fallback = variant.is_none();
        let variant = variant.unwrap_or_else(self.fallback);
        let handed_out = decision.variables_object().filter(|_| !is_fallback);
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
        ExperimentAnswer { variant, payload, payload_error, assignment, reason: None, source, age: None, decided }
    }

    /// The variant that somebody was given, and how; no variant where the fallback stands in.
    fn assignment(&self, decision: &Decision, decided: &Decided) -> (Option<V>, Assignment) {
        if decision.flag_key() != self.flag {
            return (None, Assignment::Fallback(Fallback::OtherFlag));
        }
        let kind = decided.rule().map(|rule| RuleKind::among(self.names.rules, rule));
        decided.variant(kind, self.names.from_name)
    }
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
        let key = ExperimentKey::<Checkout, Banner>::bound().with_rules(&[]);
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
