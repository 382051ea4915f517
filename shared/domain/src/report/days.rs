//! Good and bad days: how much more a score varies from day to day than independent guests would make it.

use jiff::{ToSpan, civil::Date};

use super::{Z, difference::Degrees};
use crate::number;

/// Days of a week.
pub(super) const WEEK: i32 = 7;

/// How many days a window has, both ends included.
pub(super) fn length(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days()) + 1
}

/// The first days of the whole weeks of a window, the oldest first; the last week ends with the window.
pub(super) fn whole_weeks(from: Date, to: Date) -> impl Iterator<Item = Date> {
    (1..=length(from, to) / WEEK).rev().map(move |back| to.saturating_sub((WEEK * back - 1).days()))
}

/// A day with more than this share of all answers has most of them.
const MOST: f64 = 0.5;

/// Among so many siblings at least, one can be told from most.
const FEWEST_SIBLINGS: usize = 4;

/// So many times the factor in the middle is far more.
const FAR_MORE: f64 = 5.0;

/// So many days with answers at least show how days vary.
pub(super) const FEWEST_DAYS: usize = 5;

/// How days vary, in comparison with guests who are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayFactor {
    /// φ = V/V₀: the variance of the mean that the days show, over that of independent guests.
    pub factor: f64,
    /// How many days less one.
    pub degrees: f64,
}

impl DayFactor {
    /// From each day's sum and number of answers, and the variance of one answer. None with answers on fewer than five
    /// days.
    pub fn of(days: &[(f64, u64)], variance: f64) -> Option<Self> {
        let n = number(days.iter().map(|(_, n)| n).sum());
        let mean = days.iter().map(|(sum, _)| sum).sum::<f64>() / n;
        let residuals = days.iter().filter(|(_, n)| *n > 0).map(|(sum, of)| (sum - mean * number(*of)) / n);
        let known = Self::of_residuals(residuals, variance / n)?;
        // A day with most answers draws the mean to itself, and seems to vary little. Without it the mean would be as much
        // further away.
        let largest = number(days.iter().map(|(_, n)| *n).max().unwrap_or(0)) / n;
        let factor = if largest > MOST { known.factor / (1.0 - largest).powi(2) } else { known.factor };
        Some(Self { factor, ..known })
    }

    /// From what each day adds to the error of a mean, and the variance of that mean if guests are independent.
    pub(super) fn of_residuals(residuals: impl Iterator<Item = f64>, independent: f64) -> Option<Self> {
        let (mut squares, mut days) = (0.0, 0_usize);
        for residual in residuals {
            squares += residual * residual;
            days += 1;
        }
        let count = number(days as u64);
        let variance = count / (count - 1.0) * squares;
        let factor = if independent > 0.0 { variance / independent } else { 1.0 };
        (days >= FEWEST_DAYS).then_some(Self { factor, degrees: count - 1.0 })
    }
}

/// The widening of an error of independent guests: its variance by a factor, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Widening {
    /// By how much, 1 at least.
    pub factor: f64,
    /// How well it is known.
    pub degrees: Degrees,
}

impl Widening {
    pub const NONE: Self = Self { factor: 1.0, degrees: Degrees::NORMAL };

    /// Of one score: only where days vary more than independent guests.
    pub fn of_one(days: Option<DayFactor>) -> Self {
        match days {
            Some(DayFactor { factor, degrees }) if factor > 1.0 => Self { factor, degrees: Degrees(degrees) },
            _ => Self::NONE,
        }
    }

    /// Of scores that are compared: their factors together, each by its degrees.
    pub fn pooled(all: impl Iterator<Item = DayFactor>) -> Self {
        let (mut sum, mut degrees) = (0.0, 0.0);
        for days in all {
            sum += days.degrees * days.factor;
            degrees += days.degrees;
        }
        if degrees > 0.0 { Self { factor: (sum / degrees).max(1.0), degrees: Degrees(degrees) } } else { Self::NONE }
    }

    /// Of siblings. One whose days vary far more than those of most is no measure for the others: else a single odd day of
    /// one store would hide how all of them differ. Its factor counts as a cap, and its own errors are widened by all of
    /// it. Returns with the factor of all by how much more each is widened.
    pub fn of_siblings(all: &[Option<DayFactor>]) -> (Self, Vec<f64>) {
        let mut factors: Vec<f64> = all.iter().flatten().map(|days| days.factor).collect();
        factors.sort_by(f64::total_cmp);
        let middle = factors.get(factors.len() / 2).filter(|_| factors.len() >= FEWEST_SIBLINGS);
        let cap = middle.map_or(f64::INFINITY, |middle| FAR_MORE * middle.max(1.0));
        let pooled = Self::pooled(all.iter().flatten().map(|days| DayFactor { factor: days.factor.min(cap), ..*days }));
        let own = |days: &Option<DayFactor>| match days {
            Some(days) if days.factor > cap => days.factor / pooled.factor,
            _ => 1.0,
        };
        (pooled, all.iter().map(own).collect())
    }

    /// By how much half the width of a 95 % interval grows.
    pub fn of_width(self) -> f64 {
        self.of_error() / Z
    }

    /// So many standard errors of independent guests are half the width of a 95 % interval.
    pub fn of_error(self) -> f64 {
        self.factor.sqrt() * self.degrees.quantile()
    }
}
