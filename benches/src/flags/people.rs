//! Those whose flags are evaluated: none of them is in the first two conditions of the flag, all are in the third.

use std::collections::HashMap;

use serde_json::{Value, json};
use taxogen::Timestamp;
use taxogen_flags::{Person, Properties};

use crate::taxonomy::person;

/// One of them, prepared for each of those that evaluate.
pub(crate) struct Visitor {
    pub(crate) number: usize,
    pub(crate) id: String,
    properties: Properties<'static>,
    /// As posthog-rs takes them.
    pub(crate) map: HashMap<String, Value>,
}

/// So many that the next evaluation is of somebody else for long.
const PEOPLE: usize = 500;

pub(crate) fn all() -> Vec<Visitor> {
    (0..PEOPLE).map(Visitor::number).collect()
}

impl Visitor {
    fn number(number: usize) -> Self {
        let facts = Facts::number(number);
        let map = HashMap::from([
            ("country".to_owned(), json!(facts.country)),
            ("email".to_owned(), json!(facts.email)),
            ("plan".to_owned(), json!(facts.plan)),
            ("seats".to_owned(), json!(facts.seats)),
            ("signed_up_at".to_owned(), json!(facts.signed_up_at)),
            ("beta".to_owned(), json!(facts.beta)),
        ]);
        let properties = Properties::new()
            .with("country", facts.country)
            .with("email", facts.email)
            .with("plan", facts.plan)
            .with("seats", facts.seats)
            .with("signed_up_at", facts.signed_up_at)
            .with("beta", facts.beta);
        Self { number, id: format!("user_{number:07}"), properties, map }
    }

    #[inline]
    pub(crate) fn person(&self) -> Person<'_> {
        Person::new(&self.id).with_properties(&self.properties)
    }

    /// A handle that knows the same.
    pub(crate) fn user(&self, client: &taxogen::Client) -> taxogen::User {
        let facts = Facts::number(self.number);
        let user = client.user(&self.id);
        let properties = person::Properties::new()
            .with_country(facts.country)
            .with_email(&facts.email)
            .with_plan(facts.plan)
            .with_seats(facts.seats)
            .with_signed_up_at(Timestamp::from_unix_millis(facts.signed_up))
            .with_beta(facts.beta);
        user.flag_properties(properties);
        user
    }
}

struct Facts {
    country: &'static str,
    email: String,
    plan: &'static str,
    seats: i64,
    /// In milliseconds since 1970.
    signed_up: i64,
    signed_up_at: String,
    beta: bool,
}

impl Facts {
    fn number(number: usize) -> Self {
        const MONTH: i64 = 30 * 24 * 60 * 60 * 1_000;
        let position = i64::try_from(number).unwrap_or_default();
        let signed_up = 1_735_689_600_000 + position % 24 * MONTH;
        Self {
            country: ["FR", "US", "JP", "GB", "BR"][number % 5],
            email: format!("person{number}@{}.example.com", ["shop", "mail", "work"][number % 3]),
            plan: ["free", "pro", "team", "enterprise"][number % 4],
            seats: 6 + position % 60,
            signed_up,
            signed_up_at: Timestamp::from_unix_millis(signed_up).to_string(),
            beta: number.is_multiple_of(7),
        }
    }
}
