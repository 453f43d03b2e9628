//! How names are to be written, and how much a lint weighs.

use super::{Spanned, Text};

/// `conventions:`; a kind of name with no case is not checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conventions {
    /// Of events.
    pub events: Vec<Spanned<Case>>,
    /// Of properties.
    pub properties: Vec<Spanned<Case>>,
    /// Of flags.
    pub flags: Vec<Spanned<Case>>,
}

/// A way to write a name of several words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `order_completed`.
    Snake,
    /// `order-completed`.
    Kebab,
    /// `orderCompleted`.
    Camel,
    /// `OrderCompleted`.
    Pascal,
    /// `Order Completed`.
    Title,
    /// `ORDER_COMPLETED`.
    ScreamingSnake,
    /// `order.completed`.
    Dotted,
}

/// One line of `lints:`, as written: names and words are checked where the lints are known.
#[derive(Debug, Clone, PartialEq)]
pub struct LintLevel {
    /// `missing-owner`.
    pub lint: Text,
    /// `allow`, `warn` or `deny`.
    pub level: Text,
}
