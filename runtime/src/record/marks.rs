/// What the caller asked for besides: see the table of the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks(u16);

/// A thing that a caller may say yes or no to, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mark {
    /// The person gets a profile.
    PersonProfile = 1,
    /// The place is not to be guessed from an address.
    WithoutGeoip = 3,
    /// The time of sending says nothing about the time of the event.
    IgnoreSentAt = 5,
}

const ANONYMOUS: u16 = 1;

impl Marks {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    /// The same where somebody said this.
    pub(crate) const fn with(self, mark: Mark, value: bool) -> Self {
        let both = 0b11 << mark as u8;
        let said = if value { both } else { 1 << mark as u8 };
        Self(self.0 & !both | said)
    }

    /// What was said; `None` where nothing was.
    pub(crate) const fn get(self, mark: Mark) -> Option<bool> {
        match self.0 >> mark as u8 & 0b11 {
            0b01 => Some(false),
            0b11 => Some(true),
            _ => None,
        }
    }

    /// The same of a record whose distinct id is anonymous, or is not.
    pub(crate) const fn with_anonymous(self, anonymous: bool) -> Self {
        if anonymous { Self(self.0 | ANONYMOUS) } else { self }
    }

    /// Whether the distinct id is anonymous.
    pub(crate) const fn is_anonymous(self) -> bool {
        self.0 & ANONYMOUS != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_apart_and_the_last_word_counts() {
        let marks = Marks::NONE.with(Mark::PersonProfile, true).with(Mark::PersonProfile, false);
        let marks = marks.with(Mark::IgnoreSentAt, true).with_anonymous(true);
        assert_eq!(marks.get(Mark::PersonProfile), Some(false));
        assert_eq!(marks.get(Mark::WithoutGeoip), None);
        assert_eq!(marks.get(Mark::IgnoreSentAt), Some(true));
        assert!(marks.is_anonymous());
        assert_eq!(Marks::from_bits(marks.bits()), marks);
    }
}
