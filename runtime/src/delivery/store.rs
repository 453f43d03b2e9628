use std::sync::Arc;

use tokio::runtime::Handle;

use super::home::Home;
use super::http::Http;
#[cfg(feature = "spool")]
use super::keeper::Keeper;
use super::outlet::{Outlet, Post};
use super::settings::{Settings, Storage};
use crate::error::Error;
use crate::log::Log;

/// The logs of a client, and the lanes that read them.
pub(super) struct Store {
    /// What this client captures.
    pub(super) log: Arc<Log>,
    /// First those of that log, in the order of its lanes.
    pub(super) lanes: Vec<Outlet>,
    /// Looks after logs on disk.
    #[cfg(feature = "spool")]
    keeper: Option<Arc<Keeper>>,
}

impl Store {
    /// The log for what is captured, and on disk those that earlier processes left.
    pub(super) fn open(
        storage: &Storage,
        posts: &[Post],
        home: &Arc<Home>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        #[cfg(feature = "spool")]
        if let Some(spool) = &storage.spool {
            let (log, lanes, keeper) = Keeper::open(spool, storage.bytes, posts, home, settings)?;
            return Ok(Self { log, lanes, keeper: Some(Arc::new(keeper)) });
        }
        let outlets =
            Outlet::all(posts, home, |lanes| Ok(Log::new(storage.bytes, lanes).with_overflow(settings.overflow)));
        let (log, lanes) = outlets?;
        Ok(Self {
            log,
            lanes,
            #[cfg(feature = "spool")]
            keeper: None,
        })
    }

    /// Starts all lanes. Those of one endpoint that read what earlier processes left run one after the other, beside the
    /// one that reads what is captured now: so much and no more is in memory.
    pub(super) fn start(&self, runtime: &Handle, http: &Http, settings: &Settings) {
        let (own, left): (Vec<_>, Vec<_>) = self.lanes.iter().partition(|lane| Arc::ptr_eq(&lane.log, &self.log));
        for lane in &own {
            runtime.spawn(lane.start(http, settings).run());
            let same = |other: &&&Outlet| Arc::ptr_eq(&other.post.endpoint, &lane.post.endpoint);
            let older: Vec<_> = left.iter().filter(same).map(|lane| lane.start(http, settings)).collect();
            runtime.spawn(async move {
                for lane in older {
                    lane.run().await;
                }
            });
        }
        #[cfg(feature = "spool")]
        if let Some(keeper) = &self.keeper {
            runtime.spawn(Arc::clone(keeper).run());
        }
    }

    /// What there is to do when all lanes have ended.
    #[cfg_attr(not(feature = "spool"), expect(clippy::unused_self, reason = "a log in memory ends by itself"))]
    pub(super) fn finish(&self) -> impl FnOnce() + Send + 'static {
        #[cfg(feature = "spool")]
        let keeper = self.keeper.clone();
        move || {
            #[cfg(feature = "spool")]
            if let Some(keeper) = keeper {
                keeper.finish();
            }
        }
    }
}
