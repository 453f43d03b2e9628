use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::recent::Recent;
use super::{FlagLayer, FlagQuestion, FlagSource, LayerAnswer, Said};
use crate::decision::{Decided, Decision, DecisionHub, DecisionPlan, Engine, Listening, RuleKind};
use crate::flag::Judged;
use crate::value::Timestamp;

/// How many decisions are remembered, unless told.
const CAPACITY: usize = 65_536;
/// For how long a decision counts, unless told.
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);

/// Flags that another engine decides: what Optimizely says goes before what PostHog says, and is read as every flag is.
///
/// [`of`](Self::of) remembers the last decision about each person and flag that a [`DecisionHub`] hands out. Where an SDK
/// decides at once and in the process, [`asking`](Self::asking) asks it when the flag is read. Of a flag about which nothing
/// was decided the layer says nothing.
///
/// What a decision means, [`Experiment::from_decision`](crate::Experiment::from_decision) says: a variation of the plan is
/// what the person is shown, a holdout is one, and a delivery counts as delivered. A flag that is on or off is `enabled`. A
/// payload is the decision's variables, as one object; without variables it is the plan's own. Which rules are experiments
/// the plan says: an experiment knows its own, and for flags there is [`by_plan`](Self::by_plan).
///
/// Reading reports nothing of it, and so nobody is exposed twice: who hears of the decision reports it, by
/// [`Client::decided`](crate::Client::decided) or an [`ExposureListener`](crate::ExposureListener) on the same hub.
///
/// ```
/// use taxogen::{Client, Decision, DecisionFlags, DecisionHub, Flag, FlagSource};
///
/// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
///
/// let hub = DecisionHub::new();
/// let (client, recorder) = Client::builder().flags_from(DecisionFlags::of(&hub)).recorder();
/// hub.publish(Decision::new("user_123", "new-dashboard").with_variation("on").with_rule("rollout"));
///
/// let answer = client.user("user_123").evaluate(NEW_DASHBOARD);
/// assert_eq!((answer.value, answer.source), (true, FlagSource::Decision));
/// assert!(!client.user("user_7").flag(NEW_DASHBOARD), "nothing was decided about them");
/// assert!(recorder.is_empty());
/// ```
///
/// A hub tells what was published before anybody listened to its first listener alone. Where that is to be the one that
/// reports, make this one second: flags that were decided until then are asked for elsewhere.
pub struct DecisionFlags {
    decided: From,
    rules: HashMap<String, Vec<(String, RuleKind)>>,
    time_to_live: Duration,
}

enum From {
    Hub { recent: Arc<Recent<Arc<Remembered>>>, listening: Option<Listening> },
    Asked(Box<Ask>),
}

