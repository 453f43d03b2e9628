//! The name that was probably meant.

/// The candidate nearest to `name`, when one is near enough to be meant.
///
/// The same letters in another case or with other separators come first, then a few slips of the finger
/// (one in three letters; two letters swapped are one slip), then the same words in another order, then
/// the one candidate that begins with `name`. Of equals the first wins.
#[must_use]
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let mut all = Vec::new();
    for candidate in candidates {
        all.push(candidate);
    }
    nearest_of(name, &all)
}

/// Compiled once, however many kinds of names there are.
fn nearest_of<'c>(name: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let wanted = Folded::new(name);
    if wanted.letters.is_empty() || wanted.letters.len() > Folded::MAX {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    let mut longer = Vec::new();
    for candidate in candidates.iter().copied() {
        let folded = Folded::new(candidate);
        let limit = best.map_or(wanted.limit(), |(distance, _)| distance.saturating_sub(1));
        let distance =
            if wanted.is_reordered(&folded) { Some(wanted.limit()) } else { wanted.distance(&folded, limit) };
        match distance {
            Some(distance) if best.is_none_or(|(best, _)| distance < best) => best = Some((distance, candidate)),
            None if wanted.begins(&folded) => longer.push(candidate),
            _ => {}
        }
    }
    match (best, longer.as_slice()) {
        (Some((_, candidate)), _) => Some(candidate),
        (None, [only]) => Some(only),
        _ => None,
    }
}

/// A name without case and separators.
struct Folded<'n> {
    name: &'n str,
    letters: Vec<char>,
    /// One bit per letter that occurs: a cheap lower bound of the distance.
    occurs: u64,
}

impl<'n> Folded<'n> {
    /// Longer names are not compared: the work grows with the square.
    const MAX: usize = 100;
    /// Fewer letters say too little to be a beginning.
    const MIN_BEGINNING: usize = 3;

    fn new(name: &'n str) -> Self {
        let letters: Vec<char> =
            name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let occurs = letters.iter().fold(0, |bits, letter| bits | 1 << (u32::from(*letter) % 64));
        Self { name, letters, occurs }
    }

    /// Its words in lower case, sorted.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut inside = false;
        let mut after_lower = false;
        for letter in self.name.chars() {
            if !letter.is_alphanumeric() {
                inside = false;
                continue;
            }
            if !inside || (after_lower && letter.is_uppercase()) {
                words.push(String::new());
            }
            words.last_mut().expect("pushed with the first letter").extend(letter.to_lowercase());
            inside = true;
            after_lower = letter.is_lowercase() || letter.is_numeric();
        }
        words.sort_unstable();
        words
    }

    fn limit(&self) -> usize {
        (self.letters.len() / 3).max(1)
    }

    fn begins(&self, other: &Self) -> bool {
        self.letters.len() >= Self::MIN_BEGINNING && other.letters.starts_with(&self.letters)
    }

    fn is_reordered(&self, other: &Self) -> bool {
        self.letters.len() == other.letters.len()
            && self.occurs == other.occurs
            && self.letters != other.letters
            && self.words() == other.words()
    }

    /// Insertions, deletions, replacements and swaps of neighbours, when there are at most `limit`.
    fn distance(&self, other: &Self, limit: usize) -> Option<usize> {
        let (a, b) = (&self.letters, &other.letters);
        let unshared = (self.occurs ^ other.occurs).count_ones() as usize;
        if a.len().abs_diff(b.len()) > limit || unshared > 2 * limit {
            return None;
        }
        let mut before: Vec<usize> = Vec::new();
        let mut above: Vec<usize> = (0..=b.len()).collect();
        for i in 1..=a.len() {
            let mut row = vec![i; b.len() + 1];
            for j in 1..=b.len() {
                let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
                row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    row[j] = row[j].min(before[j - 2] + 1);
                }
            }
            if row.iter().chain(&above).all(|distance| *distance > limit) {
                return None;
            }
            before = std::mem::replace(&mut above, row);
        }
        let distance = above[b.len()];
        // A replacement of every letter is another word, however short.
        (distance <= limit && distance < a.len().max(b.len())).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        let names = [
            "user_signed_up",
            "completed_purchase",
            "checkout-flow-redesign",
            "OrderCompleted",
            "description",
            "properties",
            "property_groups",
            "id",
        ];
        let cases = [
            ("completed_purchse", Some("completed_purchase")),
            ("user_sigend_up", Some("user_signed_up")),
            ("UserSignedUp", Some("user_signed_up")),
            ("Order Completed", Some("OrderCompleted")),
            ("completed_order", Some("OrderCompleted")),
            ("checkout_flow_redesing", Some("checkout-flow-redesign")),
            ("desc", Some("description")),
            ("prop", None),
            ("proprties", Some("properties")),
            ("di", Some("id")),
            ("xy", None),
            ("x", None),
            ("", None),
            ("something_else", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, names), expected, "{name}");
        }
    }

    #[test]
    fn the_nearest_wins_and_of_equals_the_first() {
        assert_eq!(nearest("item_sent", ["item_send", "item_bent", "item-sent"]), Some("item-sent"));
        assert_eq!(nearest("item_sen", ["item_seng", "item_sent"]), Some("item_seng"));
    }

    #[test]
    fn a_very_long_name_is_not_compared() {
        let name = "a".repeat(100_000);
        assert_eq!(nearest(&name, [name.as_str()]), None);
    }
}
