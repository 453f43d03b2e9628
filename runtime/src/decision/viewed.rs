use super::Engine;
use crate::client::{Core, Entry};
use crate::dedup::{Claim, HandleNumber, Kind, Seen, Subject};
use crate::destinations::Destinations;
use crate::event::{Audience, EventSchema, PlanId, PropertyWriter, Terms};
use crate::experiment::Exposure;
use crate::record::RunWriter;
use crate::user::User;
use crate::value::{Json, OrNull, Value, ValueWriter};

/// Somebody was seen in a variation: what becomes `Experiment Viewed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewed<'a> {
    /// Of PostHog there is no person property, and PostHog is not told: it knows.
    pub(crate) engine: &'a Engine,
    pub(crate) flag_key: &'a str,
    pub(crate) variation_key: Option<&'a str>,
    pub(crate) rule_key: Option<&'a str>,
    pub(crate) enabled: bool,
    pub(crate) attributes: &'a [(String, Json<'static>)],
    /// What the event is called, and what else it says.
    pub(crate) shown: Shown<'a>,
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
    fn event(&self) -> &str {
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
        // The rule of another engine may change; here it is an experiment, of which a flag may have several.
        let experiment = self.rule_key.filter(|_| *self.engine == Engine::PostHog);
        let kind = Kind::Viewed { engine: self.engine.name(), experiment };
        let subject = Subject { kind, distinct_id, flag_key: self.flag_key, groups };
        let seen = Seen { variation: self.variation_key, rule: self.rule_key, enabled: self.enabled };
        core.memory.claim(handle, &subject, &seen)
    }

    /// Records it; what was not accepted is not remembered either.
    pub(crate) fn report(&self, user: &User, claim: Claim<'_>) {
        let schema = EventSchema::new("", PlanId::NONE);
        let entry = Entry {
            destinations: self.destinations(),
            name: self.shown.event(),
            receipt: Some(claim.receipt()),
            ..Entry::of_event(&schema)
        };
        let write = |runs: &mut RunWriter, audience| self.write(user.distinct_id(), runs, audience);
        if user.client.core.record_runs(&user.identity, &entry, write) {
            claim.confirm();
        }
    }

    fn destinations(&self) -> Destinations {
        let all = match self.engine {
            Engine::PostHog => Destinations::ALL.without(Destinations::POSTHOG),
            _ => Destinations::ALL,
        };
        // As its guide has it: without a rule and a variation there was no experiment.
        if self.variation_key.is_some() && self.rule_key.is_some() { all } else { all.without(Destinations::SEGMENT) }
    }

    fn write(&self, distinct_id: &str, runs: &mut RunWriter, audience: Audience) {
        let Self { flag_key, variation_key, rule_key, enabled, .. } = self;
        let terms = Terms::of_plan(audience.only(Destinations::ALL.without(Destinations::SEGMENT)));
        let mut properties = PropertyWriter::new(runs, &terms);
        properties.public("flag_key", *flag_key);
        properties.public("variation_key", &OrNull(variation_key));
        properties.public("rule_key", &OrNull(rule_key));
        properties.public("enabled", enabled);
        if *self.engine != Engine::PostHog {
            let variation = if *enabled { *variation_key } else { Some("off") };
            properties.set().public(&format!("[{}] {flag_key}", self.engine), &OrNull(&variation));
        }

        let terms = Terms::of_plan(audience.only(Destinations::SEGMENT));
        let mut properties = PropertyWriter::new(runs, &terms);
        properties.public("flagKey", *flag_key);
        properties.public("variationKey", &OrNull(variation_key));
        properties.public("enabled", enabled);
        properties.public("ruleKey", &OrNull(rule_key));
        if *self.engine != Engine::PostHog {
            properties.public("optimizelyUserId", distinct_id);
            if !self.attributes.is_empty() {
                properties.unplanned("userAttributes", &Attributes(self.attributes));
            }
        }

        self.shown.write(&mut PropertyWriter::new(runs, &Terms::of_plan(audience)));
        runs.has_unlisted = true;
    }
}

impl User {
    /// Reports what this person was seen in, once until it changes.
    pub(crate) fn report_viewed(&self, viewed: &Viewed<'_>) {
        let mut groups = self.identity.groups();
        groups.sort_unstable();
        let handle = || self.identity.handle();
        if let Some(claim) = viewed.claim(&self.client.core, handle, self.distinct_id(), &groups) {
            viewed.report(self, claim);
        }
    }
}

struct Attributes<'a>(&'a [(String, Json<'static>)]);

impl Value for Attributes<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|object| self.0.iter().for_each(|(name, value)| object.field(name, value)));
    }
}
