//! Pages, syncs and what comes more than once.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{CohortWebhook, Delta, Membership, Progress};

fn page(action: &str, session: &str, page: usize, pages: usize, members: &[&str]) -> CohortWebhook {
    let members: Vec<_> = members.iter().map(|id| serde_json::json!({"mixpanel_distinct_id": id})).collect();
    let json = serde_json::json!({"action": action, "parameters": {
        "mixpanel_project_id": "1", "mixpanel_cohort_id": "7", "mixpanel_session_id": session,
        "page_info": {"total_pages": pages, "page_count": page}, "members": members}});
    CohortWebhook::from_json(&json.to_string()).expect("a message")
}

fn members(membership: &Membership) -> Vec<&str> {
    membership.members("1", "7").collect()
}

fn change(delta: &Delta) -> (Vec<&str>, Vec<&str>) {
    assert_eq!(delta.progress(), Progress::Applied);
    (delta.added().iter().map(String::as_str).collect(), delta.removed().iter().map(String::as_str).collect())
}

/// The scenario of Mixpanel's page.
#[test]
fn a_cohort_is_followed() {
    let mut membership = Membership::new();
    let mut apply = |action, session, ids: &[&str]| membership.apply(&page(action, session, 1, 1, ids));
    assert_eq!(change(&apply("add_members", "1", &["a", "b", "c", "d"])), (vec!["a", "b", "c", "d"], vec![]));
    assert_eq!(change(&apply("remove_members", "1", &[])), (vec![], vec![]));
    assert_eq!(change(&apply("add_members", "2", &["e", "f", "a"])), (vec!["e", "f"], vec![]));
    assert_eq!(change(&apply("remove_members", "2", &["b", "d", "nobody"])), (vec![], vec!["b", "d"]));
    assert_eq!(members(&membership), ["a", "c", "e", "f"]);
}

#[test]
fn a_full_sync_removes_the_absent() {
    let mut membership = Membership::new();
    let _ = membership.apply(&page("members", "1", 1, 1, &["a", "b"]));
    let delta = membership.apply(&page("members", "2", 1, 1, &["b", "c", "c"]));
    assert_eq!(change(&delta), (vec!["c"], vec!["a"]));
    assert_eq!(change(&membership.apply(&page("members", "3", 1, 1, &[]))), (vec![], vec!["b", "c"]));
    assert_eq!(members(&membership), [] as [&str; 0]);
}

#[test]
fn nothing_is_applied_while_a_page_is_missing() {
    let mut membership = Membership::new();
    let _ = membership.apply(&page("members", "1", 1, 1, &["old"]));
    for (number, missing) in [(3, 2), (1, 1), (3, 1)] {
        let delta = membership.apply(&page("members", "2", number, 3, &["new"]));
        assert_eq!((delta.progress(), delta.is_empty()), (Progress::Waiting { missing }, true));
        assert_eq!((members(&membership), membership.waiting()), (vec!["old"], 1));
    }
    assert_eq!(change(&membership.apply(&page("members", "2", 2, 3, &["newer"]))), (vec!["new", "newer"], vec!["old"]));
    assert_eq!(membership.waiting(), 0);
}

#[test]
fn what_comes_late_once_more_does_not_undo_what_came_after() {
    let mut membership = Membership::new();
    let _ = membership.apply(&page("add_members", "1", 1, 1, &["a"]));
    let _ = membership.apply(&page("remove_members", "2", 1, 1, &["a"]));
    assert_eq!(membership.apply(&page("add_members", "1", 1, 1, &["a"])).progress(), Progress::Repeated);
    assert_eq!(members(&membership), [] as [&str; 0]);
}

#[test]
fn a_sync_that_is_cut_anew_begins_anew() {
    let mut membership = Membership::new();
    let _ = membership.apply(&page("members", "1", 1, 2, &["a"]));
    let delta = membership.apply(&page("members", "1", 2, 3, &["b"]));
    assert_eq!(delta.progress(), Progress::Waiting { missing: 2 });
    let _ = membership.apply(&page("members", "1", 1, 3, &["c"]));
    assert_eq!(change(&membership.apply(&page("members", "1", 3, 3, &[]))), (vec!["b", "c"], vec![]));
}

#[test]
fn the_room_for_what_waits_is_bounded() {
    let mut membership = Membership::new();
    for session in 0..70 {
        let _ = membership.apply(&page("members", &session.to_string(), 1, 2, &["a"]));
    }
    assert_eq!((membership.waiting(), membership.abandoned()), (64, 6));
    // The oldest that is still there, and one that was given up.
    assert_eq!(membership.apply(&page("members", "6", 2, 2, &[])).progress(), Progress::Applied);
    assert_eq!(membership.apply(&page("members", "5", 2, 2, &[])).progress(), Progress::Waiting { missing: 1 });

    for session in 0..5000 {
        let _ = membership.apply(&page("add_members", &format!("whole {session}"), 1, 1, &["a"]));
    }
    assert_eq!(membership.sessions.applied.len(), 1024);

    // Who stores it may have added to it.
    membership.sessions.open.extend(membership.sessions.open.clone());
    membership.sessions.applied.extend(membership.sessions.applied.clone());
    let mut membership = Membership::from_json(&membership.to_json()).unwrap();
    let _ = membership.apply(&page("members", "one more", 1, 2, &["a"]));
    let _ = membership.apply(&page("members", "and whole", 1, 1, &["a"]));
    assert_eq!((membership.waiting(), membership.sessions.applied.len()), (64, 1024));
}

