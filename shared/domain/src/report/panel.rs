//! The regression of a panel: y on x with a fixed effect for each unit and each time, and errors clustered by unit.
//!
//! It is least squares with a dummy for each unit and each time, by a shorter way (Frisch and Waugh 1933): x and y
//! without what the dummies explain. A panel may have gaps.

use nalgebra::{DMatrix, DVector};

use super::difference::Degrees;
use crate::number;

/// What is left of a variable is rounding below this share of its squares.
const ROUNDING: f64 = 1e-20;

/// Below this share of the largest, an eigenvalue is 0.
const RANK: f64 = 1e-9;

/// One observation of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// When, from 0 on.
    pub time: usize,
    pub x: f64,
    /// The variance of the error with which x is known.
    pub noise: f64,
    pub y: f64,
}

/// By how much y grows with x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope {
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Units less one.
    pub degrees: Degrees,
    /// The mean of x.
    pub mean: f64,
    /// The share of what the dummies leave of x that is noise, 0 to 1. The slope is too near to 0 by about that share.
    pub noise: f64,
    /// How many observations, units and times it is from.
    pub points: u64,
    pub units: u64,
    pub times: u64,
}

/// The observations of each unit. A unit or a time with only one says nothing: it is left out, and then others may have
/// only one.
pub(super) fn without_single(mut units: Vec<Vec<Point>>) -> Vec<Vec<Point>> {
    loop {
        let before: usize = units.iter().map(Vec::len).sum();
        let seen = counts(&units);
        let again = |point: &Point| seen.get(point.time).is_some_and(|points| *points > 1);
        units.iter_mut().for_each(|points| points.retain(again));
        units.retain(|points| points.len() > 1);
        if units.iter().map(Vec::len).sum::<usize>() == before {
            return units;
        }
    }
}

/// How many points each time has.
fn counts(units: &[Vec<Point>]) -> Vec<u64> {
    let mut counts = Vec::new();
    for point in units.iter().flatten() {
        counts.resize(counts.len().max(point.time + 1), 0);
        if let Some(count) = counts.get_mut(point.time) {
            *count += 1;
        }
    }
    counts
}

/// The slope over all units. None where nothing is left of x, or nothing to judge chance by.
pub(super) fn slope(units: &[Vec<Point>]) -> Option<Slope> {
    let times = counts(units);
    if times.is_empty() {
        return None;
    }
    let (points, groups) = (number(times.iter().sum()), number(units.len() as u64));
    let (of_times, rank) = time_effects(units, times.len())?;
    let [x, y] = [|point: &Point| point.x, |point: &Point| point.y].map(|of| left(units, of, &of_times));
    let (x, y) = (x?, y?);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let total = |a: &[Vec<f64>], b: &[Vec<f64>]| a.iter().zip(b).map(|(a, b)| product(a, b)).sum::<f64>();
    let squares = total(&x, &x);
    let value = total(&x, &y) / squares;
    let residuals: Vec<Vec<f64>> =
        x.iter().zip(&y).map(|(x, y)| x.iter().zip(y).map(|(x, y)| y - value * x).collect()).collect();
    let whole = |of: fn(&Point) -> f64| units.iter().flatten().map(|point| of(point).powi(2)).sum::<f64>();
    // Beside a dummy for each unit, and as many for times as are free, there is x itself.
    let left_of_x = points - groups - number(rank as u64);
    let free = left_of_x - 1.0;
    let varies = squares > ROUNDING * whole(|point| point.x);
    if !varies || free < 1.0 || groups < 2.0 || total(&residuals, &residuals) <= ROUNDING * whole(|point| point.y) {
        return None;
    }
    let scores: f64 = x.iter().zip(&residuals).map(|(x, left)| product(x, left).powi(2)).sum();
    let correction = groups / (groups - 1.0) * (points - 1.0) / free;
    let mean = |of: fn(&Point) -> f64| units.iter().flatten().map(of).sum::<f64>() / points;
    Some(Slope {
        value,
        se: (correction * scores).sqrt() / squares,
        degrees: Degrees(groups - 1.0),
        mean: mean(|point| point.x),
        noise: (mean(|point| point.noise) * left_of_x / squares).min(1.0),
        points: times.iter().sum(),
        units: units.len() as u64,
        times: times.iter().filter(|points| **points > 0).count() as u64,
    })
}

/// What solves for the effects of times once each unit has its mean taken away, and how many of them are free. One is
/// not in each part of the panel that shares no times with the rest.
fn time_effects(units: &[Vec<Point>], times: usize) -> Option<(DMatrix<f64>, usize)> {
    let mut products = DMatrix::<f64>::zeros(times, times);
    for points in units {
        let mut present = DVector::<f64>::zeros(times);
        for point in points {
            *present.get_mut(point.time)? += 1.0;
        }
        products += DMatrix::from_diagonal(&present) - &present * present.transpose() / number(points.len() as u64);
    }
    let decomposed = products.svd(true, true);
    let smallest = RANK * decomposed.singular_values.max();
    let rank = decomposed.rank(smallest);
    Some((decomposed.pseudo_inverse(smallest).ok()?, rank))
}

