use super::Destinations;
use crate::sensitivity::Sensitivity;
use crate::value::{Invalid, Value};

/// Where in the vendor's envelope fragments go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Place {
    /// Properties of the event, or of the group.
    Event = 0,
    /// Properties of the person that replace what was there.
    Set = 1,
    /// Properties of the person that stand only if there was nothing.
    SetOnce = 2,
}

/// The place and the class of a run, in one byte: place in the low four bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunTag(u8);

impl RunTag {
    #[inline]
    pub(crate) const fn new(place: Place, class: Sensitivity) -> Self {
        Self(place as u8 | (class as u8) << 4)
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    pub(crate) const fn byte(self) -> u8 {
        self.0
    }

    /// `None` for a place that this version does not know.
    pub(crate) const fn place(self) -> Option<Place> {
        match self.0 & 15 {
            0 => Some(Place::Event),
            1 => Some(Place::Set),
            2 => Some(Place::SetOnce),
            _ => None,
        }
    }

    /// `None` for a class that this version does not know: no destination may see it.
    pub(crate) const fn class(self) -> Option<Sensitivity> {
        match self.0 >> 4 {
            0 => Some(Sensitivity::Public),
            1 => Some(Sensitivity::Internal),
            2 => Some(Sensitivity::Personal),
            _ => None,
        }
    }
}

/// Bytes before the fragments of a run: tag, destinations, length.
pub(crate) const RUN_HEADER: usize = 7;

/// Appends property fragments to a record, and opens a run wherever place, class or destinations change.
#[derive(Debug)]
pub(crate) struct RunWriter {
    pub(crate) bytes: Vec<u8>,
    /// Where the header of the open run is.
    open: Option<Open>,
    destinations: u16,
    /// What was left out, for `on_invalid`.
    pub(crate) invalid: Vec<Invalid>,
    /// For `Debug`: personal values are not written.
    pub(crate) hide_personal: bool,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    at: usize,
    tag: RunTag,
    destinations: u16,
}

impl RunWriter {
    /// Appends to `bytes`; the properties are for all destinations.
    #[inline]
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, open: None, destinations: Destinations::ALL.0, invalid: Vec::new(), hide_personal: false }
    }

    /// The properties that follow are for these destinations alone.
    pub(crate) fn only_for(&mut self, destinations: Destinations) {
        self.destinations = destinations.0;
    }

    #[inline]
    pub(crate) fn property(&mut self, tag: RunTag, name: &str, value: &(impl Value + ?Sized)) {
        if value.is_absent() {
            return;
        }
        if let Some(rule) = value.broken_rule() {
            self.invalid.push(Invalid::new(name, rule));
            return;
        }
        self.enter(tag);
        self.bytes.push(b',');
        if self.hide_personal && tag.class() == Some(Sensitivity::Personal) {
            crate::value::write_member(&mut self.bytes, &mut self.invalid, name, "<personal>");
        } else {
            crate::value::write_member(&mut self.bytes, &mut self.invalid, name, value);
        }
    }

    /// Ends the open run: its length is known now.
    pub(crate) fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let length = u32::try_from(self.bytes.len() - open.at - RUN_HEADER).unwrap_or(u32::MAX);
        self.bytes[open.at + 3..open.at + RUN_HEADER].copy_from_slice(&length.to_le_bytes());
    }

    #[inline]
    fn enter(&mut self, tag: RunTag) {
        if let Some(open) = self.open
            && open.tag == tag
            && open.destinations == self.destinations
        {
            return;
        }
        self.close();
        self.open = Some(Open { at: self.bytes.len(), tag, destinations: self.destinations });
        let [low, high] = self.destinations.to_le_bytes();
        self.bytes.extend_from_slice(&[tag.byte(), low, high, 0, 0, 0, 0]);
    }
}
