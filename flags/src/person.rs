use std::fmt;

use crate::{Groups, Properties};

static NO_PROPERTIES: Properties<'static> = Properties::new();
static NO_GROUPS: Groups<'static> = Groups::new();

/// Whom flags are asked about: identifiers, properties and groups, all of them borrowed.
///
/// `distinct_id` counts as a property of the person, and `$group_key` as one of each group, as on PostHog's server;
/// where properties of these names are given, they win.
///
/// ```
/// use taxogen_flags::{Groups, Person, Properties};
///
/// let properties = Properties::new().with("plan", "pro");
/// let groups = Groups::new().with("company", "acme", Properties::new().with("seats", 12));
/// let person = Person::new("user_123").with_properties(&properties).with_groups(&groups);
/// assert_eq!(person.groups().get("company").unwrap().key(), "acme");
/// ```
#[derive(Clone, Copy)]
#[must_use = "a person answers nothing until flags are evaluated"]
pub struct Person<'a> {
    distinct_id: &'a str,
    device_id: Option<&'a str>,
    properties: &'a Properties<'a>,
    groups: &'a Groups<'a>,
    cohorts: &'a [(&'a str, bool)],
    knows_all: bool,
}

impl<'a> Person<'a> {
    /// Somebody of whom nothing but the distinct id is known.
    pub fn new(distinct_id: &'a str) -> Self {
        Self {
            distinct_id,
            device_id: None,
            properties: &NO_PROPERTIES,
            groups: &NO_GROUPS,
            cohorts: &[],
            knows_all: false,
        }
    }

    /// The device, for flags that are rolled out by device; an empty one is none.
    pub fn with_device_id(mut self, device_id: &'a str) -> Self {
        self.device_id = Some(device_id).filter(|id| !id.is_empty());
        self
    }

    /// What is known about the person.
    pub fn with_properties(mut self, properties: &'a Properties<'a>) -> Self {
        self.properties = properties;
        self
    }

    /// The groups that the person belongs to.
    pub fn with_groups(mut self, groups: &'a Groups<'a>) -> Self {
        self.groups = groups;
        self
    }

    /// Whether the person is in cohorts whose members are a list at the server, by the number of the cohort. Of those that
    /// are not named here that remains unknown.
    pub fn with_cohorts(mut self, cohorts: &'a [(&'a str, bool)]) -> Self {
        self.cohorts = cohorts;
        self
    }

    /// The same person as PostHog's server sees it, which has stored what there is to know: a property that is not here is
    /// not set, be it the person's or a group's.
    ///
    /// Otherwise such a property is one that is not known, and only the server can say more. For those who play the
    /// server; a client that claims it answers wrongly.
    ///
    /// What does not lie in properties stays unknown: experience continuity, the members of cohorts unless
    /// [given](Self::with_cohorts), types of groups that the definitions do not name, filters of another version.
    ///
    /// ```
    /// use taxogen_flags::{CannotSay, Definitions, Person};
    ///
    /// let definitions = Definitions::parse(br#"{"flags": [{"key": "offer", "active": true, "filters": {"groups": [
    ///     {"properties": [{"key": "plan", "type": "person", "operator": "is_not", "value": ["pro"]}]}
    /// ]}}]}"#)?;
    /// let (person, now) = (Person::new("user_123"), 1_767_323_045_000);
    ///
    /// assert_eq!(definitions.evaluate("offer", &person, now), Some(Err(CannotSay::UnknownProperty)));
    /// let evaluation = definitions.evaluate("offer", &person.knowing_all(), now).unwrap()?;
    /// assert!(evaluation.value.is_on(), "who has no plan has not this one");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn knowing_all(mut self) -> Self {
        self.knows_all = true;
        self
    }

    /// The distinct id.
    #[must_use]
    pub const fn distinct_id(&self) -> &'a str {
        self.distinct_id
    }

    /// The device.
    #[must_use]
    pub const fn device_id(&self) -> Option<&'a str> {
        self.device_id
    }

    /// What is known about the person, without `distinct_id` unless it was given.
    #[must_use]
    pub const fn properties(&self) -> &'a Properties<'a> {
        self.properties
    }

    /// The groups that the person belongs to.
    #[must_use]
    pub const fn groups(&self) -> &'a Groups<'a> {
        self.groups
    }

    /// Whether a property that is not here is [not set](Self::knowing_all), rather than not known.
    #[must_use]
    pub const fn knows_all(&self) -> bool {
        self.knows_all
    }

    /// Whether the person is in a cohort whose members are a list; `None` where that is not known.
    #[must_use]
    pub fn is_in_cohort(&self, id: &str) -> Option<bool> {
        self.cohorts.iter().find(|(cohort, _)| *cohort == id).map(|(_, is_in)| *is_in)
    }
}

impl fmt::Debug for Person<'_> {
    /// How much is known, and not what: it is personal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Person")
            .field("device_id", &self.device_id.is_some())
            .field("properties", &self.properties)
            .field("groups", &self.groups)
            .field("knows_all", &self.knows_all)
            .finish_non_exhaustive()
    }
}
