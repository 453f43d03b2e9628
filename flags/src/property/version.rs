use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version, VersionReq};

use super::Value;
use super::check::Outcome;

/// `semver_eq`, `semver_gt` and their like.
#[derive(Debug, Clone)]
pub(super) struct VersionOrder {
    bound: Version,
    wanted: Ordering,
    or_equal: bool,
}

impl VersionOrder {
    pub(super) fn new(filter: &Value<'_>, wanted: Ordering, or_equal: bool) -> Option<Self> {
        Some(Self { bound: filter.with_text(version)?, wanted, or_equal })
    }

    pub(super) fn holds(&self, value: &Value<'_>) -> Outcome {
        let Some(version) = value.with_text(version) else { return Outcome::Nothing };
        let order = version.cmp(&self.bound);
        Outcome::Passes(order == self.wanted || (self.or_equal && order == Ordering::Equal))
    }
}

/// `semver_tilde`, `semver_caret`, `semver_wildcard`: a range as Cargo has them.
///
/// A pre-release is in a range only where the range names a pre-release of the same version.
#[derive(Debug, Clone)]
pub(super) struct VersionRange(VersionReq);

impl VersionRange {
    pub(super) fn tilde(filter: &Value<'_>) -> Option<Self> {
        Self::parse(&format!("~{}", filter.with_text(padded)))
    }

    pub(super) fn caret(filter: &Value<'_>) -> Option<Self> {
        Self::parse(&format!("^{}", filter.with_text(padded)))
    }

    /// `1.*`, `1.2.*`, `*`; without a star it is a caret.
    pub(super) fn wildcard(filter: &Value<'_>) -> Option<Self> {
        Self::parse(&filter.with_text(|text| numbers(bare(text)).join(".")))
    }

    fn parse(text: &str) -> Option<Self> {
        VersionReq::parse(text).ok().map(Self)
    }

    pub(super) fn holds(&self, value: &Value<'_>) -> Outcome {
        match value.with_text(version) {
            Some(version) => Outcome::Passes(self.0.matches(&version)),
            None => Outcome::Nothing,
        }
    }
}

/// Reads a version: without the `v` before it and the white space around it, with leading zeros, and with `0` for
/// what is missing at the end. Only a version with a suffix may allocate.
fn version(text: &str) -> Option<Version> {
    let (core, suffix) = split_suffix(bare(text));
    let mut numbers = [0; 3];
    for (index, part) in core.split('.').enumerate() {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    let [major, minor, patch] = numbers;
    let mut version = Version::new(major, minor, patch);
    let (before_build, build) = suffix.split_once('+').map_or((suffix, None), |(before, build)| (before, Some(build)));
    if let Some(pre) = before_build.strip_prefix('-') {
        version.pre = Prerelease::new(pre).ok().filter(|pre| !pre.is_empty())?;
    }
    if let Some(build) = build {
        version.build = BuildMetadata::new(build).ok().filter(|build| !build.is_empty())?;
    }
    Some(version)
}

/// The version with three numbers in the form that `semver` reads; what is no version stays none.
fn padded(text: &str) -> String {
    let (core, suffix) = split_suffix(bare(text));
    let mut numbers = numbers(core);
    while numbers.len() < 3 {
        numbers.push("0");
    }
    numbers.join(".") + suffix
}

/// The parts between the dots, those that are numbers without leading zeros.
fn numbers(core: &str) -> Vec<&str> {
    core.split('.').map(without_zeros).collect()
}

fn without_zeros(part: &str) -> &str {
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return part;
    }
    let number = part.trim_start_matches('0');
    if number.is_empty() { "0" } else { number }
}

/// Without the `v` before it, a small one and one only, and without the white space around it.
fn bare(text: &str) -> &str {
    text.strip_prefix('v').unwrap_or(text).trim()
}

