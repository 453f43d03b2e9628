//! Waiting for what was captured: all of it, or one record.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::home::FORKED;
use super::orders::End;
use super::outlet::Outlet;
use super::pending::{Pending, Waited};
use super::race::race;
use super::standing::Standing;
use super::watch::Watch;
use super::{Delivery, GRACE};
use crate::error::{Error, Kind};
use crate::outcome::DestinationOutcome;
use crate::record::Record;
use crate::transport::Share;

impl Delivery {
    /// Delivers what is in the log now; an error says why not all of it was settled before the deadline.
    pub(crate) fn flush(&self, deadline: Duration) -> Pending<Result<(), Error>> {
        if self.is_forked() {
            return Pending::answered(self.thread, Err(Error::new(Kind::Configuration, FORKED)));
        }
        if let Some(ended) = self.ended() {
            return Pending::answered(self.thread, ended);
        }
        let all = self.flushed();
        let lanes: Vec<_> = self.own_lanes().map(|lane| (lane.post.books.name(), Arc::clone(&lane.orders))).collect();
        self.on_thread(async move {
            timeout(deadline, all).await.unwrap_or_else(|_| {
                let troubles = lanes.iter().filter_map(|(name, orders)| Some((*name, orders.trouble()?)));
                Err(late(troubles))
            })
        })
    }

    /// Asks every lane to deliver what is in the log now.
    fn flushed(&self) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let log = Arc::clone(&self.store.log);
        let lane = |lane: &Outlet| (lane.post.books.name(), Arc::clone(&lane.post.standing), Arc::clone(&lane.orders));
        let own: Vec<_> = self.own_lanes().map(lane).collect();
        // One of these may be the lane that asks whether a destination is still paused.
        let others = self.store.lanes.iter().filter(|lane| !Arc::ptr_eq(&lane.log, &self.store.log));
        others.for_each(|lane| lane.orders.hurry());
        let flush = move || {
            let end = log.end();
            own.iter()
                .map(|(name, standing, orders)| (*name, Arc::clone(standing), orders.flush(end)))
                .collect::<Vec<_>>()
        };
        // What waits for the fleet's answer comes into the log first.
        let asked = self.flush_fleet();
        let answers = asked.is_none().then(&flush);
        async move {
            if let Some(asked) = asked {
                let _ = asked.await;
            }
            let mut result = Ok(());
            for (name, standing, answer) in answers.unwrap_or_else(flush) {
                let settled = answer.await.unwrap_or(false);
                if !settled && result.is_ok() {
                    result = Err(not_settled(name, &standing));
                }
            }
            result
        }
    }

    /// Begins to watch a record that is about to be appended.
    pub(crate) fn watch(&self, record: &Record<'_>) -> Watch {
        let mut destinations = Vec::new();
        for post in self.own_lanes().map(|lane| &lane.post) {
            if post.endpoint.dialect.share(record) == Share::Whole && !destinations.contains(&post.books.destination) {
                destinations.push(post.books.destination);
            }
        }
        self.watches.watch(record.id, destinations)
    }

    /// Waits until a record is settled, or will not be for now.
    pub(crate) fn settled(&self, watch: &Arc<Watch>, deadline: Duration) -> Pending<()> {
        if self.is_forked() || self.ended().is_some() {
            return Pending::answered(self.thread, ());
        }
        let (watch, all) = (Arc::clone(watch), self.flushed());
        self.on_thread(async move {
            let _ = timeout(deadline, race(watch.settled(), all)).await;
        })
    }

    /// [`settled`](Self::settled), waited for.
    pub(crate) fn settled_blocking(&self, watch: &Arc<Watch>, deadline: Duration) {
        self.settled(watch, deadline).wait(deadline.saturating_add(GRACE));
    }

    /// What became of a record until now.
    pub(crate) fn fates(&self, watch: &Watch) -> Vec<DestinationOutcome> {
        let outcome = |(place, fate)| DestinationOutcome { name: self.ledger.name(place), fate };
        watch.fates().into_iter().map(outcome).collect()
    }

    /// What is to be said of a flush after the end of all lanes: there is no thread to ask.
    fn ended(&self) -> Option<Result<(), Error>> {
        let mut result = Ok(());
        for lane in self.own_lanes() {
            let end = lane.orders.ended()?;
            if end != End::Settled && result.is_ok() {
                result = Err(Error::new(Kind::Timeout, SHUT_DOWN));
            }
        }
        Some(result)
    }

    /// Those that read what this client captures.
    fn own_lanes(&self) -> impl Iterator<Item = &Outlet> {
        self.store.lanes.iter().filter(|lane| Arc::ptr_eq(&lane.log, &self.store.log))
    }

    /// [`flush`](Self::flush), waited for.
    pub(crate) fn flush_blocking(&self, deadline: Duration) -> Result<(), Error> {
        flushed(self.flush(deadline).wait(deadline.saturating_add(GRACE)))
    }
}

/// What came of waiting for a flush.
pub(crate) fn flushed(waited: Waited<Result<(), Error>>) -> Result<(), Error> {
    match waited {
        Waited::Answered(settled) => settled,
        // The thread has ended since the flush began.
        Waited::Ended | Waited::Late => Err(late([])),
    }
}

const SHUT_DOWN: &str = "the client is shut down, and not everything was delivered: its report says what was kept";

/// Why not in time says who has something to say, each destination once.
fn late(troubles: impl IntoIterator<Item = (&'static str, String)>) -> Error {
    let mut sentence = "not everything was delivered in time: what is left stays in the log".to_owned();
    let mut last = "";
    for (name, why) in troubles {
        if name != last {
            sentence.push_str(if last.is_empty() { " (" } else { "; " });
            sentence.extend([name, ": ", &why]);
            last = name;
        }
    }
    sentence.push_str(if last.is_empty() { "" } else { ")" });
    Error::new(Kind::Timeout, sentence)
}

/// Why a destination did not settle what was asked for.
fn not_settled(name: &str, standing: &Standing) -> Error {
    match standing.why() {
        Some(why) => {
            let sentence = format!("delivery to {name} is paused: {why}; what is captured for it stays in the log");
            Error::new(Kind::Network, sentence)
        }
        None => late([]),
    }
}
