use crate::destinations::Destinations;
use crate::sensitivity::Sensitivity;

/// Which destinations a client has, and what it lets each of them see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    kinds: Destinations,
    /// Those that get less than `internal`, and less than `personal`, from some destination of their kind.
    without_internal: Destinations,
    without_personal: Destinations,
}

impl Reach {
    /// Of a client that delivers nowhere.
    pub(crate) const NOBODY: Self = Self::of_all(Destinations::NONE);
    /// Of a client that keeps everything.
    pub(crate) const EVERYBODY: Self = Self::of_all(Destinations::EVERY);

    const fn of_all(kinds: Destinations) -> Self {
        Self { kinds, without_internal: Destinations::NONE, without_personal: Destinations::NONE }
    }

    /// One destination more, which sees up to this class; `None` narrows nothing.
    #[must_use]
    pub(crate) fn with(mut self, kind: Destinations, allow: Option<Sensitivity>) -> Self {
        self.kinds = self.kinds.and(kind);
        if allow.is_some_and(|highest| highest < Sensitivity::Personal) {
            self.without_personal = self.without_personal.and(kind);
        }
        if allow.is_some_and(|highest| highest < Sensitivity::Internal) {
            self.without_internal = self.without_internal.and(kind);
        }
        self
    }

    pub(crate) const fn kinds(self) -> Destinations {
        self.kinds
    }

    /// The kinds of which all destinations may see this class.
    pub(crate) const fn permits(self, class: Sensitivity) -> Destinations {
        self.kinds.without(match class {
            Sensitivity::Public => Destinations::NONE,
            Sensitivity::Internal => self.without_internal,
            Sensitivity::Personal => self.without_personal,
        })
    }
}
