//! What the compiler makes of the plan beside each file. That it compiles without a warning, as part of a
//! library and of a binary, is part of the test.

#![deny(warnings, missing_debug_implementations, clippy::all, clippy::pedantic)]
#![allow(missing_docs, unreachable_pub, reason = "lints that are off by default are the application's to choose")]

pub mod collections;
pub mod constraints;
pub mod conversion;
pub mod decisions;
pub mod deprecated;
pub mod docs;
pub mod enumeration;
pub mod event;
pub mod experiment;
pub mod exposure;
pub mod flag;
pub mod group;
pub mod included;
pub mod named_things;
pub mod names;
pub mod nullable;
pub mod object;
pub mod open_event;
pub mod payload;
pub mod people;
pub mod required;
pub mod rollout;
pub mod routing;
pub mod sensitivity;
pub mod supers;
