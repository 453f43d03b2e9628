use super::*;

fn read(json: &str) -> Notification {
    Notification::from_json(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// A notification of JavaScript whose `decisionInfo` has these fields.
fn flag(fields: &str) -> String {
    format!(r#"{{"type": "flag", "userId": "u", "decisionInfo": {{"flagKey": "f", "enabled": true{fields}}}}}"#)
}

#[test]
fn a_notification_is_read_whole() {
    let notification = read(
        r#"{"type": "flag", "userId": "user:1", "attributes": {"plan": "pro", "age": 10}, "unheard-of": {"x": [1]},
        "decisionInfo": {"flagKey": "f", "enabled": false, "variationKey": "control", "ruleKey": "r",
            "variables": {"x": {"y": 1}}, "reasons": ["because"], "decisionEventDispatched": false,
            "experimentId": "9", "variationId": "91", "unheard-of": null}}"#,
    );
    let DecisionInfo::Flag(info) = notification.info() else { panic!("{notification:?}") };
    assert_eq!(info.reasons(), ["because"]);
    assert_eq!(info.variables().len(), 1);
    let expected = Decision::new("user:1", "f")
        .with_enabled(false)
        .with_variation("control")
        .with_rule("r")
        .with_experiment_id("9")
        .with_variation_id("91")
        .with_variable("x", &Json::parse(r#"{"y": 1.0}"#).unwrap())
        .with_attribute("age", &10)
        .with_attribute("plan", &"pro")
        .with_dispatched(false);
    assert_eq!(notification.decision(), Some(expected));
}

#[test]
fn each_sdk_has_its_own_form() {
    let javascript = read(&flag(r#", "variationKey": "on", "ruleKey": "r", "decisionEventDispatched": true"#));
    for json in [
        r#"["flag", "u", {}, {"flag_key": "f", "enabled": true, "variation_key": "on", "rule_key": "r",
            "decision_event_dispatched": true, "experiment_id": null}]"#,
        r#"["flag", "u", null, {"flag_key": "f", "enabled": true, "variation_key": "on", "rule_key": "r",
            "decision_event_dispatched": true}]"#,
        r#"{"type": "flag", "user_id": "u", "attributes": {}, "decision_info": {"flag_key": "f", "enabled": true,
            "variation_key": "on", "rule_key": "r", "decision_event_dispatched": true}}"#,
        r#"{"Type": "flag", "UserContext": {"ID": "u", "Attributes": null, "QualifiedSegments": null}, "DecisionInfo": {
            "flagKey": "f", "enabled": true, "variationKey": "on", "ruleKey": "r", "experimentId": "", "reasons": null,
            "decisionEventDispatched": true}}"#,
        r#"{"type": "flag", "userId": "u", "decision_info": {"flag_key": "f", "enabled": true, "variationKey": "on",
            "ruleKey": "r", "decision_event_dispatched": true}}"#,
    ] {
        assert_eq!(read(json), javascript, "{json}");
    }
}

#[test]
fn nothing_and_an_empty_text_are_alike() {
    let bare = Decision::new("u", "f");
    for fields in [
        "",
        r#", "variationKey": null, "ruleKey": null, "experimentId": null, "variationId": null,
            "decisionEventDispatched": null, "variables": null, "reasons": null"#,
        r#", "variationKey": "", "ruleKey": "", "experimentId": "", "variationId": "", "variables": {}, "reasons": []"#,
    ] {
        assert_eq!(read(&flag(fields)).into_decision().as_ref(), Some(&bare), "{fields}");
    }
    assert_eq!(
        Decision::new("u", "f").with_variation("").with_rule("").with_experiment_id("").with_variation_id(""),
        bare
    );
}

