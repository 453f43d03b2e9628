use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tokio::task::yield_now;
use tokio::time::timeout_at;

use super::address::Address;
use super::breaker::Breaker;
use super::desk::Desk;
use super::job::Job;
use super::link::{Failure, Link};
use super::question::{Question, Scripts, Verdict};
use super::report::FleetProblem;
use super::settings::Redis;
use super::shared::RedisFleet;
use crate::delivery::{Won, race};
use crate::hooks::TroubleKind;

/// Asks the fleet about what waits, on the delivery thread, and does what it says.
pub(crate) struct Worker {
    fleet: Arc<RedisFleet>,
    address: Address,
    tls: Option<Arc<ClientConfig>>,
    scripts: Scripts,
    desk: Desk,
    /// What is being asked.
    jobs: VecDeque<Job>,
    link: Option<Link>,
    breaker: Breaker,
    /// How long after one failure it is tried again to tell what is untold.
    again: Duration,
    /// Why there was no answer last.
    problem: FleetProblem,
    /// What the fleet has not been told, because it did not answer.
    untold: VecDeque<Question>,
}

/// How many questions go out together.
const BATCH: usize = 256;
/// How much is remembered to be told later.
const UNTOLD: usize = 16 * 1024;
/// For how long nothing is asked of who does not answer.
const REST: Duration = Duration::from_secs(5);
/// When who failed once is told what is untold, though nobody has a question.
const AGAIN: Duration = Duration::from_secs(1);

type Answer = Result<Verdict, FleetProblem>;

impl Worker {
    pub(crate) fn new(
        fleet: &Arc<RedisFleet>,
        (address, tls): (Address, Option<Arc<ClientConfig>>),
        settings: &Redis,
        time_to_live: Duration,
        haste: u32,
        desk: Desk,
    ) -> Self {
        Self {
            fleet: Arc::clone(fleet),
            address,
            tls,
            scripts: Scripts::new(&settings.prefix, time_to_live),
            desk,
            jobs: VecDeque::new(),
            link: None,
            breaker: Breaker::new(REST / haste),
            again: AGAIN / haste,
            problem: FleetProblem::Unreachable,
            untold: VecDeque::new(),
        }
    }

    pub(crate) async fn run(mut self) {
        loop {
            self.jobs = self.fleet.queue.take(BATCH).into();
            if self.jobs.is_empty() {
                self.rest().await;
                continue;
            }
            let questions: Vec<_> = self.jobs.iter().map(Job::question).collect();
            let answers = self.answers_in_time(&questions).await;
            for answer in answers {
                self.settle_next(answer);
            }
            // Where nobody is asked nothing else would wait.
            yield_now().await;
        }
    }

    /// Waits for something to do. Who did not answer is told after a while what is untold, though nobody has a question.
    async fn rest(&mut self) {
        let changed = self.fleet.queue.changed();
        if self.untold.is_empty() {
            return changed.await;
        }
        let again = self.breaker.open_until().unwrap_or_else(|| Instant::now() + self.again);
        if timeout_at(again.into(), changed).await.is_ok() {
            return;
        }
        let fleet = Arc::clone(&self.fleet);
        if fleet.queue.is_hurried() {
            self.catch_up().await;
        } else {
            // Records may come while this takes its time, and at the end they have none.
            race(fleet.queue.hurried(), self.catch_up()).await;
        }
    }

    /// The answers to all of these, as long as there is time for that. At the end there is some for what was lost, when no
    /// record waits behind it any more.
    async fn answers_in_time(&mut self, questions: &[Question]) -> Vec<Answer> {
        let fleet = Arc::clone(&self.fleet);
        if fleet.queue.is_hurried() && !self.jobs.iter().any(Job::is_record) {
            return self.answers(questions).await;
        }
        match race(fleet.queue.hurried(), self.answers(questions)).await {
            Won::First(()) => vec![Err(FleetProblem::Shutdown); questions.len()],
            Won::Second(answers) => answers,
        }
    }

