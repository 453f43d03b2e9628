//! [`Value`] for the types of the standard library that generated code uses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{MapKey, Rule, Value, ValueWriter};

impl Value for bool {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.boolean(*self);
    }
}

impl Value for i64 {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.integer(*self);
    }
}

impl Value for f64 {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.number(*self);
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        (!self.is_finite()).then_some(Rule::Finite)
    }
}

impl Value for str {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.text(self);
    }
}

impl Value for String {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.text(self);
    }
}

impl Value for Cow<'_, str> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.text(self);
    }
}

impl<T: Value + ?Sized> Value for &T {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        (**self).write(out);
    }

    #[inline]
    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        (**self).broken_rule()
    }
}

impl<T: Value + ?Sized> Value for Box<T> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        (**self).write(out);
    }

    #[inline]
    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        (**self).broken_rule()
    }
}

/// `None` is no value; inside a list or a map it is `null`.
impl<T: Value> Value for Option<T> {
    #[inline]
    fn write(&self, out: &mut ValueWriter<'_>) {
        match self {
            Some(value) => value.write(out),
            None => out.null(),
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(Value::is_absent)
    }

    #[inline]
    fn broken_rule(&self) -> Option<Rule> {
        self.as_ref().and_then(Value::broken_rule)
    }
}

impl<T: Value> Value for Vec<T> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        self.as_slice().write(out);
    }
}

impl<T: Value> Value for [T] {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.list(|list| {
            for item in self {
                list.item(item);
            }
        });
    }
}

impl<K: MapKey, V: Value> Value for BTreeMap<K, V> {
    fn write(&self, out: &mut ValueWriter<'_>) {
        out.object(|object| {
            for (key, value) in self {
                if value.is_absent() {
                    object.entry(key.as_key(), &super::Null);
                } else {
                    object.entry(key.as_key(), value);
                }
            }
        });
    }
}

impl MapKey for Cow<'_, str> {
    fn as_key(&self) -> &str {
        self
    }
}

impl MapKey for String {
    fn as_key(&self) -> &str {
        self
    }
}
