//! Where requests arrive: finds the vendor, plays the fault, records.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::asked::Asked;
use crate::flags::Flags;
use crate::http::{Request, Response};
use crate::ledger::{Judgement, Ledger};
use crate::outcome::Outcome;
use crate::parcel::Parcel;
use crate::received::{RecordedRequest, RequestSummary};
use crate::server::Reaction;
use crate::{Vendor, definitions, lock, mixpanel, mixpanel_profile, optimizely, posthog, posthog_v1, segment};

type Observer = Box<dyn FnMut(&RequestSummary) + Send>;

/// The vendors' desks, shared by all connections.
pub(crate) struct Desk {
    pub(crate) flags: Flags,
    ledgers: Mutex<[Ledger; 4]>,
    changed: Condvar,
    observer: Mutex<Option<Observer>>,
    started: Instant,
}

/// How a request is read.
#[derive(Clone, Copy)]
enum Route {
    Ingest { vendor: Vendor, judge: fn(&Parcel<'_>) -> Judgement, also_get: bool },
    Flags,
    Definitions,
}

impl Route {
    fn find(path: &str) -> Option<Self> {
        let ingest = |vendor, judge| Some(Self::Ingest { vendor, judge, also_get: false });
        let form = |judge| Some(Self::Ingest { vendor: Vendor::Mixpanel, judge, also_get: true });
        match path {
            "/batch" | "/i/v0/e" | "/e" | "/capture" => ingest(Vendor::PostHog, posthog::capture),
            posthog_v1::PATH => ingest(Vendor::PostHog, posthog_v1::capture),
            "/flags" => Some(Self::Flags),
            path if definitions::PATHS.contains(&path) => Some(Self::Definitions),
            "/v1/batch" | "/v1/track" | "/v1/identify" | "/v1/page" | "/v1/screen" | "/v1/group" | "/v1/alias" => {
                ingest(Vendor::Segment, segment::track)
            }
            "/v1/events" => ingest(Vendor::Optimizely, optimizely::events),
            "/import" => ingest(Vendor::Mixpanel, mixpanel::import),
            "/track" => form(mixpanel::track),
            "/engage" => form(mixpanel_profile::engage),
            "/groups" => form(mixpanel_profile::groups),
            _ => None,
        }
    }

    fn vendor(self) -> Vendor {
        match self {
            Self::Ingest { vendor, .. } => vendor,
            Self::Flags | Self::Definitions => Vendor::PostHog,
        }
    }

    fn takes(self, method: &str) -> bool {
        match self {
            Self::Ingest { also_get: true, .. } => method == "POST" || method == "GET",
            Self::Definitions => method == "GET",
            Self::Ingest { .. } | Self::Flags => method == "POST",
        }
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            flags: Flags::default(),
            ledgers: Mutex::default(),
            changed: Condvar::new(),
            observer: Mutex::default(),
            started: Instant::now(),
        }
    }

    pub(crate) fn observe(&self, observer: Observer) {
        *lock(&self.observer) = Some(observer);
    }

    pub(crate) fn with<T>(&self, vendor: Vendor, read: impl FnOnce(&mut Ledger) -> T) -> T {
        read(&mut lock(&self.ledgers)[vendor.index()])
    }

    /// Waits until the vendor has accepted that many messages; says whether it has.
    pub(crate) fn wait_for(&self, vendor: Vendor, messages: u64, timeout: Duration) -> bool {
        let ledgers = lock(&self.ledgers);
        let waits = |ledgers: &mut [Ledger; 4]| ledgers[vendor.index()].distinct < messages;
        let waited = self.changed.wait_timeout_while(ledgers, timeout, waits);
        let (mut ledgers, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !waits(&mut ledgers)
    }

    pub(crate) fn handle(&self, request: &Request) -> Reaction {
        let now = SystemTime::now();
        let Some(route) = Route::find(&request.path) else {
            return self.turn_away(request, None, Response::text(404, "no vendor has this path"));
        };
        if !route.takes(&request.method) {
            let takes = if matches!(route, Route::Definitions) { "GET" } else { "POST" };
            let response = Response::text(405, format!("this path takes {takes}")).with_header("allow", takes);
            return self.turn_away(request, Some(route.vendor()), response);
        }
        let parcel = Parcel::new(request, millis(now));
        let (vendor, judge) = match route {
            Route::Ingest { vendor, judge, .. } => (vendor, judge),
            Route::Flags => return self.answer_flags(&parcel, now),
            Route::Definitions => return self.answer_poll(&parcel, now),
        };
        let fault = self.with(vendor, |ledger| ledger.faults.next(&request.path));
        // Judged without the lock, so that large bodies do not hold up other connections.
        let outcome = match fault {
            None => Outcome::of(judge(&parcel)),
            Some(fault) => Outcome::played(fault, vendor, &parcel, judge),
        };
        let mut summary = summary_of(&parcel, Some(vendor), status(&outcome.reaction));
        summary.fault = outcome.fault;
        let record = self.record(&parcel, now, summary.status);
        self.with(vendor, |ledger| ledger.record(record, outcome.items, outcome.refused, &mut summary));
        self.changed.notify_all();
        self.tell(&summary);
        outcome.reaction
    }

    fn answer_flags(&self, parcel: &Parcel<'_>, now: SystemTime) -> Reaction {
        let query = crate::decode::form(&parcel.request.query);
        let body = serde_json::from_slice::<Value>(parcel.readable()).unwrap_or_default();
        let (delay, response) = match posthog::check_flags_key(&body) {
            _ if !body.is_object() => (Duration::ZERO, Response::text(400, "the body is no JSON object")),
            Err(reason) => (Duration::ZERO, Response::text(401, reason)),
            Ok(()) => {
                let asked = self.with(Vendor::PostHog, |ledger| Asked::of(&body, &ledger.people));
                self.flags.answer(crate::decode::form_value(&query, "v"), &body, &asked)
            }
        };
        let record = self.record(parcel, now, Some(response.status));
        self.with(Vendor::PostHog, |ledger| ledger.record_flags(record));
        self.tell(&summary_of(parcel, Some(Vendor::PostHog), Some(response.status)));
        Reaction::AnswerAfter(delay, response)
    }

    fn answer_poll(&self, parcel: &Parcel<'_>, now: SystemTime) -> Reaction {
        let fault = self.with(Vendor::PostHog, |ledger| ledger.faults.next_at(&parcel.request.path));
        self.flags.defined.count();
        let judge = |parcel: &Parcel<'_>| self.flags.defined.judge(parcel);
        let outcome = match fault {
            None => Outcome::of(judge(parcel)),
            Some(fault) => Outcome::played(fault, Vendor::PostHog, parcel, judge),
        };
        let mut summary = summary_of(parcel, Some(Vendor::PostHog), status(&outcome.reaction));
        summary.fault = outcome.fault;
        let record = self.record(parcel, now, summary.status);
        self.with(Vendor::PostHog, |ledger| ledger.record_poll(record));
        self.tell(&summary);
        outcome.reaction
    }

    fn turn_away(&self, request: &Request, vendor: Option<Vendor>, response: Response) -> Reaction {
        self.tell(&summary_of(&Parcel::new(request, 0), vendor, Some(response.status)));
        Reaction::Answer(response)
    }

    fn record(&self, parcel: &Parcel<'_>, now: SystemTime, status: Option<u16>) -> RecordedRequest {
        let Request { method, path, query, headers, body, .. } = parcel.request;
        RecordedRequest {
            number: 0,
            method: method.clone(),
            path: path.clone(),
            query: query.clone(),
            headers: headers.clone(),
            body: parcel.readable().to_vec(),
            wire_bytes: body.len(),
            status,
            at: now,
            since_start: self.started.elapsed(),
        }
    }

    fn tell(&self, summary: &RequestSummary) {
        if let Some(observer) = lock(&self.observer).as_mut() {
            observer(summary);
        }
    }
}

fn status(reaction: &Reaction) -> Option<u16> {
    match reaction {
        Reaction::Answer(response)
        | Reaction::AnswerAfter(_, response)
        | Reaction::AnswerSlowly(_, response)
        | Reaction::HalfClose(response) => Some(response.status),
        Reaction::Hang | Reaction::Cut => None,
    }
}

fn summary_of(parcel: &Parcel<'_>, vendor: Option<Vendor>, status: Option<u16>) -> RequestSummary {
    RequestSummary {
        vendor,
        method: parcel.request.method.clone(),
        path: parcel.request.path.clone(),
        status,
        wire_bytes: parcel.request.body.len(),
        body_bytes: parcel.body_len(),
        accepted: BTreeMap::new(),
        repeated: 0,
        dropped: BTreeMap::new(),
        rejected: BTreeMap::new(),
        fault: None,
    }
}

fn millis(time: SystemTime) -> i64 {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
