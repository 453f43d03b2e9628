//! Properties of persons and groups, and the filters that PostHog's conditions and cohorts have on them.
//!
//! The rules are those of PostHog's server, `rust/feature-flags`: where the SDKs differ from it, it is right.

mod equality;
mod filter;
mod json;
mod number;
mod operator;
mod order;
mod properties;
mod text;
mod value;

pub use filter::{Filter, Match, MatchingVersion};
pub use number::Number;
pub use operator::Operator;
pub use properties::{Properties, PropertiesError};
pub use value::Value;