#[test]
fn cohorts_and_projects_are_kept_apart() {
    let mut membership = Membership::new();
    for (project, cohort) in [("1", "7"), ("1", "8"), ("2", "7")] {
        let json = format!(
            r#"{{"action": "members", "parameters": {{"mixpanel_project_id": "{project}", "mixpanel_cohort_id": "{cohort}",
            "mixpanel_session_id": "s", "page_info": {{"total_pages": 1, "page_count": 1}},
            "members": [{{"mixpanel_distinct_id": "{project} {cohort}"}}]}}}}"#
        );
        let _ = membership.apply(&CohortWebhook::from_json(&json).unwrap());
    }
    assert_eq!(membership.members("1", "8").collect::<Vec<_>>(), ["1 8"]);
    assert!(membership.contains("2", "7", "2 7") && !membership.contains("2", "7", "1 7"));
    assert_eq!(format!("{membership:?}"), "Membership { cohorts: 3, members: 3, waiting: 0, abandoned: 0, .. }");
}

#[test]
fn what_was_not_stored_by_it_is_refused() {
    for (text, message) in [
        ("", "the payload is not JSON at line 1 column 0"),
        ("{}", "`version` is missing from the payload"),
        (r#"{"version": 2}"#, "`version` of the payload is a number where version 1 is expected"),
        (
            r#"{"version": 1, "cohorts": [{"project_id": 1}]}"#,
            "`cohorts[0].project_id` of the payload is a number where a text is expected",
        ),
    ] {
        assert_eq!(Membership::from_json(text).unwrap_err().to_string(), message);
    }
}

const ACTIONS: [&str; 3] = ["members", "add_members", "remove_members"];

fn ids() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-f]", 0..6)
}

/// The pages of one export, some of them more than once, in some order.
fn export() -> impl Strategy<Value = (usize, Vec<Vec<String>>, Vec<usize>)> {
    (0..ACTIONS.len(), prop::collection::vec(ids(), 1..6)).prop_flat_map(|(action, pages)| {
        let order: Vec<_> = (0..pages.len()).chain(0..pages.len()).chain(0..pages.len()).collect();
        (Just(action), Just(pages), Just(order).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_repetition_of_the_pages_gives_the_same_membership(
        before in ids(),
        (action, pages, order) in export(),
    ) {
        let before: Vec<_> = before.iter().map(String::as_str).collect();
        let webhook = |place: usize| {
            let ids: Vec<_> = pages[place].iter().map(String::as_str).collect();
            page(ACTIONS[action], "export", place + 1, pages.len(), &ids)
        };
        let mut start = Membership::new();
        let _ = start.apply(&page("members", "before", 1, 1, &before));

        let (mut in_order, mut shuffled) = (start.clone(), start.clone());
        let whole: Vec<_> = (0..pages.len()).map(|place| in_order.apply(&webhook(place))).collect();
        let mut applied = Vec::new();
        for place in order {
            let delta = shuffled.apply(&webhook(place));
            // Between any two messages the process may be another.
            shuffled = Membership::from_json(&shuffled.to_json()).unwrap();
            if delta.progress() == Progress::Applied {
                applied.push(delta);
            } else {
                prop_assert!(delta.is_empty());
            }
        }
        prop_assert!(shuffled == in_order);
        prop_assert_eq!(applied, &whole[whole.len() - 1..]);

        let before: BTreeSet<_> = before.into_iter().collect();
        let told: BTreeSet<_> = pages.iter().flatten().map(String::as_str).collect();
        let expected: Vec<_> = match ACTIONS[action] {
            "members" => told.into_iter().collect(),
            "add_members" => before.union(&told).copied().collect(),
            _ => before.difference(&told).copied().collect(),
        };
        prop_assert_eq!(members(&shuffled), expected);
    }

    #[test]
    fn applying_twice_changes_nothing(exports in prop::collection::vec(export(), 1..5)) {
        let mut membership = Membership::new();
        let webhooks: Vec<_> = exports
            .iter()
            .enumerate()
            .flat_map(|(session, (action, pages, _))| {
                pages.iter().enumerate().map(move |(place, ids)| {
                    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
                    page(ACTIONS[*action], &session.to_string(), place + 1, pages.len(), &ids)
                })
            })
            .collect();
        for webhook in &webhooks {
            let _ = membership.apply(webhook);
        }
        let once = membership.clone();
        for webhook in &webhooks {
            prop_assert_eq!(membership.apply(webhook), Delta::nothing(Progress::Repeated));
        }
        prop_assert!(membership == once);
    }
}
