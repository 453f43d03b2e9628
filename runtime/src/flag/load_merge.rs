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
    pub(super) fn after(
        before: Option<&Self>,
        load: &Load,
        reply: Option<Result<Response, LoadFailure>>,
        now: Timestamp,
    ) -> (Self, Heeded) {
        let Load { plan, anew, pin, .. } = load;
        let mut answers = before.map(|before| before.answers.clone()).unwrap_or_default();
        // What is decided here is never overwritten, and what PostHog said of it before is over.
        answers.retain(|key, _| !load.wanted.has(key) || plan.open.has(key));
        let mut last = before.and_then(|before| before.last.clone());
        let mut heard = before.map_or(Wanted::NOTHING, |before| before.heard.clone());
        let mut failure = None;
        let mut heeded = Heeded { remote: 0, missing: plan.missing, failed: plan.failed };
        match reply {
            // Nobody was to be asked, or there is nobody.
            None => heeded.failed += plan.asked.iter().map(|_| plan.open.named()).sum::<usize>(),
            Some(Ok(response)) => {
                let origin = Arc::new(Origin::of(&response, now));
                heed(&mut answers, &plan.open, response, &origin, &mut heeded);
                last = Some(origin);
                heard = if *anew { plan.open.clone() } else { heard.and(&plan.open) };
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
        (Self { answers, last, failure, wanted, heard, pin: pin.clone() }, heeded)
    }
}

/// Puts what an answer says of the open flags over what is known of them.
fn heed(
    answers: &mut HashMap<Box<str>, Heard>,
    open: &Wanted,
    response: Response,
    origin: &Arc<Origin>,
    heeded: &mut Heeded,
) {
    // What PostHog does not name any more it does not have, unless it could not evaluate it.
    if !origin.errors_while_computing {
        answers.retain(|key, _| !open.has(key) || response.get(key).is_some());
    }
    if let Wanted::Some(keys) = open {
        let unnamed = keys.iter().filter(|key| response.get(key).is_none()).count();
        *(if origin.errors_while_computing { &mut heeded.failed } else { &mut heeded.missing }) += unnamed;
    }
    for (key, said) in response.into_flags().filter(|(key, _)| open.has(key)) {
        match said {
            Ok(_) => heeded.remote += 1,
            Err(_) => heeded.failed += 1,
        }
        if said.is_ok() || answers.get(&key).is_none_or(|known| known.said.is_err()) {
            answers.insert(key, Heard { said, origin: Arc::clone(origin) });
        }
    }
}
