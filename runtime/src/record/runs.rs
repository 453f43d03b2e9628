use crate::destinations::Destinations;
use crate::event::{Terms, Twin};
use crate::sensitivity::Sensitivity;
use crate::value::{Invalid, Value, write_member};

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
    /// Properties that the person has no more; each has the value `null`.
    Unset = 3,
    /// What the event counts for as a conversion, revenue and value: the names of properties of the event.
    Conversion = 8,
}

/// How sensitive the properties of a run are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    Public = 0,
    Internal = 1,
    Personal = 2,
    /// Personal, and no plan says who may see it: the client has to.
    Unplanned = 3,
}

impl From<Sensitivity> for Class {
    #[inline]
    fn from(class: Sensitivity) -> Self {
        match class {
            Sensitivity::Public => Self::Public,
            Sensitivity::Internal => Self::Internal,
            Sensitivity::Personal => Self::Personal,
        }
    }
}

/// What a run is, in one byte: see the table of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunTag(u8);

const PLACE: u8 = 0b0000_1011;
const UNDER: u8 = 0b0000_0100;
const CLASS: u8 = 0b0111_0000;
const TWIN: u8 = 0b1000_0000;

impl RunTag {
    #[inline]
    pub(crate) const fn new(place: Place, class: Class) -> Self {
        Self(place as u8 | (class as u8) << 4)
    }

    /// The same, of properties that the event did not bring itself.
    pub(crate) const fn under(self) -> Self {
        Self(self.0 | UNDER)
    }

    /// The same, of hashes that stand in for the values.
    pub(crate) const fn twin(self) -> Self {
        Self(self.0 | TWIN)
    }

    pub(crate) const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    pub(crate) const fn byte(self) -> u8 {
        self.0
    }

    /// `None` for a place that this version does not know.
    pub(crate) const fn place(self) -> Option<Place> {
        match self.0 & PLACE {
            0 => Some(Place::Event),
            1 => Some(Place::Set),
            2 => Some(Place::SetOnce),
            3 => Some(Place::Unset),
            8 => Some(Place::Conversion),
            _ => None,
        }
    }

    /// `None` for a class that this version does not know: no destination may see it, and none its hash.
    pub(crate) const fn class(self) -> Option<Class> {
        match (self.0 & CLASS) >> 4 {
            0 => Some(Class::Public),
            1 => Some(Class::Internal),
            2 => Some(Class::Personal),
            3 => Some(Class::Unplanned),
            _ => None,
        }
    }

    /// Whether the values are kept out of messages and of what `Debug` prints.
    pub(crate) const fn is_hidden(self) -> bool {
        !matches!(self.class(), Some(Class::Public | Class::Internal))
    }

    /// Whether these are properties that the event did not bring itself: super properties, the plan's hash.
    pub(crate) const fn is_under(self) -> bool {
        self.0 & UNDER != 0
    }

    /// Whether these are hashes, for whoever may not see the values of the run before.
    pub(crate) const fn is_twin(self) -> bool {
        self.0 & TWIN != 0
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
    /// What was left out, for `on_invalid`.
    pub(crate) invalid: Vec<Invalid>,
    /// How many hashes there are not, because there is no key.
    pub(crate) unhashed: u64,
    /// Whether the event has properties whose names no schema lists.
    pub(crate) has_unlisted: bool,
    /// For `Debug`: personal values are not written.
    pub(crate) hide_personal: bool,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    at: usize,
    tag: RunTag,
    destinations: Destinations,
}

impl RunWriter {
    /// Appends to `bytes`.
    #[inline]
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, open: None, invalid: Vec::new(), unhashed: 0, has_unlisted: false, hide_personal: false }
    }

    /// Appends a property; says where its value begins, if it was not left out.
    #[inline]
    pub(crate) fn property(
        &mut self,
        tag: RunTag,
        destinations: Destinations,
        name: &str,
        value: &(impl Value + ?Sized),
    ) -> Option<usize> {
        if value.is_absent() {
            return None;
        }
        if let Some(rule) = value.broken_rule() {
            let is_hidden = tag.is_hidden();
            self.invalid.push(if is_hidden { Invalid::hidden(name, rule) } else { Invalid::new(name, rule, value) });
            return None;
        }
        self.enter(tag, destinations);
        self.bytes.push(b',');
        if self.hide_personal && tag.is_hidden() {
            return Some(write_member(&mut self.bytes, &mut self.invalid, name, "<personal>"));
        }
        let told = self.invalid.len();
        let start = write_member(&mut self.bytes, &mut self.invalid, name, value);
        if self.invalid.len() > told && tag.is_hidden() {
            self.invalid[told..].iter_mut().for_each(Invalid::hide);
        }
        Some(start)
    }

    /// Appends a property, and its hash for whoever gets the record and may not see the property.
    pub(crate) fn hashed(
        &mut self,
        terms: &Terms<'_>,
        tag: RunTag,
        class: Sensitivity,
        name: &str,
        value: &(impl Value + ?Sized),
    ) {
        let destinations = terms.who_sees(class);
        let Some(start) = self.property(tag, destinations, name, value) else { return };
        match terms.twin(class) {
            Twin::Needless => {}
            Twin::WithoutKey => self.unhashed += 1,
            Twin::Under(key) => {
                let hash = key.hash_json(&self.bytes[start..]);
                self.enter(tag.twin(), destinations);
                self.bytes.push(b',');
                write_member(&mut self.bytes, &mut self.invalid, name, &hash);
            }
        }
    }

    /// Appends fragments as they lie in another run.
    pub(crate) fn fragments(&mut self, tag: RunTag, destinations: Destinations, fragments: &[u8]) {
        self.enter(tag, destinations);
        self.bytes.extend_from_slice(fragments);
    }

    /// Ends the open run: its length is known now.
    pub(crate) fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let length = u32::try_from(self.bytes.len() - open.at - RUN_HEADER).unwrap_or(u32::MAX);
        self.bytes[open.at + 3..open.at + RUN_HEADER].copy_from_slice(&length.to_le_bytes());
    }

    #[inline]
    fn enter(&mut self, tag: RunTag, destinations: Destinations) {
        if let Some(open) = self.open
            && open.tag == tag
            && open.destinations == destinations
        {
            return;
        }
        self.close();
        self.open = Some(Open { at: self.bytes.len(), tag, destinations });
        let [low, high] = destinations.0.to_le_bytes();
        self.bytes.extend_from_slice(&[tag.byte(), low, high, 0, 0, 0, 0]);
    }
}
