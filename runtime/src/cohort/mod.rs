//! Mixpanel's cohorts, as its webhook tells them, and what becomes of them in Optimizely's customer data (ODP).
//!
//! Everything here is pure: there is no server, no storage and no HTTP client. The application takes the request, keeps
//! the [`Membership`] wherever it keeps things, and sends what [`Delta::profile_updates`] gives.
//!
//! ```
//! use taxogen::cohort::{CohortReply, CohortWebhook, Membership, ProfileField};
//!
//! const FIELD: ProfileField<'_> = ProfileField { identifier: "fs_user_id", membership: "is_power_user" };
//!
//! /// Answers one request. `send` posts a body to ODP's `/v3/profiles`.
//! fn answer(body: &str, membership: &mut Membership, send: impl Fn(&str) -> bool) -> CohortReply {
//!     let webhook = match CohortWebhook::from_json(body) {
//!         Ok(webhook) => webhook,
//!         Err(error) => return CohortReply::unreadable(&error),
//!     };
//!     let mut next = membership.clone();
//!     let delta = next.apply(&webhook);
//!     if !delta.profile_updates(&FIELD).iter().all(|updates| send(updates.as_json())) {
//!         return CohortReply::failure(webhook.action(), 503, "the customer data is away");
//!     }
//!     *membership = next; // and store `membership.to_json()`
//!     CohortReply::success(webhook.action())
//! }
//!
//! let body = r#"{"action": "members", "parameters": {"mixpanel_project_id": "1", "mixpanel_cohort_id": "7",
//!     "mixpanel_session_id": "s", "page_info": {"total_pages": 1, "page_count": 1},
//!     "members": [{"mixpanel_distinct_id": "user_123"}]}}"#;
//! let mut membership = Membership::new();
//! let reply = answer(body, &mut membership, |updates| {
//!     assert_eq!(updates, r#"[{"attributes":{"fs_user_id":"user_123","is_power_user":"true"}}]"#);
//!     true
//! });
//! assert_eq!(reply.to_json(), r#"{"action":"members","status":"success"}"#);
//! assert!(membership.contains("1", "7", "user_123"));
//! ```
//!
//! The change is sent before the membership is stored: who dies between the two is asked by Mixpanel once more, and finds
//! the same change again. An update of a profile that is made twice is the same update.
//!
//! The formats are those of Mixpanel's page on custom webhooks and of ODP's API, version 3. Neither was tried against the
//! vendor.

mod delta;
mod membership;
mod odp;
mod reply;
mod session;
mod stored;
mod webhook;

pub use delta::{Delta, Progress};
pub use membership::Membership;
pub use odp::{ProfileField, ProfileUpdates};
pub use reply::CohortReply;
pub use webhook::{CohortAction, CohortMember, CohortWebhook};

#[cfg(test)]
mod tests;
