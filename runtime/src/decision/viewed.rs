use super::Engine;
use super::attributes::Attributes;
use super::outcome::SkipReason;
use crate::client::{Core, Entry};
use crate::dedup::{Claim, HandleNumber, Kind, Seen, Subject};
use crate::destinations::Destinations;
use crate::event::{EventSchema, PlanId, PropertyWriter, Terms};
use crate::experiment::Exposure;
use crate::options::Options;
use crate::record::RunWriter;
use crate::user::User;
use crate::value::{Json, Nullable, OrNull, Timestamp};

/// Somebody was seen in a variation: what becomes `Experiment Viewed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewed<'a> {
    /// Of PostHog there is no person property, and PostHog is not told: it knows.
    pub(crate) engine: &'a Engine,
    pub(crate) flag_key: &'a str,
    pub(crate) variation_key: Option<&'a str>,
    pub(crate) rule_key: Option<&'a str>,
    pub(crate) enabled: bool,
    /// What the event is called, and what else it says.
    pub(crate) shown: Shown<'a>,
    /// What another engine has decided.
    pub(crate) elsewhere: Option<Elsewhere<'a>>,
}

/// What an exposure says of a decision that another engine has made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elsewhere<'a> {
    /// Whose attributes these are, and who may see them.
    pub(super) plan: &'a PlanId,
    pub(super) time: Timestamp,
    /// The id by which the engine decided.
    pub(super) user_id: &'a str,
    /// The value of the property of the person.
    pub(super) person: Nullable<&'a str>,
    pub(super) attributes: Attributes<'a>,
    pub(super) names: Option<Names<'a>>,
}

/// What an exposure is called by the names of Segment's own description of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) experiment_id: Option<&'a str>,
    pub(super) experiment: &'a str,
    pub(super) variation_id: Option<&'a str>,
}

