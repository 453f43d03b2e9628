//! What a property may hold, and how it becomes JSON.

mod constrain;
mod json_text;
mod nullable;
mod rfc3339;
mod std_types;
mod timestamp;
mod writer;

pub use constrain::{Bound, Checked, Constrain, ConstraintError, Measured, Rule, characters};
pub use json_text::{Json, JsonError};
pub use nullable::{Null, Nullable, OrNull};
pub use rfc3339::TimestampError;
pub use timestamp::Timestamp;
pub use writer::{ListWriter, ObjectWriter, ValueWriter};

pub(crate) use writer::{Invalid, write_member};

/// A value of a property: it writes itself as JSON.
///
/// Implemented for the types that generated code uses: `bool`, `i64`, `f64`, text, [`Timestamp`], [`Json`],
/// [`Nullable`], `Option`, `Vec`, `BTreeMap` and the plan's own types.
pub trait Value {
    /// Writes exactly one JSON value.
    fn write(&self, out: &mut ValueWriter<'_>);

    /// Whether there is nothing to send: a property without a value is left out.
    fn is_absent(&self) -> bool {
        false
    }

    /// The rule that the value breaks; such a value is left out, counted and told to `on_invalid`.
    fn broken_rule(&self) -> Option<Rule> {
        None
    }
}

/// The key of a map: text, or a closed or open set of texts.
pub trait MapKey {
    /// The key as it stands in the JSON object.
    fn as_key(&self) -> &str;
}
