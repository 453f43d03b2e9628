use super::instant::Day;

/// Reads a date from the left.
pub(super) struct Scanner<'a>(pub(super) &'a str);

impl Scanner<'_> {
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let character = self.0.chars().next().filter(|character| wanted(*character))?;
        self.0 = &self.0[character.len_utf8()..];
        Some(character)
    }

    /// Takes up to so many digits, and at least one; what is too large is no number.
    fn up_to(&mut self, most: usize) -> Option<i64> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let number = self.0[..length].parse().ok()?;
        self.0 = &self.0[length..];
        Some(number)
    }

    /// Takes exactly so many digits.
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        let before = self.0.len();
        let number = self.up_to(count)?;
        (before - self.0.len() == count).then_some(number)
    }

    /// Takes the separator and two digits.
    pub(super) fn separated(&mut self, separator: char) -> Option<u32> {
        self.next(|character| character == separator)?;
        u32::try_from(self.digits(2)?).ok()
    }

    /// Takes a day as `2024-06-15`.
    pub(super) fn day(&mut self) -> Option<Day> {
        Some(Day { year: self.digits(4)?, month: self.separated('-')?, of_month: self.separated('-')? })
    }

    /// Takes a number behind white space.
    pub(super) fn number(&mut self, most: usize) -> Option<i64> {
        self.0 = self.0.trim_start();
        self.up_to(most)
    }

    /// Takes the separator and a number of up to two digits.
    pub(super) fn after(&mut self, separator: char) -> Option<i64> {
        self.next(|character| character == separator)?;
        self.number(2)
    }

    /// Takes a year, which has up to four digits unless it has a sign.
    pub(super) fn year(&mut self) -> Option<i64> {
        self.0 = self.0.trim_start();
        match self.next(|character| matches!(character, '+' | '-')) {
            None => self.up_to(4),
            Some('-') => self.up_to(usize::MAX).map(|year| -year),
            Some(_) => self.up_to(usize::MAX),
        }
    }

    /// Takes a fraction of a second, where there is one, as nanoseconds; more than nine digits are cut off.
    pub(super) fn fraction(&mut self) -> Option<u32> {
        if self.next(|character| character == '.').is_none() {
            return Some(0);
        }
        let before = self.0.len();
        let number = u32::try_from(self.up_to(9)?).ok()?;
        let missing = 9_usize.saturating_sub(before - self.0.len());
        self.0 = self.0.trim_start_matches(|character: char| character.is_ascii_digit());
        Some(number * 10_u32.pow(u32::try_from(missing).ok()?))
    }

    /// Takes `Z` or an offset from UTC, in seconds.
    pub(super) fn offset(&mut self) -> Option<i64> {
        let sign = match self.next(|character| matches!(character, 'Z' | 'z' | '+' | '-' | '\u{2212}'))? {
            'Z' | 'z' => return Some(0),
            '+' => 1,
            _ => -1,
        };
        let hours = self.digits(2)?;
        let minutes = i64::from(self.separated(':')?);
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }
}
