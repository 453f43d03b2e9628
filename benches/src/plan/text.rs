//! The plan that is measured: as many events as are asked for, six properties each, the same text every time.

use std::fmt::Write as _;

/// The most events there are different names for.
pub(super) const MOST: usize = AREAS.len() * OBJECTS.len() * VERBS.len();

const AREAS: [&str; 32] = [
    "account",
    "address",
    "analytics",
    "basket",
    "billing",
    "calendar",
    "campaign",
    "catalog",
    "chat",
    "checkout",
    "community",
    "dashboard",
    "delivery",
    "editor",
    "feed",
    "gallery",
    "help",
    "inbox",
    "invoicing",
    "landing",
    "loyalty",
    "map",
    "onboarding",
    "partner",
    "player",
    "pricing",
    "profile",
    "report",
    "search",
    "settings",
    "ticket",
    "workspace",
];
const OBJECTS: [&str; 25] = [
    "article",
    "avatar",
    "banner",
    "button",
    "card",
    "comment",
    "coupon",
    "dialog",
    "document",
    "export",
    "filter",
    "form",
    "image",
    "invitation",
    "label",
    "message",
    "offer",
    "page",
    "payment",
    "question",
    "row",
    "session",
    "template",
    "video",
    "widget",
];
const VERBS: [&str; 25] = [
    "added",
    "archived",
    "assigned",
    "cancelled",
    "changed",
    "closed",
    "completed",
    "copied",
    "created",
    "deleted",
    "edited",
    "expanded",
    "failed",
    "followed",
    "hidden",
    "loaded",
    "moved",
    "opened",
    "printed",
    "refreshed",
    "removed",
    "renamed",
    "shared",
    "started",
    "viewed",
];
const OWNERS: [&str; 6] = ["growth", "payments", "platform", "content", "support", "mobile"];

/// Properties of which each event takes six, one behind the other: short forms, required ones, constraints,
/// named and inline enums, descriptions.
const PROPERTIES: [&str; 23] = [
    "order_number: { type: string, required: true, description: The number that the customer sees. }",
    "quantity: { type: integer, min: 1, required: true }",
    "total_cents: { type: integer, required: true, description: Gross amount in cents. }",
    "currency: { type: currency, required: true }",
    "channel: { type: channel, required: true, description: Where the request came from. }",
    "coupon_code: { type: string, max_length: 32 }",
    "is_first: boolean",
    "duration_ms: { type: integer, min: 0 }",
    "theme: { type: string, description: The theme that was shown at that time. }",
    "score: { type: number, min: 0, max: 1, description: How sure the model was. }",
    "position: { enum: [top, side, bottom, overlay], required: true }",
    "started_at: { type: datetime, description: When the first step began. }",
    "plan_tier: plan_tier",
    "reason: { type: string, max_length: 200, description: \"What the person wrote, shortened by the client.\" }",
    "result_count: { type: integer, required: true }",
    "locale: { type: locale, required: true, description: The language of the page. }",
    "labels: { list: string, description: Labels that were chosen. }",
    "price: money",
    "layout: { enum: [grid, list, table], description: How the results were arranged. }",
    "weight_kg: number",
    "device: { type: device, description: What the person held in the hand. }",
    "is_express: { type: boolean, required: true }",
    "source_page: { type: string, min_length: 1, max_length: 300 }",
];

const HEAD: &str = r##"# A plan of a product that measures a lot.

taxogen: 1
name: measured

owners:
  growth:   { contact: "#team-growth" }
  payments: { contact: payments@example.com }
  platform: { contact: "#team-platform" }
  content:  { contact: "#team-content" }
  support:  { contact: "#team-support" }
  mobile:   { contact: "#team-mobile" }

types:
  channel:   { enum: [web, mobile, api], description: Where the request came from. }
  currency:  { enum: [EUR, USD, GBP, CHF, SEK] }
  device:    { enum: [phone, tablet, desktop, television] }
  locale:    { type: string, pattern: "^[a-z]{2}(-[A-Z]{2})?$" }
  plan_tier: { enum: [free, pro, enterprise] }
  money:
    object:
      amount_cents: { type: integer, min: 0, required: true }
      currency:     { type: currency, required: true }

property_groups:
  request:
    request_channel: { type: channel, required: true }
    elapsed_ms: integer

events:
"##;

/// The text of a plan of so many events, [`MOST`] at most.
pub(super) fn plan(events: usize) -> String {
    let mut text = String::from(HEAD);
    for number in 0..events {
        event(number, &mut text);
    }
    text
}

/// One event; every third gets two of its six properties by `include`.
fn event(number: usize, text: &mut String) {
    let area = AREAS[number % AREAS.len()];
    let object = OBJECTS[number / AREAS.len() % OBJECTS.len()];
    let verb = VERBS[number / (AREAS.len() * OBJECTS.len()) % VERBS.len()];
    let owner = OWNERS[number % OWNERS.len()];
    let (include, own) = if number % 3 == 2 { ("    include: [request]\n", 4) } else { ("", 6) };
    let head = format!(
        "  {area}_{object}_{verb}:\n    description: The {object} of the {area} was {verb}.\n    owner: {owner}\n{include}    properties:\n"
    );
    text.push_str(&head);
    // Four and nine are prime to the number of properties: events differ, and each of theirs is another.
    for step in 0..own {
        let property = PROPERTIES[(number * 4 + step * 9) % PROPERTIES.len()];
        writeln!(text, "      {property}").expect("a text takes all");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_has_a_name_of_its_own_and_the_text_is_the_same_each_time() {
        let text = plan(MOST);
        let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with("ed:");
        let events = text.split_once("events:\n").map_or("", |(_, events)| events);
        let names: BTreeSet<_> = events.lines().filter(|line| is_name(line) || line.ends_with("hidden:")).collect();
        assert_eq!(names.len(), MOST);
        assert_eq!(plan(100), plan(100));
        assert!(plan(200).starts_with(&plan(100)));
    }
}
