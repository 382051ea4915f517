//! How far some stores' changes are apart from those of their siblings: one change a store, weighted by how well it is
//! known.
//!
//! Siblings change differently for reasons of their own. How much so is estimated as the variance between the studies of
//! a meta-analysis is (`DerSimonian` and Laird 1986), and what they still scatter more widens the error.

use crate::{count::Recommendations, number};

/// What is added to the answers before a score is worked out: ¾ of a promoter and ¾ of a detractor among three. It is
/// not what reports add. The simulations behind the verdicts were made with it.
const ADDED: (f64, f64) = (0.75, 3.0);

/// The most that the scores of days can vary, in squared points: half of them are 100 and half −100.
const LARGEST_VARIANCE: f64 = 10_000.0;

/// A store's change from one window to another, in points of the score, and the square of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) difference: f64,
    pub(super) variance: f64,
}

impl Change {
    /// From the days of two windows, of which each has an answer. `day_variance` is σ², by which the scores of days vary
    /// beyond the lot of guests, in squared points.
    pub(super) fn between(before: &[Recommendations], after: &[Recommendations], day_variance: f64) -> Self {
        let (old, old_variance) = adjusted(before);
        let (new, new_variance) = adjusted(after);
        // Nothing that is handed in makes a weight that is no number.
        let day_variance = if day_variance.is_nan() { 0.0 } else { day_variance.clamp(0.0, LARGEST_VARIANCE) };
        let days = 1.0 / answered_days(before) + 1.0 / answered_days(after);
        Self { difference: new - old, variance: old_variance + new_variance + day_variance * days }
    }
}

/// How many days have an answer, one at least.
fn answered_days(days: &[Recommendations]) -> f64 {
    days.iter().map(|day| f64::from(u8::from(day.n() > 0))).sum::<f64>().max(1.0)
}

/// All answers of some days.
pub(super) fn answers(days: &[Recommendations]) -> u64 {
    days.iter().map(|day| day.n()).sum()
}

/// The adjusted score of some days in points, and the square of its error if guests are independent. That is above 0
/// whatever was answered.
fn adjusted(days: &[Recommendations]) -> (f64, f64) {
    let (part, whole) = ADDED;
    let n = number(answers(days)) + whole;
    let promoters = (number(days.iter().map(|day| day.promoters).sum()) + part) / n;
    let detractors = (number(days.iter().map(|day| day.detractors).sum()) + part) / n;
    let score = promoters - detractors;
    (100.0 * score, 10_000.0 * (promoters + detractors - score * score) / n)
}

/// What siblings have in common, two of them at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Siblings {
    /// Their mean change.
    pub(super) mean: f64,
    /// τ²: the variance between them that their own errors do not explain.
    pub(super) between: f64,
    /// h²: how many times as much they scatter as all that is known explains, one at least.
    pub(super) scatter: f64,
    /// The sum of their weights.
    weight: f64,
}

impl Siblings {
    pub(super) fn of(changes: &[Change]) -> Self {
        let degrees = (length(changes) - 1.0).max(1.0);
        let (weight, mean, squares) = weighed(changes, 0.0);
        let squared_weights: f64 = changes.iter().map(|change| change.variance.powi(-2)).sum();
        let between = (squares - degrees) / (weight - squared_weights / weight);
        // With one sibling the divisor is 0, and nothing is known of what lies between.
        let between = if between.is_finite() { between.max(0.0) } else { 0.0 };
        let (weight, mean, squares) = if between > 0.0 { weighed(changes, between) } else { (weight, mean, squares) };
        Self { mean, between, scatter: (squares / degrees).max(1.0), weight }
    }

    /// How far some stores' changes are from that of these siblings, with the standard error.
    pub(super) fn apart(&self, acting: &[Change]) -> Apart {
        let (weight, mean, _) = weighed(acting, self.between);
        let se = (self.scatter * (1.0 / weight + 1.0 / self.weight)).sqrt();
        Apart { effect: mean - self.mean, se }
    }
}

/// A difference to siblings with its standard error, both in points of the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Apart {
    pub(super) effect: f64,
    pub(super) se: f64,
}

impl Apart {
    /// In standard errors.
    pub(super) fn standardised(&self) -> f64 {
        self.effect / self.se
    }
}

/// How many siblings moved at least as far as the stores that acted: each in turn as if it alone had acted, beside the
/// others. It takes k² steps.
pub(super) fn moved_as_far(acting: Apart, siblings: &[Change]) -> usize {
    let moved = |at: usize| {
        let (before, from) = siblings.split_at(at);
        let (own, behind) = from.split_first()?;
        let others: Vec<Change> = before.iter().chain(behind).copied().collect();
        Some(Siblings::of(&others).apart(&[*own]).standardised().abs())
    };
    let far = acting.standardised().abs();
    (0..siblings.len()).filter_map(moved).filter(|moved| *moved >= far).count()
}

/// The sum of the weights, the mean, and the weighted sum of the squared distances from it.
fn weighed(changes: &[Change], between: f64) -> (f64, f64, f64) {
    let weight = |change: &Change| 1.0 / (between + change.variance);
    let sum: f64 = changes.iter().map(weight).sum();
    let mean = changes.iter().map(|change| weight(change) * change.difference).sum::<f64>() / sum;
    let squares = changes.iter().map(|change| weight(change) * (change.difference - mean).powi(2)).sum();
    (sum, mean, squares)
}

fn length(changes: &[Change]) -> f64 {
    number(u64::try_from(changes.len()).unwrap_or(u64::MAX))
}
