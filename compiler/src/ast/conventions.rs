//! How names are to be written.

use super::Spanned;

/// `conventions:`; a kind of name with no case is not checked.
#[derive(Clone, Default)]
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

impl Case {
    /// The words that stand in `conventions`.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("snake_case", Self::Snake),
        ("kebab-case", Self::Kebab),
        ("camelCase", Self::Camel),
        ("PascalCase", Self::Pascal),
        ("Title Case", Self::Title),
        ("SCREAMING_SNAKE", Self::ScreamingSnake),
        ("dotted", Self::Dotted),
    ];
}
