//! Times, and what to make of several of them.

use std::time::{Duration, Instant};

/// What `act` makes, and how long it takes.
pub(crate) fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let made = act();
    (made, begun.elapsed())
}

/// The time that `percent` of the times do not exceed.
pub(crate) fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let position = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(position).copied().unwrap_or(f64::NAN)
}

/// The one in the middle.
pub(crate) fn median(times: &[f64]) -> f64 {
    percentile(times, 50)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<_> = (1..=200).rev().map(f64::from).collect();
        for (percent, want) in [(0, 1.0), (50, 100.0), (99, 198.0), (100, 200.0)] {
            assert_eq!(
                percentile(&times, percent).total_cmp(&want),
                std::cmp::Ordering::Equal
            );
        }
        assert_eq!(
            median(&[3.0, 1.0, 2.0]).total_cmp(&2.0),
            std::cmp::Ordering::Equal
        );
        assert!(median(&[]).is_nan());
    }
}
