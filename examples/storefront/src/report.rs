//! What a person reads of the day: hour by hour, and how it ended.

use std::io;

use taxogen::{Client, Report};

use crate::day::Books;
use crate::page::Page;

pub(crate) fn opening(page: &mut Page) -> io::Result<()> {
    page.line("A day of a small shop, against PostHog, Segment and Mixpanel played on this machine.")?;
    page.heading("The day")?;
    page.line(" hour   visitors  sign-ups  checkouts  orders  trouble")
}

pub(crate) fn hour(page: &mut Page, hour: u32, books: &Books, trouble: Option<&str>) -> io::Result<()> {
    let Books { visitors, sign_ups, checkouts, orders, .. } = books;
    let line = format!(
        "{hour:>3}:00 {visitors:>9} {sign_ups:>9} {checkouts:>10} {orders:>7}  {}",
        trouble.unwrap_or_default()
    );
    page.line(line.trim_end())
}

/// What the whole day brought.
pub(crate) fn closing(page: &mut Page, books: &Books) -> io::Result<()> {
    let Books { visitors, sign_ups, checkouts, orders, revenue_cents, .. } = books;
    let euros = revenue_cents / 100;
    page.line(format_args!("   all {visitors:>9} {sign_ups:>9} {checkouts:>10} {orders:>7}  EUR {euros}"))?;
    let Books { without_flags, turned_away, too_slow, bad_codes, .. } = books;
    page.line("")?;
    for (number, sentence) in [
        (without_flags, "visitors had to do without some flag: nobody could decide it, and its default stood in"),
        (turned_away, "visitors could not pay while payments were off"),
        (too_slow, "visitors had a bank that was slower than a remote setting allows"),
        (bad_codes, "referral codes broke the plan's rule: they were left out, and their events were sent"),
    ] {
        page.line(format_args!("  {number:>3} {sentence}"))?;
    }
    Ok(())
}

/// What became of everything, as the client itself says.
pub(crate) fn delivery(page: &mut Page, report: &Report) -> io::Result<()> {
    page.heading("The client's own report")?;
    page.line(report)
}

/// How Segment's three hours went, as the client saw them at their end.
pub(crate) struct Outage {
    /// What waited for it.
    waiting: u64,
    /// What waited for the two others.
    elsewhere: u64,
}

impl Outage {
    pub(crate) fn look(client: &Client) -> Self {
        let report = client.report();
        let kept = |name| report.destinations.iter().filter(move |one| one.name == name).map(|one| one.kept).sum();
        let waiting = kept("segment");
        Self { waiting, elsewhere: report.kept - waiting }
    }
}

/// What an outage of hours came to.
pub(crate) fn outage(page: &mut Page, outage: &Outage) -> io::Result<()> {
    let Outage { waiting, elsewhere } = outage;
    page.heading("The outage")?;
    page.line("Segment took nothing from 11:00 to 14:00, and the others went on.")?;
    page.line(format_args!("At 14:00 {waiting} events waited for Segment, and {elsewhere} for PostHog and Mixpanel."))?;
    page.line("Segment got them when it was back: the tables above count each of them, once.")
}

/// Whether everything that happened in the shop is known to every vendor, once.
pub(crate) fn verdict(page: &mut Page, differences: u64, report: &Report) -> io::Result<()> {
    page.line("")?;
    if differences == 0 && report.kept == 0 && report.lost.is_empty() {
        return page.line("Every number of the vendors is the shop's own: nothing lost, nothing counted twice.");
    }
    page.line(format_args!("{differences} numbers differ from the shop's own."))
}
