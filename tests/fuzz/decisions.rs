//! Any text is a notification of Optimizely, or an error that says where and repeats no value.

use taxogen::{Decision, Notification};

use crate::random::Random;

/// Every notification of the recordings, in the forms of both SDKs.
pub(crate) fn corpus() -> Vec<String> {
    let texts = [include_str!("../vectors/decisions/js.jsonl"), include_str!("../vectors/decisions/python.jsonl")];
    let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a vector is JSON");
    texts.iter().flat_map(|text| text.lines()).map(|line| row(line)["notification"].to_string()).collect()
}

/// A value in the place of another, anywhere in the notification: most of what comes out is JSON.
pub(crate) fn with_other_value(text: &str, random: &mut Random) -> String {
    const VALUES: &[&str] = &["null", "\"\"", "\"x\"", "7", "1e300", "true", "[]", "{}", "[{}]", "{\"a\":[null]}"];
    let mut notification: serde_json::Value = serde_json::from_str(text).expect("the corpus is JSON");
    let mut place = &mut notification;
    loop {
        let inner = match place {
            serde_json::Value::Object(members) => members.len(),
            serde_json::Value::Array(items) => items.len(),
            _ => 0,
        };
        if inner == 0 || random.once_in(4) {
            break;
        }
        let at = random.below(inner);
        place = match place {
            serde_json::Value::Object(members) => members.values_mut().nth(at).expect("it is below the length"),
            serde_json::Value::Array(items) => &mut items[at],
            _ => unreachable!("it has nothing inside"),
        };
    }
    *place = random.pick::<&str>(VALUES).parse().expect("it is JSON");
    notification.to_string()
}

pub(crate) fn holds(text: &str) -> bool {
    let used = allocation_counter::measure(|| drop(Notification::from_json(text))).bytes_max;
    let most = (1 << 16) + 200 * text.len() as u64;
    assert!(used <= most, "{used} bytes of memory for a text of {}", text.len());
    match Notification::from_json(text) {
        Ok(notification) => {
            assert_eq!(notification, Notification::from_json(text).expect("read twice"));
            let decision = Decision::from_json(text).expect("as the notification");
            assert_eq!(decision, notification.decision());
            if let Some(decision) = decision {
                assert!(!decision.flag_key().is_empty());
                for key in [decision.variation_key(), decision.rule_key(), decision.experiment_id()] {
                    assert_ne!(key, Some(""));
                }
            }
            true
        }
        Err(error) => {
            let message = error.to_string();
            assert!(error.is_input() && message.len() < 200 && !message.ends_with('.'), "{message}");
            for value in ["user_0", "US", "2.0.9", "treatment"] {
                assert!(!message.contains(value), "{message}");
            }
            false
        }
    }
}
