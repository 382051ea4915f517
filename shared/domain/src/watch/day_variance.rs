//! How much a store's days vary beside who happened to come: a good team, a broken oven, a rainy week.

use super::{common_day::WEEK, stream::Answered};
use crate::number;

/// The variance that is believed before anything is seen: days of ± 5 points.
const EXPECTED: f64 = 25.0;

/// How well it is believed, as the weight of as much evidence: its own error is about 20.
const WEIGHT_OF_EXPECTED: f64 = 20.0 / (EXPECTED * EXPECTED);

/// No store is steadier than that.
const LEAST: f64 = 1.0;

/// So many days of a week have to have answers.
const FEWEST_DAYS: usize = 5;

/// Two weeks that are further apart count as so many standard errors.
const FURTHEST_SQUARED: f64 = 9.0;

/// How far two weeks of a store, one after the other, are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weeks {
    /// The square of the difference of their means.
    squared: f64,
    /// The variance of that difference, as far as it comes from who answered.
    by_lot: f64,
    /// The harmonic mean of how many days they have.
    days: f64,
}

/// A week's plain mean, the variance of that by lot, and how many days it has.
fn week(days: &[Option<Answered>]) -> Option<[f64; 3]> {
    let n = days.iter().flatten().count();
    let all = number(n as u64);
    let score: f64 = days.iter().flatten().map(|day| day.score).sum();
    let variance: f64 = days.iter().flatten().map(|day| day.variance).sum();
    (n >= FEWEST_DAYS).then(|| [score / all, variance / (all * all), all])
}

/// Each two weeks of a store that follow each other, from its days less what was common to all.
pub(super) fn weeks(days: &[Option<Answered>]) -> Vec<Weeks> {
    let weeks: Vec<Option<[f64; 3]>> = days.chunks(WEEK).map(week).collect();
    let follow = weeks.iter().zip(weeks.iter().skip(1)).filter_map(|(one, next)| (*one).zip(*next));
    let apart = |([mean, by_lot, days], [next, next_by_lot, next_days]): ([f64; 3], [f64; 3])| Weeks {
        squared: (mean - next).powi(2),
        by_lot: by_lot + next_by_lot,
        days: 2.0 / (1.0 / days + 1.0 / next_days),
    };
    follow.map(apart).collect()
}

/// The variance of a day of a store, in points squared, from the weeks of all siblings. Weeks are compared and not
/// days, so that slow swings count, and neighbouring ones, so that a change counts once.
///
/// A weighted mean of what each pair of weeks says, and of what is expected of any chain. Weights are those that the
/// expected variance would give; where it cuts off outliers depends on the result, so it is worked out three times.
pub(super) fn day_variance(mut weeks: Vec<Weeks>) -> f64 {
    // The order of siblings must not move the last digit of a sum.
    weeks.sort_by(|a, b| {
        let (first, then, last) =
            (a.squared.total_cmp(&b.squared), a.by_lot.total_cmp(&b.by_lot), a.days.total_cmp(&b.days));
        first.then(then).then(last)
    });
    let mut variance = EXPECTED;
    for _ in 0..3 {
        let (mut sum, mut weights) = (WEIGHT_OF_EXPECTED * EXPECTED, WEIGHT_OF_EXPECTED);
        for Weeks { squared, by_lot, days } in &weeks {
            let most = FURTHEST_SQUARED * (by_lot + 2.0 * variance / days);
            let said = (squared.min(most) - by_lot) * days / 2.0;
            let weight = (by_lot * days / 2.0 + EXPECTED).powi(-2);
            sum += weight * said;
            weights += weight;
        }
        variance = (sum / weights).max(LEAST);
    }
    variance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(scores: &[f64]) -> Vec<Option<Answered>> {
        scores.iter().map(|score| Some(Answered { score: *score, variance: 50.0 })).collect()
    }

    #[test]
    fn nothing_seen_is_as_expected_and_no_store_is_without_a_variance() {
        assert!((day_variance(Vec::new()) - 25.0).abs() < 1e-12);
        let equal = weeks(&days(&[10.0; 63]));
        assert_eq!(equal.len(), 8);
        assert!((day_variance(equal.repeat(100)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_week_of_four_days_is_compared_with_none() {
        let mut some = days(&[10.0; 28]);
        some.splice(7..10, [None; 3]);
        assert_eq!(weeks(&some).len(), 1);
    }

    #[test]
    fn a_single_outlier_counts_as_three_errors() {
        // By hand: ν = 100/7, h = 7, w = (50 + 25)⁻². The first time q = (9(ν + 50/7) − ν) 3.5 = 625.
        let far = weeks(&days(&[[0.0; 7], [90.0; 7]].concat()));
        let weight = 75_f64.powi(-2);
        let mut variance = 25.0;
        for _ in 0..3 {
            let said = (9.0 * (100.0 / 7.0 + 2.0 * variance / 7.0) - 100.0 / 7.0) * 3.5;
            variance = (0.032 * 25.0 + weight * said) / (0.032 + weight);
        }
        assert!((day_variance(far) - variance).abs() < 1e-9 && variance < 29.0, "{variance}");
    }
}
