use std::sync::Arc;

use taxogen_flags::{CannotSay, Fallback, Reason};

use super::shelf::Shelf;
use super::snapshot::Snapshot;
use crate::flag::{FlagLayer, FlagQuestion, FlagSource, LayerAnswer, Said};
use crate::value::Timestamp;

/// Answers by the definitions that are in use at the moment of the question.
pub(crate) struct Local(Arc<Shelf>);

impl Local {
    /// Who answers by what lies there; nobody where nothing ever will.
    pub(crate) fn of(shelf: &Arc<Shelf>) -> Option<Self> {
        shelf.is_used().then(|| Self(Arc::clone(shelf)))
    }
}

impl FlagLayer for Local {
    fn source(&self) -> FlagSource {
        FlagSource::Local
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        match &*self.0.peek() {
            Some(snapshot) => snapshot.answer(question),
            None => LayerAnswer::CannotSay(Fallback::NotLoaded),
        }
    }

    fn keys(&self) -> Vec<String> {
        let snapshot = self.0.peek();
        snapshot.iter().flat_map(|snapshot| snapshot.definitions.keys()).map(str::to_owned).collect()
    }
}

impl Snapshot {
    /// What these definitions say.
    pub(crate) fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        let evaluation = match self.definitions.evaluate(question.key(), question.person(), question.now()) {
            None => return LayerAnswer::CannotSay(Fallback::Missing),
            Some(Err(CannotSay::OddDefinition)) => return LayerAnswer::CannotSay(Fallback::SourceError),
            Some(Err(_)) => return LayerAnswer::CannotSay(Fallback::Inconclusive),
            Some(Ok(evaluation)) => evaluation,
        };
        LayerAnswer::Says(Said {
            payload: evaluation.payload,
            reason: Some(Reason { code: evaluation.reason, description: None }),
            id: evaluation.id,
            version: evaluation.version,
            has_experiment: evaluation.has_experiment,
            locally_evaluated: true,
            definitions_loaded_at: Some(self.loaded_at.as_unix_millis()),
            minimal: self.definitions.minimal_flag_called(),
            age: Some(self.age(Timestamp::from_unix_millis(question.now()))),
            ..Said::new(evaluation.value)
        })
    }
}
