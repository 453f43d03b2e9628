//! One day: who comes in which hour, what they do, and what the shop writes down about it.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use crate::plan::types::PlanTier;
use crate::shop::{Basket, Checkout, Known, Shop, SignUp, Unpaid, Visit};
use crate::visitor::Visitor;

const SKUS: [&str; 5] = ["mug", "poster", "notebook", "t-shirt", "lamp"];

/// The shop's own books: what the vendors' numbers are held against.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    pub(crate) visitors: u64,
    pub(crate) sign_ups: u64,
    /// Devices whose owners are known now.
    pub(crate) devices: u64,
    pub(crate) subscriptions: u64,
    pub(crate) checkouts: u64,
    pub(crate) orders: u64,
    pub(crate) revenue_cents: i64,
    /// Orders whose money went back.
    pub(crate) refunds: u64,
    pub(crate) too_slow: u64,
    pub(crate) turned_away: u64,
    pub(crate) items_sent: u64,
    /// Referral codes that break the plan's rule.
    pub(crate) bad_codes: u64,
    /// Visitors of whom some flag could not be decided, so that its default stood in.
    pub(crate) without_flags: u64,
    /// People in the experiment, and those of them who bought, by checkout.
    pub(crate) experiment: BTreeMap<Checkout, (u64, u64)>,
}

/// Lets the visitors of one hour into the shop.
pub(crate) fn hour(shop: &Shop, hour: u32, visitors: &mut [Visitor]) -> Books {
    let mut books = Books::default();
    for visitor in visitors.iter_mut().filter(|visitor| visitor.hour == hour) {
        visit(shop, visitor, &mut books);
    }
    books
}

fn visit(shop: &Shop, visitor: &mut Visitor, books: &mut Books) {
    let email = visitor.email();
    let about = Known { id: &visitor.id, plan: visitor.plan, country: visitor.country, email: &email };
    let visit = shop.welcome(&about);
    books.visitors += 1;
    books.without_flags += u64::from(!visit.knows_flags);
    if visitor.is_new {
        sign_up(&visit, visitor, books);
    }
    if let Some((company, employees)) = visitor.company {
        visit.works_at(company, employees);
    }
    if visitor.wants_something {
        check_out(&visit, visitor, books);
    }
    if visitor.happens(40) && visit.send_item() {
        books.items_sent += 1;
    }
}

fn sign_up(visit: &Visit, visitor: &mut Visitor, books: &mut Books) {
    let code = match visitor.number(0..20) {
        0 => Some("a friend of mine, whose name I do not remember"),
        1..6 => Some("SPRING"),
        _ => None,
    };
    let Visitor { channel, plan, country, .. } = *visitor;
    let (email, device) = (visitor.email(), visitor.device());
    visit.sign_up(&SignUp { channel, plan, country, email: &email, code, device: device.as_deref() });
    books.sign_ups += 1;
    books.devices += u64::from(device.is_some());
    books.bad_codes += u64::from(code.is_some_and(|code| code.len() > 32));
    if plan != PlanTier::Free && visitor.happens(70) {
        visit.subscribe(plan);
        books.subscriptions += 1;
    }
}

fn check_out(visit: &Visit, visitor: &mut Visitor, books: &mut Books) {
    let checkout = visit.checkout();
    let stays = match checkout {
        Checkout::Control => visitor.happens(60),
        Checkout::Test => visitor.happens(80),
    };
    let bought = stays && {
        visit.finish_checkout(visitor.channel, Duration::from_millis(visitor.number(900..6000).into()));
        books.checkouts += 1;
        pay(visit, visitor, books)
    };
    if visit.knows_flags {
        let (exposed, buyers) = books.experiment.entry(checkout).or_default();
        *exposed += 1;
        *buyers += u64::from(bought);
    }
}

fn pay(visit: &Visit, visitor: &mut Visitor, books: &mut Books) -> bool {
    let sku = SKUS[visitor.number(0..5) as usize % SKUS.len()];
    let cents = i64::from(visitor.number(9..90)) * 100;
    let bank_took = Duration::from_millis(visitor.number(200..3200).into());
    let email = visitor.email();
    match visit.pay(&Basket { sku, cents, is_first: visitor.is_new, email: &email }, bank_took) {
        Ok(()) => {
            books.orders += 1;
            books.revenue_cents += cents;
            if cents > 8000 {
                visit.give_back(cents);
                books.refunds += 1;
            }
            return true;
        }
        Err(Unpaid::TooSlow) => books.too_slow += 1,
        Err(Unpaid::PaymentsAreOff) => books.turned_away += 1,
    }
    false
}

impl AddAssign<&Books> for Books {
    fn add_assign(&mut self, hour: &Books) {
        self.visitors += hour.visitors;
        self.sign_ups += hour.sign_ups;
        self.devices += hour.devices;
        self.subscriptions += hour.subscriptions;
        self.checkouts += hour.checkouts;
        self.orders += hour.orders;
        self.revenue_cents += hour.revenue_cents;
        self.refunds += hour.refunds;
        self.too_slow += hour.too_slow;
        self.turned_away += hour.turned_away;
        self.items_sent += hour.items_sent;
        self.bad_codes += hour.bad_codes;
        self.without_flags += hour.without_flags;
        for (checkout, (exposed, buyers)) in &hour.experiment {
            let sum = self.experiment.entry(*checkout).or_default();
            *sum = (sum.0 + exposed, sum.1 + buyers);
        }
    }
}
