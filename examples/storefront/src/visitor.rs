use crate::plan::types::{Channel, PlanTier};

/// One visitor of the day, the same on every run.
pub(crate) struct Visitor {
    pub(crate) id: String,
    /// The hour of the day in which they come.
    pub(crate) hour: u32,
    pub(crate) channel: Channel,
    pub(crate) country: &'static str,
    pub(crate) is_new: bool,
    pub(crate) plan: PlanTier,
    /// Where they work, and how many people do.
    pub(crate) company: Option<(&'static str, i64)>,
    /// Whether they put something into the basket.
    pub(crate) wants_something: bool,
    dice: Dice,
}

/// The shop is open from eight to ten in the evening.
pub(crate) const OPENS: u32 = 8;
pub(crate) const CLOSES: u32 = 22;

/// How busy each hour is.
const VISITORS: [usize; 14] = [6, 9, 12, 17, 21, 18, 13, 11, 12, 16, 22, 20, 14, 9];

const COUNTRIES: [&str; 6] = ["DE", "FR", "NL", "PL", "SE", "US"];
const COMPANIES: [(&str, i64); 4] = [("acme", 120), ("globex", 2400), ("initech", 35), ("umbrella", 800)];

/// Everybody who comes that day, in the order in which they come.
pub(crate) fn of_the_day() -> Vec<Visitor> {
    let hours = (OPENS..CLOSES).zip(VISITORS).flat_map(|(hour, visitors)| std::iter::repeat_n(hour, visitors));
    hours.enumerate().map(|(number, hour)| Visitor::new(number, hour)).collect()
}

impl Visitor {
    fn new(number: usize, hour: u32) -> Self {
        let mut dice = Dice(number as u64);
        let is_new = dice.percent(35);
        Self {
            id: format!("user_{:03}", number + 1),
            hour,
            channel: *dice.pick(&[Channel::Web, Channel::Web, Channel::Mobile, Channel::Mobile, Channel::Api]),
            country: *dice.pick(&COUNTRIES),
            is_new,
            plan: *dice.pick(&[PlanTier::Free, PlanTier::Free, PlanTier::Pro, PlanTier::Enterprise]),
            company: dice.percent(15).then(|| *dice.pick(&COMPANIES)),
            wants_something: dice.percent(60),
            dice,
        }
    }

    /// The address they gave when they signed up.
    pub(crate) fn email(&self) -> String {
        format!("{}@mail.example", self.id)
    }

    /// The id under which the app knew them before they signed up.
    pub(crate) fn device(&self) -> Option<String> {
        (self.channel == Channel::Mobile).then(|| self.id.replace("user", "device"))
    }

    /// Something that happens to so many of a hundred visitors.
    pub(crate) fn happens(&mut self, percent: u64) -> bool {
        self.dice.percent(percent)
    }

    /// A number from the range.
    pub(crate) fn number(&mut self, range: std::ops::Range<u32>) -> u32 {
        let width = u64::from(range.end - range.start);
        range.start + u32::try_from(self.dice.roll() % width).unwrap_or_default()
    }
}

/// Chance that is the same on every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let place = self.roll() % from.len() as u64;
        &from[usize::try_from(place).unwrap_or_default()]
    }
}
