use std::collections::VecDeque;
use std::sync::Arc;

use super::body::Packer;
use super::books::Books;
use super::home::Home;
use super::http::Http;
use super::lane::{self, Lane};
use super::orders::{End, Orders};
use super::screen::Screen;
use super::settings::Settings;
use super::standing::Standing;
use super::tally::Tally;
use crate::error::Error;
use crate::log::{LaneId, LaneSettings, Log, Wake};
use crate::transport::{Batch, Endpoint, Share};

/// A lane, seen from other threads.
pub(super) struct Outlet {
    pub(super) post: Post,
    pub(super) log: Arc<Log>,
    /// In that log.
    pub(super) id: LaneId,
    pub(super) orders: Arc<Orders>,
}

/// Where a lane delivers to.
#[derive(Clone)]
pub(super) struct Post {
    pub(super) endpoint: Arc<Endpoint>,
    /// Shared by the lanes of a destination.
    pub(super) standing: Arc<Standing>,
    pub(super) books: Books,
    pub(super) screen: Screen,
}

impl Outlet {
    /// A lane for each of these, and the log that they read.
    pub(super) fn all(
        posts: &[Post],
        home: &Arc<Home>,
        log: impl FnOnce(Vec<LaneSettings>) -> Result<Log, Error>,
    ) -> Result<(Arc<Log>, Vec<Self>), Error> {
        let orders: Vec<_> = posts.iter().map(|_| Arc::new(Orders::at(home))).collect();
        let log = Arc::new(log(posts.iter().zip(&orders).map(|(post, orders)| post.lane(orders)).collect())?);
        let outlet = |(place, (post, orders)): (usize, (&Post, Arc<Orders>))| Self {
            post: post.clone(),
            log: Arc::clone(&log),
            id: LaneId(place),
            orders,
        };
        let outlets = posts.iter().zip(orders).enumerate().map(outlet).collect();
        Ok((log, outlets))
    }

    /// What waits here.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.orders.in_hand();
        tally.add_unread(self.log.unread(self.id));
        tally
    }

    /// Why nothing is delivered here until somebody acts.
    pub(super) fn paused(&self) -> Option<String> {
        if self.orders.ended() == Some(End::Broken) { Some(lane::BROKEN.to_owned()) } else { self.post.standing.why() }
    }

    pub(super) fn start(&self, http: &Http, settings: &Settings) -> Lane {
        let Post { endpoint, standing, books, screen } = self.post.clone();
        Lane {
            id: self.id,
            log: Arc::clone(&self.log),
            packer: Packer::new(endpoint.encoding),
            endpoint,
            http: http.clone(),
            orders: Arc::clone(&self.orders),
            member: standing.join(),
            standing,
            books,
            screen,
            settings: *settings,
            waiting: VecDeque::new(),
            batches: VecDeque::new(),
            spare: Batch::default(),
            attempts: 0,
            trouble: String::new(),
            refused_alone: 0,
            left: Tally::default(),
        }
    }
}

impl Post {
    /// What the log is told of a lane to here.
    pub(super) fn lane(&self, orders: &Arc<Orders>) -> LaneSettings {
        let (wants, counts) = (Arc::clone(&self.endpoint), Arc::clone(&self.endpoint));
        LaneSettings {
            wants: Arc::new(move |record| wants.dialect.share(record) != Share::Nothing),
            counts: Arc::new(move |record| counts.dialect.share(record) == Share::Whole),
            wake: Arc::clone(orders) as Arc<dyn Wake>,
        }
    }
}
