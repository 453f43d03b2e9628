//! The macros, as code that uses them sees them.

mod ui;