#[test]
fn reasons_are_not_compared_and_not_shown() {
    let (one, other) = (read(&flag(r#", "reasons": ["of u"]"#)), read(&flag("")));
    assert_eq!(one, other);
    let reasons = r#""reasons": ["Assigned bucket 7 to user with bucketing ID Hello."]"#;
    let shown = format!("{:?}", read(&flag(&format!(r#", "variables": {{"headline": "Hello"}}, {reasons}"#))));
    assert!(shown.contains("headline") && !shown.contains("Hello"), "{shown}");
}

#[test]
fn the_older_types_are_read_and_decide_no_flag() {
    let experiment = ExperimentInfo { experiment_key: "e".to_owned(), variation_key: Some("b".to_owned()) };
    let feature = || FeatureInfo {
        feature_key: "f".to_owned(),
        enabled: true,
        source: Some(DecisionSource::FeatureTest),
        experiment_key: Some("e".to_owned()),
        variation_key: Some("b".to_owned()),
        variable_type: None,
        variables: Members::default(),
    };
    let source = r#""source": "feature-test", "sourceInfo": {"experimentKey": "e", "variationKey": "b"}"#;
    let mut one_variable = FeatureInfo { variable_type: Some("integer".to_owned()), ..feature() };
    one_variable.variables.set("limit", &10);
    let mut variables = feature();
    variables.variables.set("limit", &10);
    for (kind, info, expected) in [
        (
            "ab-test",
            r#""experimentKey": "e", "variationKey": "b""#.to_owned(),
            DecisionInfo::AbTest(experiment.clone()),
        ),
        (
            "feature-test",
            r#""experimentKey": "e", "variationKey": "b""#.to_owned(),
            DecisionInfo::FeatureTest(experiment),
        ),
        (
            "feature",
            format!(r#""featureKey": "f", "featureEnabled": true, {source}"#),
            DecisionInfo::Feature(feature()),
        ),
        (
            "feature",
            format!(r#""feature": {{"featureKey": "f", "featureEnabled": true, {source}}}"#),
            DecisionInfo::Feature(feature()),
        ),
        (
            "feature-variable",
            format!(
                r#""featureKey": "f", "featureEnabled": true, {source}, "variableKey": "limit", "variableValue": 10,
                    "variableType": "integer""#
            ),
            DecisionInfo::FeatureVariable(one_variable),
        ),
        (
            "all-feature-variables",
            format!(r#""featureKey": "f", "featureEnabled": true, {source}, "variableValues": {{"limit": 10.0}}"#),
            DecisionInfo::AllFeatureVariables(variables),
        ),
        ("of-tomorrow", r#""featureKey": 7"#.to_owned(), DecisionInfo::Other("of-tomorrow".to_owned())),
    ] {
        let json = format!(r#"{{"type": "{kind}", "userId": "u", "decisionInfo": {{{info}}}}}"#);
        let notification = read(&json);
        assert_eq!(notification.info(), &expected, "{json}");
        assert_eq!((notification.info().kind(), notification.decision()), (kind, None));
        assert_eq!(Decision::from_json(&json).unwrap(), None);
    }
    for (source, expected) in [
        ("rollout", DecisionSource::Rollout),
        ("holdout", DecisionSource::Holdout),
        ("of-tomorrow", DecisionSource::Other("of-tomorrow".to_owned())),
    ] {
        let json = format!(
            r#"{{"type": "feature", "userId": "u", "decisionInfo": {{"featureKey": "f", "featureEnabled": false,
                "source": "{source}", "sourceInfo": {{}}}}}}"#
        );
        let DecisionInfo::Feature(info) = read(&json).info else { panic!("{json}") };
        assert_eq!((info.source, info.experiment_key), (Some(expected), None));
    }
}

#[test]
fn of_a_name_that_stands_twice_the_last_one_counts() {
    let twice = read(&flag(r#", "flagKey": "g", "variables": {"x": 1, "x": 2}"#));
    assert_eq!(twice.into_decision(), Some(Decision::new("u", "g").with_variable("x", &2)));
}

#[test]
fn odd_ids_are_ids() {
    for id in ["", " ", "a:b:c", "größe 名前 \u{1f600}", "\u{0}\n\"\\", &"x".repeat(10_240)] {
        let json = serde_json::json!(["flag", id, {}, {"flag_key": id.to_owned() + "f", "enabled": true}]).to_string();
        let notification = read(&json);
        assert_eq!(notification.user_id(), id);
        assert_eq!(notification.decision(), Some(Decision::new(id, format!("{id}f"))));
    }
}

#[test]
fn the_error_names_the_field_and_no_value() {
    let nested = flag(&format!(r#", "variables": {{"x": {}1{}}}"#, "[".repeat(200), "]".repeat(200)));
    for (json, message) in [
        ("", "the decision is not JSON at line 1 column 0"),
        (r#"{"type": "flag", "userId": "u"#, "the decision is not JSON at line 1 column 29"),
        (r#"{"type": "flag", "age": NaN}"#, "the decision is not JSON at line 1 column 25"),
        (nested.as_str(), "the decision is not JSON at line 1 column 226"),
        ("7", "the decision is a number and no object"),
        ("[]", "the decision is a list of 0 where `type`, `user_id`, `attributes` and `decision_info` are expected"),
        (
            r#"["flag", "u", {}]"#,
            "the decision is a list of 3 where `type`, `user_id`, `attributes` and `decision_info` are expected",
        ),
        ("[{}, {}]", "the decision is a list of notifications: read them one by one"),
        (r#"[["flag", "u", {}, {}]]"#, "the decision is a list of notifications: read them one by one"),
        ("{}", "`type` is missing from the decision"),
        (r#"{"type": 7}"#, "`type` of the decision is a number where a text is expected"),
        (r#"{"type": "flag"}"#, "`userId` is missing from the decision"),
        (r#"{"type": "flag", "decision_info": {}}"#, "`user_id` is missing from the decision"),
        (r#"{"type": "flag", "userId": 7}"#, "`userId` of the decision is a number where a text is expected"),
        (
            r#"{"type": "flag", "userId": "u", "user_id": "v"}"#,
            "`userId` and `user_id` both stand in the decision: leave one out",
        ),
        (r#"["flag", 7, {}, {}]"#, "`user_id` of the decision is a number where a text is expected"),
        (
            r#"{"type": "flag", "userId": "u", "attributes": []}"#,
            "`attributes` of the decision is a list where an object is expected",
        ),
        (r#"{"type": "flag", "userId": "u"}"#, "`decisionInfo` is missing from the decision"),
        (r#"["flag", "u", {}, null]"#, "`decision_info` is missing from the decision"),
        (
            r#"{"type": "flag", "userId": "u", "decisionInfo": "f"}"#,
            "`decisionInfo` of the decision is a text where an object is expected",
        ),
        (
            r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": ""}}"#,
            "`decisionInfo.flagKey` is missing from the decision",
        ),
        (r#"["flag", "u", {}, {}]"#, "`decision_info.flag_key` is missing from the decision"),
        (
            r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": "f"}}"#,
            "`decisionInfo.enabled` is missing from the decision",
        ),
        (
            r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": "f", "enabled": "true"}}"#,
            "`decisionInfo.enabled` of the decision is a text where a boolean is expected",
        ),
        (&flag(r#", "ruleKey": 7"#), "`decisionInfo.ruleKey` of the decision is a number where a text is expected"),
        (
            r#"["flag", "u", {}, {"flag_key": "f", "enabled": true, "decision_event_dispatched": 1}]"#,
            "`decision_info.decision_event_dispatched` of the decision is a number where a boolean is expected",
        ),
        (
            &flag(r#", "variables": ["x"]"#),
            "`decisionInfo.variables` of the decision is a list where an object is expected",
        ),
        (
            &flag(r#", "reasons": ["x", 7]"#),
            "`decisionInfo.reasons[1]` of the decision is a number where a text is expected",
        ),
        (
            r#"{"type": "feature", "userId": "u", "decisionInfo": {"sourceInfo": {"experimentKey": {}}, "featureKey": "f",
                "featureEnabled": false}}"#,
            "`decisionInfo.sourceInfo.experimentKey` of the decision is an object where a text is expected",
        ),
        (r#"{"Type": "flag", "UserContext": {"ID": null}}"#, "`UserContext.ID` is missing from the decision"),
        (
            r#"{"Type": "flag", "UserContext": {"ID": "u"}, "DecisionInfo": {"flagKey": "f", "enabled": null}}"#,
            "`DecisionInfo.enabled` is missing from the decision",
        ),
    ] {
        let error = Notification::from_json(json).unwrap_err();
        assert_eq!(error.to_string(), message, "{json}");
        assert!(error.is_input());
    }
}
