//! What a handle knows of its person, by which flags are decided.

use super::facts::Facts;
use crate::destinations::Destinations;
use crate::event::{Group, PersonProperties, PlanId, PropertyWriter};
use crate::record::{Place, RecordWriter, RunWriter};
use crate::user::{User, is_blank};

impl User {
    /// Properties of this person by which flags are decided, and nothing else: nothing is sent for them.
    ///
    /// They count for this handle and its clones, in what is evaluated here and in what
    /// [`load_flags`](Self::load_flags) asks PostHog, which gets those that it may see. Those that the plan sets only once
    /// count too. What [`set`](Self::set), [`identify`](Self::identify) and [`unset`](Self::unset) say counts as well;
    /// what [`set_once`](Self::set_once) says does not: there may have been something before.
    ///
    /// ```
    /// # use taxogen::{PersonProperties, PlanId, PropertyWriter};
    /// # mod person {
    /// #     pub struct Properties;
    /// #     impl Properties { pub fn new() -> Self { Self } }
    /// # }
    /// # impl PersonProperties for person::Properties {
    /// #     fn plan(&self) -> PlanId { PlanId::new("p", "0") }
    /// #     fn write(&self, properties: &mut PropertyWriter<'_>) { properties.set().public("country", "DE"); }
    /// # }
    /// let (client, recorder) = taxogen::Client::recorder();
    /// let user = client.user("user_123");
    /// user.flag_properties(person::Properties::new());
    /// assert!(recorder.is_empty());
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn flag_properties(&self, properties: impl PersonProperties) {
        let runs = self.encoded(&properties.plan(), |writer| properties.write(writer));
        self.learn(|facts| facts.of_person(&runs, &[Place::SetOnce, Place::Set]));
    }

    /// A group that this person is in, and its properties, as far as flags go: nothing is sent, and no event belongs to it.
    ///
    /// [`group`](Self::group) says both, and only then PostHog hears of which group somebody saw a flag: an experiment over
    /// groups needs it. A group whose key is empty, or nothing but spaces, is none.
    #[expect(clippy::needless_pass_by_value, reason = "it is built where it is given")]
    pub fn flag_group(&self, group: impl Group) {
        self.learn_group(&group);
    }

    /// The device of this person, for flags that are rolled out by device. Unless it is said, that is the id under which
    /// they were known before your product knew them ([`with_anonymous_id`](Self::with_anonymous_id)).
    #[must_use = "it is the handle to go on with"]
    pub fn with_device_id(self, id: impl AsRef<str>) -> Self {
        self.learn(|facts| facts.on_device(id.as_ref()));
        self
    }

    /// What these properties replace is known, if anybody asks about it.
    pub(crate) fn learn_set(&self, properties: &impl PersonProperties) {
        if self.client.core.asks_about_flags() {
            let runs = self.encoded(&properties.plan(), |writer| properties.write(writer));
            self.learn(|facts| facts.of_person(&runs, &[Place::Set]));
        }
    }

    /// The person has these properties no more.
    pub(crate) fn learn_unset(&self, names: &[&str]) {
        if self.client.core.asks_about_flags() {
            self.learn(|facts| facts.without(names));
        }
    }

    pub(crate) fn learn_group(&self, group: &impl Group) {
        if !is_blank(group.key()) {
            let runs = self.encoded(&group.plan(), |writer| group.write(writer));
            self.learn(|facts| facts.of_group(group.group_type(), group.key(), &runs));
        }
    }

    fn learn(&self, learn: impl FnOnce(&mut Facts)) {
        self.identity.flags.learn(learn);
    }

    /// The properties alone, with who may see them, and the hashes that PostHog may see of what it may not.
    fn encoded(&self, plan: &PlanId, write: impl FnOnce(&mut PropertyWriter<'_>)) -> Vec<u8> {
        let terms = self.client.core.terms_at(Destinations::POSTHOG, plan);
        RecordWriter::alone(RunWriter::new(Vec::new()), &terms, write).bytes
    }
}
