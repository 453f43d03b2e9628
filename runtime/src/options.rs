use crate::record::{Mark, Marks};
use crate::value::Timestamp;

/// What one event is to be besides what the plan says of it; for [`User::capture_with`](crate::User::capture_with).
///
/// ```
/// use taxogen::{Options, Timestamp};
///
/// let imported = Options::new().at(Timestamp::from_unix_millis(1_262_304_000_000)).ignore_sent_at(true);
/// let fleeting = Options::new().process_person_profile(false);
/// assert_ne!(imported, fleeting);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "options count where they are given to a call"]
pub struct Options {
    time: Option<Timestamp>,
    marks: Marks,
}

impl Options {
    /// Nothing out of the ordinary.
    pub const fn new() -> Self {
        Self { time: None, marks: Marks::NONE }
    }

    /// When it happened, where that is not now: for what was recorded elsewhere before.
    ///
    /// All three vendors take events of any age. Mixpanel rejects what is more than an hour in the future, or lies
    /// before 1971: that is counted as [`LossReason::Rejected`](crate::LossReason::Rejected) and told.
    pub fn at(self, time: impl Into<Timestamp>) -> Self {
        Self { time: Some(time.into()), ..self }
    }

    /// Whether PostHog is to keep a profile of the person for this event (`$process_person_profile`); it does unless
    /// told otherwise. Without one the properties of the person that the event brings are not kept either.
    pub const fn process_person_profile(mut self, process: bool) -> Self {
        self.marks = self.marks.with(Mark::PersonProfile, process);
        self
    }

    /// Whether PostHog is not to guess a place from the address that this event comes from (`$geoip_disable`); unless
    /// told otherwise as `PostHog::geoip` says of all.
    pub const fn disable_geoip(mut self, disable: bool) -> Self {
        self.marks = self.marks.with(Mark::WithoutGeoip, disable);
        self
    }

    /// Whether PostHog is to take the time as it stands (`$ignore_sent_at`). Otherwise it moves the time by what it
    /// finds this machine's clock to be off by, which is right for what happened here and wrong for what was imported.
    pub const fn ignore_sent_at(mut self, ignore: bool) -> Self {
        self.marks = self.marks.with(Mark::IgnoreSentAt, ignore);
        self
    }

    pub(crate) const fn time(&self) -> Option<Timestamp> {
        self.time
    }

    pub(crate) const fn marks(&self) -> Marks {
        self.marks
    }
}
