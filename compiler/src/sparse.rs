//! What most things say nothing of takes no room: a plan has many more properties than deprecated ones.

use std::ops::Deref;

/// A value that is usually [empty](Empty): then it is a null pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse<T>(Option<Box<T>>);

/// A type with a value that says nothing.
pub trait Empty: PartialEq + 'static {
    /// That value.
    const EMPTY: &'static Self;
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Empty> From<T> for Sparse<T> {
    fn from(value: T) -> Self {
        Self((value != *T::EMPTY).then(|| Box::new(value)))
    }
}

impl<T: Empty> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::EMPTY)
    }
}
