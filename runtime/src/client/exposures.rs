//! What a client is told of exposures: which decisions are some, who hears of them, and how they are remembered.

use super::Builder;
use crate::decision::{DecisionHub, ExposurePolicy};
use crate::dedup::Dedup;

impl Builder {
    /// Which decisions of another engine are reported as exposures, by [`Client::decided`](crate::Client::decided) and
    /// [`User::decided`](crate::User::decided); mostly what the plan says:
    /// `ExposurePolicy::by_plan(experiments::DECISIONS)`.
    ///
    /// Unless it is set nothing is reported: nobody could tell an experiment from a delivery. That is counted
    /// ([`Client::decision_report`](crate::Client::decision_report)), and told once to [`on_trouble`](Self::on_trouble).
    pub fn exposures(mut self, policy: ExposurePolicy) -> Self {
        self.exposures = Some(policy);
        self
    }

    /// Publishes the client's own exposures as decisions: each experiment that is read with
    /// [`User::experiment`](crate::User::experiment) or [`User::variant`](crate::User::variant), and in which a rule has
    /// assigned a variant, once until that changes, when it is recorded. The engine is
    /// [`PostHog`](crate::Engine::PostHog), and the rule the experiment's key.
    ///
    /// Once per exposure and not per reading, because a flag may be read a thousand times in a request: who listens hears
    /// of what the vendors are told of. An [`ExposureListener`](crate::ExposureListener) on the same hub reports none of
    /// them again. Listeners run where the experiment is read. With `Dedup::fleet` it is once for each process, and once more
    /// for each reading until the fleet has answered. What `before_capture` drops is not published.
    ///
    /// ```
    /// use taxogen::{Client, DecisionHub};
    ///
    /// let hub = DecisionHub::new();
    /// let listening = hub.listen(|decision| println!("{decision:?}"));
    /// let (client, recorder) = Client::builder().decisions(&hub).recorder();
    /// # let _ = (client, recorder, listening);
    /// ```
    pub fn decisions(mut self, hub: &DecisionHub) -> Self {
        self.hub = Some(hub.clone());
        self
    }

    /// Whether every event says which variations its person is in, as far as the handle that captures it has read flags and
    /// experiments and was told decisions. It does not unless set; [`User::stamp_variations`](crate::User::stamp_variations)
    /// asks for it for one person.
    ///
    /// PostHog gets `$feature/<flag>` and `$active_feature_flags`, as from its own SDKs: the variant, `true` or `false`. The
    /// others get one property per flag, named as the person's property of a decision is: `[PostHog] checkout-experiment`,
    /// `[Optimizely] checkout_redesign`; none of what PostHog has off or holds out, and of another engine each variation that it
    /// named, one that is called `off` or is a holdout's included: a decision does not say that. They are as public as the
    /// exposures themselves. A property that the event brings itself, or a super property, goes before one of these of the
    /// same name, and events whose plan says `super: false` take none. A hundred flags are kept of a person.
    ///
    /// A flag for which the default stands in, be it that it could not be loaded, is no variation from then on.
    pub fn stamp_variations(mut self, stamp: bool) -> Self {
        self.stamping.variations = stamp;
        self
    }

    /// Whether PostHog gets with every event what its flags are for the person, as from its own SDKs: `$feature/<flag>` and,
    /// of those that are on, `$active_feature_flags`. It does not unless set; [`User::stamp_flags`](crate::User::stamp_flags)
    /// asks for it for one person.
    ///
    /// They are the flags that the handle has read, and those that it has [loaded](crate::User::load_flags), as they were
    /// when it did; a project of a hundred flags puts a hundred properties on each event then. The other destinations get
    /// none of it: for them there is [`stamp_variations`](Self::stamp_variations). What goes before, and what is left out,
    /// is as it says.
    pub fn stamp_flags(mut self, stamp: bool) -> Self {
        self.stamping.flags = stamp;
        self
    }

    /// How exposures are remembered, so that each is reported once; [`Dedup::process`] unless set.
    pub fn dedup(mut self, dedup: Dedup) -> Self {
        self.dedup = dedup;
        self
    }
}
