//! Lists made from slices.
//!
//! To the compiler of Rust `items.iter().map(..).collect()` is eighteen functions, made anew in every place; here it is
//! one. Everybody who uses the macros compiles this crate.

/// What `of` makes of each item.
pub(crate) fn map<'i, T, U>(items: &'i [T], mut of: impl FnMut(&'i T) -> U) -> Vec<U> {
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        list.push(of(item));
    }
    list
}

/// Each name in backticks, and what stands between two.
pub(crate) fn quoted(names: &[&str], between: &str) -> String {
    map(names, |name| format!("`{name}`")).join(between)
}

/// What `of` makes of the items of which it makes something.
pub(crate) fn filter_map<'i, T, U>(items: &'i [T], mut of: impl FnMut(&'i T) -> Option<U>) -> Vec<U> {
    let mut list = Vec::new();
    for item in items {
        if let Some(made) = of(item) {
            list.push(made);
        }
    }
    list
}
