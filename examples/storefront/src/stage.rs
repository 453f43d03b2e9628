//! What the sandbox is told to play: everybody's flags, and trouble on purpose.

use std::ops::Range;
use std::time::Duration;

use serde_json::json;
use taxogen_sandbox::{Fault, FlagAnswer, Sandbox, Vendor};

use crate::plan::flags;
use crate::visitor::Visitor;

/// The hours in which Segment answers nothing but 503.
pub(crate) const OUTAGE: Range<u32> = 11..14;
/// The hour in which the kill switch is thrown.
const PAYMENTS_OFF: u32 = 13;

/// How long the example waits for an answer; in production it is half a minute.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
const TOO_LATE: Duration = Duration::from_millis(1300);

/// Decides for each visitor, as PostHog would.
pub(crate) fn script_flags(sandbox: &Sandbox, visitors: &[Visitor]) {
    let limits = FlagAnswer::on().payload(json!({ "timeout_ms": 3000 })).numbered(4, 2);
    sandbox.flags().set_default(flags::CHECKOUT_LIMITS.key(), limits);
    for visitor in visitors {
        let id = &visitor.id;
        // Any hash will do, as long as it is the same on every run.
        let bucket = id.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(byte)) >> 3;
        let checkout = if bucket % 2 == 0 {
            FlagAnswer::variant("control")
        } else {
            let words = json!({ "headline": "Ship faster", "cta": "Start free trial" });
            FlagAnswer::variant("test").payload(words)
        };
        let dashboard = FlagAnswer::boolean(bucket % 4 == 0);
        let payments = FlagAnswer::boolean(visitor.hour != PAYMENTS_OFF);
        sandbox.flags().set(id, flags::CHECKOUT_EXPERIMENT.key(), checkout.numbered(3, 5).has_experiment(true));
        sandbox.flags().set(id, flags::NEW_DASHBOARD_V2.key(), dashboard.numbered(1, 9).has_experiment(false));
        sandbox.flags().set(id, flags::PAYMENTS_ENABLED.key(), payments.numbered(2, 1).has_experiment(false));
    }
}

/// Arranges the trouble of an hour, and says what it is.
pub(crate) fn prepare(sandbox: &Sandbox, hour: u32) -> Option<&'static str> {
    match hour {
        9 => sandbox.flags().status(503),
        10 => sandbox.flags().status(None),
        hour if hour == OUTAGE.start => sandbox.fault(Vendor::Segment, Fault::status(503).forever()),
        hour if hour == OUTAGE.end => sandbox.clear_faults(Vendor::Segment),
        15 => sandbox.fault(Vendor::PostHog, Fault::status(413)),
        17 => sandbox.fault_at(Vendor::Mixpanel, "/import", Fault::Delay(TOO_LATE)),
        19 => sandbox.fault_at(Vendor::Mixpanel, "/engage", Fault::CutAfter),
        _ => {}
    }
    Some(match hour {
        9 => "PostHog answers no question about flags",
        hour if hour == OUTAGE.start => "Segment is down for three hours: 503 to everything",
        PAYMENTS_OFF => "a kill switch turns payments off",
        hour if hour == OUTAGE.end => "Segment is back, and gets what waited for it",
        15 => "PostHog finds a batch too large: 413",
        17 => "Mixpanel takes a batch, and answers too late",
        19 => "Mixpanel takes people's properties, and hangs up",
        _ => return None,
    })
}
