//! Ids at the end of what a vendor tells apart.

use serde_json::json;
use taxogen::{Limit, LossReason};
use taxogen_sandbox::{Sandbox, Vendor};

use super::{hear, limits};
use crate::shop::{Company, Person};
use crate::vendors::{LONG, Numbered, counts, listen, to, to_all};

#[test]
fn a_group_that_mixpanel_would_cut_is_no_group_there() {
    let (fits, long) = ("é".repeat(127), "é".repeat(128));
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to_all(&sandbox));
    let (builder, told) = hear(builder);
    let client = builder.build().unwrap();
    for key in [fits.clone(), long] {
        let user = client.user("u");
        user.group(Company { key: key.leak(), employees: 1 });
        user.capture(Numbered(1));
    }
    assert_eq!(counts(&client.shutdown(LONG)), (11, 0, vec![(LossReason::TooLarge, 1)]));
    let detail = "mixpanel keeps 255 bytes of an id: what is longer would be somebody else".to_owned();
    assert_eq!(*losses.lock().unwrap(), [(Some("mixpanel"), LossReason::TooLarge, detail, vec!["group".to_owned()])]);
    assert_eq!(limits(&told), [("mixpanel", "company".to_owned(), Limit::Id)]);
    let received = sandbox.received(Vendor::Mixpanel);
    let events: Vec<_> = received.iter().filter(|received| received.name == "numbered").collect();
    let groups: Vec<_> = events.iter().map(|event| event.item["properties"].get("company").cloned()).collect();
    assert_eq!(groups, [Some(json!(fits)), None]);
    assert!(events.iter().all(|event| event.notes.is_empty()));
}

#[test]
fn an_anonymous_id_has_room_for_what_mixpanel_puts_before_it() {
    let (fits, long) = ("a".repeat(247), "a".repeat(248));
    let sandbox = Sandbox::start().unwrap();
    let (builder, losses) = listen(to(&sandbox, Vendor::Mixpanel));
    let (builder, told) = hear(builder);
    let client = builder.build().unwrap();
    for id in [&fits, &long] {
        let nobody = client.anonymous(id);
        nobody.capture(Numbered(1));
        nobody.set(Person { country: Some("DE"), signed_up: None });
        let somebody = client.user("u").with_anonymous_id(id);
        somebody.identify(Person::default());
        somebody.capture(Numbered(2));
    }
    assert_eq!(counts(&client.shutdown(LONG)), (5, 0, vec![(LossReason::TooLarge, 3)]));
    assert_eq!(losses.lock().unwrap().len(), 3);
    assert_eq!(limits(&told), [("mixpanel", "$device_id".to_owned(), Limit::Id)]);
    let received = sandbox.received(Vendor::Mixpanel);
    assert!(received.iter().all(|received| received.notes.is_empty()));
}

#[test]
fn a_group_does_not_need_the_id_of_whoever_joins_it() {
    let sandbox = Sandbox::start().unwrap();
    let client = to(&sandbox, Vendor::PostHog).build().unwrap();
    client.user("é".repeat(201)).group(Company { key: "acme", employees: 1 });
    assert_eq!(counts(&client.shutdown(LONG)), (1, 0, vec![]));
}
