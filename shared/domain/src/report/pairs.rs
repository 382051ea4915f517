//! One regression on all drivers, where each guest is asked only some of them.
//!
//! No guest answers all, and each driver on its own includes the effects of others that correlate with it. But for any
//! two drivers, some guests answered both. So their correlations are assembled from pairs (Pearson's, each from those
//! who answered both). They are drawn towards their mean as far as their noise requires (Schäfer and Strimmer 2005).
//! Without that the matrix is useless below thousands of answers.

use nalgebra::{DMatrix, DVector};

use super::{
    difference::Degrees,
    drivers::{Coefficient, Effect, Errors},
    jackknife::{jackknife, total},
};
use crate::{
    count::{Band, PairCounts},
    number,
};

/// So many responses at least answered each pair.
const FEWEST_OF_A_PAIR: u64 = 50;

/// The fewest responses of a pair for its correlation.
const FEWEST: u64 = 3;

/// The smallest eigenvalue of the correlations at which they can be separated.
const SMALLEST_EIGENVALUE: f64 = 0.05;

/// The sums of one day, or many, for the regression. For each driver they are its bands low, middle and high. For each
/// pair i < j of them, in order, they are the counts by band of i and band of j. Also all answers to satisfaction.
#[derive(Debug, Clone, Default)]
pub struct PairSums {
    /// Each driver beside satisfaction.
    pub drivers: Vec<[Band; 3]>,
    /// Each pair of drivers.
    pub pairs: Vec<PairCounts>,
    /// All answers to satisfaction.
    pub rated: Band,
}

impl PairSums {
    fn row(&self) -> Vec<u64> {
        let bands = self.drivers.iter().flatten().chain([&self.rated]).flat_map(|band| [band.n, band.y, band.yy]);
        bands.chain(self.pairs.iter().copied().flatten()).collect()
    }

    fn of(row: &[u64], drivers: usize) -> Self {
        let (bands, pairs) = row.split_at_checked(9 * drivers + 3).unwrap_or((row, &[]));
        let mut bands = bands.as_chunks().0.iter().map(|[n, y, yy]| Band { n: *n, y: *y, yy: *yy });
        let mut next = || bands.next().unwrap_or_default();
        Self {
            drivers: (0..drivers).map(|_| [next(), next(), next()]).collect(),
            rated: next(),
            pairs: pairs.as_chunks().0.to_vec(),
        }
    }

    /// The counts of a pair, by the bands of `i` and then of `j`.
    fn pair(&self, i: usize, j: usize) -> PairCounts {
        let k = self.drivers.len();
        let (first, second) = (i.min(j), i.max(j));
        let at = first * k - first * (first + 1) / 2 + second - first - 1;
        let counts = self.pairs.get(at).copied().unwrap_or_default();
        let [a, b, c, d, e, f, g, h, l] = counts;
        if i < j { counts } else { [a, d, g, b, e, h, c, f, l] }
    }
}

/// Correlations of the 2k indicators L₁, H₁, L₂, H₂ …, among each other and with satisfaction.
struct Correlations {
    matrix: DMatrix<f64>,
    with_satisfaction: DVector<f64>,
}

/// Whether the first of a pair is low or high, and the second: the kinds LL, LH and HH.
fn kind(p: usize, q: usize) -> usize {
    p % 2 + q % 2
}

/// All drivers together from pairs, of each day its sums. None with fewer than 50 responses of a pair, on fewer than
/// ten days, or where drivers can't be separated.
pub fn pairs(days: &[PairSums]) -> Option<Vec<Effect>> {
    let k = days.first()?.drivers.len();
    let rows: Vec<Vec<u64>> = days.iter().map(PairSums::row).collect();
    let all = PairSums::of(&total(rows.iter()), k);
    if k < 2 || all.pairs.iter().any(|counts| counts.iter().sum::<u64>() < FEWEST_OF_A_PAIR) {
        return None;
    }
    let correlations = Correlations::of(&all)?;
    if correlations.matrix.clone().symmetric_eigenvalues().min() < SMALLEST_EIGENVALUE {
        return None;
    }
    let beta = coefficients(&all, correlations)?;
    let spread = jackknife(&rows, |row| {
        let left = PairSums::of(row, k);
        let beta = coefficients(&left, Correlations::of(&left)?)?;
        Some(beta.iter().copied().collect())
    })?;
    let effects = all.drivers.iter().enumerate().map(|(i, bands)| {
        let coefficient = |value: f64| Coefficient { value, se: 0.0, degrees: Degrees::NORMAL };
        let plain = Effect {
            penalty: coefficient(-*beta.get(2 * i)?),
            reward: coefficient(*beta.get(2 * i + 1)?),
            covariance: 0.0,
            bands: bands.map(|band| band.n),
            errors: Errors::Days,
        };
        plain.over_days(&spread, 2 * i)
    });
    effects.collect()
}

