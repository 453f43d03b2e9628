//! The macros, as code that uses them sees them.

mod apps;
mod doors;
mod names;
mod ui;
mod unimplemented;
mod workspace;
mod workspaces;
