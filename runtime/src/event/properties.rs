use super::extra::Extra;
use super::{Terms, extra_name};
use crate::destinations::Destinations;
use crate::record::{Class, Place, RunTag, RunWriter};
use crate::sensitivity::Sensitivity;
use crate::value::{Invalid, Value};

/// Takes the properties of an event, a person or a group.
///
/// The method says how sensitive a property is, by the plan; a destination gets what it is allowed to
/// see. What the plan calls `secret` is never given to a writer.
pub struct PropertyWriter<'a> {
    runs: &'a mut RunWriter,
    terms: &'a Terms<'a>,
    /// Where [`set`](Self::set) puts them.
    set: Place,
}

impl<'a> PropertyWriter<'a> {
    pub(crate) fn new(runs: &'a mut RunWriter, terms: &'a Terms<'a>) -> Self {
        Self { runs, terms, set: Place::Set }
    }

    /// One that takes all properties of the person as such that stand only if there was nothing.
    pub(crate) fn only_once(&mut self) -> PropertyWriter<'_> {
        PropertyWriter { runs: self.runs, terms: self.terms, set: Place::SetOnce }
    }

    /// A property that anybody may see.
    #[inline]
    pub fn public(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, Place::Event, Sensitivity::Public, name, value);
    }

    /// A property for the team: what the plan says where it says nothing.
    #[inline]
    pub fn internal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, Place::Event, Sensitivity::Internal, name, value);
    }

    /// A property about a person: only for destinations that are allowed `personal`.
    #[inline]
    pub fn personal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, Place::Event, Sensitivity::Personal, name, value);
    }

    /// A property about a person of which no plan speaks: only where the client says `.allow(Personal)`.
    pub(crate) fn unplanned(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        let all = self.terms.who_sees(Sensitivity::Public);
        self.runs.property(RunTag::new(Place::Event, Class::Unplanned), all, name, value);
    }

    /// Where properties go of which a destination gets a keyed hash when it may not see them: `hash: true`.
    ///
    /// It is HMAC-SHA-256 under [`Builder::hash_key`](crate::Builder::hash_key), cut to 128 bits, as 32 hex digits;
    /// of a text its bytes are hashed, of all else its JSON, and `null` stays `null`. Without a key there is none.
    #[inline]
    pub fn hashed(&mut self) -> HashedWriter<'_> {
        HashedWriter { runs: self.runs, terms: self.terms, place: Place::Event }
    }

    /// The properties that an open event was given beside its declared ones, whose names these are.
    ///
    /// One of a declared name, of one that vendors keep for themselves, or of none, is left out, counted and told.
    pub fn extra(&mut self, extra: &Extra<'_>, declared: &[&str]) {
        for (name, value) in extra.iter() {
            if let Some(rule) = extra_name::broken_rule(name, declared) {
                // The plan may call secret what it declares under this name.
                self.runs.invalid.push(Invalid::hidden(name, rule));
                continue;
            }
            self.runs.has_unlisted = true;
            self.internal(name, value);
        }
    }

    /// Where properties of the person go that replace what was there.
    #[inline]
    pub fn set(&mut self) -> PersonWriter<'_> {
        PersonWriter { runs: self.runs, terms: self.terms, place: self.set }
    }

    /// Where properties of the person go that stand only if there was nothing.
    #[inline]
    pub fn set_once(&mut self) -> PersonWriter<'_> {
        PersonWriter { runs: self.runs, terms: self.terms, place: Place::SetOnce }
    }

    /// Says which of the event's properties a [conversion](super::EventSchema::converting) counts for.
    #[inline]
    pub fn conversion(&mut self) -> ConversionWriter<'_> {
        ConversionWriter { runs: self.runs, terms: self.terms }
    }
}

/// Takes the names of the event's own properties that it counts for as a conversion at Optimizely.
///
/// Names and not values: what is counted is what Optimizely sees of that property, and nothing where it does not see it, or
/// where [`before_capture`](crate::Builder::before_capture) took it out.
#[must_use = "nothing is written until there is a revenue or a value"]
pub struct ConversionWriter<'a> {
    runs: &'a mut RunWriter,
    terms: &'a Terms<'a>,
}

impl ConversionWriter<'_> {
    /// The property that is the revenue, in whole cents. One that is no integer Optimizely does not get as such: it would
    /// take dollars for cents.
    #[inline]
    pub fn revenue(&mut self, property: &str) {
        self.write("revenue", property);
    }

    /// The property that is the value, a number.
    #[inline]
    pub fn value(&mut self, property: &str) {
        self.write("value", property);
    }

    fn write(&mut self, name: &str, property: &str) {
        let destinations = self.terms.who_sees(Sensitivity::Public).only(Destinations::OPTIMIZELY);
        self.runs.property(RunTag::new(Place::Conversion, Class::Public), destinations, name, property);
    }
}

/// Takes properties of the person.
pub struct PersonWriter<'a> {
    runs: &'a mut RunWriter,
    terms: &'a Terms<'a>,
    place: Place,
}

impl PersonWriter<'_> {
    /// A property that anybody may see.
    #[inline]
    pub fn public(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, self.place, Sensitivity::Public, name, value);
    }

    /// A property for the team.
    #[inline]
    pub fn internal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, self.place, Sensitivity::Internal, name, value);
    }

    /// A property about a person: only for destinations that are allowed `personal`.
    #[inline]
    pub fn personal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, self.place, Sensitivity::Personal, name, value);
    }

    /// Where properties go of which a destination gets a keyed hash when it may not see them; see
    /// [`PropertyWriter::hashed`].
    #[inline]
    pub fn hashed(&mut self) -> HashedWriter<'_> {
        HashedWriter { runs: self.runs, terms: self.terms, place: self.place }
    }
}

/// Takes properties of which a destination gets a keyed hash when it may not see them.
pub struct HashedWriter<'a> {
    runs: &'a mut RunWriter,
    terms: &'a Terms<'a>,
    place: Place,
}

impl HashedWriter<'_> {
    /// A property that anybody may see: nobody gets its hash.
    pub fn public(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        write(self.runs, self.terms, self.place, Sensitivity::Public, name, value);
    }

    /// A property for the team; a hash for destinations that are allowed `public` alone.
    pub fn internal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.write(Sensitivity::Internal, name, value);
    }

    /// A property about a person; a hash for destinations that are not allowed `personal`.
    pub fn personal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.write(Sensitivity::Personal, name, value);
    }

    fn write(&mut self, class: Sensitivity, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.hashed(self.terms, RunTag::new(self.place, class.into()), class, name, value);
    }
}

#[inline]
fn write(
    runs: &mut RunWriter,
    terms: &Terms<'_>,
    place: Place,
    class: Sensitivity,
    name: &str,
    value: &(impl Value + ?Sized),
) {
    runs.property(RunTag::new(place, class.into()), terms.who_sees(class), name, value);
}
