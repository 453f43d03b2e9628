//! What each vendor received, beside the shop's own books.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;

use taxogen_sandbox::{Received, Sandbox, Summary, Vendor, Verdict};

use crate::day::Books;
use crate::page::Page;
use crate::plan::{events, flags};
use crate::shop::Checkout;

/// The vendors' numbers and the shop's own.
pub(crate) struct Comparison<'a> {
    books: &'a Books,
    vendors: Vec<(Summary, Vec<Received>)>,
    differences: u64,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(books: &'a Books, sandbox: &Sandbox) -> Self {
        let vendors = Vendor::ALL.map(|vendor| (sandbox.summary(vendor), sandbox.received(vendor)));
        Self { books, vendors: vendors.into(), differences: 0 }
    }

    /// Prints everything, and says how many numbers differ from the shop's own.
    pub(crate) fn print(mut self, page: &mut Page) -> io::Result<u64> {
        self.events(page)?;
        self.people(page)?;
        self.experiment(page)?;
        self.traffic(page)?;
        Ok(self.differences)
    }

    fn events(&mut self, page: &mut Page) -> io::Result<()> {
        let books = self.books;
        page.heading("Events, each counted once")?;
        page.line(row("", "the shop", Vendor::ALL))?;
        for (name, own) in [
            (events::UserSignedUp::NAME, books.sign_ups),
            (events::CheckoutFinished::NAME, books.checkouts),
            (events::CompletedPurchase::NAME, books.orders),
            (events::OrderCompleted::NAME, books.orders),
            (events::ClientError::NAME, books.too_slow),
            (events::ItemSent::NAME, books.items_sent),
            (events::InvoiceSent::NAME, books.orders),
            (events::RefundPaid::NAME, 2 * books.refunds),
        ] {
            self.compare(page, name, own, |(summary, _)| summary.count(name))?;
        }
        self.subscriptions(page)?;
        self.show(page, "$feature_flag_called", |(summary, _)| count(summary.count("$feature_flag_called")))?;
        self.show(page, "Experiment Viewed", |(summary, _)| count(summary.count("Experiment Viewed")))
    }

    /// The plan gives this event another name at Segment, and does not send it to Mixpanel.
    fn subscriptions(&mut self, page: &mut Page) -> io::Result<()> {
        let own = self.books.subscriptions;
        let names = [events::SubscriptionStarted::NAME, "Subscription Started"];
        let received: Vec<_> = self.vendors.iter().map(|(summary, _)| names.map(|name| summary.count(name))).collect();
        let as_planned = [[own, 0], [0, own], [0, 0]];
        self.differences +=
            received.iter().zip(as_planned).filter(|(received, planned)| *received != planned).count() as u64;
        let numbers = received.iter().map(|names| count(names.iter().sum()));
        page.line(row("subscription_started, which goes around Mixpanel", own, numbers))
    }

    fn people(&mut self, page: &mut Page) -> io::Result<()> {
        let books = self.books;
        page.heading("People")?;
        page.line(row("", "the shop", Vendor::ALL))?;
        self.compare(page, "whose country is known", books.sign_ups, |(summary, _)| people_with(summary, "country"))?;
        let aliases = |(summary, _): &(Summary, _)| summary.aliases.len() as u64;
        self.compare(page, "whose device is known", books.devices, aliases)?;
        let emails = |(summary, _): &(Summary, _)| count(people_with(summary, "email"));
        self.show(page, "whose e-mail is known: only PostHog may see it", emails)?;
        let clear = |(_, received): &(_, Vec<Received>)| count(invoices(received, |email| email.contains('@')));
        self.show(page, "invoices with an e-mail", clear)?;
        let hashed = |(_, received): &(_, Vec<Received>)| count(invoices(received, |email| !email.contains('@')));
        self.show(page, "invoices with a keyed hash of it", hashed)?;
        self.show(page, "companies", |(summary, _)| count(summary.groups.len() as u64))
    }

    fn experiment(&mut self, page: &mut Page) -> io::Result<()> {
        page.heading("The experiment: people exposed to each checkout")?;
        page.line(row("", "the shop", Vendor::ALL))?;
        for (checkout, variant) in [(Checkout::Control, "control"), (Checkout::Test, "test")] {
            let (exposed, buyers) = self.books.experiment.get(&checkout).copied().unwrap_or_default();
            let label = format!("{variant}, of whom {buyers} bought ({} %)", buyers * 100 / exposed.max(1));
            self.compare(page, &label, exposed, |(_, received)| exposures(received, variant))?;
        }
        Ok(())
    }

    fn traffic(&self, page: &mut Page) -> io::Result<()> {
        page.heading("Delivery")?;
        page.line(row("", "", Vendor::ALL))?;
        self.show(page, "questions about flags", |(summary, _)| count(summary.flag_requests))?;
        self.show(page, "requests", |(summary, _)| count(summary.requests))?;
        self.show(page, "answered well", |(summary, _)| count(statuses(summary, 200..300)))?;
        self.show(page, "answered with an error", |(summary, _)| count(statuses(summary, 300..600)))?;
        self.show(page, "not answered", |(summary, _)| count(summary.unanswered))?;
        self.show(page, "messages accepted", |(summary, _)| count(summary.distinct))?;
        self.show(page, "rejected", |(summary, _)| count(summary.rejected.values().sum()))?;
        self.show(page, "dropped after a good answer", |(summary, _)| count(summary.dropped.values().sum()))?;
        self.show(page, "sent again, known by their id and not counted", |(summary, _)| count(summary.repeated))?;
        self.show(page, "KiB on the wire", |(summary, _)| kib(summary.wire_bytes))?;
        self.show(page, "KiB unpacked", |(summary, _)| kib(summary.body_bytes))
    }

    fn show<D: Display>(
        &self,
        page: &mut Page,
        label: &str,
        of_vendor: impl Fn(&(Summary, Vec<Received>)) -> D,
    ) -> io::Result<()> {
        page.line(row(label, "", self.vendors.iter().map(of_vendor)))
    }

    /// A row whose numbers must all be the shop's own.
    fn compare(
        &mut self,
        page: &mut Page,
        label: &str,
        own: u64,
        of_vendor: impl Fn(&(Summary, Vec<Received>)) -> u64,
    ) -> io::Result<()> {
        let numbers: Vec<_> = self.vendors.iter().map(of_vendor).collect();
        let different = numbers.iter().filter(|number| **number != own).count() as u64;
        self.differences += different;
        let mark = if different > 0 { "  differs" } else { "" };
        page.line(row(label, own, numbers.into_iter().map(count)) + mark)
    }
}

