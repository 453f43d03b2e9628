//! What is seen of a client from outside: metrics, events, and that neither they nor anything else shows a key.

mod events;
mod keys;
mod lines;
mod numbers;
mod recorder;
mod vendor;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Recorder and subscriber are those of the process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An event that holds its number, and somebody's address.
struct Numbered(i64);

impl taxogen::Event for Numbered {
    fn schema(&self) -> &'static taxogen::EventSchema {
        const { &taxogen::EventSchema::new("numbered", taxogen::PlanId::new("shop", "0000000000000000")) }
    }

    fn write(&self, properties: &mut taxogen::PropertyWriter<'_>) {
        properties.internal("number", &self.0);
        properties.personal("email", "somebody@example.com");
    }
}

const LONG: std::time::Duration = std::time::Duration::from_secs(20);
