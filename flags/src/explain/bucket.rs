use crate::Bucketing;

/// Whom a condition is about: who gets a number, and whose properties are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// The person, by the distinct id.
    Person,
    /// The device, by its id.
    Device,
    /// The group of this type, by its key.
    Group(String),
    /// A group of a type that the definitions do not name.
    UnknownGroup(i64),
}

impl From<Bucketing<'_>> for Subject {
    fn from(bucketing: Bucketing<'_>) -> Self {
        match bucketing {
            Bucketing::DistinctId => Self::Person,
            Bucketing::DeviceId => Self::Device,
            Bucketing::Group(group) => Self::Group(group.to_owned()),
            Bucketing::UnknownGroup(index) => Self::UnknownGroup(index),
        }
    }
}

/// Somebody's number and a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// From 0 to 1; `None` where it does not matter, because everybody is within.
    pub hash: Option<f64>,
    /// From 0 to 1; who has exactly this is within.
    pub limit: f64,
    /// Whether somebody is.
    pub within: bool,
}
