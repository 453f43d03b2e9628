use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use taxogen::{Client, Experiment};

use crate::plan::types::Channel;
use crate::plan::{events, flags};
use crate::visitor::Visitor;

/// The shop's pages. The client is cheap to clone: all requests share one log and one delivery thread.
pub fn router(client: Client) -> Router {
    Router::new()
        .route("/dashboard", get(dashboard))
        .route("/checkout", get(checkout))
        .route("/orders", post(order))
        .route("/flags", get(status))
        .with_state(client)
}

/// The two checkouts. The plan knows the same variants: one too many, or misspelt, does not compile.
#[derive(Clone, Copy, Experiment)]
#[experiment("checkout-flow-redesign")]
enum Checkout {
    Control,
    Test,
}

async fn dashboard(Visitor(user): Visitor) -> &'static str {
    if user.flag(flags::NEW_DASHBOARD_V2) { "the new dashboard\n" } else { "the dashboard that everybody knows\n" }
}

#[derive(Serialize)]
struct Page {
    form: &'static str,
    headline: String,
}

/// Reading the variant is what exposes the person to the experiment; the words of the page come with it.
async fn checkout(Visitor(user): Visitor) -> Json<Page> {
    let form = match user.experiment() {
        Checkout::Control => "three pages",
        Checkout::Test => "one page",
    };
    let (_, words) = user.flag_with_payload(flags::CHECKOUT_EXPERIMENT);
    let headline = words.and_then(|words| words.headline).map_or_else(|| "Your basket".to_owned(), Into::into);
    Json(Page { form, headline })
}

#[derive(Deserialize)]
struct Order {
    cents: i64,
}

/// The events of an order say which checkout it came from: the visitor's flags stand on them.
async fn order(Visitor(user): Visitor, Json(order): Json<Order>) -> Result<StatusCode, (StatusCode, &'static str)> {
    if !user.flag(flags::PAYMENTS_ENABLED) {
        return Err((StatusCode::SERVICE_UNAVAILABLE, "payments are off for now\n"));
    }
    let _: Checkout = user.experiment();
    user.capture(events::CheckoutFinished::new(Channel::Web));
    user.capture(events::CompletedPurchase::new(order.cents, "EUR"));
    Ok(StatusCode::CREATED)
}

/// For whoever runs the service: by what its flags are decided, and how old that is.
async fn status(State(client): State<Client>) -> String {
    let definitions = client.flag_definitions();
    let (flags, age) = (definitions.flags.unwrap_or_default(), definitions.age.unwrap_or_default());
    let trouble = definitions.trouble.unwrap_or_else(|| "all is well".to_owned());
    format!("{flags} flags are decided here, by definitions that were the newest {} s ago: {trouble}\n", age.as_secs())
}
