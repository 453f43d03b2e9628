//! What a real SDK told its listeners.

use serde_json::Value;
use taxogen::Decision;

/// A recorded decision.
pub(crate) struct Row {
    pub(crate) seq: u64,
    pub(crate) decision: Decision,
}

/// Lines of JSON.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a recording is JSON"))
}

/// The decisions about flags that the JavaScript SDK notified of, in their order.
pub(crate) fn notified() -> impl Iterator<Item = Row> {
    rows(include_str!("../vectors/decisions/js.jsonl")).filter_map(|row| {
        let decision = Decision::from_json(&row["notification"].to_string()).expect("a notification");
        Some(Row { seq: row["seq"].as_u64().expect("a number"), decision: decision? })
    })
}
