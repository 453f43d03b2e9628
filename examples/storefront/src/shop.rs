//! The shop itself: the part of this example that an application would have too.

use std::collections::BTreeMap;
use std::time::Duration;

use taxogen::{Client, Experiment, Timestamp, User};

use crate::plan::types::{Channel, Money, OrderCompletedItems, OrderCompletedType, PlanTier, RefundAskedReason};
use crate::plan::{events, flags, groups, person, super_properties};

/// The two checkouts. The plan knows the same variants: one too many, or misspelt, does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Experiment)]
#[experiment("checkout-flow-redesign")]
pub(crate) enum Checkout {
    Control,
    Test,
}

/// Why nobody paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unpaid {
    /// The kill switch is thrown.
    PaymentsAreOff,
    /// The bank took longer than the shop waits.
    TooSlow,
}

pub(crate) struct Shop {
    client: Client,
}

impl Shop {
    /// Every event of this shop says which version of the program captured it.
    pub(crate) fn new(client: Client) -> Self {
        client.register(super_properties::Properties::new().with_app_version(env!("CARGO_PKG_VERSION")));
        Self { client }
    }

    /// Somebody comes in: their flags are decided here, by what the shop knows of them, and no reading of a flag waits after
    /// that. Only what cannot be decided here is asked of PostHog, in one request.
    ///
    /// Where no answer comes either, that flag has the plan's default and the shop goes on.
    pub(crate) fn welcome(&self, about: &Known<'_>) -> Visit {
        let user = self.client.user(about.id);
        let Known { plan, country, email, .. } = *about;
        user.flag_properties(person::Properties::new().with_plan_tier(plan).with_country(country).with_email(email));
        let loaded = user.load_flags_blocking(Duration::from_secs(2));
        Visit { user, knows_flags: loaded.is_ok_and(|loaded| loaded.is_complete()) }
    }
}

/// What the shop knows of somebody who comes in.
pub(crate) struct Known<'a> {
    pub(crate) id: &'a str,
    pub(crate) plan: PlanTier,
    pub(crate) country: &'a str,
    pub(crate) email: &'a str,
}

/// What somebody fills in to become a customer.
pub(crate) struct SignUp<'a> {
    pub(crate) channel: Channel,
    pub(crate) plan: PlanTier,
    pub(crate) country: &'a str,
    pub(crate) email: &'a str,
    pub(crate) code: Option<&'a str>,
    /// The device under whose id they were known until now.
    pub(crate) device: Option<&'a str>,
}

/// What somebody pays for.
pub(crate) struct Basket<'a> {
    pub(crate) sku: &'static str,
    pub(crate) cents: i64,
    pub(crate) is_first: bool,
    /// Where the invoice goes.
    pub(crate) email: &'a str,
}

/// One person in the shop.
pub(crate) struct Visit {
    user: User,
    pub(crate) knows_flags: bool,
}

impl Visit {
    /// A code that breaks the plan's rule is left out and counted; the event is sent without it.
    pub(crate) fn sign_up(&self, form: &SignUp<'_>) {
        if let Some(device) = form.device {
            self.user.alias(device);
        }
        let about = person::Properties::new().with_country(form.country).with_email(form.email);
        self.user.identify(about.with_signed_up_at(Timestamp::now()));
        let event = events::UserSignedUp::new(form.channel, form.plan);
        self.user.capture(match form.code {
            Some(code) => event.with_referral_code(code),
            None => event,
        });
    }

    /// What happens from now on, happens for the company too.
    pub(crate) fn works_at(&self, company: &str, employees: i64) {
        self.user.group(groups::Company::new(company).with_employee_count(employees));
    }

    pub(crate) fn subscribe(&self, plan: PlanTier) {
        let cents = if plan == PlanTier::Enterprise { 49_900 } else { 4_900 };
        self.user.capture(events::SubscriptionStarted::new(Money::new(cents, "EUR")));
    }

    /// Which checkout this person gets; reading it is what exposes them to the experiment.
    pub(crate) fn checkout(&self) -> Checkout {
        self.user.experiment()
    }

    pub(crate) fn finish_checkout(&self, channel: Channel, took: Duration) {
        let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        self.user.capture(events::CheckoutFinished::new(channel).with_duration_ms(millis));
    }

    /// Takes the money, if the shop takes any now and the bank is quick enough.
    pub(crate) fn pay(&self, basket: &Basket<'_>, bank_took: Duration) -> Result<(), Unpaid> {
        if !self.user.flag(flags::PAYMENTS_ENABLED) {
            return Err(Unpaid::PaymentsAreOff);
        }
        if bank_took > self.patience() {
            let took = i64::try_from(bank_took.as_millis()).unwrap_or(i64::MAX);
            self.user.capture(events::ClientError::new().with_extra("bank_took_ms", took));
            return Err(Unpaid::TooSlow);
        }
        self.user.capture(events::CompletedPurchase::new(basket.cents, "EUR"));
        let kind = if basket.is_first { OrderCompletedType::First } else { OrderCompletedType::N30Days };
        let item = OrderCompletedItems::new(basket.sku).with_quantity(1);
        let consents = BTreeMap::from([("terms".into(), true), ("newsletter".into(), basket.is_first)]);
        let order = events::OrderCompleted::new().with_type(kind).with_items(vec![item]);
        self.user.capture(order.with_consents(consents));
        let invoice = events::InvoiceSent::new(Money::new(basket.cents, "EUR"));
        self.user.capture(invoice.with_billing_email(basket.email));
        Ok(())
    }

    /// Two events of one name, told apart by a constant.
    pub(crate) fn give_back(&self, cents: i64) {
        self.user.capture(events::RefundAsked::new().with_reason(RefundAskedReason::Late));
        self.user.capture(events::RefundPaid::new(Money::new(cents, "EUR")));
    }

    /// The new dashboard lets people send an item to a friend.
    pub(crate) fn send_item(&self) -> bool {
        let is_offered = self.user.flag(flags::NEW_DASHBOARD_V2);
        if is_offered {
            self.user.capture(events::ItemSent::new());
        }
        is_offered
    }

    /// How long the shop waits for the bank: a setting that changes without a release.
    fn patience(&self) -> Duration {
        let limits = self.user.flag(flags::CHECKOUT_LIMITS);
        Duration::from_millis(u64::try_from(limits.timeout_ms).unwrap_or_default())
    }
}
