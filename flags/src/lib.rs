//! What feature flags answer, and how PostHog asks and answers about them.
//!
//! Pure: nothing here does I/O, looks at a clock or waits. A request is a value that becomes JSON, an answer is
//! bytes that become values, flag by flag: one odd flag never spoils the others.
//!
//! ```
//! use taxogen_flags::{FlagValue, Response};
//!
//! let answer = br#"{"flags": {"checkout": {"enabled": true, "variant": "test"}, "odd": 7}}"#;
//! let response = Response::decode(answer)?;
//! assert_eq!(response.get("checkout").unwrap().unwrap().value, FlagValue::Variant("test".into()));
//! assert!(response.get("odd").unwrap().is_err());
//! assert!(response.get("unheard-of").is_none());
//! # Ok::<(), taxogen_flags::DecodeError>(())
//! ```

mod assignment;
mod bucket;
mod clause;
mod compile;
mod definitions;
mod document;
mod evaluate;
mod evaluation;
pub mod explain;
mod flag;
mod groups;
mod person;
mod property;
mod reason;
mod request;
mod response;
mod served;
mod trouble;
mod value;
mod watch;

pub use assignment::{Assignment, Fallback};
pub use definitions::Definitions;
pub use evaluation::{CannotSay, Evaluation};
pub use explain::Explanation;
pub use groups::{Group, Groups};
pub use person::Person;
pub use property::{Filter, Match, MatchingVersion, Number, Operator, Properties, PropertiesError, Value};
pub use reason::{Reason, ReasonCode};
pub use request::Request;
pub use response::{DecodeError, Response};
pub use served::{ServedFlag, Unusable};
pub use trouble::{DefinitionsError, Trouble};
pub use value::FlagValue;
pub use watch::{Bucketing, Outcome, Step, VariantRange, Watch};
