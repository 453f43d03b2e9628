//! One request, and what its answer means.

use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use reqwest::header::HeaderMap;
use tokio::time::sleep_until;

use super::super::body::Body;
use super::super::http::{ANSWER, Request};
use super::super::race::{Won, race};
use super::{GiveUp, Lane};
use crate::transport::{Answer, Attempt, Endpoint, Outcome};

impl Lane {
    pub(super) async fn attempt(&mut self, attempt: &Attempt, body: Body) -> Result<Outcome, GiveUp> {
        let Endpoint { url, authorization, dialect, .. } = &*self.endpoint;
        let mut headers = HeaderMap::new();
        dialect.add_headers(attempt, &mut headers);
        let request = Request { url: url.clone(), authorization, headers, body, limit: ANSWER };
        let response = match self.before_deadline(self.http.post(request)).await? {
            Ok(response) => response,
            // Whether it arrived nobody knows: the ids stay the same, so that the vendor knows.
            Err(failure) => {
                self.trouble = failure.to_string();
                return Ok(Outcome::RetryAfter(None));
            }
        };
        let answer = Answer { status: response.status, retry_after: response.retry_after, body: &response.body };
        let outcome = match self.batches.front() {
            Some(batch) => dialect.outcome(&answer, batch),
            None => Outcome::Delivered,
        };
        match &outcome {
            Outcome::RetryAfter(_) => self.trouble = answer.explain(),
            Outcome::Unauthorized(why) => self.trouble.clone_from(why),
            _ => self.trouble.clear(),
        }
        Ok(outcome)
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