/// β of each indicator, in points of satisfaction.
fn coefficients(sums: &PairSums, correlations: Correlations) -> Option<DVector<f64>> {
    let standardized = correlations.matrix.cholesky()?.solve(&correlations.with_satisfaction);
    let spread = sums.rated.variance_of_all().sqrt();
    let shares = (0..2 * sums.drivers.len()).map(|p| share(sums, p));
    let beta = standardized.iter().zip(shares).map(|(b, share)| b * spread / (share * (1.0 - share)).sqrt());
    Some(DVector::from_vec(beta.collect()))
}

fn is_low(p: usize) -> bool {
    p.is_multiple_of(2)
}

/// The share of the answers to its driver for which an indicator is 1.
fn share(sums: &PairSums, p: usize) -> f64 {
    let bands = sums.drivers.get(p / 2).copied().unwrap_or_default();
    let [low, middle, high] = bands.map(|band| number(band.n));
    (if is_low(p) { low } else { high }) / (low + middle + high)
}

impl Correlations {
    /// None where an indicator does not vary.
    fn of(sums: &PairSums) -> Option<Self> {
        let size = 2 * sums.drivers.len();
        let varies = |p: usize| (0.0..1.0).contains(&share(sums, p)) && share(sums, p) > 0.0;
        if !(0..size).all(varies) || sums.rated.n == 0 {
            return None;
        }
        let found = found(sums);
        let (means, drawn) = drawn_towards(&found);
        let mut matrix = DMatrix::identity(size, size);
        let mut set = |p: usize, q: usize, r: f64| {
            for at in [(p, q), (q, p)] {
                if let Some(entry) = matrix.get_mut(at) {
                    *entry = r;
                }
            }
        };
        for (p, q, r) in found {
            let mean = means.get(kind(p, q)).copied().unwrap_or(0.0);
            set(p, q, r.map_or(mean, |(r, _)| (1.0 - drawn) * r + drawn * mean));
        }
        for p in (0..size).step_by(2) {
            let (low, high) = (share(sums, p), share(sums, p + 1));
            set(p, p + 1, -low * high / (low * (1.0 - low) * high * (1.0 - high)).sqrt());
        }
        let with_satisfaction = (0..size).map(|p| with_satisfaction(sums, p)).collect::<Option<Vec<f64>>>()?;
        Some(Self { matrix, with_satisfaction: DVector::from_vec(with_satisfaction) })
    }
}

/// Two indicators of different drivers: which they are, their correlation, and from how many answers it is.
type Found = (usize, usize, Option<(f64, f64)>);

fn found(sums: &PairSums) -> Vec<Found> {
    let size = 2 * sums.drivers.len();
    let pairs = (0..size).flat_map(|p| (p + 1..size).filter(move |q| p / 2 != q / 2).map(move |q| (p, q)));
    pairs.map(|(p, q)| (p, q, correlation(sums, p, q))).collect()
}

/// The mean correlation of each kind, weighted by their answers, and how far all are drawn towards it. That is as far
/// as their noise explains their differences, at most all the way.
fn drawn_towards(found: &[Found]) -> ([f64; 3], f64) {
    let known = || found.iter().filter_map(|(p, q, r)| r.map(|(r, n)| (kind(*p, *q), r, n)));
    let mean = |of: usize| {
        let (sum, weight) = known()
            .filter(|(kind, ..)| *kind == of)
            .fold((0.0, 0.0), |(sum, weight), (_, r, n)| (sum + n * r, weight + n));
        if weight > 0.0 { sum / weight } else { 0.0 }
    };
    let means = [mean(0), mean(1), mean(2)];
    let (noise, differences) = known().fold((0.0, 0.0), |(noise, differences), (kind, r, n)| {
        let mean = means.get(kind).copied().unwrap_or(0.0);
        (noise + (1.0 - mean * mean).powi(2) / (n - 1.0), differences + (r - mean).powi(2))
    });
    (means, if differences > 0.0 { (noise / differences).min(1.0) } else { 1.0 })
}

