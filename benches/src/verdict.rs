use std::fmt;

/// What one comparison found; the smaller figure is the better.
pub(crate) struct Verdict {
    pub(crate) ours: f64,
    pub(crate) peer: f64,
    pub(crate) unit: &'static str,
}

/// How many times better ours is comes last.
impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ours, peer, unit } = self;
        let places = formatter.precision().unwrap_or(if *peer < 10.0 { 3 } else { 0 });
        write!(formatter, "ours {ours:.places$} {unit}, peer {peer:.places$} {unit}, ratio {:.2}", peer / ours)
    }
}

/// The middle value; of an even number the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len().saturating_sub(1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_says_how_many_times_better_ours_is() {
        let verdict = Verdict { ours: 180.4, peer: 1262.8, unit: "ns" };
        assert_eq!(verdict.to_string(), "ours 180 ns, peer 1263 ns, ratio 7.00");
        let verdict = Verdict { ours: 0.25, peer: 0.75, unit: "s" };
        assert_eq!(verdict.to_string(), "ours 0.250 s, peer 0.750 s, ratio 3.00");
    }

    #[test]
    fn the_median_is_the_middle_value() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
