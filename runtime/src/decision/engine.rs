use std::borrow::Cow;
use std::fmt;

/// Who decided. The person's property that tells a variation begins with its name: `[Optimizely] checkout_redesign`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Optimizely Feature Experimentation, and what speaks as it does.
    #[default]
    Optimizely,
    /// A provider of OpenFeature, whichever it is.
    OpenFeature,
    /// PostHog's feature flags. It knows the variant itself, by `$feature_flag_called`: the others are told, and
    /// the person has no property of it.
    PostHog,
    /// Another one, by the name that the vendors are to see.
    Other(Cow<'static, str>),
}

impl Engine {
    /// The name as the vendors see it.
    ///
    /// ```
    /// use taxogen::Engine;
    ///
    /// assert_eq!(Engine::default().name(), "Optimizely");
    /// assert_eq!(Engine::Other("GrowthBook".into()).name(), "GrowthBook");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Optimizely => "Optimizely",
            Self::OpenFeature => "OpenFeature",
            Self::PostHog => "PostHog",
            Self::Other(name) => name,
        }
    }

    /// The same, and not [`Other`](Self::Other) by a name that one of the others has.
    pub(super) fn known(self) -> Self {
        let known = [Self::Optimizely, Self::OpenFeature, Self::PostHog];
        known.into_iter().find(|known| known.name() == self.name()).unwrap_or(self)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
