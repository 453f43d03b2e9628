use std::time::Duration;

use coarsetime::Instant;

/// Tenths of a second since some moment; they begin anew after 6.8 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u32);

/// A clock that costs a few nanoseconds: the system's coarse one, which is behind by some milliseconds.
#[derive(Debug)]
pub(super) struct Clock(Instant);

/// The bits of a moment.
pub(super) const BITS: u32 = u32::MAX >> 1;

impl Moment {
    pub(super) const START: Self = Self(0);

    pub(super) const fn from_tenths(tenths: u32) -> Self {
        Self(tenths & BITS)
    }

    pub(super) const fn tenths(self) -> u32 {
        self.0
    }

    /// Tenths of a second from another moment to this one.
    pub(super) const fn since(self, earlier: Self) -> u32 {
        self.0.wrapping_sub(earlier.0) & BITS
    }
}

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now_without_cache_update())
    }

    #[inline]
    pub(super) fn now(&self) -> Moment {
        let millis = Instant::now_without_cache_update().duration_since(self.0).as_millis();
        #[expect(clippy::cast_possible_truncation, reason = "they begin anew")]
        Moment::from_tenths((millis / 100) as u32)
    }
}

/// So many tenths of a second, rounded up.
pub(super) fn tenths(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis().div_ceil(100)).unwrap_or(BITS).min(BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_rounded_up_and_never_too_long() {
        for (duration, expected) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1), 0),
            (Duration::from_millis(1), 1),
            (Duration::from_millis(100), 1),
            (Duration::from_millis(101), 2),
            (Duration::from_secs(86_400), 864_000),
            (Duration::MAX, BITS),
        ] {
            assert_eq!(tenths(duration), expected, "{duration:?}");
        }
    }

    #[test]
    fn moments_go_on_when_their_number_begins_anew() {
        let before = Moment::from_tenths(BITS);
        let after = Moment::from_tenths(BITS.wrapping_add(5));
        assert_eq!((after.tenths(), after.since(before)), (4, 5));
    }

    #[test]
    fn a_clock_goes_forward() {
        let clock = Clock::start();
        let first = clock.now();
        std::thread::sleep(Duration::from_millis(250));
        let passed = clock.now().since(first);
        assert!((1..600).contains(&passed), "{passed}");
    }
}
