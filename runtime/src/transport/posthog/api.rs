use std::str::FromStr;

use crate::error::{Error, Kind};

/// Which of PostHog's endpoints takes the events; as text `v0` or `v1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PostHogApi {
    /// `/batch/`, which every PostHog has. One answer is for a whole batch.
    #[default]
    V0,
    /// `/i/v1/analytics/events`, which says of each event what became of it, so that only what it asks for goes again,
    /// and takes all encodings. A deployment has it only where a sink for it is configured; one without answers 404,
    /// and the events are not taken.
    V1,
}

/// Reads `v0` or `v1`, in whatever case.
impl FromStr for PostHogApi {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim().to_ascii_lowercase().as_str() {
            "v0" => Ok(Self::V0),
            "v1" => Ok(Self::V1),
            _ => {
                let sentence = format!("posthog has no api `{text}`: it has to be `v0` or `v1`");
                Err(Error::new(Kind::Configuration, sentence))
            }
        }
    }
}
