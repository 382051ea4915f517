//! How much the scores of stores' days vary beyond the lot of guests: an estimate by moments, from neighbouring weeks.

use super::world::Counts;

/// With fewer answered days a week says nothing.
const FEWEST_DAYS: usize = 5;

/// What is assumed before anything is seen, in squared points, and how firmly: as twenty pairs of weeks would say it.
const PRIOR: f64 = 25.0;
const FIRMNESS: f64 = 20.0 / (25.0 * 25.0);

/// σ² of some stores over the same days, of which there are whole weeks; 1 at least.
///
/// Weeks are compared and not days, so that bad days that follow each other count as what they are.
pub fn day_variance(stores: &[Vec<Counts>]) -> f64 {
    let common = common_days(stores);
    let pairs: Vec<Pair> = stores.iter().flat_map(|days| neighbouring_weeks(days, &common)).collect();
    (0..3).fold(PRIOR, |variance, _| {
        let (mut sum, mut weights) = (FIRMNESS * PRIOR, FIRMNESS);
        for Pair { squared, lot, days } in &pairs {
            let squared = squared.min(9.0 * (lot + 2.0 * variance / days));
            let weight = (lot * days / 2.0 + PRIOR).powi(-2);
            sum += weight * (squared - lot) * days / 2.0;
            weights += weight;
        }
        (sum / weights).max(1.0)
    })
}

/// Two weeks of a store that follow each other: the squared difference of their means, the variance that the lot of
/// guests gives it, and the harmonic mean of their days.
struct Pair {
    squared: f64,
    lot: f64,
    days: f64,
}

fn neighbouring_weeks(days: &[Counts], common: &[f64]) -> Vec<Pair> {
    let own = spread(days);
    let week = |(days, common): (&[Counts], &[f64])| {
        let answered = || days.iter().zip(common).filter(|(counts, _)| answers(counts) > 0.0);
        let m = answered().count();
        if m < FEWEST_DAYS {
            return None;
        }
        let m = m as f64;
        let mean = answered().map(|(counts, common)| score(counts) - common).sum::<f64>() / m;
        let lot = answered().map(|(counts, _)| own / answers(counts)).sum::<f64>() / (m * m);
        Some((mean, lot, m))
    };
    let weeks: Vec<_> = days.chunks_exact(7).zip(common.chunks_exact(7)).map(week).collect();
    let pair = |pair: &[Option<(f64, f64, f64)>]| {
        let ((a, a_lot, a_days), (b, b_lot, b_days)) = (pair[0]?, pair[1]?);
        Some(Pair { squared: (a - b).powi(2), lot: a_lot + b_lot, days: 2.0 / (1.0 / a_days + 1.0 / b_days) })
    };
    weeks.windows(2).filter_map(pair).collect()
}

/// What all stores share on each day: the median of their scores less each store's mean. Of fewer than ten stores it is
/// what they share on a day of the week, drawn towards 0.
fn common_days(stores: &[Vec<Counts>]) -> Vec<f64> {
    let means: Vec<f64> = stores.iter().map(|days| mean(days)).collect();
    let days = stores.first().map_or(0, Vec::len);
    let rest = |at: usize| {
        let answered = stores.iter().zip(&means).filter(move |(days, _)| answers(&days[at]) > 0.0);
        answered.map(move |(days, mean)| score(&days[at]) - mean)
    };
    if stores.len() >= 10 {
        return (0..days).map(|at| median(rest(at).collect())).collect();
    }
    let weekday = |weekday: usize| {
        let all: Vec<f64> = (weekday..days).step_by(7).flat_map(rest).collect();
        all.iter().sum::<f64>() / (all.len().max(1) as f64)
    };
    let weekdays: Vec<f64> = (0..7).map(weekday).collect();
    let all = weekdays.iter().sum::<f64>() / 7.0;
    (0..days).map(|at| 9.0 / 12.0 * (weekdays[at % 7] - all)).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

fn answers(counts: &Counts) -> f64 {
    counts.iter().sum::<u64>() as f64
}

/// A day's score, in points.
fn score([promoters, passives, detractors]: &Counts) -> f64 {
    100.0 * (*promoters as f64 - *detractors as f64) / (promoters + passives + detractors) as f64
}

/// The score of all days.
fn mean(days: &[Counts]) -> f64 {
    score(&sum(days))
}

/// The variance of one answer, adjusted, in squared points.
fn spread(days: &[Counts]) -> f64 {
    let [promoters, passives, detractors] = sum(days).map(|count| count as f64);
    let n = promoters + passives + detractors + 3.0;
    let (promoters, detractors) = ((promoters + 0.75) / n, (detractors + 0.75) / n);
    10_000.0 * (promoters + detractors - (promoters - detractors).powi(2))
}

fn sum(days: &[Counts]) -> Counts {
    days.iter().fold([0; 3], |all, day| [all[0] + day[0], all[1] + day[1], all[2] + day[2]])
}
