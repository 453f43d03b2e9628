/// In which order the eight places of a set were last used: a nibble each, the last one used in the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order(u32);

/// One in each nibble.
const ONES: u32 = 0x1111_1111;

impl Order {
    pub(super) const NEW: Self = Self(0x7654_3210);

    /// The place that was used longest ago.
    pub(super) const fn oldest(self) -> usize {
        (self.0 >> 28) as usize
    }

    /// This place is used now.
    #[inline]
    pub(super) fn used(&mut self, place: usize) {
        let place = u32::try_from(place).unwrap_or_default();
        if self.0 & 7 == place {
            return;
        }
        // The nibble that is this place is the lowest one that is zero here.
        let differs = self.0 ^ (place * ONES);
        let zero = differs.wrapping_sub(ONES) & !differs & (ONES << 3);
        let at = zero.trailing_zeros() / 4 * 4;
        let newer = self.0 & ((1 << at) - 1);
        // What was used since moves up by one, over where this place stood.
        let older = self.0 & !(u32::MAX >> (28 - at));
        self.0 = older | newer << 4 | place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_used_longest_ago_is_known_whatever_is_used() {
        let mut order = Order::NEW;
        let mut model: Vec<usize> = (0..8).collect();
        let mut random = 7_u32;
        for _ in 0..10_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (random >> 29) as usize;
            order.used(place);
            model.retain(|other| *other != place);
            model.insert(0, place);
            let places: Vec<usize> = (0..8).map(|at| (order.0 >> (4 * at) & 7) as usize).collect();
            assert_eq!((places, order.oldest()), (model.clone(), model[7]));
        }
    }
}
