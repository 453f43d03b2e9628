use super::Notice;
use crate::dedup::Receipt;
use crate::destinations::Destinations;
use crate::event::{EventSchema, Names, OverSuper, PlanId};
use crate::options::Options;
use crate::record::Verb;
use crate::user::{Identity, is_blank};

/// What is to be recorded, all but the person and the properties.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) verb: Verb,
    pub(crate) destinations: Destinations,
    /// Of an event; empty otherwise.
    pub(crate) name: &'a str,
    /// Where an event has another.
    pub(crate) names: &'a Names,
    pub(crate) plan: &'a PlanId,
    /// `None` where it takes no super properties at all.
    pub(crate) over_super: Option<OverSuper>,
    /// The previous id of an alias, the key of a group.
    pub(crate) second_id: &'a str,
    pub(crate) group_type: &'a str,
    pub(crate) options: Options,
    /// Where somebody waits to learn what becomes of it.
    pub(crate) notice: Option<&'a Notice>,
    /// Of what is reported once.
    pub(crate) receipt: Option<&'a Receipt>,
}

impl<'a> Entry<'a> {
    /// For everybody, with what this plan lets them see.
    pub(crate) const fn new(verb: Verb, plan: &'a PlanId) -> Self {
        let destinations = Destinations::ALL;
        let names = &[None; Destinations::KINDS];
        let options = Options::new();
        Self {
            verb,
            destinations,
            name: "",
            names,
            plan,
            over_super: None,
            second_id: "",
            group_type: "",
            options,
            notice: None,
            receipt: None,
        }
    }

    pub(crate) const fn of_event(schema: &'a EventSchema) -> Self {
        Self {
            destinations: schema.destinations(),
            name: schema.name(),
            names: schema.names(),
            over_super: schema.over_super(),
            ..Self::new(Verb::Capture, schema.plan_ref())
        }
    }

    /// What messages call it.
    pub(super) fn label(&self) -> &str {
        if self.name.is_empty() && !self.verb.is_event() { self.verb.name() } else { self.name }
    }

    pub(super) fn lacks_an_id(&self, who: &Identity) -> bool {
        who.is_empty() || matches!(self.verb, Verb::Alias | Verb::Group) && is_blank(self.second_id)
    }
}
