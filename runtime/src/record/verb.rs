/// What a record asks the destinations to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Verb {
    Capture = 1,
    /// Say who somebody is, with properties of the person.
    Identify = 2,
    /// Properties of the person alone.
    Set = 3,
    /// Properties of a group; the person belongs to it.
    Group = 4,
    /// Two ids are one person.
    Alias = 5,
    /// Takes properties away from the person.
    Unset = 6,
    /// An event: a page was seen.
    Page = 7,
    /// An event: a screen was seen.
    Screen = 8,
}

impl Verb {
    /// What messages call a record without an event's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Identify => "identify",
            Self::Set => "set",
            Self::Group => "group",
            Self::Alias => "alias",
            Self::Unset => "unset",
            Self::Page => "page",
            Self::Screen => "screen",
        }
    }

    /// Whether it is an event, which has a name and properties of its own.
    pub(crate) const fn is_event(self) -> bool {
        matches!(self, Self::Capture | Self::Page | Self::Screen)
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Capture),
            2 => Some(Self::Identify),
            3 => Some(Self::Set),
            4 => Some(Self::Group),
            5 => Some(Self::Alias),
            6 => Some(Self::Unset),
            7 => Some(Self::Page),
            8 => Some(Self::Screen),
            _ => None,
        }
    }
}
