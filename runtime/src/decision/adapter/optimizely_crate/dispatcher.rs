use ::optimizely::Conversion;
use ::optimizely::client::UserContext;
use ::optimizely::event_api::EventDispatcher;

use super::OptimizelyObserver;

/// A dispatcher that publishes the decisions it sends: [`OptimizelyObserver::dispatcher`].
#[derive(Debug)]
pub struct ObservingDispatcher<D> {
    pub(super) inner: D,
    pub(super) observer: OptimizelyObserver,
}

impl<D: EventDispatcher> EventDispatcher for ObservingDispatcher<D> {
    fn send_conversion_event(&self, user_context: &UserContext<'_>, conversion: Conversion) {
        self.inner.send_conversion_event(user_context, conversion);
    }

    fn send_decision_event(&self, user_context: &UserContext<'_>, decision: ::optimizely::Decision) {
        self.observer.observed(user_context, &decision, Some(true));
        self.inner.send_decision_event(user_context, decision);
    }
}
