/// How far a property may go. A destination sees up to what the plan's `destinations:` allow it, `internal` unless
/// they say otherwise, and up to what the client allows it, if that is less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// For anybody.
    Public,
    /// For the team.
    #[default]
    Internal,
    /// About a person.
    Personal,
}
