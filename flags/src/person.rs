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
}

impl<'a> Person<'a> {
    /// Somebody of whom nothing but the distinct id is known.
    pub fn new(distinct_id: &'a str) -> Self {
        Self { distinct_id, device_id: None, properties: &NO_PROPERTIES, groups: &NO_GROUPS }
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
}

impl fmt::Debug for Person<'_> {
    /// How much is known, and not what: it is personal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Person")
            .field("device_id", &self.device_id.is_some())
            .field("properties", &self.properties)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}
