use ::optimizely::AttributeValue;

use crate::value::{Null, Value, ValueWriter};

/// A value of the crate, as JSON.
pub(super) struct Attribute<'a>(pub(super) &'a AttributeValue);

impl Value for Attribute<'_> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self.0 {
            AttributeValue::Integer(number) => match i64::try_from(*number) {
                Ok(number) => out.integer(number),
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "beyond 64 bits with a sign there is no integer to send"
                )]
                Err(_) => out.number(*number as f64),
            },
            AttributeValue::Decimal(number) => out.number(*number),
            AttributeValue::Boolean(is_set) => out.boolean(*is_set),
            AttributeValue::String(text) => out.text(text),
            _ => Null.write(out),
        }
    }
}
