use std::sync::{Mutex, PoisonError};

use crate::dedup::{Kind, Seen, Subject};

/// What a handle has reported, where each remembers for itself, so that another process goes on with it.
#[derive(Default)]
pub(crate) struct Reports(Mutex<Vec<Report>>);

/// One exposure, without the person and the groups.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Report {
    pub(super) of: Of,
    pub(super) flag: Box<str>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Of {
    /// `Experiment Viewed`.
    Viewed {
        engine: Box<str>,
        experiment: Option<Box<str>>,
        variation: Option<Box<str>>,
        rule: Option<Box<str>>,
        enabled: bool,
    },
    /// `$feature_flag_called`, for this value; none where PostHog had none.
    Called { variant: Option<Box<str>>, enabled: Option<bool> },
}

/// Reports that are kept; of more, the oldest go, and are made again at worst.
pub(super) const KEPT: usize = 200;

impl Reports {
    pub(crate) fn add(&self, subject: &Subject<'_>, seen: &Seen<'_>) {
        let report = Report::new(subject, seen);
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reports.retain(|known| !report.replaces(known));
        if reports.len() == KEPT {
            reports.remove(0);
        }
        reports.push(report);
    }

    pub(super) fn all(&self) -> Vec<Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Report {
    fn new(subject: &Subject<'_>, seen: &Seen<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(Into::into);
        let of = match subject.kind {
            Kind::Viewed { engine, experiment } => Of::Viewed {
                engine: engine.into(),
                experiment: owned(experiment),
                variation: owned(seen.variation),
                rule: owned(seen.rule),
                enabled: seen.enabled,
            },
            Kind::Called { variant, enabled } => Of::Called { variant: owned(variant), enabled },
        };
        Self { of, flag: subject.flag_key.into() }
    }

    /// Whether it says something newer of the same subject.
    fn replaces(&self, known: &Self) -> bool {
        self.flag == known.flag
            && match (&self.of, &known.of) {
                (Of::Viewed { engine, experiment, .. }, Of::Viewed { engine: of, experiment: in_one, .. }) => {
                    engine == of && experiment == in_one
                }
                (called, of) => called == of,
            }
    }

    /// The same as the memory has it.
    pub(super) fn as_remembered<'a>(
        &'a self,
        distinct_id: &'a str,
        groups: &'a [(String, String)],
    ) -> (Subject<'a>, Seen<'a>) {
        let (kind, seen) = match &self.of {
            Of::Viewed { engine, experiment, variation, rule, enabled } => (
                Kind::Viewed { engine, experiment: experiment.as_deref() },
                Seen { variation: variation.as_deref(), rule: rule.as_deref(), enabled: *enabled },
            ),
            Of::Called { variant, enabled } => {
                (Kind::Called { variant: variant.as_deref(), enabled: *enabled }, Seen::default())
            }
        };
        (Subject { kind, distinct_id, flag_key: &self.flag, groups }, seen)
    }
}