    /// The answers to all of these, in their order.
    async fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        let may_ask = self.breaker.may_ask(Instant::now()) && (self.untold.is_empty() || self.catch_up().await);
        let answers = if may_ask { self.ask(questions).await } else { None };
        answers.unwrap_or_else(|| vec![Err(self.problem); questions.len()])
    }

    /// Tells what was not told; whether that is all.
    async fn catch_up(&mut self) -> bool {
        loop {
            let some: Vec<_> = self.untold.iter().take(BATCH).copied().collect();
            let Some(answers) = self.ask(&some).await else { return false };
            // What is refused for itself alone would be refused again, and stays counted.
            self.untold.drain(..some.len());
            self.fleet.counts.untold.sub(answers.iter().filter(|answer| answer.is_ok()).count());
            if self.untold.is_empty() {
                return true;
            }
        }
    }

    /// Asks now; `None` where nobody answers.
    async fn ask(&mut self, questions: &[Question]) -> Option<Vec<Answer>> {
        match self.try_twice(questions).await {
            Err(failure) => {
                self.failed(&failure);
                None
            }
            Ok(answers) if self.judge(&answers) => {
                Some(answers.into_iter().map(|answer| answer.map_err(|failure| failure.problem)).collect())
            }
            Ok(_) => None,
        }
    }

    /// A connection that lay idle may have been closed long ago: then there is another one at once. Who hears a question
    /// twice answers the same.
    async fn try_twice(&mut self, questions: &[Question]) -> Result<Vec<Result<Verdict, Failure>>, Failure> {
        let is_used = self.link.is_some();
        match self.try_once(questions).await {
            Err(failure) if is_used && failure.problem == FleetProblem::Unreachable => self.try_once(questions).await,
            answers => answers,
        }
    }

    async fn try_once(&mut self, questions: &[Question]) -> Result<Vec<Result<Verdict, Failure>>, Failure> {
        // What comes late would be taken for the answer to something else: only who has answered all is asked again.
        let mut link = match self.link.take() {
            Some(link) => link,
            None => Link::open(&self.address, self.tls.as_ref()).await?,
        };
        let answers = link.ask(&self.scripts, questions).await?;
        self.link = Some(link);
        Ok(answers)
    }

    /// Whether somebody is there who answers: an entry that is not ours says nothing about the others.
    fn judge(&mut self, answers: &[Result<Verdict, Failure>]) -> bool {
        let mut failures = answers.iter().map(|answer| answer.as_ref().err().filter(|failure| !failure.is_of_entry));
        match failures.next().flatten() {
            Some(first) if failures.all(|failure| failure.is_some()) => {
                // It may be another one behind this name by then.
                self.link = None;
                self.failed(first);
                false
            }
            _ => {
                self.succeeded();
                true
            }
        }
    }

    fn succeeded(&mut self) {
        if self.breaker.succeeded() {
            let detail = format!("the fleet's Redis at {} answers again", self.address);
            self.desk.trouble(TroubleKind::FleetAnswers, detail);
        }
    }

    fn failed(&mut self, failure: &Failure) {
        self.problem = failure.problem;
        if self.breaker.failed(Instant::now()) {
            let Failure { problem, detail, .. } = failure;
            let detail = format!("the fleet's Redis at {} gives no answer: {problem} ({detail})", self.address);
            self.desk.trouble(TroubleKind::FleetSilent, detail);
        }
    }

    fn settle_next(&mut self, answer: Answer) {
        if let Some(job) = self.jobs.pop_front() {
            self.settle(job, answer);
            self.fleet.queue.settle(1);
        }
    }

    fn settle(&mut self, job: Job, answer: Answer) {
        let counts = &self.fleet.counts;
        let (claim, here, record) = match job {
            Job::Record { claim, here, record } => (claim, here, record),
            Job::TakeBack { .. } | Job::Tell(_) => {
                if answer.is_err() {
                    self.tell_later(job.question());
                }
                return;
            }
        };
        // What this process has reported since is what counts, and the fleet will be told of it.
        if self.fleet.queue.is_overtaken(&claim) {
            counts.older.add(1);
            return;
        }
        match answer {
            Ok(Verdict::Changed) => {
                counts.reported.add(1);
                self.desk.memory.remember(here);
                if !self.desk.deliver(here, &record) {
                    self.tell_later(Question::TakeBack { key: claim.key, id: claim.id });
                }
            }
            Ok(Verdict::Repeated) => {
                counts.repeated.add(1);
                self.desk.memory.remember(here);
            }
            Ok(Verdict::Older) => {
                counts.older.add(1);
                self.desk.memory.forget(here);
            }
            Err(problem) => {
                counts.unanswered(problem);
                if self.desk.memory.enter(here) && self.desk.deliver(here, &record) {
                    self.tell_later(Question::Claim(claim));
                }
            }
        }
    }

    fn tell_later(&mut self, question: Question) {
        self.fleet.counts.untold.add(1);
        if self.untold.len() == UNTOLD {
            self.untold.pop_front();
        }
        self.untold.push_back(question);
    }
}

impl Drop for Worker {
    /// Nothing waits here any more, unless something panicked: then nobody is asked again, and nothing is lost.
    fn drop(&mut self) {
        self.fleet.queue.close(Instant::now());
        loop {
            while !self.jobs.is_empty() {
                self.settle_next(Err(FleetProblem::Shutdown));
            }
            self.jobs = self.fleet.queue.take(BATCH).into();
            if self.jobs.is_empty() {
                return;
            }
        }
    }
}
