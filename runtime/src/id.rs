use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::json::HEX;
use crate::value::Timestamp;

/// The id of a record: a UUID of version 7, minted at capture and the same on every attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventId(pub(crate) [u8; 16]);

impl EventId {
    /// A new id for a record of this time.
    pub(crate) fn new(time: Timestamp) -> Self {
        let millis = u64::try_from(time.as_unix_millis()).unwrap_or_default();
        let (high, low) = next();
        let mut bytes = [0; 16];
        bytes[0..6].copy_from_slice(&millis.to_be_bytes()[2..8]);
        bytes[6..8].copy_from_slice(&high.to_be_bytes()[0..2]);
        bytes[8..16].copy_from_slice(&low.to_be_bytes());
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }

    /// Gives the next ids of every thread other random bits. In a fork the thread that forked would go on with those that
    /// the first process goes on with.
    #[cfg(feature = "http")]
    pub(crate) fn begin_anew() {
        BEGUN.fetch_add(1, Ordering::Relaxed);
    }

    /// When it was minted, to the millisecond.
    pub(crate) fn time(self) -> Timestamp {
        let millis = self.0[..6].iter().fold(0, |millis, byte| millis << 8 | i64::from(*byte));
        Timestamp::from_unix_millis(millis)
    }

    /// The 36 characters `01a1fab0-76fb-7147-9f75-9919275ee428`.
    pub(crate) fn to_text(self) -> [u8; 36] {
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
        }
        text
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.to_text()).unwrap_or_default())
    }
}

/// How often [`EventId::begin_anew`] was called.
static BEGUN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static LAST: Cell<Last> = Cell::new(Last { bits: seed(), begun: BEGUN.load(Ordering::Relaxed) });
}

/// The random bits of a thread's ids: at random for its first one, and one more for each after it, as RFC 9562 has it
/// (6.2). So ids of one thread have nearly all of their digits in common, which a packed body says once.
#[derive(Clone, Copy)]
struct Last {
    bits: (u64, u64),
    begun: u32,
}

fn next() -> (u64, u64) {
    let next = LAST.try_with(|last| {
        let begun = BEGUN.load(Ordering::Relaxed);
        let Last { bits: (high, low), begun: before } = last.get();
        let bits = if before == begun { (high, low.wrapping_add(1)) } else { seed() };
        last.set(Last { bits, begun });
        bits
    });
    // A thread that is ending remembers nothing any more.
    next.unwrap_or_else(|_| seed())
}

fn seed() -> (u64, u64) {
    let hash = |salt: u64| {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(salt);
        hasher.write_u64(u64::from(std::process::id()));
        hasher.write_i64(Timestamp::now().as_unix_millis());
        hasher.finish()
    };
    (hash(0), hash(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7_that_begins_with_its_time() {
        let time = Timestamp::from_unix_millis(0x01a1_fab0_76fb);
        assert_eq!(EventId::new(time).time(), time);
        let id = EventId::new(time).to_string();
        assert!(id.starts_with("01a1fab0-76fb-7"), "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        assert_eq!(id.len(), 36);
    }

    #[test]
    fn ids_of_a_thread_differ_in_few_digits() {
        let mint = || EventId::new(Timestamp::from_unix_millis(1)).0;
        // Other tests build clients meanwhile, and every thread begins anew then.
        let (first, second) = loop {
            let begun = BEGUN.load(Ordering::Relaxed);
            let ids = (mint(), mint());
            if begun == BEGUN.load(Ordering::Relaxed) {
                break ids;
            }
        };
        let number = |id: [u8; 16]| u128::from_be_bytes(id) & ((1 << 62) - 1);
        assert_eq!(number(second), (number(first) + 1) & ((1 << 62) - 1));
        assert_eq!(first[..8], second[..8]);
        assert_ne!(std::thread::spawn(mint).join().unwrap()[6..12], first[6..12]);
        #[cfg(feature = "http")]
        {
            // Whoever builds a client: all threads begin anew.
            std::thread::spawn(EventId::begin_anew).join().unwrap();
            assert_ne!(mint()[6..12], first[6..12]);
        }
    }

    #[test]
    fn a_hundred_thousand_ids_of_one_moment_differ_on_two_threads() {
        let mint = || (0..50_000).map(|_| EventId::new(Timestamp::from_unix_millis(1))).collect::<Vec<_>>();
        let other = std::thread::spawn(mint);
        let mut ids = mint();
        ids.extend(other.join().unwrap());
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), 100_000);
    }
}
