//! The jackknife over days: how far coefficients move when each day in turn is left out. It needs no assumption about how
//! guests of one day hang together, nor that bands spread alike.

use nalgebra::{DMatrix, DVector};

use super::difference::Degrees;
use crate::number;

/// So many days at least are left out in turn.
pub(super) const FEWEST_DAYS: usize = 10;

/// The covariance of the coefficients of some sums, of each day its own: (G − 1)/G Σ (β₍₋g₎ − mean)(…)′. None with fewer
/// than ten days that have any, or where a day can't be left out.
pub(super) fn jackknife(
    days: &[Vec<u64>],
    coefficients: impl Fn(&[u64]) -> Option<Vec<f64>>,
) -> Option<(DMatrix<f64>, Degrees)> {
    let days: Vec<&Vec<u64>> = days.iter().filter(|day| day.iter().any(|sum| *sum > 0)).collect();
    if days.len() < FEWEST_DAYS {
        return None;
    }
    let all = total(days.iter().copied());
    let mut without: Vec<DVector<f64>> = Vec::new();
    for day in &days {
        let left: Vec<u64> = all.iter().zip(*day).map(|(all, day)| all - day).collect();
        without.push(coefficients(&left)?.into());
    }
    let groups = number(days.len() as u64);
    let mean = without.iter().sum::<DVector<f64>>() / groups;
    let size = mean.len();
    let squares = without.iter().fold(DMatrix::zeros(size, size), |squares, beta| {
        let off = beta - &mean;
        squares + &off * off.transpose()
    });
    Some((squares * ((groups - 1.0) / groups), Degrees(groups - 1.0)))
}

/// The sums of all days.
pub(super) fn total<'a>(days: impl Iterator<Item = &'a Vec<u64>>) -> Vec<u64> {
    days.fold(Vec::new(), |mut all, day| {
        all.resize(all.len().max(day.len()), 0);
        all.iter_mut().zip(day).for_each(|(all, day)| *all += day);
        all
    })
}