fn row<D: Display>(label: &str, own: impl Display, vendors: impl IntoIterator<Item = D>) -> String {
    let numbers: Vec<_> = vendors.into_iter().map(|vendor| format!(" {vendor:>9}")).collect();
    format!("  {label:<48} {own:>8}{}", numbers.concat())
}

/// A number, or a dash for none, so that the eye finds what is there.
fn count(number: u64) -> String {
    if number == 0 { "-".to_owned() } else { number.to_string() }
}

fn kib(bytes: u64) -> String {
    format!("{}.{}", bytes / 1024, bytes % 1024 * 10 / 1024)
}

fn statuses(summary: &Summary, range: std::ops::Range<u16>) -> u64 {
    summary.statuses.range(range).map(|(_, answers)| answers).sum()
}

fn people_with(summary: &Summary, property: &str) -> u64 {
    summary.people.values().filter(|person| person.contains_key(property)).count() as u64
}

/// Different people whom the vendor counts as exposed to the variant; each writes it in its own words.
fn exposures(received: &[Received], variant: &str) -> u64 {
    let flag = flags::CHECKOUT_EXPERIMENT.key();
    let is_exposure = |event: &&Received| {
        let says = |names: [&str; 3], value: &str| names.iter().any(|name| event.properties[*name] == value);
        matches!(event.name.as_str(), "$feature_flag_called" | "Experiment Viewed")
            && says(["$feature_flag", "flag_key", "flagKey"], flag)
            && says(["$feature_flag_response", "variation_key", "variationKey"], variant)
    };
    let people: BTreeSet<_> = received.iter().filter(is_exposure).map(|event| &event.distinct_id).collect();
    people.len() as u64
}

/// Invoices whose address is such a text.
fn invoices(received: &[Received], is_such: impl Fn(&str) -> bool) -> u64 {
    let accepted = received.iter().filter(|event| event.verdict == Verdict::Accepted);
    let addresses = accepted
        .filter(|event| event.name == events::InvoiceSent::NAME)
        .filter_map(|event| event.properties["billing_email"].as_str());
    addresses.filter(|address| is_such(address)).count() as u64
}
