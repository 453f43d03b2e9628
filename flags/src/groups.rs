use std::borrow::Cow;
use std::fmt;

use crate::Properties;

/// The groups that somebody belongs to, by type: at most one of each.
///
/// ```
/// use taxogen_flags::{Groups, Properties};
///
/// let groups = Groups::new().with("company", "acme", Properties::new());
/// assert_eq!(groups.get("company").unwrap().key(), "acme");
/// assert!(groups.get("project").is_none());
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Groups<'a> {
    groups: Vec<Group<'a>>,
}

/// One group that somebody belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct Group<'a> {
    kind: Cow<'a, str>,
    key: Cow<'a, str>,
    properties: Properties<'a>,
}

impl<'a> Groups<'a> {
    /// No groups.
    #[must_use]
    pub const fn new() -> Self {
        Self { groups: Vec::new() }
    }

    /// Sets the group of a type, and what is known about it; replaces the group of this type that was there.
    pub fn insert(
        &mut self,
        group_type: impl Into<Cow<'a, str>>,
        key: impl Into<Cow<'a, str>>,
        properties: Properties<'a>,
    ) {
        let group = Group { kind: group_type.into(), key: key.into(), properties };
        match self.groups.iter_mut().find(|other| other.kind == group.kind) {
            Some(before) => *before = group,
            None => self.groups.push(group),
        }
    }

    /// The same groups, and this one.
    #[must_use]
    pub fn with(
        mut self,
        group_type: impl Into<Cow<'a, str>>,
        key: impl Into<Cow<'a, str>>,
        properties: Properties<'a>,
    ) -> Self {
        self.insert(group_type, key, properties);
        self
    }

    /// The group of a type.
    #[must_use]
    pub fn get(&self, group_type: &str) -> Option<&Group<'a>> {
        // A project has five types of groups at most.
        self.groups.iter().find(|group| group.kind == group_type)
    }

    /// All groups, in the order in which their types were first set.
    pub fn iter(&self) -> impl Iterator<Item = &Group<'a>> {
        self.groups.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The same groups, which borrow from nothing.
    #[must_use]
    pub fn into_owned(self) -> Groups<'static> {
        Groups { groups: self.groups.into_iter().map(Group::into_owned).collect() }
    }
}

impl<'a> Group<'a> {
    /// What type of group it is: `company`.
    #[must_use]
    pub fn group_type(&self) -> &str {
        &self.kind
    }

    /// Which group it is: `acme`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is known about the group, without `$group_key` unless it was given.
    #[must_use]
    pub const fn properties(&self) -> &Properties<'a> {
        &self.properties
    }

    fn into_owned(self) -> Group<'static> {
        Group {
            kind: Cow::Owned(self.kind.into_owned()),
            key: Cow::Owned(self.key.into_owned()),
            properties: self.properties.into_owned(),
        }
    }
}

impl fmt::Debug for Groups<'_> {
    /// The types, and what is known of each without its values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.groups.iter().map(|group| (&group.kind, &group.properties))).finish()
    }
}

impl fmt::Debug for Group<'_> {
    /// The type, and what is known without its values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Group")
            .field("group_type", &self.kind)
            .field("properties", &self.properties)
            .finish_non_exhaustive()
    }
}
