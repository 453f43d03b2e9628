//! A plan for one application, and an event that is known by two names.

use taxogen::event;

mod whole {
    taxogen::taxonomy!("ui/apps.yaml");
}

mod api {
    taxogen::taxonomy!("ui/apps.yaml", app = "api");
}

/// What only another application has. Were it in `api` as well, each name would be one of two.
mod absent {
    pub(super) struct JobDone;
    pub(super) struct JobDoneTook;
}

mod both {
    #[allow(unused_imports, reason = "of each module only what the other has not is named")]
    use super::{absent::*, api::events::*, api::types::*};

    pub(super) const ABSENT: (JobDone, JobDoneTook) = (JobDone, JobDoneTook);
}

#[test]
fn an_application_has_what_all_have_and_what_is_its_own() {
    let names = [whole::events::Visited::NAME, whole::events::TokenIssued::NAME, whole::events::JobDone::NAME];
    assert_eq!(names, ["visited", "Token Issued", "job_done"]);
    assert_eq!([api::events::Visited::NAME, api::events::TokenIssued::NAME], ["visited", "Token Issued"]);
    let (absent::JobDone, absent::JobDoneTook) = both::ABSENT;
    assert_eq!(api::PLAN, whole::PLAN, "it is the same plan");
}

#[test]
fn an_event_is_known_by_its_key_and_by_its_wire_name() {
    assert_eq!(event!("token_issued", plan = "ui/apps.yaml"), "Token Issued");
    assert_eq!(event!("Token Issued", plan = "ui/apps.yaml"), "Token Issued");
}
