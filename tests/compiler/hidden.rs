//! What is personal or secret stands in no `Debug` of generated code.

use std::collections::BTreeMap;
use std::fmt::Debug;

use taxogen_compiler::generate;
use taxogen_compiler::ir::{Sensitivity, TypeKind};
use taxogen_tests::golden::sensitivity::{events, flags, groups, person, types};

use crate::golden::plans;

/// Stands in everything that is personal or secret.
const HIDDEN: &str = "somebody@example.com";

fn contact() -> types::Contact<'static> {
    types::Contact::new().with_email(HIDDEN).with_label("friend")
}

fn account() -> types::Account<'static> {
    types::Account::new(HIDDEN).with_card(HIDDEN).with_seats(3)
}

/// The text of a value, on one line and on many.
fn shown(value: &dyn Debug) -> String {
    let (line, lines) = (format!("{value:?}"), format!("{value:#?}"));
    assert!(!line.contains(HIDDEN) && !lines.contains(HIDDEN), "{line}");
    line
}

#[test]
fn objects_hide_their_fields_and_what_holds_them_does_too() {
    assert_eq!(shown(&contact()), r#"Contact { email: <personal>, label: Some("friend") }"#);
    assert_eq!(
        shown(&types::Login::new().with_name("root").with_password(HIDDEN)),
        r#"Login { name: Some("root"), password: <secret> }"#
    );
    assert_eq!(shown(&account()), "Account { type: <personal>, card: <secret>, seats: Some(3) }");
    let book = types::Book::new(BTreeMap::from([("a".into(), contact())])).expect("it is not full");
    assert_eq!(shown(&book), r#"Book({"a": Contact { email: <personal>, label: Some("friend") }})"#);
    let thread = types::Thread::new().with_by(contact()).with_replies(vec![types::Thread::new().with_by(contact())]);
    assert_eq!(shown(&thread).matches("<personal>").count(), 2);
    let circle = types::Circle::new().with_centre(thread).with_name("inner");
    assert_eq!(shown(&circle).matches("<personal>").count(), 2);
    let payload = types::SenderPayload::new(HIDDEN).with_account(account());
    assert_eq!(
        shown(&payload),
        "SenderPayload { address: <personal>, account: Some(Account { type: <personal>, card: <secret>, seats: Some(3) }) }"
    );
}

#[test]
fn events_people_and_groups_hide_theirs() {
    let event = events::Contacted::new(Some(HIDDEN.into()))
        .with_phone(HIDDEN)
        .with_password(HIDDEN)
        .with_contact(contact())
        .with_contacts(vec![contact()])
        .with_login(types::Login::new().with_name("root").with_password(HIDDEN))
        .with_team("growth");
    assert!(shown(&event).contains("growth"));
    assert!(shown(&event).contains("root"));
    shown(&person::Properties::new().with_phone(HIDDEN).with_contact(contact()));
    shown(&groups::Company::new("acme").with_office(contact()).with_domain(HIDDEN));
    shown(&flags::SENDER);
}

#[test]
fn no_struct_with_a_hidden_field_derives_debug() {
    let mut hiding = 0;
    for (name, plan) in plans() {
        let code = generate(&plan);
        for item in &plan.types {
            let TypeKind::Object(fields) = &item.kind else { continue };
            let ident = &item.name.ident;
            let declaration = code.find(&format!("pub struct {ident}")).expect("an object is a struct");
            let derive = code[..declaration].rfind("#[derive(").expect("it derives something");
            let derives_debug = code[derive..declaration].contains("Debug");
            let hides = fields.iter().any(|field| field.sensitivity >= Sensitivity::Personal);
            assert_eq!(derives_debug, !hides, "{name}: {ident}");
            hiding += usize::from(hides);
        }
    }
    assert!(hiding >= 4, "{hiding}");
}
