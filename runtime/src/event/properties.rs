use crate::record::{Place, RunTag, RunWriter};
use crate::sensitivity::Sensitivity;
use crate::value::Value;

/// Takes the properties of an event, a person or a group.
///
/// The method says how sensitive a property is, by the plan; a destination gets what it is allowed to
/// see. What the plan calls `secret` is never given to a writer.
pub struct PropertyWriter<'a> {
    runs: &'a mut RunWriter,
}

impl<'a> PropertyWriter<'a> {
    pub(crate) fn new(runs: &'a mut RunWriter) -> Self {
        Self { runs }
    }

    /// A property that anybody may see.
    #[inline]
    pub fn public(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(Place::Event, Sensitivity::Public), name, value);
    }

    /// A property for the team: what the plan says where it says nothing.
    #[inline]
    pub fn internal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(Place::Event, Sensitivity::Internal), name, value);
    }

    /// A property about a person: only for destinations that are allowed `personal`.
    #[inline]
    pub fn personal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(Place::Event, Sensitivity::Personal), name, value);
    }

    /// Where properties of the person go that replace what was there.
    #[inline]
    pub fn set(&mut self) -> PersonWriter<'_> {
        PersonWriter { runs: self.runs, place: Place::Set }
    }

    /// Where properties of the person go that stand only if there was nothing.
    #[inline]
    pub fn set_once(&mut self) -> PersonWriter<'_> {
        PersonWriter { runs: self.runs, place: Place::SetOnce }
    }
}

/// Takes properties of the person.
pub struct PersonWriter<'a> {
    runs: &'a mut RunWriter,
    place: Place,
}

impl PersonWriter<'_> {
    /// A property that anybody may see.
    #[inline]
    pub fn public(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(self.place, Sensitivity::Public), name, value);
    }

    /// A property for the team.
    #[inline]
    pub fn internal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(self.place, Sensitivity::Internal), name, value);
    }

    /// A property about a person: only for destinations that are allowed `personal`.
    #[inline]
    pub fn personal(&mut self, name: &str, value: &(impl Value + ?Sized)) {
        self.runs.property(RunTag::new(self.place, Sensitivity::Personal), name, value);
    }
}
