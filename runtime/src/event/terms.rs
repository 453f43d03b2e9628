use super::Audience;
use crate::destinations::Destinations;
use crate::hash_key::{Hash, HashKey};
use crate::reach::Reach;
use crate::sensitivity::Sensitivity;

/// Whom a property of a record is for.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// By the plan.
    audience: Audience,
    /// Those for which a hash stands in where they may not see the value.
    hashes: Option<Hashes<'a>>,
}

#[derive(Clone, Copy)]
struct Hashes<'a> {
    /// Of the client's destinations those that get the record.
    recipients: Destinations,
    reach: Reach,
    key: Option<&'a HashKey>,
}

impl<'a> Terms<'a> {
    /// By the plan alone: no hashes.
    pub(crate) const fn of_plan(audience: Audience) -> Self {
        Self { audience, hashes: None }
    }

    /// By the plan and by a client.
    pub(crate) const fn new(
        audience: Audience,
        recipients: Destinations,
        reach: Reach,
        key: Option<&'a HashKey>,
    ) -> Self {
        Self { audience, hashes: Some(Hashes { recipients: recipients.only(reach.kinds()), reach, key }) }
    }

    /// The same for these destinations alone.
    #[must_use]
    pub(crate) const fn only(mut self, destinations: Destinations) -> Self {
        self.audience = self.audience.only(destinations);
        if let Some(hashes) = &mut self.hashes {
            hashes.recipients = hashes.recipients.only(destinations);
        }
        self
    }

    /// Who may see what is of this class.
    #[inline]
    pub(crate) const fn who_sees(&self, class: Sensitivity) -> Destinations {
        self.audience.of(class)
    }
}

impl Terms<'_> {
    /// The hash of a value, where there is a key.
    pub(crate) fn hash(&self, json: &[u8]) -> Option<Hash> {
        Some(self.hashes?.key?.hash_json(json))
    }
}

/// What stands in for a property where a destination may not see it.
pub(crate) enum Twin<'a> {
    /// All may see it.
    Needless,
    /// Somebody may not, and there is no key.
    WithoutKey,
    /// A hash under this key.
    Under(&'a HashKey),
}

impl<'a> Terms<'a> {
    /// What stands in for what is of this class.
    pub(crate) fn twin(&self, class: Sensitivity) -> Twin<'a> {
        let Some(Hashes { recipients, reach, key }) = self.hashes else { return Twin::Needless };
        let see = self.who_sees(class).only(reach.permits(class));
        match key {
            _ if see.contains(recipients) => Twin::Needless,
            None => Twin::WithoutKey,
            Some(key) => Twin::Under(key),
        }
    }
}