fn split_suffix(text: &str) -> (&str, &str) {
    text.split_at(text.find(['-', '+']).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_come() {
        for (text, expected) in [
            ("1.2.3", "1.2.3"),
            ("v1.2.3", "1.2.3"),
            (" 1.2.3\n", "1.2.3"),
            ("v 1.2.3 ", "1.2.3"),
            ("3", "3.0.0"),
            ("3.10", "3.10.0"),
            ("3.08", "3.8.0"),
            ("000.00.0", "0.0.0"),
            ("1.2-beta.1", "1.2.0-beta.1"),
            ("1.2.3-alpha.beta+build.7", "1.2.3-alpha.beta+build.7"),
            ("1.2.3+01-x", "1.2.3+01-x"),
            ("18446744073709551615.0.0", "18446744073709551615.0.0"),
        ] {
            assert_eq!(version(text).map(|version| version.to_string()).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in [
            "",
            "v",
            "vv1.2.3",
            "V1.2.3",
            " v1.2.3",
            "1.2.",
            ".1.2",
            "1..3",
            "1.2.3.4",
            "1.2.x",
            "abc",
            "1.2.3-",
            "1.2.3+",
            "1.2.3-01",
            "1.2.3-a..b",
            "1.2.3+a+b",
            "-1.2.3",
            "1.+2.3",
            "1. 2.3",
            "18446744073709551616.0.0",
            "1.2.3-é",
            "１.2.3",
        ] {
            assert_eq!(version(text), None, "{text:?}");
        }
    }

    #[test]
    fn versions_are_read_as_the_padded_text_would_be() {
        let parts = ["", "0", "00", "1", "010", "x", "*", "-", "+", "a", "é", "18446744073709551616"];
        for one in parts {
            for two in parts {
                for three in parts {
                    for text in [
                        format!("{one}.{two}{three}"),
                        format!("{one}.{two}.{three}"),
                        format!("v{one}.1.2{two}{three}"),
                    ] {
                        assert_eq!(version(&text), Version::parse(&padded(&text)).ok(), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn suffixes_count() {
        for (value, bound, order) in [
            ("2.0.0-alpha", "2.0.0", Ordering::Less),
            ("2.0.0-alpha", "2.0.0-beta", Ordering::Less),
            ("2.0.0-beta.11", "2.0.0-beta.2", Ordering::Greater),
            ("2.0.0+build.1", "2.0.0", Ordering::Greater),
            ("2.0.0", "v2", Ordering::Equal),
            ("1.10.0", "1.9", Ordering::Greater),
        ] {
            for wanted in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                let holds = VersionOrder::new(&Value::from(bound), wanted, false).unwrap().holds(&Value::from(value));
                assert_eq!(holds, Outcome::Passes(order == wanted), "{value} {wanted:?} {bound}");
            }
        }
    }

    #[test]
    fn ranges_are_those_of_cargo() {
        type Compile = fn(&Value<'_>) -> Option<VersionRange>;
        let (tilde, caret, wildcard): (Compile, Compile, Compile) =
            (VersionRange::tilde, VersionRange::caret, VersionRange::wildcard);
        for (compile, filter, value, expected) in [
            (tilde, "1.2", "1.2.9", true),
            (tilde, "1.2", "1.3.0", false),
            (tilde, "1", "1.0.9", true),
            (tilde, "1", "1.1.0", false),
            (tilde, "1.2.3-beta", "1.2.3-rc", true),
            (tilde, "1.2.3", "1.2.4-rc", false),
            (caret, "1.2.3", "1.9.0", true),
            (caret, "1.2.3", "2.0.0", false),
            (caret, "0.2.3", "0.3.0", false),
            (caret, "0.0.3", "0.0.4", false),
            (caret, "3.08", "3.9", true),
            (wildcard, "1.*", "1.9.9", true),
            (wildcard, "1.2.*", "1.3.0", false),
            (wildcard, "3.08.*", "3.8.7", true),
            (wildcard, "v1.x", "1.5", true),
            (wildcard, "*", "7", true),
            (wildcard, "1.2.3", "1.9.0", true),
        ] {
            let range = compile(&Value::from(filter)).unwrap();
            assert_eq!(range.holds(&Value::from(value)), Outcome::Passes(expected), "{value} in {filter}");
            assert_eq!(range.holds(&Value::from("abc")), Outcome::Nothing);
        }
        for filter in ["", "1*", "1.*.3", "abc", "1.2.3.4", "é"] {
            assert!(VersionRange::wildcard(&Value::from(filter)).is_none(), "{filter}");
        }
    }
}
