/// A decision of somebody, of which it is asked whether it is to be reported.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    pub(super) user: &'a str,
    pub(super) flag: &'static str,
    pub(super) variation: &'static str,
    pub(super) rule: &'static str,
}

/// One of somebody, in which each flag is decided twice.
pub(super) struct Request {
    user: String,
    variation: &'static str,
}

/// Requests in the order in which they come, and how many of their checks are new or changed.
pub(super) struct Round {
    pub(super) requests: Vec<Request>,
    pub(super) changes: usize,
}

/// Users who come again and again, and others who come once.
pub(super) struct Traffic {
    /// Of which thread.
    thread: u32,
    /// Which variation each user has.
    has_treatment: Vec<bool>,
    strangers: u32,
    random: u64,
}

const FLAGS: [(&str, &str); 4] = [
    ("checkout_redesign", "exp_rule_1"),
    ("pricing_page", "pricing_experiment"),
    ("onboarding-v2", "onboarding_ab"),
    ("search_ranking", "ranking_test"),
];
/// Requests of a round.
const REQUESTS: u32 = 12_500;
/// Of so many requests one is of a stranger, and one of a user whose variations have changed.
const SELDOM: u32 = 20;

impl Traffic {
    pub(super) fn new(thread: u32, users: usize) -> Self {
        Self { thread, has_treatment: vec![false; users], strangers: 0, random: u64::from(thread) + 1 }
    }

    /// Every user once: from then on they are known.
    pub(super) fn first(&self) -> Round {
        let requests: Vec<_> = (0..self.has_treatment.len()).map(|user| self.request(user)).collect();
        Round { changes: requests.len() * FLAGS.len(), requests }
    }

    pub(super) fn round(&mut self) -> Round {
        let (mut requests, mut changes) = (Vec::new(), 0);
        for number in 0..REQUESTS {
            let user = self.anybody();
            if number % SELDOM < 2 {
                changes += FLAGS.len();
            }
            requests.push(match number % SELDOM {
                0 => self.stranger(),
                1 => {
                    self.has_treatment[user] ^= true;
                    self.request(user)
                }
                _ => self.request(user),
            });
        }
        Round { requests, changes }
    }

    /// So many who come once.
    pub(super) fn strangers(&mut self, count: usize) -> Vec<Request> {
        (0..count).map(|_| self.stranger()).collect()
    }

    fn request(&self, user: usize) -> Request {
        let variation = if self.has_treatment[user] { "treatment" } else { "control" };
        Request { user: format!("user_{}_{user:07}", self.thread), variation }
    }

    fn stranger(&mut self) -> Request {
        self.strangers += 1;
        Request { user: format!("stranger_{}_{:07}", self.thread, self.strangers), variation: "control" }
    }

    fn anybody(&mut self) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap_or_default() % self.has_treatment.len()
    }
}

impl Request {
    pub(super) const CHECKS: usize = 2 * FLAGS.len();

    pub(super) fn checks(&self) -> impl Iterator<Item = Check<'_>> {
        let check = |(flag, rule)| Check { user: &self.user, flag, variation: self.variation, rule };
        FLAGS.into_iter().chain(FLAGS).map(check)
    }
}