/// The correlation of two indicators of different drivers among those who answered both, and how many these are. None of
/// fewer than three, or where one does not vary.
fn correlation(sums: &PairSums, p: usize, q: usize) -> Option<(f64, f64)> {
    let counts = sums.pair(p / 2, q / 2);
    let (row, column) = (2 * (p % 2), 2 * (q % 2));
    let sum = |of: &dyn Fn(usize, usize) -> bool| {
        let chosen = counts.iter().enumerate().filter(|(at, _)| of(at / 3, at % 3));
        chosen.map(|(_, count)| count).sum::<u64>()
    };
    let all = counts.iter().sum::<u64>();
    let n = number(all);
    let both = number(sum(&|r, c| r == row && c == column)) / n;
    let (of_p, of_q) = (number(sum(&|r, _| r == row)) / n, number(sum(&|_, c| c == column)) / n);
    let varies = of_p * (1.0 - of_p) * of_q * (1.0 - of_q);
    (all >= FEWEST && varies > 0.0).then(|| ((both - of_p * of_q) / varies.sqrt(), n))
}

/// The correlation of an indicator with satisfaction, among all who answered its driver.
fn with_satisfaction(sums: &PairSums, p: usize) -> Option<f64> {
    let bands = sums.drivers.get(p / 2)?;
    let all = bands.iter().fold(Band::default(), |all, band| all.with(band));
    let [low, _, high] = bands;
    let (band, share) = (if is_low(p) { low } else { high }, share(sums, p));
    let covariance = number(band.y) / number(all.n) - share * number(all.y) / number(all.n);
    let varies = share * (1.0 - share) * all.variance_of_all();
    (varies > 0.0).then(|| covariance / varies.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Id,
        count::Tally,
        report::generated::{figures, near, responses},
    };

    #[test]
    fn guests_who_are_asked_some_drivers_tell_what_all_of_them_do() {
        let days = responses(1_200, 40, true);
        assert!(days.iter().all(|day| day.joint.is_empty()), "nobody answered all");
        let id = |id: &str| -> Id { id.parse().unwrap() };
        let pair = |day: &Tally, [first, second]: [&str; 2]| -> PairCounts { day.pairs[&id(first)][&id(second)] };
        let sums = |day: &Tally| {
            let rated = day.scales[&id("y")].iter().fold(Band::default(), |rated, (value, count)| {
                let y = u64::from(*value);
                rated.with(&Band { n: *count, y: y * count, yy: y * y * count })
            });
            let bands = |driver: &str| {
                let sums = day.drivers[&id(driver)];
                [sums.low, sums.middle, sums.high]
            };
            let pairs = [["a", "b"], ["a", "c"], ["b", "c"]].map(|ids| pair(day, ids)).to_vec();
            PairSums { drivers: ["a", "b", "c"].map(bands).to_vec(), pairs, rated }
        };
        let by_day: Vec<PairSums> = days.iter().map(sums).collect();
        let effects = pairs(&by_day).unwrap();
        for (effect, golden) in effects.iter().zip([
            [0.630_925_735, 0.622_726_927, 0.087_404_224, 0.108_919_875, 0.004_376_452],
            [0.595_425_389, 0.500_928_231, 0.059_859_877, 0.116_825_710, 0.000_751_947],
            [0.236_701_292, 0.336_369_911, 0.085_790_865, 0.120_180_552, 0.002_980_201],
        ]) {
            near(&figures(effect), &golden);
        }
        assert_eq!(pairs(&by_day[..9]), None, "too few days");
        assert_eq!(pairs(&by_day[..3]), None, "and too few answers");

        let rows: Vec<Vec<u64>> = by_day.iter().map(PairSums::row).collect();
        let all = PairSums::of(&total(rows.iter()), 3);
        let Correlations { matrix, with_satisfaction } = Correlations::of(&all).unwrap();
        let smallest = matrix.clone().symmetric_eigenvalues().min();
        near(&[drawn_towards(&found(&all)).1, smallest], &[0.692_489_818, 0.558_838_946]);
        let row: Vec<f64> = matrix.row(0).iter().copied().collect();
        near(&row, &[1.0, -0.433_201_239, -0.003_189_107, 0.038_139_162, 0.043_342_387, -0.014_723_080]);
        near(
            with_satisfaction.as_slice(),
            &[-0.365_686_003, 0.331_527_729, -0.318_344_693, 0.253_102_347, -0.173_675_357, 0.160_446_303],
        );
    }

    #[test]
    fn drivers_that_nobody_rates_low_or_high_have_no_regression() {
        let band = |n| Band { n, y: 4 * n, yy: 17 * n };
        let day = |low| PairSums {
            drivers: vec![[band(low), band(50), band(50)]; 2],
            pairs: vec![[10; 9]],
            rated: band(100),
        };
        assert_eq!(pairs(&vec![day(0); 12]), None);
        assert_eq!(pairs(&[]), None);
    }
}
