/// What has become of the decisions of a [`DecisionHub`](crate::DecisionHub).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubReport {
    /// Decisions that were published.
    pub published: u64,
    /// Of them, those that wait for the first listener.
    pub waiting: usize,
    /// Of them, those that nobody was told of, because more were published before the first listener than are kept.
    pub fell_out: u64,
    /// Of them, those that nobody was told of, because all listeners had been removed.
    pub unheard: u64,
    /// Who listens now.
    pub listeners: usize,
    /// How often a listener panicked.
    pub panics: u64,
}
