//! One request, and what its answer means.

use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use reqwest::header::HeaderMap;
use tokio::time::sleep_until;

use super::super::body::Body;
use super::super::http::{Failure, Request, Response};
use super::super::race::{Won, race};
use super::{GiveUp, Lane};
use crate::telemetry::{self, Attempted};
use crate::transport::{Answer, Attempt, Batch, Endpoint, Outcome};

impl Lane {
    pub(super) async fn attempt(&mut self, attempt: &Attempt, body: Body) -> Result<Outcome, GiveUp> {
        let Endpoint { url, authorization, dialect, .. } = &*self.endpoint;
        let (start, bytes) = (Instant::now(), body.bytes.len());
        let mut headers = HeaderMap::new();
        dialect.add_headers(attempt, &mut headers);
        let request = Request { url: url.clone(), authorization, headers, body, limit: Answer::LIMIT };
        let answered = self.before_deadline(self.http.post(request)).await?;
        let status = answered.as_ref().ok().map(|response| response.status);
        let outcome = self.judge(answered);
        telemetry::attempted(&Attempted {
            destination: self.books.name(),
            endpoint: self.endpoint.identity.kind,
            events: self.batches.front().map_or(0, Batch::len),
            bytes,
            failures: self.attempts,
            time: start.elapsed(),
            status,
            outcome: outcome.name(),
        });
        Ok(outcome)
    }

    fn judge(&mut self, answered: Result<Response, Failure>) -> Outcome {
        let response = match answered {
            Ok(response) => response,
            // Whether it arrived nobody knows: the ids stay the same, so that the vendor knows.
            Err(failure) => {
                self.stumble(failure.to_string());
                return Outcome::RetryAfter(None);
            }
        };
        let Endpoint { secret, dialect, .. } = &*self.endpoint;
        let body = secret.hide(response.body);
        let answer = Answer { status: response.status, retry_after: response.retry_after, body: &body };
        let outcome = match self.batches.front() {
            Some(batch) => dialect.outcome(&answer, batch),
            None => Outcome::Delivered,
        };
        match &outcome {
            Outcome::RetryAfter(_) => self.stumble(answer.explain()),
            Outcome::Unauthorized(why) => self.stumble(why.clone()),
            _ if self.trouble.is_empty() => {}
            _ => {
                self.trouble.clear();
                self.orders.set_trouble(None);
            }
        }
        outcome
    }

    /// Notes why an attempt failed that is to be made again.
    pub(super) fn stumble(&mut self, why: String) {
        self.orders.set_trouble(Some(&why));
        self.trouble = why;
    }

    /// Runs a future to its end, unless the deadline of a drain comes first.
    async fn before_deadline<T>(&self, future: impl Future<Output = T>) -> Result<T, GiveUp> {
        let mut future = pin!(future);
        loop {
            let deadline = self.orders.deadline();
            let over = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline.into()).await,
                    None => self.orders.changed().await,
                }
            };
            match race(future.as_mut(), over).await {
                Won::First(value) => return Ok(value),
                // Another drain may have moved the deadline meanwhile.
                Won::Second(()) if self.orders.deadline().is_some_and(|deadline| deadline <= Instant::now()) => {
                    return Err(GiveUp);
                }
                Won::Second(()) => {}
            }
        }
    }
}
