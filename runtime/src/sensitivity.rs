/// How far a property may go. A destination sees up to what it is allowed; `internal` unless it says
/// otherwise.
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
