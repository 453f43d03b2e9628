//! A day of a small shop: what an application with taxogen looks like, and what its vendors receive.
//!
//! `plan.rs` and `shop.rs` are what an application has. The rest lets visitors in, tells the sandbox which vendors
//! to play and what trouble to make, and prints.

mod comparison;
mod day;
mod page;
mod plan;
mod report;
mod shop;
mod stage;
mod visitor;

use std::env;
use std::io;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use taxogen::{Client, LocalFlags, Mixpanel, PostHog, Report, Segment};
use taxogen_sandbox::{MIXPANEL_TOKEN, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, SEGMENT_WRITE_KEY, Sandbox};

use crate::comparison::Comparison;
use crate::day::Books;
use crate::page::Page;
use crate::report::Outage;
use crate::shop::Shop;
use crate::visitor::{CLOSES, OPENS};

const HELP: &str = "\
A day of a small shop, captured through the types of its plan and delivered to three vendors.

Usage: storefront [--live]

Without --live the three vendors are played on this machine: no account, no key, no network.

Options:
  --live   deliver to the real vendors that the environment names:
             POSTHOG_API_KEY, POSTHOG_HOST, POSTHOG_PERSONAL_API_KEY
             SEGMENT_WRITE_KEY, SEGMENT_REGION (us, eu)
             MIXPANEL_TOKEN, MIXPANEL_REGION (us, eu, in)
  --help   print this text

Exit codes: 0 all is well, 1 something was lost or counted twice, or nothing could start, 2 usage.";

/// How long an hour takes.
const HOUR: Duration = Duration::from_millis(80);
/// How long the shop waits for its last deliveries.
const CLOSING: Duration = Duration::from_secs(20);

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let played = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => sandboxed(&mut Page::stdout()),
        ["--live"] => live(&mut Page::stdout()),
        ["--help" | "-h"] => Page::stdout().line(HELP).map(|()| true).map_err(Failure::from),
        _ => {
            eprintln!("error: the only options are `--live` and `--help`");
            return ExitCode::from(2);
        }
    };
    match played {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Who reads us has read enough.
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the day against the sandbox; says whether everybody counts the same.
fn sandboxed(page: &mut Page) -> Result<bool, Failure> {
    let sandbox = Sandbox::start()?;
    stage::define_flags(&sandbox);
    let client = Client::builder()
        .to(PostHog::new(POSTHOG_KEY).host(sandbox.posthog_url()))
        .to(Segment::new(SEGMENT_WRITE_KEY).host(sandbox.segment_url()))
        .to(Mixpanel::new(MIXPANEL_TOKEN).host(sandbox.mixpanel_url()))
        .hash_key("what vendors may not see is hashed under this")
        .linger(HOUR)
        .request_timeout(stage::PATIENCE)
        .local_flags(LocalFlags::polled(POSTHOG_PERSONAL_KEY).poll_interval(stage::POLLS))
        .build()?;
    client.flags_ready(CLOSING)?;
    let shop = Shop::new(client.clone());
    let mut visitors = visitor::of_the_day();

    report::opening(page)?;
    let (mut books, mut outage) = (Books::default(), None);
    for hour in OPENS..CLOSES {
        if hour == stage::OUTAGE.end {
            outage = Some(Outage::look(&client));
        }
        let trouble = stage::prepare(&sandbox, &client, hour);
        let now = day::hour(&shop, hour, &mut visitors);
        report::hour(page, hour, &now, trouble)?;
        books += &now;
        thread::sleep(HOUR);
    }
    report::closing(page, &books)?;

    let delivery = client.shutdown(CLOSING);
    let differences = Comparison::new(&books, &sandbox).print(page)?;
    report::delivery(page, &delivery)?;
    outage.iter().try_for_each(|outage| report::outage(page, outage))?;
    report::verdict(page, differences, &delivery)?;
    Ok(differences == 0 && is_complete(&delivery))
}

/// Plays the same day for the vendors that the environment names.
fn live(page: &mut Page) -> Result<bool, Failure> {
    let client = Client::from_env()?;
    let vendors: Vec<_> = client.report().destinations.iter().map(|destination| destination.name).collect();
    if vendors.is_empty() {
        return Err("no destination is set up: `storefront --help` names the variables".into());
    }
    page.line(format_args!("A day of a small shop goes to {}.", vendors.join(", ")))?;
    let shop = Shop::new(client.clone());
    let mut visitors = visitor::of_the_day();
    for hour in OPENS..CLOSES {
        day::hour(&shop, hour, &mut visitors);
    }
    let delivery = client.shutdown(CLOSING);
    report::delivery(page, &delivery)?;
    Ok(is_complete(&delivery))
}

fn is_complete(delivery: &Report) -> bool {
    delivery.kept == 0 && delivery.lost.is_empty()
}

fn is_broken_pipe(failure: &Failure) -> bool {
    failure.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
