//! What a handle knows after one more call of `load_flags`: pure.

use std::collections::HashMap;
use std::sync::Arc;

use taxogen_flags::Response;

use super::load_plan::Plan;
use super::loaded::{Heard, LoadFailure, Loaded, Origin, Pin};
use super::loading::Wanted;
use crate::value::Timestamp;

/// What a call of `load_flags` wants, and who is asked for it.
pub(super) struct Load {
    pub(super) wanted: Wanted,
    pub(super) plan: Plan,
    /// Whether what is pinned is replaced, and nothing added to it.
    pub(super) anew: bool,
    /// How often all was loaded anew before.
    pub(super) renewals: u64,
    /// The definitions by which the plan was made.
    pub(super) pin: Option<Pin>,
}

/// How many flags came from PostHog, and how many did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heeded {
    pub(super) remote: usize,
    pub(super) missing: usize,
    pub(super) failed: usize,
}

impl Loaded {
    /// What a handle knows after this call; what could not be evaluated this time stays as it was. Without a reply nobody
    /// was asked.
    ///
    /// Calls may overtake each other: the definitions that were pinned first stay, and what was loaded anew meanwhile is
    /// newer than this answer.
    pub(super) fn after(
        before: Option<&Self>,
        load: &Load,
        reply: Option<Result<Response, LoadFailure>>,
        now: Timestamp,
    ) -> (Self, Heeded) {
        let Load { plan, pin, .. } = load;
        let overtaken = before.filter(|before| before.renewals != load.renewals).map(|before| &before.wanted);
        let anew = load.anew && overtaken.is_none();
        let pinned = before.and_then(|before| before.pin.as_ref()).filter(|_| !anew).or(pin.as_ref());
        let is_of_pinned = pinned.map(Pin::identity) == pin.as_ref().map(Pin::identity);
        let mut answers = before.map(|before| before.answers.clone()).unwrap_or_default();
        if is_of_pinned && overtaken.is_none() {
            // What is decided here is never overwritten, and what PostHog said of it before is over.
            let (wanted, open) = (load.wanted.among(), plan.open.among());
            answers.retain(|key, _| !wanted(key) || open(key));
        }
        let mut last = before.and_then(|before| before.last.clone());
        let mut heard = before.map_or(Wanted::NOTHING, |before| before.heard.clone());
        let mut failure = None;
        let mut heeded = Heeded { remote: 0, missing: plan.missing, failed: plan.failed };
        match reply {
            // Nobody was to be asked, or there is nobody.
            None => heeded.failed += plan.asked.iter().map(|_| plan.open.named()).sum::<usize>(),
            Some(Ok(response)) => {
                let origin = Arc::new(Origin::of(&response, now));
                heed(&mut answers, &plan.open, overtaken, response, &origin, &mut heeded);
                last = Some(origin);
                heard = if anew { plan.open.clone() } else { heard.and(&plan.open) };
            }
            Some(Err(why)) => {
                heeded.failed += plan.open.named();
                failure = Some(why);
            }
        }
        let wanted = match before {
            Some(before) if !anew => before.wanted.and(&load.wanted),
            _ => load.wanted.clone(),
        };
        let renewals = before.map_or(0, |before| before.renewals) + u64::from(anew);
        (Self { answers, last, failure, wanted, heard, pin: pinned.cloned(), renewals }, heeded)
    }
}

/// Puts what an answer says of the open flags over what is known of them, but for those that were loaded anew since it was
/// asked for.
fn heed(
    answers: &mut HashMap<Box<str>, Heard>,
    open: &Wanted,
    overtaken: Option<&Wanted>,
    response: Response,
    origin: &Arc<Origin>,
    heeded: &mut Heeded,
) {
    let (is_open, newer) = (open.among(), overtaken.map(Wanted::among));
    let is_newer = |key: &str| newer.as_ref().is_some_and(|newer| newer(key));
    // What PostHog does not name any more it does not have, unless it could not evaluate it.
    if !origin.errors_while_computing {
        answers.retain(|key, _| !is_open(key) || is_newer(key) || response.get(key).is_some());
    }
    if let Wanted::Some(keys) = open {
        let unnamed = keys.iter().filter(|key| response.get(key).is_none()).count();
        *(if origin.errors_while_computing { &mut heeded.failed } else { &mut heeded.missing }) += unnamed;
    }
    for (key, said) in response.into_flags().filter(|(key, _)| is_open(key)) {
        match said {
            Ok(_) => heeded.remote += 1,
            Err(_) => heeded.failed += 1,
        }
        if !is_newer(&key) && (said.is_ok() || answers.get(&key).is_none_or(|known| known.said.is_err())) {
            answers.insert(key, Heard { said, origin: Arc::clone(origin) });
        }
    }
}
