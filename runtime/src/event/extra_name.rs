use crate::value::Rule;

/// The longest name of a property, in characters.
const LONGEST: u64 = 200;

/// What every message has already, at one vendor or another: a second one would spoil the first. The last is what
/// `stamp_plan` writes.
const KEPT: [&str; 21] = [
    "$anon_distinct_id",
    "$device_id",
    "$geoip_disable",
    "$group_key",
    "$group_set",
    "$group_type",
    "$groups",
    "$insert_id",
    "$is_server",
    "$lib",
    "$lib_version",
    "$set",
    "$set_once",
    "$unset",
    "$user_id",
    "distinct_id",
    "ip",
    "mp_lib",
    "time",
    "token",
    "taxogen_plan",
];

/// The rule that the name of a property breaks which is not in the plan.
pub(crate) fn broken_rule(name: &str, declared: &[&str]) -> Option<Rule> {
    if declared.contains(&name) {
        Some(Rule::Undeclared)
    } else if KEPT.contains(&name) {
        Some(Rule::NotKept)
    } else if name.trim().is_empty() || name.chars().any(char::is_control) || crate::value::characters(name) > LONGEST {
        Some(Rule::Name)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_plan_of_vendors_and_of_nobody_are_refused() {
        let long = "x".repeat(200);
        for (name, rule) in [
            ("screen", None),
            ("Größe in cm", None),
            ("$current_url", None),
            (&long, None),
            ("channel", Some(Rule::Undeclared)),
            ("distinct_id", Some(Rule::NotKept)),
            ("$set", Some(Rule::NotKept)),
            ("", Some(Rule::Name)),
            (" \u{3000}", Some(Rule::Name)),
            ("a\nb", Some(Rule::Name)),
            (&format!("{long}x"), Some(Rule::Name)),
        ] {
            assert_eq!(broken_rule(name, &["channel"]), rule, "{name:?}");
        }
    }
}
