//! One regression on all drivers, from the responses that answered each.

use nalgebra::{DMatrix, DVector};

use super::{
    difference::Degrees,
    drivers::{Coefficient, Effect, Errors},
    jackknife::{jackknife, total},
};
use crate::{count::JointSums, number};

/// The fewest responses for the regression.
const FEWEST: u64 = 30;

/// The smallest ratio at which X still counts as of full rank. It is of the eigenvalues of X′X, or of the rest of a
/// column once those before it are known. X′X consists of counts, so that anything smaller comes from rounding.
const FULL_RANK: f64 = 1e-10;

/// The joint regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// How many responses answered every driver.
    pub n: u64,
    /// The share of the variance that it explains.
    pub r_squared: f64,
    /// Satisfaction where every driver is in the middle.
    pub intercept: f64,
    /// The drivers, in the order of their ids.
    pub effects: Vec<Effect>,
}

/// X′X, X′y and y′y, out of sums in a row. These are y′y, X′y, and the upper triangle of X′X, row by row.
struct Products {
    xx: DMatrix<f64>,
    xy: DVector<f64>,
    yy: f64,
}

impl Products {
    fn of(row: &[u64], columns: usize) -> Option<Self> {
        let (yy, rest) = row.split_first()?;
        let (xy, triangle) = rest.split_at_checked(columns)?;
        // Row r of the upper triangle begins after the rows above it, which are columns, columns − 1 … long.
        let entry = |r: usize, c: usize| {
            let (r, c) = (r.min(c), r.max(c));
            number(triangle.get(r * columns - r * (r + 1) / 2 + c).copied().unwrap_or(0))
        };
        Some(Self {
            xx: DMatrix::from_fn(columns, columns, entry),
            xy: DVector::from_iterator(columns, xy.iter().map(|sum| number(*sum))),
            yy: number(*yy),
        })
    }

    /// (X′X)⁻¹ and β; none without full rank.
    fn solved(&self) -> Option<(DMatrix<f64>, DVector<f64>)> {
        let factors = self.xx.clone().cholesky()?;
        let left = factors.l_dirty().diagonal().map(|left| left * left);
        if left.iter().zip(self.xx.diagonal().iter()).any(|(left, all)| *left <= FULL_RANK * all) {
            return None;
        }
        let inverse = factors.inverse();
        let beta = &inverse * &self.xy;
        Some((inverse, beta))
    }
}

/// All drivers together, of each day its sums. None with fewer than 30 responses, fewer than 5 for each coefficient, or
/// without full rank. The errors are those of leaving out days where there are enough, else the classic ones.
pub fn joint(days: &[JointSums]) -> Option<Joint> {
    let columns = days.first()?.xy.len();
    let as_row = |day: &JointSums| [&[day.yy][..], &day.xy, &day.xx].concat();
    let rows: Vec<Vec<u64>> = days.iter().filter(|day| day.xy.len() == columns).map(as_row).collect();
    let products = Products::of(&total(rows.iter()), columns)?;
    let n = *products.xx.get(0)?;
    if columns < 3 || n < number(FEWEST.max(5 * columns as u64)) {
        return None;
    }
    let eigenvalues = products.xx.clone().symmetric_eigenvalues();
    if eigenvalues.min() <= FULL_RANK * eigenvalues.max() {
        return None;
    }
    let (inverse, beta) = products.solved()?;
    let residual = (products.yy - beta.dot(&products.xy)).max(0.0);
    // Satisfaction is whole numbers: a residual this small is rounding, and leaves nothing to judge chance by.
    if residual <= FULL_RANK * products.yy {
        return None;
    }
    let varies = products.yy - products.xy.get(0)?.powi(2) / n;
    let classic = &inverse * (residual / (n - number(columns as u64)));
    let by_days = jackknife(&rows, |row| Some(Products::of(row, columns)?.solved()?.1.iter().copied().collect()));
    let effects = (1..columns).step_by(2).map(|low| {
        let plain = classic_effect(&products, &classic, &beta, low)?;
        Some(by_days.as_ref().and_then(|spread| plain.over_days(spread, low)).unwrap_or(plain))
    });
    Some(Joint {
        n: whole(n),
        r_squared: if varies > 0.0 { 1.0 - residual / varies } else { 0.0 },
        intercept: *beta.get(0)?,
        effects: effects.collect::<Option<_>>()?,
    })
}

/// The effect whose β_L is at a place among the coefficients, with errors of one variance for all.
fn classic_effect(products: &Products, classic: &DMatrix<f64>, beta: &DVector<f64>, low: usize) -> Option<Effect> {
    let high = low + 1;
    let coefficient = |value: f64, at: usize| {
        Some(Coefficient { value, se: classic.get((at, at))?.sqrt(), degrees: Degrees::NORMAL })
    };
    let count = |column: usize| products.xx.get((column, column)).map_or(0, |n| whole(*n));
    let n = count(0);
    Some(Effect {
        penalty: coefficient(-*beta.get(low)?, low)?,
        reward: coefficient(*beta.get(high)?, high)?,
        covariance: *classic.get((low, high))?,
        bands: [count(low), n - count(low) - count(high), count(high)],
        errors: Errors::Classic,
    })
}

/// A count that became a number on the way.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a count")]
fn whole(count: f64) -> u64 {
    count as u64
}
