use super::{Rule, Value, ValueWriter};

/// The three states of a property that is optional and nullable: unset, `null`, or a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Nullable<T> {
    /// Not sent.
    #[default]
    Absent,
    /// Sent as `null`.
    Null,
    /// Sent as this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, where there is one.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// `None` is unset, as it is for a property that is optional alone; `null` is [`Nullable::Null`].
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

impl<T: Value> Value for Nullable<T> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self {
            Self::Value(value) => value.write(out),
            Self::Absent | Self::Null => out.null(),
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        self.as_option().and_then(Value::broken_rule)
    }
}

/// A property that is required and nullable: `None` is sent as `null`.
#[derive(Debug, Clone, Copy)]
pub struct OrNull<'a, T>(pub &'a Option<T>);

impl<T: Value> Value for OrNull<'_, T> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        self.0.write(out);
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        self.0.broken_rule()
    }
}

/// JSON's `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Null;

impl Value for Null {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.null();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_a_value_and_none_is_unset() {
        assert_eq!(Nullable::from(1), Nullable::Value(1));
        assert_eq!(Nullable::from(Some(1)), Nullable::Value(1));
        assert_eq!(Nullable::<i64>::from(None), Nullable::Absent);
    }
}
