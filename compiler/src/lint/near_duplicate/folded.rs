//! A name without case and separators, and which others are near it.

/// Fewer letters make other words too often when one of them changes: `price` and `prize`.
const FEWEST: usize = 6;

/// Odd, so that no letter is lost from the key of a long name.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The letters and digits of a name, in lower case.
pub(super) struct Folded {
    letters: Vec<Letter>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Letter {
    value: char,
    /// No digit, and no word of one letter: of `point_x` and `point_y` the last letter counts as a digit does.
    can_slip: bool,
}

impl Folded {
    pub(super) fn new(name: &str) -> Self {
        let mut letters: Vec<Letter> = Vec::with_capacity(name.len());
        let mut before = ' ';
        let mut word = 0;
        for letter in name.chars() {
            let begins = !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase());
            if begins || !letter.is_alphanumeric() {
                alone(&mut letters, word);
                word = letters.len();
            }
            if letter.is_numeric() && letters.last().is_some_and(|last| last.value.is_numeric()) && begins {
                // `1_2` is not `12`.
                letters.push(Letter { value: '_', can_slip: false });
                word = letters.len();
            }
            if letter.is_ascii() {
                let value = letter.to_ascii_lowercase();
                if value.is_ascii_alphanumeric() {
                    letters.push(Letter { value, can_slip: value.is_ascii_alphabetic() });
                }
            } else if letter.is_alphanumeric() {
                letters.extend(letter.to_lowercase().map(|value| Letter { value, can_slip: !value.is_numeric() }));
            }
            before = letter;
        }
        alone(&mut letters, word);
        Self { letters }
    }

    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    /// A key of all letters and one without each letter that can slip. Of a name that is too short only the first.
    pub(super) fn keys(&self, take: &mut dyn FnMut(u64)) {
        let add = |hash: u64, letter: &Letter| hash.wrapping_mul(BASE).wrapping_add(u64::from(letter.value) + 1);
        let whole = self.letters.iter().fold(0, add);
        take(mixed(whole));
        if self.letters.len() < FEWEST {
            return;
        }
        // Behind the letter at `at` the whole has what it has without the letter; before it, one power of the base less.
        let (mut head, mut tail) = (0_u64, whole);
        let mut power = self.letters.iter().fold(1_u64, |power, _| power.wrapping_mul(BASE));
        let inverse = inverse(BASE);
        let mut before = None;
        for letter in &self.letters {
            let shorter = power.wrapping_mul(inverse);
            tail = tail.wrapping_sub((u64::from(letter.value) + 1).wrapping_mul(shorter));
            if letter.can_slip && before != Some(*letter) {
                take(mixed(head.wrapping_mul(shorter).wrapping_add(tail)));
            }
            head = add(head, letter);
            power = shorter;
            before = Some(*letter);
        }
    }

    /// Whether both are one name in two spellings (`true`), or one letter apart (`false`).
    pub(super) fn near(&self, other: &Self, has_plurals: bool) -> Option<bool> {
        let (a, b) = (&self.letters, &other.letters);
        let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
        let same = |(a, b): (&Letter, &Letter)| a.value == b.value;
        let head = long.iter().zip(short).take_while(|pair| same(*pair)).count();
        if head == long.len() {
            return Some(true);
        }
        if short.len() < FEWEST || long.len() > short.len() + 1 {
            return None;
        }
        let rest = long[head..].iter().rev().zip(short[head..].iter().rev());
        let tail = rest.take_while(|pair| same(*pair)).count();
        let (long, short) = (&long[head..long.len() - tail], &short[head..short.len() - tail]);
        let is_near = match (long, short) {
            ([added], []) => added.can_slip && !(has_plurals && added.value == 's'),
            ([new], [old]) => new.can_slip && old.can_slip,
            ([a, b], [c, d]) => {
                [a, b, c, d].iter().all(|letter| letter.can_slip) && a.value == d.value && b.value == c.value
            }
            _ => false,
        };
        is_near.then_some(false)
    }
}

/// Marks a word of one letter.
fn alone(letters: &mut [Letter], word: usize) {
    if word + 1 == letters.len() {
        letters[word].can_slip = false;
    }
}

/// What undoes a multiplication by an odd number, in 64 bits.
fn inverse(odd: u64) -> u64 {
    (0..6).fold(odd, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse))))
}

fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_another_spelling_or_one_letter() {
        let cases = [
            ("order_completed", "OrderCompleted", Some(true)),
            ("order_completed", "Order Completed", Some(true)),
            ("order_completed", "order_complete", Some(false)),
            ("order_completed", "order_compleetd", Some(false)),
            ("order_completed", "order_complated", Some(false)),
            ("order_completed", "order_canceled", None),
            ("step_1", "step_2", None),
            ("step_1", "step_12", None),
            ("checkout_1_2", "checkout_12", None),
            ("checkout_1_2", "checkout-1-2", Some(true)),
            ("checkout_1_done", "checkout_done_1", None),
            ("point_x", "point_y", None),
            ("point_x", "pointX", Some(true)),
            ("point_x", "pointx", Some(true)),
            ("price", "prize", None),
            ("price", "Price", Some(true)),
            ("signup", "sinup", None),
            ("signups", "sinups", Some(false)),
            ("item_sent", "item_shared", None),
            ("größe_gewählt", "größe_gewahlt", Some(false)),
            ("products_viewed", "product_viewed", Some(false)),
        ];
        for (a, b, expected) in cases {
            assert_eq!(Folded::new(a).near(&Folded::new(b), false), expected, "{a} {b}");
            assert_eq!(Folded::new(b).near(&Folded::new(a), false), expected, "{b} {a}");
        }
        assert_eq!(Folded::new("products").near(&Folded::new("product"), true), None);
    }

    #[test]
    fn names_that_are_near_share_a_key() {
        let keys = |name: &str| {
            let mut keys = Vec::new();
            Folded::new(name).keys(&mut |key| keys.push(key));
            keys
        };
        let pairs = [
            ("OrderCompleted", "order_completed"),
            ("order_completed", "order_complete"),
            ("order_completed", "order_compleetd"),
            ("order_completed", "xrder_completed"),
            ("aabbcc", "aabbc"),
        ];
        for (a, b) in pairs {
            let (a_keys, b_keys) = (keys(a), keys(b));
            assert!(a_keys.iter().any(|key| b_keys.contains(key)), "{a} {b}");
        }
        assert_eq!(inverse(BASE).wrapping_mul(BASE), 1);
    }
}
