//! A small plan's code, written by hand as the compiler emits it, for tests of the runtime alone.

use std::borrow::Cow;
use std::fmt;

use taxogen::{Constrain, Event, EventSchema, Group, PersonProperties, PlanId, PropertyWriter};

const PLAN: PlanId = PlanId::new("shop", "0000000000000000");

pub(crate) struct OrderPlaced<'a> {
    pub item: Cow<'a, str>,
    pub quantity: i64,
    pub price: f64,
    pub coupon: Option<Cow<'a, str>>,
    pub email: Option<Cow<'a, str>>,
}

impl<'a> OrderPlaced<'a> {
    pub(crate) const NAME: &'static str = "order_placed";

    pub(crate) fn new(item: impl Into<Cow<'a, str>>, quantity: i64, price: f64) -> Self {
        Self { item: item.into(), quantity, price, coupon: None, email: None }
    }
}

impl Event for OrderPlaced<'_> {
    fn schema(&self) -> &'static EventSchema {
        const { &EventSchema::new(Self::NAME, PLAN) }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("item", &self.item);
        properties.internal("quantity", &self.quantity.at_least(1));
        properties.internal("price", &self.price);
        properties.set().internal("last_item", &self.item);
        properties.public("coupon", &self.coupon.max_length(8));
        properties.personal("email", &self.email);
    }
}

impl fmt::Debug for OrderPlaced<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        taxogen::__private::debug(self, formatter)
    }
}

#[derive(Default)]
pub(crate) struct Person {
    pub country: Option<&'static str>,
    pub signed_up: Option<&'static str>,
}

impl PersonProperties for Person {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.set().internal("country", &self.country);
        properties.set_once().internal("signed_up", &self.signed_up);
    }
}

pub(crate) struct Company {
    pub key: &'static str,
    pub employees: i64,
}

impl Group for Company {
    fn plan(&self) -> PlanId {
        PLAN
    }

    fn group_type(&self) -> &'static str {
        "company"
    }

    fn key(&self) -> &str {
        self.key
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("employees", &self.employees);
    }
}
