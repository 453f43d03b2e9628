use std::sync::Arc;

use crate::hooks::{Hooks, InvalidProperty};
use crate::recorder::Recorder;
use crate::report::Loss;

use super::{Client, Core, Sink};

/// Settings of a [`Client`], one by one.
#[derive(Clone)]
#[must_use = "nothing is delivered until the client is built"]
pub struct Builder {
    pub(super) hooks: Hooks,
    pub(super) log_bytes: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self { hooks: Hooks::default(), log_bytes: 64 * 1024 * 1024 }
    }
}

impl Builder {
    /// How many bytes may wait for the slowest destination; 64 MiB unless set, at least 64 KiB.
    ///
    /// When they are used up, the destination that is behind loses its oldest events, counted and told;
    /// the others lose nothing.
    pub fn log_bytes(mut self, bytes: usize) -> Self {
        self.log_bytes = bytes.max(64 * 1024);
        self
    }

    /// Called with everything that will never be delivered, and why.
    ///
    /// It runs where the loss is noticed, on the delivery thread or in `capture`: it should be quick. A
    /// panic in it is caught.
    pub fn on_loss(mut self, hook: impl Fn(&Loss) + Send + Sync + 'static) -> Self {
        self.hooks.on_loss = Some(Arc::new(hook));
        self
    }

    /// Called with each property that was left out because its value broke a rule of the plan.
    ///
    /// It runs in `capture`: it should be quick. A panic in it is caught.
    pub fn on_invalid(mut self, hook: impl Fn(&InvalidProperty) + Send + Sync + 'static) -> Self {
        self.hooks.on_invalid = Some(Arc::new(hook));
        self
    }

    /// A client of these settings that keeps what is captured, for your own tests; no thread, no network.
    #[must_use]
    pub fn recorder(self) -> (Client, Recorder) {
        let recorder = Recorder::default();
        let core = Core::new(Sink::Recorder(recorder.clone()), self.into_hooks(), []);
        (Client { core: Arc::new(core) }, recorder)
    }

    pub(super) fn into_hooks(self) -> Arc<Hooks> {
        Arc::new(self.hooks)
    }
}
