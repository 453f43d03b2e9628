//! What the sandbox is told to play: the definitions of the flags, and trouble on purpose.

use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use taxogen::Client;
use taxogen_sandbox::{Fault, Sandbox, Vendor};

use crate::plan::flags;

/// The hours in which Segment answers nothing but 503.
pub(crate) const OUTAGE: Range<u32> = 11..14;
/// The hour in which the kill switch is thrown.
const PAYMENTS_OFF: u32 = 13;

/// How long the example waits for an answer; in production it is half a minute.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
const TOO_LATE: Duration = Duration::from_millis(1300);

/// What PostHog has of the plan's flags.
const DEFINITIONS: &str = include_str!("../../definitions.json");
/// How often the shop asks for them; in production it is twice a minute.
pub(crate) const POLLS: Duration = Duration::from_millis(10);

/// Hands out the definitions by which flags are decided: before the shop first asks for them.
pub(crate) fn define_flags(sandbox: &Sandbox) {
    sandbox.flags().define_text(DEFINITIONS);
}

/// Turns payments on or off at PostHog, and waits until the shop knows.
fn switch_payments(sandbox: &Sandbox, client: &Client, are_on: bool) {
    let before = client.flag_definitions().loaded_at;
    let mut definitions: Value = serde_json::from_str(DEFINITIONS).expect("the definitions are JSON");
    for flag in definitions["flags"].as_array_mut().into_iter().flatten() {
        if flag["key"] == flags::PAYMENTS_ENABLED.key() {
            flag["active"] = are_on.into();
        }
    }
    sandbox.flags().define(&definitions);
    let patience = Instant::now() + Duration::from_secs(10);
    while client.flag_definitions().loaded_at == before && Instant::now() < patience {
        thread::sleep(POLLS);
    }
}

/// Arranges the trouble of an hour, and says what it is.
pub(crate) fn prepare(sandbox: &Sandbox, client: &Client, hour: u32) -> Option<&'static str> {
    match hour {
        9 => sandbox.flags().status(503),
        10 => sandbox.flags().status(None),
        hour if hour == OUTAGE.start => sandbox.fault(Vendor::Segment, Fault::status(503).forever()),
        PAYMENTS_OFF => switch_payments(sandbox, client, false),
        hour if hour == OUTAGE.end => {
            switch_payments(sandbox, client, true);
            sandbox.clear_faults(Vendor::Segment);
        }
        15 => sandbox.fault(Vendor::PostHog, Fault::status(413)),
        17 => sandbox.fault_at(Vendor::Mixpanel, "/import", Fault::Delay(TOO_LATE)),
        19 => sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::CutAfter),
        _ => {}
    }
    Some(match hour {
        9 => "PostHog is down for flags: they are decided here",
        hour if hour == OUTAGE.start => "Segment is down for three hours: 503 to everything",
        PAYMENTS_OFF => "a kill switch turns payments off",
        hour if hour == OUTAGE.end => "Segment is back, and gets what waited for it",
        15 => "PostHog finds a batch too large: 413",
        17 => "Mixpanel takes a batch, and answers too late",
        19 => "Mixpanel takes people's properties, and hangs up",
        _ => return None,
    })
}
