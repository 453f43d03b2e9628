//! The macros, as code that uses them sees them.

mod apps;
mod doors;
mod names;
mod readme;
mod ui;
mod unimplemented;
mod workspace;
mod workspaces;
