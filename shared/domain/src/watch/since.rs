//! Since when something is so.

use jiff::{ToSpan, civil::Date};

use super::{likelihood::log_sum, stream::DAYS};
use crate::number;

/// How likely it is that a change began within the days that are shown.
pub const COVERED: f64 = 0.9;

/// How many days ago a change began: 1 if the window's last day is the first that is different.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Since {
    /// The likeliest number of days.
    pub likeliest: usize,
    /// How likely that is among all, 0 to 1.
    pub probability: f64,
    /// The fewest days of the shortest run that holds 90 %.
    pub fewest: usize,
    /// The most days of it.
    pub most: usize,
}

/// The first day that is different, of a change so many days before the end of a window.
pub fn first_day(last: Date, days: usize) -> Date {
    let before = i64::try_from(days.clamp(1, DAYS)).unwrap_or(1) - 1;
    last.saturating_sub(before.days())
}

impl Since {
    /// From the logarithm of e for each number of days, in their order. Numbers may be left out. None of nothing.
    ///
    /// The chance of a number is its e over the sum of all. Of two runs as short as each other, the likelier one is
    /// taken.
    pub(super) fn of(shifts: &[(usize, f64)]) -> Option<Self> {
        let sum = log_sum(shifts.iter().map(|(_, logarithm)| *logarithm))?;
        let chances: Vec<(usize, f64)> = shifts.iter().map(|(days, e)| (*days, (e - sum).exp())).collect();
        let (likeliest, probability) = chances.iter().copied().rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let mut best: Option<(usize, f64, usize, usize)> = None;
        for (from, (fewest, _)) in chances.iter().enumerate() {
            let Some((most, held)) = run(chances.get(from..).unwrap_or_default()) else { break };
            let length = most - fewest;
            if best
                .is_none_or(|(shortest, most_held, ..)| length < shortest || (length == shortest && held > most_held))
            {
                best = Some((length, held, *fewest, most));
            }
        }
        best.map(|(_, _, fewest, most)| Self { likeliest, probability, fewest, most })
    }
}

/// Where the shortest run that begins with the first of these ends, and how much it holds. None if all hold too little.
fn run(chances: &[(usize, f64)]) -> Option<(usize, f64)> {
    // Chances add up to 1 but for their last digits.
    let enough = COVERED - 1e-12 * number(chances.len() as u64);
    let sums = chances.iter().scan(0.0, |held, (days, chance)| {
        *held += chance;
        Some((*days, *held))
    });
    sums.into_iter().find(|(_, held)| *held >= enough)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn since(chances: &[(usize, f64)]) -> Since {
        Since::of(&chances.iter().map(|(days, chance)| (*days, chance.ln() + 900.0)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_shortest_run_holds_nine_in_ten() {
        let found = since(&[(1, 0.02), (2, 0.03), (3, 0.50), (4, 0.25), (5, 0.17), (6, 0.03)]);
        assert_eq!((found.likeliest, found.fewest, found.most), (3, 3, 5));
        assert!((found.probability - 0.5).abs() < 1e-9);
        let alone = since(&[(7, 0.95), (8, 0.05)]);
        assert_eq!((alone.likeliest, alone.fewest, alone.most), (7, 7, 7));
    }

    #[test]
    fn of_two_runs_as_short_the_likelier_one_is_taken() {
        let found = since(&[(1, 0.07), (2, 0.45), (3, 0.40), (4, 0.08)]);
        assert_eq!((found.fewest, found.most), (2, 4));
    }

    #[test]
    fn days_that_were_left_out_make_a_run_longer() {
        let found = since(&[(1, 0.46), (2, 0.04), (9, 0.46), (10, 0.04)]);
        assert_eq!((found.fewest, found.most), (1, 9));
        assert_eq!(Since::of(&[]), None);
    }

    #[test]
    fn one_day_is_the_last_one() {
        assert_eq!(first_day(date(2026, 11, 30), 1), date(2026, 11, 30));
        assert_eq!(first_day(date(2026, 11, 30), 28), date(2026, 11, 3));
    }
}
