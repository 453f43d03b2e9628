//! Properties of persons and groups, and the filters that PostHog's conditions and cohorts have on them.
//!
//! The rules are those of PostHog's server, `rust/feature-flags`: where the SDKs differ from it, it is right.

mod absence;
mod check;
mod date;
mod equality;
mod filter;
mod instant;
mod json;
mod matching;
mod number;
mod operator;
mod order;
mod pattern;
mod properties;
mod relative;
mod scanner;
mod text;
mod value;
mod version;

pub use filter::Filter;
pub use matching::{Match, MatchingVersion};
pub use number::Number;
pub use operator::Operator;
pub use properties::{Properties, PropertiesError};
pub use value::Value;
