//! Reading Optimizely's decision notifications.

use serde_json::{Map, Value};

use super::{Decision, set};
use crate::error::{Error, Kind};
use crate::payload::kind;

impl Decision {
    /// Reads a notification as an Optimizely SDK gives it to a listener, as JSON with keys in camelCase:
    /// `{"type": "flag", "userId": .., "attributes": {..}, "decisionInfo": {..}}`.
    ///
    /// `None` for notifications of the other types, which older calls send and which decide no flag. `null`
    /// and `""` are alike, and fields that are not known are left aside.
    ///
    /// ```
    /// use taxogen::Decision;
    ///
    /// let json = r#"{"type": "flag", "userId": "user_123", "attributes": {"plan": "pro"}, "decisionInfo": {
    ///     "flagKey": "checkout_redesign", "enabled": true, "variationKey": "treatment", "ruleKey": "exp_rule_1",
    ///     "variables": {}, "reasons": [], "decisionEventDispatched": true}}"#;
    /// let decision = Decision::from_json(json)?.expect("of type `flag`");
    /// assert_eq!(decision.variation_key(), Some("treatment"));
    /// assert_eq!(decision.dispatched(), Some(true));
    /// # Ok::<(), taxogen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When it is not JSON, or when a field is missing or of another type; the error names the field.
    pub fn from_json(text: &str) -> Result<Option<Self>, Error> {
        let notification: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Error::new(Kind::Input, format!("the decision is not JSON at line {line} column {column}"))
        })?;
        let Value::Object(notification) = notification else {
            return Err(Error::new(Kind::Input, format!("the decision is {} and no object", kind(&notification))));
        };
        let fields = Fields { path: "", object: &notification };
        if fields.text("type")? != "flag" {
            return Ok(None);
        }
        let info = Fields { path: "decisionInfo.", object: fields.object("decisionInfo")? };
        let attributes = fields.optional("attributes", "an object", Value::as_object)?;
        let attributes = attributes.into_iter().flatten();
        let mut decision =
            Self::new(fields.text("userId")?, info.key("flagKey")?.ok_or_else(|| info.missing("flagKey"))?);
        decision.enabled =
            info.optional("enabled", "a boolean", Value::as_bool)?.ok_or_else(|| info.missing("enabled"))?;
        decision.variation_key = info.key("variationKey")?.map(str::to_owned);
        decision.rule_key = info.key("ruleKey")?.map(str::to_owned);
        decision.experiment_id = info.key("experimentId")?.map(str::to_owned);
        decision.variation_id = info.key("variationId")?.map(str::to_owned);
        decision.dispatched = info.optional("decisionEventDispatched", "a boolean", Value::as_bool)?;
        for (name, value) in attributes {
            set(&mut decision.attributes, name.clone(), value.into());
        }
        let variables = info.optional("variables", "an object", Value::as_object)?;
        for (name, value) in variables.into_iter().flatten() {
            set(&mut decision.variables, name.clone(), value.into());
        }
        Ok(Some(decision))
    }
}

