use std::cmp::Ordering;

use super::Value;

/// A text in lower case, as `exact` compares it.
pub(super) fn fold(text: &str) -> Box<str> {
    text.to_lowercase().into()
}

/// The order in which folded texts are kept: the shorter first, which tells most of them apart at once.
pub(super) fn compare(one: &str, two: &str) -> Ordering {
    one.len().cmp(&two.len()).then_with(|| one.cmp(two))
}

/// The same order, of a folded text and an ASCII text in any case.
pub(super) fn compare_ascii(folded: &str, ascii: &str) -> Ordering {
    folded.len().cmp(&ascii.len()).then_with(|| {
        let mut pairs = folded.bytes().zip(ascii.bytes().map(|byte| byte.to_ascii_lowercase()));
        pairs.find(|(one, two)| one != two).map_or(Ordering::Equal, |(one, two)| one.cmp(&two))
    })
}

/// A text to look for, whatever the case of ASCII letters.
#[derive(Debug, Clone)]
pub(super) struct Needle(Box<str>);

impl Needle {
    pub(super) fn new(filter: &Value<'_>) -> Self {
        Self(filter.with_text(str::to_ascii_lowercase).into())
    }

    pub(super) fn begins(&self, text: &str) -> bool {
        text.as_bytes().get(..self.0.len()).is_some_and(|start| self.is(start))
    }

    pub(super) fn ends(&self, text: &str) -> bool {
        let start = text.len().checked_sub(self.0.len());
        start.is_some_and(|start| self.is(&text.as_bytes()[start..]))
    }

    pub(super) fn within(&self, text: &str) -> bool {
        /// How many comparisons of letters are fewer than it costs to fold the text for a search in linear time.
        const FEW: usize = 1 << 14;

        let (Some(&first), Some(last)) = (self.0.as_bytes().first(), text.len().checked_sub(self.0.len())) else {
            return self.0.is_empty();
        };
        if text.len().saturating_mul(self.0.len()) > FEW {
            return text.to_ascii_lowercase().contains(self.0.as_ref());
        }
        let (text, upper) = (text.as_bytes(), first.to_ascii_uppercase());
        (0..=last).any(|start| {
            let begins = text[start] == first || text[start] == upper;
            begins && self.is(&text[start..start + self.0.len()])
        })
    }

    fn is(&self, text: &[u8]) -> bool {
        text.eq_ignore_ascii_case(self.0.as_bytes())
    }
}

/// Texts of which one is to be found.
#[derive(Debug, Clone)]
pub(super) struct Needles(Box<[Needle]>);

impl Needles {
    /// The filter's value as it is, be it a list.
    pub(super) fn one(filter: &Value<'_>) -> Self {
        Self(Box::new([Needle::new(filter)]))
    }

    /// Each member of the filter's list, or the value that is no list.
    pub(super) fn many(filter: &Value<'_>) -> Self {
        match filter.members() {
            Some(members) => Self(members.iter().map(Needle::new).collect()),
            None => Self::one(filter),
        }
    }

    pub(super) fn within(&self, text: &str) -> bool {
        self.0.iter().any(|needle| needle.within(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_case_of_ascii_letters_does_not_matter() {
        for (needle, text, begins, ends, within) in [
            ("", "", true, true, true),
            ("", "a", true, true, true),
            ("a", "", false, false, false),
            ("App", "APPLE pie", true, false, true),
            ("PIE", "Apple pie", false, true, true),
            ("le P", "Apple pie", false, false, true),
            ("apple", "apple", true, true, true),
            ("apples", "apple", false, false, false),
            ("ä", "Ä", false, false, false),
            ("äB", "xÄäb", false, true, true),
            ("é", "caf\u{e9}", false, true, true),
            ("\u{1F980}", "a\u{1F980}b", false, false, true),
            ("k", "\u{212a}", false, false, false),
        ] {
            let needle = Needle::new(&Value::from(needle));
            let found = (needle.begins(text), needle.ends(text), needle.within(text));
            assert_eq!(found, (begins, ends, within), "{needle:?} in {text}");
        }
    }

    #[test]
    fn long_texts_are_searched_as_short_ones_are() {
        let text = format!("{}aaB", "a".repeat(100_000));
        let needle = |length: usize| Needle::new(&Value::from(format!("{}b", "A".repeat(length))));
        for length in [0, 10, 50_000, 100_002] {
            assert!(needle(length).within(&text), "{length}");
        }
        assert!(!needle(100_003).within(&text));
    }

    #[test]
    fn a_list_is_many_texts_for_one_operator_and_its_json_for_another() {
        let list = Value::parse(r#"["app", "Ban", 5]"#).unwrap();
        for (text, many, one) in [
            ("banana", true, false),
            ("15", true, false),
            ("cherry", false, false),
            (r#"x["APP","ban",5]"#, true, true),
        ] {
            assert_eq!((Needles::many(&list).within(text), Needles::one(&list).within(text)), (many, one), "{text}");
        }
        assert!(!Needles::many(&Value::parse("[]").unwrap()).within("anything"));
        assert!(Needles::many(&Value::from("A")).within("banana"));
    }
}
