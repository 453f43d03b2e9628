use super::fingerprint::Fingerprint;
use super::moment::Moment;
use super::order::Order;

/// Subjects whose keys lead to one place, with the value of each. The one used longest ago makes room.
#[derive(Debug)]
pub(super) struct Set {
    /// `0` is none.
    keys: [u64; WAYS],
    values: [u64; WAYS],
    entered: [Entered; WAYS],
    tickets: [Ticket; WAYS],
    last_ticket: u16,
    order: Order,
}

/// How many subjects share a set.
pub(super) const WAYS: usize = 8;

/// When a value was entered; the highest bit says that it is a claim still.
#[derive(Debug, Clone, Copy)]
struct Entered(u32);

const CLAIMED: u32 = 1 << 31;

/// Of which claim an entry is. They begin anew after 65,536 in a set, of which the first has long been confirmed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u16);

/// A thread that looked at the clock before another one entered the value may come to the set after it. It does so within
/// a minute, in tenths of a second.
const OVERTAKEN: u32 = 600;

/// How long entries count, in tenths of a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lives {
    /// A value whose record was taken.
    pub(super) confirmed: u32,
    /// One whose record is being made. It is no lock: whoever never came back harms nobody for longer.
    pub(super) claimed: u32,
}

impl Set {
    pub(super) const EMPTY: Self = Self {
        keys: [0; WAYS],
        values: [0; WAYS],
        entered: [Entered(0); WAYS],
        tickets: [Ticket(0); WAYS],
        last_ticket: 0,
        order: Order::NEW,
    };

    /// Enters a value as a claim; `None` where it is there already, and counts still.
    #[inline]
    pub(super) fn claim(
        &mut self,
        Fingerprint { key, value }: Fingerprint,
        now: Moment,
        lives: Lives,
    ) -> Option<Ticket> {
        let known = self.place_of(key);
        if let Some(place) = known
            && self.values[place] == value
            && self.entered[place].counts(now, lives)
        {
            self.order.used(place);
            return None;
        }
        let place = known.or_else(|| self.place_of(0)).unwrap_or_else(|| self.order.oldest());
        (self.keys[place], self.values[place]) = (key, value);
        self.entered[place] = Entered(now.tenths() | CLAIMED);
        self.order.used(place);
        self.last_ticket = self.last_ticket.wrapping_add(1);
        self.tickets[place] = Ticket(self.last_ticket);
        Some(self.tickets[place])
    }

    /// Whether the value is there, and counts still.
    pub(super) fn knows(&self, Fingerprint { key, value }: Fingerprint, now: Moment, lives: Lives) -> bool {
        let place = self.place_of(key);
        place.is_some_and(|place| self.values[place] == value && self.entered[place].counts(now, lives))
    }

    /// The record of a claim was taken. Where another value was claimed meanwhile, nobody knows whose record came first:
    /// the subject is forgotten. Where the same one was, that claim will be confirmed itself.
    pub(super) fn confirm(&mut self, Fingerprint { key, value }: Fingerprint, ticket: Ticket) {
        if let Some(place) = self.place_of(key) {
            if self.values[place] != value {
                self.keys[place] = 0;
            } else if self.tickets[place] == ticket {
                self.entered[place].0 &= !CLAIMED;
            }
        }
    }

    /// Forgets the value, unless another one is there.
    pub(super) fn take_back(&mut self, Fingerprint { key, value }: Fingerprint) {
        if let Some(place) = self.place_of(key)
            && self.values[place] == value
        {
            self.keys[place] = 0;
        }
    }

    #[inline]
    fn place_of(&self, key: u64) -> Option<usize> {
        self.keys.iter().position(|known| *known == key)
    }
}

impl Entered {
    fn counts(self, now: Moment, lives: Lives) -> bool {
        let life = if self.0 & CLAIMED == 0 { lives.confirmed } else { lives.claimed };
        let entered = Moment::from_tenths(self.0);
        let is_overtaken = (1..OVERTAKEN).contains(&entered.since(now));
        now.since(entered) < life || is_overtaken && life > 0
    }
}
