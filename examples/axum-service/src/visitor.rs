use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use taxogen::{Client, LoadOptions, User};

use crate::plan::person;
use crate::plan::types::PlanTier;

/// The person of a request.
pub(crate) struct Visitor(pub(crate) User);

/// How long a request waits for what cannot be decided here. Nothing, as a rule; a page that is late is worse than a default.
const PATIENCE: Duration = Duration::from_millis(300);

impl FromRequestParts<Client> for Visitor {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, client: &Client) -> Result<Self, Self::Rejection> {
        let header = |name| text(&parts.headers, name);
        let id =
            header("x-user-id").ok_or((StatusCode::UNAUTHORIZED, "say who you are in the header `x-user-id`\n"))?;
        let user = client.user(id);

        // What flags are decided by. It is sent to nobody as an event; a shop has it in its session.
        let about = person::Properties::new();
        let about = about.with_country(header("x-country").unwrap_or("DE")).with_plan_tier(tier(header("x-plan")));
        user.flag_properties(about.with_email(header("x-email").unwrap_or_default()));

        // Once for the request, so that two readings agree. Whatever is missing then has its default, and is counted.
        let loaded = user.load_flags_with(&LoadOptions::new().within(PATIENCE)).await;
        if let Err(problem) = loaded {
            eprintln!("flags: {problem}");
        }
        // What is captured from here on says which variations this person is in.
        user.stamp_variations();
        Ok(Self(user))
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().filter(|text| !text.trim().is_empty())
}

fn tier(word: Option<&str>) -> PlanTier {
    match word {
        Some("pro") => PlanTier::Pro,
        Some("enterprise") => PlanTier::Enterprise,
        _ => PlanTier::Free,
    }
}
