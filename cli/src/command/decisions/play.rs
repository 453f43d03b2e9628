//! What the runtime makes of notifications, for one destination.

use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use taxogen::{
    Client, Decision, DecisionInfo, DecisionOutcome, Dedup, Destinations, Error, ExposurePolicy, ExposurePreview,
    Notification, Recorder, SkipReason,
};

use super::rows::Row;

/// As many persons and flags are remembered with `--dedup`.
const REMEMBERED: usize = 1 << 20;

/// Plays notifications, one after another.
pub(super) struct Player {
    policy: ExposurePolicy,
    destination: Destinations,
    /// Whether it counts what was reported before.
    dedup: bool,
    /// Remembers what it has reported, and has its troubles as any other.
    client: Client,
    recorder: Recorder,
    troubles: Receiver<String>,
}

/// What becomes of a notification.
#[derive(Debug, PartialEq)]
pub(super) enum Fate {
    Sent(ExposurePreview),
    Skipped(String),
}

impl Player {
    pub(super) fn new(policy: ExposurePolicy, destination: Destinations, dedup: bool) -> Self {
        let (told, troubles) = channel();
        let builder = Client::builder().exposures(policy.clone()).dedup(Dedup::process().capacity(REMEMBERED));
        // It goes nowhere when the player is gone.
        let builder = builder.on_trouble(move |trouble| _ = told.send(trouble.detail.clone()));
        let (client, recorder) = builder.recorder();
        Self { policy, destination, dedup, client, recorder, troubles }
    }

    /// What a client would have told since this was asked last: which rule the plan does not know.
    pub(super) fn troubles(&self) -> impl Iterator<Item = String> {
        self.troubles.try_iter()
    }

    pub(super) fn play(&self, notification: &Value) -> Result<Fate, Error> {
        let notification = Notification::from_json(&notification.to_string())?;
        let Some(decision) = notification.decision() else {
            return Ok(Fate::Skipped(match notification.info() {
                // It may be anything, and would be a reason of its own each time.
                DecisionInfo::Other(_) => "unknown type".to_owned(),
                older => format!("not a flag decision: {}", older.kind()),
            }));
        };
        Ok(match self.policy.preview(&decision, self.destination) {
            Ok(preview) => self.unless_repeated(&decision, preview),
            Err(reason) => {
                if reason == SkipReason::UnknownRule {
                    self.client.decided(&decision);
                }
                Fate::Skipped(reason.to_string())
            }
        })
    }

    fn unless_repeated(&self, decision: &Decision, preview: ExposurePreview) -> Fate {
        if !self.dedup {
            return Fate::Sent(preview);
        }
        let outcome = self.client.decided(decision);
        self.recorder.clear();
        match outcome {
            DecisionOutcome::Reported => Fate::Sent(preview),
            DecisionOutcome::Skipped(reason) => Fate::Skipped(reason.to_string()),
            other => Fate::Skipped(other.to_string()),
        }
    }
}

impl Fate {
    /// A line of JSON.
    pub(super) fn line(&self, row: &Row) -> String {
        let seq = &row.seq;
        let text = |text: &str| Value::from(text).to_string();
        match self {
            Self::Sent(ExposurePreview { event, user_id, properties, person_properties, .. }) => format!(
                r#"{{"seq":{seq},"event":{},"user_id":{},"properties":{properties},"person_properties":{person_properties}}}"#,
                text(event),
                text(user_id),
            ),
            Self::Skipped(reason) => format!(r#"{{"seq":{seq},"skipped":{}}}"#, text(reason)),
        }
    }
}