/// The fields of one object of the notification.
struct Fields<'a> {
    /// Where the object is: what stands before its fields' names.
    path: &'static str,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// A field that may be missing or `null`.
    fn optional<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| {
                let (path, found) = (self.path, kind(value));
                Error::new(
                    Kind::Input,
                    format!("`{path}{name}` of the decision is {found} where {expected} is expected"),
                )
            }),
        }
    }

    fn text(&self, name: &str) -> Result<&'a str, Error> {
        self.optional(name, "a text", Value::as_str)?.ok_or_else(|| self.missing(name))
    }

    /// A text that says nothing when it is empty.
    fn key(&self, name: &str) -> Result<Option<&'a str>, Error> {
        Ok(self.optional(name, "a text", Value::as_str)?.filter(|key| !key.is_empty()))
    }

    fn object(&self, name: &str) -> Result<&'a Map<String, Value>, Error> {
        self.optional(name, "an object", Value::as_object)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Error {
        Error::new(Kind::Input, format!("`{}{name}` is missing from the decision", self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_read_whole() {
        let json = r#"{"type": "flag", "userId": "user:1", "attributes": {"plan": "pro", "age": 10}, "unheard-of": 1,
            "decisionInfo": {"flagKey": "f", "enabled": false, "variationKey": "control", "ruleKey": "r",
                "variables": {"x": 1}, "reasons": ["y"], "decisionEventDispatched": false, "experimentId": "9"}}"#;
        let expected = Decision::new("user:1", "f")
            .with_enabled(false)
            .with_variation("control")
            .with_rule("r")
            .with_attribute("age", &10)
            .with_attribute("plan", &"pro")
            .with_experiment_id("9")
            .with_variable("x", &1)
            .with_dispatched(false);
        assert_eq!(Decision::from_json(json).unwrap(), Some(expected));
    }

    #[test]
    fn nothing_and_an_empty_text_are_alike() {
        let bare = Decision::new("", "f");
        for fields in [
            "",
            r#", "variationKey": null, "ruleKey": null, "decisionEventDispatched": null"#,
            r#", "variationKey": "", "ruleKey": """#,
        ] {
            for attributes in ["", r#""attributes": null,"#, r#""attributes": {},"#] {
                let json = format!(
                    r#"{{"type": "flag", "userId": "", {attributes} "decisionInfo": {{"flagKey": "f", "enabled": true{fields}}}}}"#
                );
                assert_eq!(Decision::from_json(&json).unwrap().as_ref(), Some(&bare), "{json}");
            }
        }
        assert_eq!(Decision::new("", "f").with_variation("").with_rule(""), bare);
    }

    #[test]
    fn the_older_types_decide_no_flag() {
        for older in ["ab-test", "feature", "feature-test", "feature-variable", "all-feature-variables"] {
            let json = format!(r#"{{"type": "{older}", "userId": "u", "decisionInfo": {{"experimentKey": "e"}}}}"#);
            assert_eq!(Decision::from_json(&json).unwrap(), None);
        }
    }

    #[test]
    fn the_error_names_the_field() {
        for (json, message) in [
            ("", "the decision is not JSON at line 1 column 0"),
            (r#"{"type": "flag", "userId": "u"#, "the decision is not JSON at line 1 column 29"),
            ("[]", "the decision is a list and no object"),
            ("{}", "`type` is missing from the decision"),
            (r#"{"type": 7}"#, "`type` of the decision is a number where a text is expected"),
            (r#"{"type": "flag"}"#, "`decisionInfo` is missing from the decision"),
            (
                r#"{"type": "flag", "decisionInfo": "f"}"#,
                "`decisionInfo` of the decision is a text where an object is expected",
            ),
            (r#"{"type": "flag", "decisionInfo": {}}"#, "`userId` is missing from the decision"),
            (
                r#"{"type": "flag", "userId": 7, "decisionInfo": {}}"#,
                "`userId` of the decision is a number where a text is expected",
            ),
            (
                r#"{"type": "flag", "userId": "u", "attributes": [], "decisionInfo": {}}"#,
                "`attributes` of the decision is a list where an object is expected",
            ),
            (
                r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": ""}}"#,
                "`decisionInfo.flagKey` is missing from the decision",
            ),
            (
                r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": "f"}}"#,
                "`decisionInfo.enabled` is missing from the decision",
            ),
            (
                r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": "f", "enabled": "true"}}"#,
                "`decisionInfo.enabled` of the decision is a text where a boolean is expected",
            ),
            (
                r#"{"type": "flag", "userId": "u", "decisionInfo": {"flagKey": "f", "enabled": true, "ruleKey": 7}}"#,
                "`decisionInfo.ruleKey` of the decision is a number where a text is expected",
            ),
        ] {
            let error = Decision::from_json(json).unwrap_err();
            assert_eq!(error.to_string(), message, "{json}");
            assert!(error.is_input());
        }
    }
}