/// What the dummies leave of a variable.
fn left(units: &[Vec<Point>], of: fn(&Point) -> f64, of_times: &DMatrix<f64>) -> Option<Vec<Vec<f64>>> {
    let mut sums = DVector::<f64>::zeros(of_times.nrows());
    for points in units {
        for (point, value) in points.iter().zip(from_mean(points.iter().map(of))) {
            *sums.get_mut(point.time)? += value;
        }
    }
    let effects = of_times * sums;
    let less_time = |point: &Point| of(point) - effects.get(point.time).copied().unwrap_or(0.0);
    Some(units.iter().map(|points| from_mean(points.iter().map(less_time))).collect())
}

fn from_mean(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / number(values.len() as u64);
    values.into_iter().map(|value| value - mean).collect()
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    /// Stores whose y hangs together from week to week, with gaps, and a slope of 0.01.
    fn panel(rng: &mut Rng, stores: usize, weeks: usize) -> Vec<Vec<Point>> {
        let normal = |rng: &mut Rng| (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
        let of_week: Vec<f64> = (0..weeks).map(|_| 0.2 * normal(rng)).collect();
        let store = |rng: &mut Rng| {
            let (own, mut lasting) = (6.0 + normal(rng), 0.0);
            let mut points = Vec::new();
            for (time, week) in of_week.iter().enumerate() {
                lasting = 0.6 * lasting + 0.05 * normal(rng);
                let x = 70.0 + 3.0 * own + 10.0 * week + 5.0 * normal(rng);
                points.push(Point { time, x, noise: 0.0, y: own + week + 0.01 * x + lasting });
            }
            points.retain(|_| rng.f64() > 0.15);
            points
        };
        without_single((0..stores).map(|_| store(rng)).collect())
    }

    #[test]
    fn intervals_cover_the_truth_as_often_as_they_say() {
        let covered = |seed: u64| {
            let slope = slope(&panel(&mut Rng::with_seed(seed), 20, 12)).unwrap();
            (slope.value - 0.01).abs() <= slope.degrees.quantile() * slope.se
        };
        let covered = (0..400).filter(|seed| covered(*seed)).count();
        assert!((368..=392).contains(&covered), "{covered} of 400 are not 92 to 98 %");
    }

    #[test]
    fn noise_says_by_how_much_a_slope_is_too_near_to_zero() {
        // Large, so that chance hardly matters. What is left of x has a variance of 25, and as much noise comes to it.
        let mut rng = Rng::with_seed(3);
        let mut units = panel(&mut rng, 200, 26);
        for point in units.iter_mut().flatten() {
            point.x += 5.0 * ((0..12).map(|_| rng.f64()).sum::<f64>() - 6.0);
            point.noise = 25.0;
        }
        let Slope { value, noise, .. } = slope(&units).unwrap();
        assert!((noise - 0.5).abs() < 0.02 && (value / (1.0 - noise) - 0.01).abs() < 0.000_5, "{value} {noise}");
    }

    #[test]
    fn units_and_times_with_one_point_are_left_out_until_none_is() {
        let at = |time: usize| Point { time, x: 0.0, noise: 0.0, y: 0.0 };
        // Without the second unit, time 2 has one point; then the third unit has one.
        let units = vec![vec![at(0), at(1)], vec![at(2)], vec![at(0), at(2)], vec![at(0), at(1)], vec![]];
        let left = without_single(units);
        assert_eq!(left, [vec![at(0), at(1)], vec![at(0), at(1)]]);
        assert_eq!(without_single(Vec::new()), Vec::<Vec<Point>>::new());
    }

    #[test]
    fn parts_that_share_no_time_have_a_free_effect_less_each() {
        let mut rng = Rng::with_seed(7);
        let first = panel(&mut rng, 6, 5);
        let mut apart = first.clone();
        apart.extend(
            panel(&mut rng, 6, 5).into_iter().map(|points| {
                points.into_iter().map(|point| Point { time: point.time + 5, ..point }).collect::<Vec<_>>()
            }),
        );
        assert_eq!(time_effects(&first, 5).unwrap().1, 4);
        assert_eq!(time_effects(&apart, 10).unwrap().1, 8);
    }

    #[test]
    fn what_does_not_vary_has_no_slope() {
        let units = |x: fn(usize, usize) -> f64, y: fn(usize, usize) -> f64| -> Vec<Vec<Point>> {
            let point = |unit, time| Point { time, x: x(unit, time), noise: 0.0, y: y(unit, time) };
            (0..10).map(|unit| (0..5).map(|time| point(unit, time)).collect()).collect()
        };
        let uneven = |unit: usize, time: usize| number((unit * time % 7) as u64);
        let odd = |unit: usize, time: usize| number((unit * time % 3) as u64);
        assert!(slope(&units(uneven, odd)).is_some());
        // All of x is of the unit and of the time.
        assert_eq!(slope(&units(|unit, time| number((3 * unit + time) as u64), odd)), None);
        assert_eq!(slope(&units(uneven, |_, _| 6.0)), None);
        assert_eq!(slope(&units(uneven, |unit, time| 3.0 + 2.0 * number((unit * time % 7) as u64))), None);
        assert_eq!(slope(&[]), None);
    }
}
