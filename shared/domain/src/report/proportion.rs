//! Shares and their intervals.

use super::{DayFactor, Difference, Z, days::Widening};
use crate::number;

/// A share with its uncertainty, all on 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// k of n.
    pub share: f64,
    /// The centre of the interval, drawn towards ½ as few answers demand.
    pub adjusted: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// Half the interval's width.
    pub half_width: f64,
}

/// The share of `k` in `n` with Wilson's score interval (Wilson 1927); none of nothing.
pub fn share(k: u64, n: u64) -> Option<Share> {
    widened(k, n, Widening::NONE)
}

/// The share of some days, of each k and n. Where days vary more than independent guests would make them, its interval is
/// as much wider.
pub fn share_over(days: &[(u64, u64)]) -> Option<Share> {
    let (k, n) = sum(days);
    widened(k, n, Widening::of_one(day_factor(days)))
}

fn sum(days: &[(u64, u64)]) -> (u64, u64) {
    days.iter().fold((0, 0), |all, day| (all.0 + day.0, all.1 + day.1))
}

/// How the shares of days vary; none with answers on fewer than five.
fn day_factor(days: &[(u64, u64)]) -> Option<DayFactor> {
    let (k, n) = sum(days);
    let p = number(k) / number(n);
    let answered: Vec<(f64, u64)> = days.iter().map(|(k, n)| (number(*k), *n)).collect();
    DayFactor::of(&answered, p * (1.0 - p))
}

fn widened(k: u64, n: u64, widening: Widening) -> Option<Share> {
    if n == 0 || k > n {
        return None;
    }
    let (hits, all) = (number(k), number(n));
    let p = hits / all;
    let z2 = Z * Z;
    let adjusted = (hits + z2 / 2.0) / (all + z2);
    let half_width = Z / (all + z2) * (all * p * (1.0 - p) + z2 / 4.0).sqrt() * widening.of_width();
    Some(Share {
        share: p,
        adjusted,
        // At the ends the bound is exact; rounding would leave it a hair off.
        low: if k == 0 { 0.0 } else { (adjusted - half_width).max(0.0) },
        high: if k == n { 1.0 } else { (adjusted + half_width).min(1.0) },
        half_width,
    })
}

/// Whether k₁ of n₁ differs from k₂ of n₂ by more than chance explains. It is the score of Agresti and Caffo (2000),
/// with one success and one failure added to each. On −1 to 1; none of nothing.
///
/// As with two scores, the difference as answered is within its interval.
pub fn compare_shares(a: (u64, u64), b: (u64, u64)) -> Option<Difference> {
    compare(a, b, Widening::NONE)
}

/// The same of the shares of some days each, where days may be good and bad.
pub(super) fn compare_shares_over(a: &[(u64, u64)], b: &[(u64, u64)]) -> Option<Difference> {
    compare(sum(a), sum(b), Widening::pooled([day_factor(a), day_factor(b)].into_iter().flatten()))
}

fn compare((k1, n1): (u64, u64), (k2, n2): (u64, u64), widening: Widening) -> Option<Difference> {
    let difference = share(k1, n1)?.share - share(k2, n2)?.share;
    let adjusted = |k: u64, n: u64| (number(k) + 1.0) / (number(n) + 2.0);
    let variance = |k: u64, n: u64| adjusted(k, n) * (1.0 - adjusted(k, n)) / (number(n) + 2.0);
    let centre = adjusted(k1, n1) - adjusted(k2, n2);
    let se = (widening.factor * (variance(k1, n1) + variance(k2, n2))).sqrt();
    Some(Difference::new(difference, centre, se, widening.degrees, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_agrees_with_the_published_figures() {
        for (k, n, low, high) in [
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (45, 50, 0.786_398, 0.956_524),
            (1, 2, 0.094_531, 0.905_469),
            (176, 250, 0.644_672, 0.757_154),
        ] {
            let share = share(k, n).unwrap();
            assert!((share.low - low).abs() < 1e-6 && (share.high - high).abs() < 1e-6, "{k} of {n}: {share:?}");
        }
    }

    #[test]
    fn two_shares_are_compared_with_one_success_and_one_failure_added() {
        // By hand: 9/12 − 5/12 over √(9·3/12³ + 5·7/12³).
        let change = compare_shares((8, 10), (4, 10)).unwrap();
        assert!((change.difference - 0.4).abs() < 1e-12);
        assert!((change.z - (4.0 / 12.0) / (62.0_f64 / 1728.0).sqrt()).abs() < 1e-12);
        assert!(!change.distinguishable && compare_shares((0, 0), (1, 2)).is_none());
    }

    #[test]
    fn what_was_answered_is_within_its_own_interval() {
        let some: Vec<(u64, u64)> = (1..=12).flat_map(|n| (0..=n).map(move |k| (k, n))).collect();
        for (a, b) in some.iter().flat_map(|a| some.iter().map(move |b| (a, b))) {
            let Difference { difference, low, high, .. } = compare_shares(*a, *b).unwrap();
            assert!(-1.0 <= low && low <= difference && difference <= high && high <= 1.0, "{a:?} against {b:?}");
        }
    }

    #[test]
    fn nothing_has_no_share() {
        assert_eq!(share(0, 0), None);
    }
}
