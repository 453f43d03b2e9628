//! From JSON to a notification: the envelope first, in the form of whichever SDK, then what its type says.

use serde_json::{Map, Value};

use super::fields::{Fields, Style, input};
use super::{DecisionInfo, DecisionSource, ExperimentInfo, FeatureInfo, FlagInfo, Notification};
use crate::decision::members::Members;
use crate::error::Error;
use crate::payload::kind;
use crate::value::Json;

/// The names of Python's four values.
const VALUES: [&str; 4] = ["type", "user_id", "attributes", "decision_info"];

pub(super) fn notification(text: &str) -> Result<Notification, Error> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        input(format!("the decision is not JSON at line {line} column {column}"))
    })?;
    let object = object(value)?;
    if object.contains_key("UserContext") || object.contains_key("DecisionInfo") {
        return of_go(&object);
    }
    let is_snake = object.contains_key("user_id") || object.contains_key("decision_info");
    let style = if is_snake { Style::Snake } else { Style::Camel };
    let fields = Fields { path: String::new(), object: &object, style };
    let kind = fields.text(["type", "type"])?;
    let user_id = fields.text(["userId", "user_id"])?.to_owned();
    let attributes = fields.members(["attributes", "attributes"])?;
    let info = fields.required_object(["decisionInfo", "decision_info"], style)?;
    Ok(Notification { user_id, attributes, info: decision_info(kind, &info)? })
}

/// One notification as an object: Python's four values have names.
fn object(value: Value) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(object) => Ok(object),
        Value::Array(values) if values.first().is_some_and(|first| first.is_object() || first.is_array()) => {
            Err(input("the decision is a list of notifications: read them one by one"))
        }
        Value::Array(values) if values.len() == VALUES.len() => {
            Ok(VALUES.map(str::to_owned).into_iter().zip(values).collect())
        }
        Value::Array(values) => Err(input(format!(
            "the decision is a list of {} where `type`, `user_id`, `attributes` and `decision_info` are expected",
            values.len()
        ))),
        other => Err(input(format!("the decision is {} and no object", kind(&other)))),
    }
}

/// The object of Go has its own names; those of what was decided are in camelCase.
fn of_go(object: &Map<String, Value>) -> Result<Notification, Error> {
    let fields = Fields { path: String::new(), object, style: Style::Camel };
    let kind = fields.text(["Type", "Type"])?;
    let user = fields.required_object(["UserContext", "UserContext"], Style::Camel)?;
    let user_id = user.text(["ID", "ID"])?.to_owned();
    let attributes = user.members(["Attributes", "Attributes"])?;
    let info = fields.required_object(["DecisionInfo", "DecisionInfo"], Style::Camel)?;
    Ok(Notification { user_id, attributes, info: decision_info(kind, &info)? })
}

fn decision_info(kind: &str, info: &Fields<'_>) -> Result<DecisionInfo, Error> {
    Ok(match kind {
        "flag" => DecisionInfo::Flag(flag(info)?),
        "ab-test" => DecisionInfo::AbTest(experiment(info)?),
        "feature-test" => DecisionInfo::FeatureTest(experiment(info)?),
        "feature" => DecisionInfo::Feature(feature(info)?),
        "feature-variable" => DecisionInfo::FeatureVariable(feature(info)?),
        "all-feature-variables" => DecisionInfo::AllFeatureVariables(feature(info)?),
        other => DecisionInfo::Other(other.to_owned()),
    })
}

fn flag(info: &Fields<'_>) -> Result<FlagInfo, Error> {
    Ok(FlagInfo {
        flag_key: info.required_key(["flagKey", "flag_key"])?,
        enabled: info.required_boolean(["enabled", "enabled"])?,
        variation_key: info.key(["variationKey", "variation_key"])?,
        rule_key: info.key(["ruleKey", "rule_key"])?,
        experiment_id: info.key(["experimentId", "experiment_id"])?,
        variation_id: info.key(["variationId", "variation_id"])?,
        dispatched: info.boolean(["decisionEventDispatched", "decision_event_dispatched"])?,
        variables: info.members(["variables", "variables"])?,
        reasons: info.texts(["reasons", "reasons"])?,
    })
}

fn experiment(info: &Fields<'_>) -> Result<ExperimentInfo, Error> {
    Ok(ExperimentInfo {
        experiment_key: info.required_key(["experimentKey", "experiment_key"])?,
        variation_key: info.key(["variationKey", "variation_key"])?,
    })
}

fn feature(info: &Fields<'_>) -> Result<FeatureInfo, Error> {
    // Go puts all of it one step deeper.
    let nested = info.object(["feature", "feature"], info.style)?;
    let info = nested.as_ref().unwrap_or(info);
    let source = info.object(["sourceInfo", "source_info"], info.style)?;
    let of_source = |names| source.as_ref().map_or(Ok(None), |source| source.key(names));
    Ok(FeatureInfo {
        feature_key: info.required_key(["featureKey", "feature_key"])?,
        enabled: info.required_boolean(["featureEnabled", "feature_enabled"])?,
        source: info.key(["source", "source"])?.as_deref().map(DecisionSource::from),
        experiment_key: of_source(["experimentKey", "experiment_key"])?,
        variation_key: of_source(["variationKey", "variation_key"])?,
        variable_type: info.key(["variableType", "variable_type"])?,
        variables: variables(info)?,
    })
}

/// All of them, or the one that was asked for.
fn variables(info: &Fields<'_>) -> Result<Members, Error> {
    let mut variables = info.members(["variableValues", "variable_values"])?;
    if let Some(name) = info.key(["variableKey", "variable_key"])? {
        let value = info.value(["variableValue", "variable_value"])?.unwrap_or(&Value::Null);
        variables.set(name, &Json::from(value));
    }
    Ok(variables)
}
