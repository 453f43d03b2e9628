//! The flags of a plan as a provider.

use super::plan::{LIMITS, NEW_DASHBOARD, PACE, PRICING};
use super::*;
use crate::Builder;
use crate::definitions::LocalFlags;
use crate::flag::EnvironmentFlags;
use crate::recorder::Recorder;

const DEFINITIONS: &str = r#"{"flags": [
    {"id": 1, "key": "new-dashboard", "version": 4, "active": true, "filters": {"groups": [
        {"properties": [{"key": "plan", "type": "person", "operator": "exact", "value": "pro"}], "rollout_percentage": 100}
    ]}},
    {"id": 2, "key": "pricing", "active": true, "filters": {
        "groups": [{"properties": [], "rollout_percentage": 100}],
        "multivariate": {"variants": [{"key": "usual", "rollout_percentage": 0}, {"key": "bold", "rollout_percentage": 100}]},
        "payloads": {"bold": "5"}
    }},
    {"id": 3, "key": "limits", "active": true, "filters": {
        "groups": [{"properties": [], "rollout_percentage": 100}], "payloads": {"true": "{\"timeout_ms\": 7}"}
    }}
]}"#;

fn environment(name: &str, value: &str) -> EnvironmentFlags {
    EnvironmentFlags::from_variables("F_", [(name.into(), value.into())]).unwrap()
}

/// A client of OpenFeature whose provider reads the plan's flags, by definitions and what the test adds.
async fn provided(name: &str, settings: impl FnOnce(Builder) -> Builder) -> (Client, Recorder) {
    let builder = crate::Client::builder().local_flags(LocalFlags::bytes(DEFINITIONS));
    let (client, recorder) = settings(builder).recorder();
    let provider = TaxogenProvider::new(&client).with(NEW_DASHBOARD).with(PRICING).with(LIMITS).with(PACE);
    assert_eq!(
        format!("{provider:?}"),
        r#"TaxogenProvider { flags: ["limits", "new-dashboard", "pace", "pricing"], .. }"#
    );
    let mut api = OpenFeature::singleton_mut().await;
    api.set_named_provider(name, provider).await;
    (api.create_named_client(name), recorder)
}

fn metadata(details: &FlagMetadata) -> Vec<String> {
    let mut said: Vec<_> = details.values.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    said.sort();
    said
}

#[test]
fn flags_are_decided_by_the_context_and_posthog_is_told() {
    wait(async {
        let (client, recorder) = provided("provider", |builder| builder).await;
        let pro = user().with_custom_field("plan", "pro");
        let dashboard = client.get_bool_details("new-dashboard", Some(&pro), None).await.unwrap();
        assert_eq!((dashboard.value, dashboard.reason), (true, Some(EvaluationReason::TargetingMatch)));
        assert_eq!(
            metadata(&dashboard.flag_metadata),
            [r#"assignment: String("assigned")"#, r#"source: String("local")"#, "version: Int(4)"]
        );
        let free = user().with_custom_field("plan", "free").with_targeting_key("user_7");
        let dashboard = client.get_bool_details("new-dashboard", Some(&free), None).await.unwrap();
        assert_eq!((dashboard.value, dashboard.reason), (false, Some(EvaluationReason::Default)));

        let pricing = client.get_string_details("pricing", Some(&pro), None).await.unwrap();
        assert_eq!((pricing.value.as_str(), pricing.variant.as_deref()), ("bold", Some("bold")));
        assert_eq!(pricing.reason, Some(EvaluationReason::Split));
        assert_eq!(client.get_int_value("pricing", Some(&pro), None).await, Ok(5));
        assert_eq!(client.get_float_value("pricing", Some(&pro), None).await, Ok(5.0));
        let limits = client.get_struct_value::<StructValue>("limits", Some(&pro), None).await.unwrap();
        assert_eq!(limits, StructValue::default().with_field("timeout_ms", 7));

        let told: Vec<_> = recorder.all().iter().map(|event| (event.name(), event.distinct_id())).collect();
        let called = |user: &str| ("$feature_flag_called".to_owned(), user.to_owned());
        assert_eq!(told, [called("user_123"), called("user_7"), called("user_123")], "once for each value");
        assert!(!recorder.all()[0].to_json().contains("pro"), "what the context says goes nowhere");
    });
}

#[test]
fn what_cannot_be_answered_has_its_code() {
    use EvaluationErrorCode::{FlagNotFound, ParseError, TargetingKeyMissing, TypeMismatch};

    wait(async {
        let (client, _) =
            provided("errors", |builder| builder.flags_from(environment("F_PACE", r#"{"payload": "x"}"#))).await;
        let user = user();
        let code = |error: EvaluationError| (error.code, error.message.unwrap());
        let missing = client.get_bool_value("absent", Some(&user), None).await.unwrap_err();
        let message = "the provider was not given a flag `absent`: name it by `TaxogenProvider::with`";
        assert_eq!(code(missing), (FlagNotFound, message.to_owned()));
        for nobody in [None, Some(&EvaluationContext::default().with_targeting_key(" "))] {
            let error = client.get_bool_value("new-dashboard", nobody, None).await.unwrap_err();
            let message = "a flag is read for a person: give the context their distinct id as targeting key";
            assert_eq!(code(error), (TargetingKeyMissing, message.to_owned()));
        }
        let mismatch = client.get_string_value("new-dashboard", Some(&user), None).await.unwrap_err();
        assert_eq!(code(mismatch), (TypeMismatch, "flag `new-dashboard` is on or off: ask for a boolean".to_owned()));
        let mismatch = client.get_bool_value("pricing", Some(&user), None).await.unwrap_err();
        let message = "flag `pricing` has variants with payloads: ask for a string, or for what its payload is";
        assert_eq!(code(mismatch), (TypeMismatch, message.to_owned()));
        let mismatch = client.get_int_value("limits", Some(&user), None).await.unwrap_err();
        let message = "flag `limits` hands out settings: ask for what they are";
        assert_eq!(code(mismatch), (TypeMismatch, message.to_owned()));
        let (code, message) = code(client.get_float_value("pace", Some(&user), None).await.unwrap_err());
        assert_eq!((code, message.as_str()), (ParseError, "flag `pace` hands out nothing here: invalid payload"));
    });
}

#[test]
fn what_is_set_by_hand_is_static_and_a_default_says_so() {
    wait(async {
        let (client, recorder) = provided("by hand", |builder| {
            builder.flags_from(environment("F_PRICING", "gold")).fix_flag(NEW_DASHBOARD, true)
        })
        .await;
        let dashboard = client.get_bool_details("new-dashboard", Some(&user()), None).await.unwrap();
        assert_eq!((dashboard.value, dashboard.reason), (true, Some(EvaluationReason::Static)));
        let pricing = client.get_string_details("pricing", Some(&user()), None).await.unwrap();
        assert_eq!((pricing.value.as_str(), pricing.reason), ("usual", Some(EvaluationReason::Default)));
        assert_eq!(
            metadata(&pricing.flag_metadata),
            [r#"assignment: String("unknown variant")"#, r#"source: String("default")"#]
        );
        let none = client.get_int_value("pricing", Some(&user()), None).await.unwrap_err();
        assert_eq!(none.code, EvaluationErrorCode::FlagNotFound, "the plan's own payload is no text");
        assert!(recorder.is_empty());
    });
}