/// What a plan makes of an exposure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// As the compiler of the plan wrote it.
    Exposure(&'a Exposure),
    /// As a program has read it: the name of the event, and what is added to its properties.
    Read(&'a str, &'a [(String, Json<'static>)]),
}

impl Shown<'_> {
    pub(super) fn event(&self) -> &str {
        match self {
            Self::Exposure(exposure) => exposure.event(),
            Self::Read(event, _) => event,
        }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        match self {
            Self::Exposure(exposure) => exposure.write(properties),
            Self::Read(_, added) => added.iter().for_each(|(name, value)| properties.public(name, value)),
        }
    }
}

impl Viewed<'_> {
    /// Remembers it; `None` where it is what was seen last of this person, flag and groups, and of the experiment.
    pub(crate) fn claim<'c>(
        &self,
        core: &'c Core,
        handle: impl FnOnce() -> HandleNumber,
        distinct_id: &str,
        groups: &[(String, String)],
    ) -> Option<Claim<'c>> {
        core.memory.claim(handle, &self.subject(distinct_id, groups), &self.seen())
    }

    fn subject<'s>(&'s self, distinct_id: &'s str, groups: &'s [(String, String)]) -> Subject<'s> {
        // The rule of another engine may change; here it is an experiment, of which a flag may have several.
        let experiment = self.rule_key.filter(|_| *self.engine == Engine::PostHog);
        let kind = Kind::Viewed { engine: self.engine.name(), experiment };
        Subject { kind, distinct_id, flag_key: self.flag_key, groups }
    }

    fn seen(&self) -> Seen<'_> {
        Seen { variation: self.variation_key, rule: self.rule_key, enabled: self.enabled }
    }

    /// The same for a person's handle, in the groups that it is in.
    pub(super) fn claim_for<'c>(&self, user: &'c User) -> Option<Claim<'c>> {
        let mut groups = user.identity.groups();
        groups.sort_unstable();
        self.claim(&user.client.core, || user.identity.handle(), user.distinct_id(), &groups)
    }

    /// Records it, and says whether it was taken; what was not is not remembered either.
    pub(crate) fn report(&self, user: &User, claim: Claim<'_>) -> bool {
        let core = &user.client.core;
        let schema = EventSchema::new("", self.plan());
        let entry = Entry {
            destinations: self.destinations(),
            name: self.shown.event(),
            options: self
                .elsewhere
                .map_or(Options::new(), |elsewhere| Options::new().at(elsewhere.time.min(Timestamp::now()))),
            receipt: Some(claim.receipt()),
            ..Entry::of_event(&schema)
        };
        let taken = core.record_runs(&user.identity, &entry, |runs, audience| {
            self.write(runs, &core.terms(&entry, audience));
        });
        if taken {
            claim.confirm();
            user.keep_report(&self.subject(user.distinct_id(), &[]), &self.seen());
        }
        taken
    }

    pub(super) fn plan(&self) -> PlanId {
        self.elsewhere.map_or(PlanId::NONE, |elsewhere| *elsewhere.plan)
    }

    pub(super) fn destinations(&self) -> Destinations {
        let all = [Destinations::POSTHOG, Destinations::SEGMENT, Destinations::MIXPANEL];
        let told = all.into_iter().filter(|destination| self.withheld(*destination).is_none());
        told.fold(Destinations::NONE, Destinations::and)
    }

    /// Why it is not for this destination.
    pub(super) fn withheld(&self, destination: Destinations) -> Option<SkipReason> {
        match (self.rule_key, self.variation_key) {
            _ if destination == Destinations::POSTHOG => {
                (*self.engine == Engine::PostHog).then_some(SkipReason::PostHogKnows)
            }
            _ if destination == Destinations::MIXPANEL => None,
            _ if destination != Destinations::SEGMENT => Some(SkipReason::NoDestination),
            // As its guide has it: without a rule and a variation there was no experiment.
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(SkipReason::NoVariation),
            (None, Some(_)) => Some(SkipReason::Forced),
            (None, None) => Some(SkipReason::NoRule),
        }
    }

    pub(super) fn write(&self, runs: &mut RunWriter, terms: &Terms<'_>) {
        let Self { flag_key, variation_key, rule_key, enabled, .. } = self;
        let others = terms.only(Destinations::ALL.without(Destinations::SEGMENT));
        let mut properties = PropertyWriter::new(runs, &others);
        properties.public("flag_key", *flag_key);
        properties.public("variation_key", &OrNull(variation_key));
        properties.public("rule_key", &OrNull(rule_key));
        properties.public("enabled", enabled);
        if let Some(elsewhere) = &self.elsewhere {
            properties.set().public(&format!("[{}] {flag_key}", self.engine), &elsewhere.person);
        }

        let segment = terms.only(Destinations::SEGMENT);
        let mut properties = PropertyWriter::new(runs, &segment);
        properties.public("flagKey", *flag_key);
        properties.public("variationKey", &OrNull(variation_key));
        properties.public("enabled", enabled);
        properties.public("ruleKey", &OrNull(rule_key));
        if let Some(elsewhere) = &self.elsewhere {
            elsewhere.write(self.engine, *variation_key, runs, &segment);
        }

        self.shown.write(&mut PropertyWriter::new(runs, terms));
        runs.has_unlisted = true;
    }
}

impl Elsewhere<'_> {
    /// What Segment gets besides.
    fn write(&self, engine: &Engine, variation_key: Option<&str>, runs: &mut RunWriter, segment: &Terms<'_>) {
        if *engine == Engine::Optimizely {
            PropertyWriter::new(runs, segment).public("optimizelyUserId", self.user_id);
        }
        self.attributes.write(runs, segment);
        if let Some(Names { experiment_id, experiment, variation_id }) = self.names {
            let mut properties = PropertyWriter::new(runs, segment);
            properties.public("experiment_id", &experiment_id);
            properties.public("experiment_name", experiment);
            properties.public("variation_id", &variation_id);
            properties.public("variation_name", &variation_key);
        }
    }
}

impl User {
    /// Reports what this person was seen in, once until it changes; says whether it was now, as far as this process knows.
    pub(crate) fn report_viewed(&self, viewed: &Viewed<'_>) -> bool {
        let Some(claim) = viewed.claim_for(self) else { return false };
        let is_news_here = claim.is_news_here();
        viewed.report(self, claim) && is_news_here
    }
}
