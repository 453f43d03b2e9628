//! Names with what has them, where there are usually few.

use std::borrow::Cow;

use crate::table::Table;

/// Up to so many names are compared one by one, which costs less than a table.
const FEW: usize = 16;

/// Who came first under each name.
#[derive(Debug)]
pub(crate) struct Register<'n, V> {
    taken: Vec<(Cow<'n, str>, V)>,
    /// Where each stands, as soon as they are more than a few.
    places: Table<String, usize>,
}

impl<V> Default for Register<'_, V> {
    fn default() -> Self {
        Self { taken: Vec::new(), places: Table::new() }
    }
}

impl<'n, V> Register<'n, V> {
    /// What has a name.
    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        let place = if self.taken.len() <= FEW {
            self.taken.iter().position(|(taken, _)| *taken == name)
        } else {
            self.places.get(name).copied()
        };
        place.map(|place| &self.taken[place].1)
    }

    /// Adds a name that nobody has.
    pub(crate) fn add(&mut self, name: impl Into<Cow<'n, str>>, value: V) {
        self.taken.push((name.into(), value));
        if self.taken.len() > FEW {
            for (place, (name, _)) in self.taken.iter().enumerate().skip(self.places.len()) {
                self.places.insert(name.to_string(), place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_many_there_are() {
        let mut register = Register::default();
        for number in 0..3 * FEW {
            assert_eq!(register.get(&number.to_string()), None);
            register.add(number.to_string(), number);
            assert!((0..=number).all(|number| register.get(&number.to_string()) == Some(&number)));
        }
    }
}
