//! Versions as the server reads them: semantic ones, padded with zeros, leading zeros left out.

/// Up to three numbers; none where a pre-release stands behind them, which is compared in another way.
pub(crate) type Numbers = Option<[u64; 3]>;

/// The numbers of a version: `1.2.3`, `v1.2`, `3`, `1.2.3-rc.1`; the outer `None`: it is no version.
pub(crate) fn version(text: &str) -> Option<Numbers> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let (bare, build) = split(bare, '+');
    let (core, release) = split(bare, '-');
    let identifiers = [release, build];
    if !identifiers.into_iter().flatten().all(|part| part.split('.').all(is_identifier)) {
        return None;
    }
    let numbers = numbers(core)?;
    Some(release.is_none().then_some(numbers))
}

/// Whether it is a version whose end is left open: `1.*`, `1.2.*`.
pub(super) fn is_wildcard(text: &str) -> bool {
    let bare = text.strip_prefix('v').unwrap_or(text);
    bare.strip_suffix(".*").is_some_and(|core| core.matches('.').count() < 2 && numbers(core).is_some())
}

fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn numbers(core: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    for (at, part) in core.split('.').enumerate() {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *numbers.get_mut(at)? = is_number.then(|| part.parse().ok())??;
    }
    Some(numbers)
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_up_to_three_numbers() {
        let cases = [
            ("1.2.3", Some(Some([1, 2, 3]))),
            ("v1.2", Some(Some([1, 2, 0]))),
            ("3", Some(Some([3, 0, 0]))),
            ("03.010", Some(Some([3, 10, 0]))),
            ("1.2.3+build.5", Some(Some([1, 2, 3]))),
            ("1.2.3-rc.1", Some(None)),
            ("1.2.3-rc-1+b", Some(None)),
            ("1.2.3-", None),
            ("1.2.3-a..b", None),
            ("1.2.3-ä", None),
            ("1.2.3+a_b", None),
            ("1.*", None),
            ("1.2.3.4", None),
            ("1..2", None),
            ("99999999999999999999", None),
            ("", None),
            ("latest", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version(text), expected, "{text}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_the_end() {
        for (text, expected) in [
            ("1.*", true),
            ("v1.2.*", true),
            ("1.2.3.*", false),
            ("*", false),
            ("1*", false),
            ("1.*.2", false),
            ("1.2", false),
        ] {
            assert_eq!(is_wildcard(text), expected, "{text}");
        }
    }
}
