use std::time::{SystemTime, UNIX_EPOCH};

/// What a trial is told on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) kills: Option<u64>,
    pub(crate) seconds: Option<u64>,
    pub(crate) events: Option<u64>,
    pub(crate) seed: u64,
}

impl Arguments {
    /// Reads pairs of `--name value`.
    pub(crate) fn read(given: &[&str]) -> Result<Self, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut arguments = Self { kills: None, seconds: None, events: None, seed: u64::from(now.subsec_nanos()) };
        for pair in given.chunks(2) {
            let [name, value] = pair else { return Err(format!("`{}` needs a number", pair[0])) };
            let number: u64 = value.parse().map_err(|_| format!("`{name}` needs a number, and `{value}` is none"))?;
            match *name {
                "--kills" => arguments.kills = Some(number),
                "--seconds" => arguments.seconds = Some(number),
                "--events" => arguments.events = Some(number),
                "--seed" => arguments.seed = number,
                _ => return Err(format!("there is no option `{name}`")),
            }
        }
        Ok(arguments)
    }
}

/// Numbers in no apparent order, the same for the same seed: xorshift of Marsaglia, 64 bits.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Nought would stay nought.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `end`, which is not nought.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
