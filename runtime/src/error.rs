use std::fmt;

/// Why something could not be done. Ask it with the predicates; print it for a person.
///
/// No message holds a key, a token or a person's data.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A setting, from code or from the environment, cannot be used.
    Configuration,
    /// A destination or the flags' server could not be reached or gave no usable answer.
    Network,
    /// It was not done in time.
    Timeout,
    /// What was given cannot be read.
    Input,
    /// There is no room for it.
    Full,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// A setting cannot be used: a bad host, a wrong kind of key, a region that does not exist.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.0.kind == Kind::Configuration
    }

    /// A server could not be reached, or its answer was of no use.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.0.kind == Kind::Network
    }

    /// It was not done before its deadline.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == Kind::Timeout
    }

    /// What was given cannot be read: a decision that is no decision, say.
    #[must_use]
    pub fn is_input(&self) -> bool {
        self.0.kind == Kind::Input
    }

    /// There is no room for it: as many as there can be are remembered.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.kind == Kind::Full
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

/// The sentence, and what it comes from: what a person sees when `main` returns the error.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(formatter, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_prints_is_the_sentence_and_its_causes() {
        let cause = std::io::Error::other("no thread for you");
        let error = Error::new(Kind::Configuration, "the delivery thread cannot be started").with_source(cause);
        assert_eq!(format!("{error:?}"), "the delivery thread cannot be started\n  caused by: no thread for you");
        assert_eq!(error.to_string(), "the delivery thread cannot be started");
        assert!(error.is_configuration() && !error.is_network());
    }
}
