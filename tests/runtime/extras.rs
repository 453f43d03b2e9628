//! Properties of open events that no plan declares, and how what is left out is told.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use taxogen::{
    Client, Event, EventSchema, Extra, ExtraValue, InvalidCount, Json, PropertyWriter, Recorded, Recorder, Rule,
    Timestamp,
};
use taxogen_sandbox::{Sandbox, Vendor};

use crate::supers::Supers;
use crate::vendors::{LONG, schema, to_all};

/// As the compiler emits an event with `open: true`.
#[derive(Default)]
struct ClientError<'a> {
    code: Option<i64>,
    extra: Extra<'a>,
}

impl<'a> ClientError<'a> {
    fn with_extra(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ExtraValue<'a>>) -> Self {
        self.extra.add(key, value);
        self
    }
}

impl Event for ClientError<'_> {
    fn schema(&self) -> &'static EventSchema {
        const { &schema("client_error") }
    }

    fn write(&self, properties: &mut PropertyWriter<'_>) {
        properties.internal("code", &self.code);
        properties.extra(&self.extra, &["code"]);
    }
}

fn last(recorder: &Recorder) -> String {
    recorder.all().last().map(Recorded::to_json).expect("something was captured")
}

#[test]
fn an_open_event_takes_values_of_every_kind_and_of_two_the_last() {
    let (client, recorder) = Client::recorder();
    let owned = String::from("owned");
    let error = ClientError { code: Some(7), ..ClientError::default() }
        .with_extra("text", "first")
        .with_extra("borrowed", &owned)
        .with_extra(String::from("integer"), 3)
        .with_extra("small", 4_u8)
        .with_extra("number", 2.5)
        .with_extra("boolean", true)
        .with_extra("at", Timestamp::from_unix_millis(1_767_323_045_678))
        .with_extra("json", Json::parse(r#"{"a":[1]}"#).unwrap())
        .with_extra("text", owned.clone());
    client.user("u").capture(error);
    assert_eq!(
        last(&recorder),
        r#"{"code":7,"text":"owned","borrowed":"owned","integer":3,"small":4,"number":2.5,"boolean":true,"#.to_owned()
            + r#""at":"2026-01-02T03:04:05.678Z","json":{"a":[1]}}"#
    );
}

#[test]
fn names_of_the_plan_of_vendors_and_of_nobody_are_left_out_counted_and_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&told);
    let (client, recorder) =
        Client::builder().on_invalid(move |invalid| hear.lock().unwrap().push(invalid.to_string())).recorder();
    let error = || {
        ClientError::default()
            .with_extra("code", 8)
            .with_extra("distinct_id", "somebody else")
            .with_extra("", true)
            .with_extra("load", f64::NAN)
            .with_extra("kept", 1)
    };
    client.user("u").capture(error());
    assert_eq!(last(&recorder), r#"{"kept":1}"#, "a declared name stays the plan's, set or not");
    assert_eq!(
        *told.lock().unwrap(),
        [
            "`code` of `client_error` is left out: it has to be called otherwise than what the plan declares",
            "`distinct_id` of `client_error` is left out: it has to be called otherwise than what vendors keep for \
             themselves",
            "`` of `client_error` is left out: it has to be called by 1 to 200 characters, none of them a control \
             character",
            "`load` of `client_error` is left out: it has to be a finite number",
        ]
    );
    client.user("u").capture(error());
    let counts: Vec<_> = client
        .invalid_report()
        .into_iter()
        .map(|InvalidCount { event, property, rule, count, .. }| (event, property, rule, count))
        .collect();
    let count = |property: &str, rule| ("client_error".to_owned(), property.to_owned(), rule, 2);
    let expected = [
        count("code", Rule::Undeclared),
        count("distinct_id", Rule::NotKept),
        count("", Rule::Name),
        count("load", Rule::Finite),
    ];
    assert_eq!((counts.as_slice(), client.report().invalid), (expected.as_slice(), 8));
}

#[test]
fn an_extra_property_lies_over_a_super_property() {
    let (client, recorder) = Client::recorder();
    client.register(Supers(|properties| {
        properties.internal("region", "eu");
        properties.internal("app_version", "1.2");
    }));
    client.user("u").capture(ClientError::default().with_extra("region", "us"));
    assert_eq!(last(&recorder), r#"{"region":"us","app_version":"1.2"}"#);
}

#[test]
fn extra_properties_arrive_everywhere() {
    let sandbox = Sandbox::start().unwrap();
    let client = to_all(&sandbox).build().unwrap();
    client.user("u").capture(ClientError::default().with_extra("screen \"1\"", "start"));
    assert!(client.shutdown(LONG).is_complete());
    for vendor in Vendor::ALL {
        assert_eq!(sandbox.received(vendor)[0].properties["screen \"1\""], "start", "{vendor}");
    }
}
