use serde_json::{Map, Value, json};

/// A question to PostHog's `/flags?v=2`: all flags of one person, or some of them.
///
/// ```
/// use taxogen_flags::Request;
///
/// let body = Request::new("phc_key", "user_123").with_group("company", "acme").to_json();
/// assert_eq!(body["groups"]["company"], "acme");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a request asks nothing until it is sent"]
pub struct Request<'a> {
    token: &'a str,
    distinct_id: &'a str,
    device_id: Option<&'a str>,
    groups: Map<String, Value>,
    person_properties: Map<String, Value>,
    group_properties: Map<String, Value>,
    geoip_disable: bool,
    flag_keys: Option<Vec<&'a str>>,
}

impl<'a> Request<'a> {
    /// All flags of this person, in the project of this key. PostHog does not look up where the request
    /// comes from: it comes from a server.
    pub fn new(token: &'a str, distinct_id: &'a str) -> Self {
        Self {
            token,
            distinct_id,
            device_id: None,
            groups: Map::new(),
            person_properties: Map::new(),
            group_properties: Map::new(),
            geoip_disable: true,
            flag_keys: None,
        }
    }

    /// The device, or the id under which the person was known before: flags may cut people by it.
    pub fn with_device_id(mut self, id: &'a str) -> Self {
        self.device_id = Some(id);
        self
    }

    /// The person belongs to this group.
    pub fn with_group(mut self, group_type: &str, key: &str) -> Self {
        self.groups.insert(group_type.to_owned(), key.into());
        self
    }

    /// A property of the person that PostHog may not know yet.
    pub fn with_person_property(mut self, name: &str, value: Value) -> Self {
        self.person_properties.insert(name.to_owned(), value);
        self
    }

    /// A property of a group that PostHog may not know yet.
    pub fn with_group_property(mut self, group_type: &str, name: &str, value: Value) -> Self {
        let properties = self.group_properties.entry(group_type).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            properties.insert(name.to_owned(), value);
        }
        self
    }

    /// Whether PostHog leaves out what it would know from the address of the request; it does unless told.
    pub fn with_geoip_disable(mut self, disable: bool) -> Self {
        self.geoip_disable = disable;
        self
    }

    /// These flags alone.
    pub fn with_flag_keys(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.flag_keys = Some(keys.into_iter().collect());
        self
    }

    /// The body of the request.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "token": self.token,
            "distinct_id": self.distinct_id,
            "groups": self.groups,
            "person_properties": self.person_properties,
            "group_properties": self.group_properties,
            "geoip_disable": self.geoip_disable,
        });
        if let Some(id) = self.device_id {
            body["$device_id"] = id.into();
        }
        if let Some(keys) = &self.flag_keys {
            body["flag_keys_to_evaluate"] = json!(keys);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_all_flags_has_no_list_of_keys() {
        assert_eq!(
            Request::new("phc_fake", "user-1").to_json(),
            json!({
                "token": "phc_fake", "distinct_id": "user-1", "groups": {}, "person_properties": {},
                "group_properties": {}, "geoip_disable": true,
            })
        );
    }

    #[test]
    fn a_request_says_all_it_was_given() {
        let request = Request::new("phc_fake", "user-1")
            .with_device_id("device-7")
            .with_group("company", "acme")
            .with_person_property("plan", json!("pro"))
            .with_group_property("company", "employees", json!(12))
            .with_group_property("company", "country", json!("DE"))
            .with_geoip_disable(false)
            .with_flag_keys(["checkout", "banner"]);
        assert_eq!(
            request.to_json(),
            json!({
                "token": "phc_fake", "distinct_id": "user-1", "$device_id": "device-7", "groups": { "company": "acme" },
                "person_properties": { "plan": "pro" },
                "group_properties": { "company": { "employees": 12, "country": "DE" } },
                "geoip_disable": false, "flag_keys_to_evaluate": ["checkout", "banner"],
            })
        );
    }
}