type Ask = dyn Fn(&FlagQuestion<'_>) -> Option<Decision> + Send + Sync;

/// What is kept of a decision: nothing that the engine knew of the person.
struct Remembered {
    decided: Arc<Decided>,
    payload: Option<Arc<str>>,
    time: Timestamp,
}

impl DecisionFlags {
    /// The decisions of this hub, the last 65,536 of them by person and flag. What PostHog decided is none of them: who asks
    /// it gets what it says now, also where a client [publishes](crate::Builder::decisions) its exposures on the same hub.
    ///
    /// It listens as long as this is there, or the client that it was given to.
    #[must_use]
    pub fn of(hub: &DecisionHub) -> Self {
        Self::remembering(CAPACITY, hub)
    }

    /// [`of`](Self::of) with another number of decisions that are remembered. Of more, those are forgotten that were
    /// decided longest ago, half of them at a time.
    #[must_use]
    pub fn remembering(capacity: usize, hub: &DecisionHub) -> Self {
        let recent = Arc::new(Recent::new(capacity));
        let told = Arc::clone(&recent);
        let listening = hub.listen(move |decision| {
            // A client may publish on the same hub what it has read: it would go on to read that.
            if *decision.engine() != Engine::PostHog {
                told.insert(decision.user_id(), decision.flag_key(), Arc::new(Remembered::of(decision)));
            }
        });
        Self::new(From::Hub { recent, listening: Some(listening) })
    }

    /// What this says when a flag is read, for an SDK that decides without waiting for anything; `None` where it knows
    /// nothing of the flag. It runs in every reading of a flag that the layers before it do not know.
    ///
    /// A decision about another person or flag than it was asked for is none.
    ///
    /// ```
    /// use taxogen::{Client, Decision, DecisionFlags, Flag};
    ///
    /// const NEW_DASHBOARD: Flag<bool> = Flag::boolean("new-dashboard", false);
    ///
    /// let engine = DecisionFlags::asking(|question| {
    ///     let decision = Decision::new(question.distinct_id(), question.key()).with_variation("on");
    ///     (question.key() == "new-dashboard").then_some(decision)
    /// });
    /// let (client, _recorder) = Client::builder().flags_from(engine).recorder();
    /// assert!(client.user("user_123").flag(NEW_DASHBOARD));
    /// ```
    #[must_use]
    pub fn asking(ask: impl Fn(&FlagQuestion<'_>) -> Option<Decision> + Send + Sync + 'static) -> Self {
        Self::new(From::Asked(Box::new(ask)))
    }

    fn new(decided: From) -> Self {
        Self { decided, rules: HashMap::new(), time_to_live: TIME_TO_LIVE }
    }

    /// For how long a decision counts after it was made; an hour unless set. Then the flag is asked for elsewhere, until it
    /// is decided again.
    #[must_use]
    pub fn for_at_most(mut self, time_to_live: Duration) -> Self {
        self.time_to_live = time_to_live;
        self
    }

    /// Which rules of flags are experiments, deliveries and holdouts: mostly `experiments::DECISIONS` of the plan.
    ///
    /// A rule that the plan does not know, of a flag whose rules it names, is a delivery. Of a flag of which it names none
    /// each rule is an experiment.
    #[must_use]
    pub fn by_plan(mut self, plan: DecisionPlan) -> Self {
        for (flag, rule, kind) in plan.kinds() {
            self.rules.entry(flag).or_default().push((rule, kind));
        }
        self
    }

    fn find(&self, question: &FlagQuestion<'_>) -> Option<Arc<Remembered>> {
        match &self.decided {
            From::Hub { recent, .. } => recent.get(question.distinct_id(), question.key()),
            From::Asked(ask) => {
                let decision = ask(question)?;
                let is_it = decision.user_id() == question.distinct_id() && decision.flag_key() == question.key();
                is_it.then(|| Arc::new(Remembered::of(&decision)))
            }
        }
    }

    fn kind_of(&self, flag: &str, rule: &str) -> RuleKind {
        RuleKind::among(self.rules.get(flag).map_or(&[], Vec::as_slice), rule)
    }
}

impl Remembered {
    fn of(decision: &Decision) -> Self {
        Self {
            decided: Arc::new(Decided::elsewhere(decision)),
            payload: decision.variables_object().map(Into::into),
            time: decision.time(),
        }
    }

    /// How old it is at this time, in milliseconds since 1970; one of the future is new.
    fn age(&self, now: i64) -> Duration {
        let age = now.saturating_sub(self.time.as_unix_millis());
        Duration::from_millis(u64::try_from(age).unwrap_or_default())
    }
}

impl FlagLayer for DecisionFlags {
    fn source(&self) -> FlagSource {
        FlagSource::Decision
    }

    fn answer(&self, question: &FlagQuestion<'_>) -> LayerAnswer {
        let Some(remembered) = self.find(question) else { return LayerAnswer::Silent };
        let age = remembered.age(question.now());
        if age > self.time_to_live {
            return LayerAnswer::Silent;
        }
        let Remembered { decided, payload, .. } = &*remembered;
        let kind = decided.rule().map(|rule| self.kind_of(question.key(), rule));
        let judged = Judged { decided: Arc::clone(decided), kind };
        LayerAnswer::Says(Said { payload: payload.clone(), age: Some(age), ..judged.into() })
    }
}

impl Drop for DecisionFlags {
    fn drop(&mut self) {
        if let From::Hub { listening, .. } = &mut self.decided {
            listening.take().into_iter().for_each(Listening::remove);
        }
    }
}

impl fmt::Debug for DecisionFlags {
    /// How many decisions are remembered, and nothing of whom.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("DecisionFlags");
        if let From::Hub { recent, .. } = &self.decided {
            fields.field("remembered", &recent.len());
        }
        fields.field("time_to_live", &self.time_to_live).finish_non_exhaustive()
    }
}
