//! Drivers: what satisfaction depends on, by penalty and reward.
//!
//! For each driver, low answers and high answers are set against those in the middle (Brandt 1987; Mikulić and
//! Prebežac 2011): the penalty is what satisfaction loses where the driver is low, the reward what it gains where it
//! is high. Which of the two is larger says what kind of driver it is.

use nalgebra::DMatrix;
use serde::Serialize;

use super::{
    Estimate,
    difference::{Degrees, LEVEL, two_sided_p},
    hidden::FEW,
    jackknife::jackknife,
};
use crate::{
    count::{Band, DriverSums},
    number,
};

/// How far the impact asymmetry has to be from 0 for a driver to be basic or excitement.
pub const THRESHOLD: f64 = 0.2;

/// An asymmetry this near to the threshold is on it: what differs is rounding.
const ROUNDING: f64 = 1e-9;

/// The fewest low, middle and high answers for a class.
const FEWEST_PER_BAND: u64 = 5;

/// A standard error this small comes from rounding: there is nothing to judge chance by.
pub(super) const NO_ERROR: f64 = 1e-9;

/// How drivers were set against satisfaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// One regression on all drivers, from the responses that answered each.
    Joint,
    /// One regression on all drivers, from the responses that answered any two of them.
    Pairs,
    /// Each driver on its own.
    Marginal,
}

/// Where standard errors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Errors {
    /// Leaving out each day in turn.
    Days,
    /// The variance within each band.
    Welch,
    /// One variance for all bands. It is often too small for the penalty, so that nothing is certain by it.
    Classic,
}

/// The kinds of driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Its absence punishes more than its presence delights.
    Basic,
    /// It punishes and delights alike.
    Performance,
    /// Its presence delights more than its absence punishes.
    Excitement,
    /// Too little is known.
    Unclassified,
}

/// Penalty and reward of one driver, in points of the satisfaction scale, with their uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The cost of a low answer: −β_L.
    pub penalty: Coefficient,
    /// The gain of a high answer: β_H.
    pub reward: Coefficient,
    /// The covariance of β_H and β_L.
    pub covariance: f64,
    /// How many answers were low, middle and high.
    pub bands: [u64; 3],
    /// Where the standard errors come from.
    pub errors: Errors,
}

/// A penalty or a reward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// How much.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// How well that is known.
    pub degrees: Degrees,
}

/// The impact asymmetry of a driver and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asymmetry {
    /// (reward − penalty)/(reward + penalty), −1 to 1; none when both are 0.
    pub value: Option<Estimate>,
    /// The kind of driver that it is.
    pub class: Class,
    /// Whether the interval lies within the class.
    pub certain: bool,
}

impl Coefficient {
    /// With its 95 % interval.
    pub fn estimate(&self) -> Estimate {
        let half_width = self.degrees.quantile() * self.se;
        Estimate { value: self.value, low: self.value - half_width, high: self.value + half_width }
    }

    /// How often chance alone gives one as far from 0.
    pub fn p(&self) -> f64 {
        two_sided_p(self.degrees.normal(self.value / self.se))
    }

    fn is_significant(&self) -> bool {
        self.value.abs() > self.degrees.quantile() * self.se
    }
}

/// One driver on its own, of each day its sums: differences of means against the middle. The errors are those of leaving
/// out days where there are enough, else Welch's. None without two answers in each band, or where they don't vary.
pub fn marginal(days: &[DriverSums]) -> Option<Effect> {
    let rows: Vec<Vec<u64>> = days.iter().map(|day| <[u64; 12]>::from(*day).to_vec()).collect();
    let all = days.iter().fold(DriverSums::default(), |mut all, day| {
        all.merge(day);
        all
    });
    let welch = welch(&all)?;
    let coefficients = |row: &[u64]| {
        let sums: DriverSums = <[u64; 12]>::try_from(row).ok()?.into();
        let [low, high] = differences(&sums)?;
        Some(vec![low, high])
    };
    Some(jackknife(&rows, coefficients).and_then(|spread| welch.over_days(&spread, 0)).unwrap_or(welch))
}

/// β_L and β_H of one driver; none without an answer in one of the bands.
fn differences(DriverSums { low, middle, high, .. }: &DriverSums) -> Option<[f64; 2]> {
    let mean = |band: &Band| (band.n > 0).then(|| number(band.y) / number(band.n));
    let (low, middle, high) = (mean(low)?, mean(middle)?, mean(high)?);
    Some([low - middle, high - middle])
}

fn welch(sums: &DriverSums) -> Option<Effect> {
    let [beta_low, beta_high] = differences(sums)?;
    let bands = [sums.low, sums.middle, sums.high];
    if bands.iter().any(|band| band.n < 2) {
        return None;
    }
    // s²/n of each band.
    let [low, middle, high] = bands.map(|band| band.variance() / number(band.n));
    // Satterthwaite's degrees of freedom of the difference of two means.
    let difference = |value: f64, (a, of_a): (f64, &Band), (b, of_b): (f64, &Band)| {
        let known = a * a / number(of_a.n - 1) + b * b / number(of_b.n - 1);
        Coefficient { value, se: (a + b).sqrt(), degrees: Degrees((a + b).powi(2) / known) }
    };
    let effect = Effect {
        penalty: difference(-beta_low, (low, &sums.low), (middle, &sums.middle)),
        reward: difference(beta_high, (high, &sums.high), (middle, &sums.middle)),
        covariance: middle,
        bands: bands.map(|band| band.n),
        errors: Errors::Welch,
    };
    effect.varies().then_some(effect)
}

impl Effect {
    /// Whether there is anything to judge chance by.
    pub(super) fn varies(&self) -> bool {
        self.penalty.se > NO_ERROR && self.reward.se > NO_ERROR
    }

    /// The same with the errors of leaving out days. `low` is the place of β_L among the coefficients; that of β_H is the
    /// next. None where days don't vary.
    pub(super) fn over_days(&self, (spread, degrees): &(DMatrix<f64>, Degrees), low: usize) -> Option<Self> {
        let at = |r: usize, c: usize| spread.get((r, c)).copied();
        let se = |at: f64| at.max(0.0).sqrt();
        let effect = Self {
            penalty: Coefficient { se: se(at(low, low)?), degrees: *degrees, ..self.penalty },
            reward: Coefficient { se: se(at(low + 1, low + 1)?), degrees: *degrees, ..self.reward },
            covariance: at(low, low + 1)?,
            errors: Errors::Days,
            ..*self
        };
        effect.varies().then_some(effect)
    }

    /// How well the errors are known together. Where each band has thirty answers, Welch's are as good as known.
    fn degrees(&self) -> Degrees {
        let few = self.bands.iter().any(|band| *band < FEW);
        match self.errors {
            Errors::Welch if !few => Degrees::NORMAL,
            _ => Degrees(self.penalty.degrees.0.min(self.reward.degrees.0)),
        }
    }

    /// Which kind of driver it is, and how sure that is.
    pub fn asymmetry(&self) -> Asymmetry {
        let (penalty_counts, reward_counts) = (self.penalty.is_significant(), self.reward.is_significant());
        // An insignificant coefficient of the wrong sign is one that is not there.
        let kept = |it: Coefficient, counts: bool| if it.value < 0.0 && !counts { 0.0 } else { it.value };
        let (penalty, reward) = (kept(self.penalty, penalty_counts), kept(self.reward, reward_counts));
        let value = asymmetry(penalty, reward);
        let quantile = self.degrees().quantile();
        let interval = value.map(|value| {
            // The covariance of reward and penalty is the negative of that of β_H and β_L.
            let spread = penalty * penalty * self.reward.se.powi(2)
                + reward * reward * self.penalty.se.powi(2)
                + 2.0 * penalty * reward * self.covariance;
            let half_width = quantile * (4.0 * spread / (penalty + reward).powi(4)).max(0.0).sqrt();
            (value - half_width, value + half_width)
        });
        let wrong = (penalty_counts && self.penalty.value < 0.0) || (reward_counts && self.reward.value < 0.0);
        let class = match value {
            Some(value)
                if (penalty_counts || reward_counts) && !wrong && self.bands.iter().all(|n| *n >= FEWEST_PER_BAND) =>
            {
                class(value)
            }
            _ => Class::Unclassified,
        };
        let certain = interval.is_some_and(|(low, high)| match class {
            Class::Basic => high < -THRESHOLD,
            Class::Performance => low >= -THRESHOLD && high <= THRESHOLD,
            Class::Excitement => low > THRESHOLD,
            Class::Unclassified => false,
        });
        // The asymmetry itself ends at −1 and 1.
        let bounded =
            |(value, (low, high)): (f64, (f64, f64))| Estimate { value, low: low.max(-1.0), high: high.min(1.0) };
        Asymmetry { value: value.zip(interval).map(bounded), class, certain: certain && self.errors != Errors::Classic }
    }
}

/// (reward − penalty)/(reward + penalty); none when they cancel.
fn asymmetry(penalty: f64, reward: f64) -> Option<f64> {
    let range = penalty + reward;
    (range > 0.0).then(|| ((reward - penalty) / range).clamp(-1.0, 1.0))
}

fn class(asymmetry: f64) -> Class {
    if asymmetry < -THRESHOLD - ROUNDING {
        Class::Basic
    } else if asymmetry > THRESHOLD + ROUNDING {
        Class::Excitement
    } else {
        Class::Performance
    }
}

/// Which of these p-values are more than chance, with false claims over all of them kept to 5 % (Holm 1979).
pub(crate) fn holm(p_values: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    let p = |at: usize| p_values.get(at).copied().unwrap_or(1.0);
    order.sort_by(|a, b| p(*a).total_cmp(&p(*b)));
    let left = (1..=p_values.len() as u64).rev();
    let certain: Vec<usize> = order
        .into_iter()
        .zip(left)
        .take_while(|(at, left)| p(*at) <= LEVEL / number(*left))
        .map(|(at, _)| at)
        .collect();
    (0..p_values.len()).map(|at| certain.contains(&at)).collect()
}

/// The correlation of a driver with satisfaction, −1 to 1. None when either does not vary.
pub fn correlation(sums: &DriverSums) -> Option<f64> {
    let bands = [sums.low, sums.middle, sums.high];
    let sum = |part: fn(&Band) -> u64| bands.iter().map(part).map(i128::from).sum::<i128>();
    let (n, y, yy) = (sum(|band| band.n), sum(|band| band.y), sum(|band| band.yy));
    let (x, xx, xy) = (i128::from(sums.x), i128::from(sums.xx), i128::from(sums.xy));
    // In whole numbers, so that nothing cancels.
    let (covariance, varies_x, varies_y) = (n * xy - x * y, n * xx - x * x, n * yy - y * y);
    if varies_x <= 0 || varies_y <= 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "only the first digits matter from here on")]
    let ratio = covariance as f64 / ((varies_x as f64).sqrt() * (varies_y as f64).sqrt());
    Some(ratio.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Id,
        count::{JointSums, Tally},
        report::{
            generated::{figures, near, responses, survey},
            joint,
        },
    };

    #[test]
    fn classes_agree_with_a_published_table() {
        // Wang et al. 2024, Table 4: penalty, reward.
        for (penalty, reward, expected) in [
            (0.71, 0.22, Class::Basic),
            (0.46, 0.84, Class::Excitement),
            (0.02, 0.18, Class::Excitement),
            (0.36, 0.18, Class::Basic),
            (0.75, 0.73, Class::Performance),
            (0.47, 0.15, Class::Basic),
        ] {
            assert_eq!(class(asymmetry(penalty, reward).unwrap()), expected, "{penalty}, {reward}");
        }
    }

    fn effect(penalty: f64, reward: f64, se: f64) -> Effect {
        let coefficient = |value: f64| Coefficient { value, se, degrees: Degrees::NORMAL };
        let (penalty, reward) = (coefficient(penalty), coefficient(reward));
        Effect { penalty, reward, covariance: 0.0, bands: [9, 9, 9], errors: Errors::Welch }
    }

    #[test]
    fn a_driver_is_classed_only_when_enough_is_known() {
        assert_eq!(effect(0.9, 0.1, 0.1).asymmetry().class, Class::Basic);
        assert!(effect(0.9, 0.1, 0.01).asymmetry().certain);
        assert!(!effect(0.5, 0.3, 0.1).asymmetry().certain);
        // Neither is significant.
        assert_eq!(effect(0.1, 0.1, 0.1).asymmetry().class, Class::Unclassified);
        // One is, with the wrong sign.
        assert_eq!(effect(0.9, -0.5, 0.1).asymmetry().class, Class::Unclassified);
        // One has the wrong sign and is not: it counts as 0.
        assert_eq!(effect(0.9, -0.1, 0.1).asymmetry().value.unwrap().value, -1.0);
        let few = Effect { bands: [4, 9, 9], ..effect(0.9, 0.1, 0.1) };
        assert_eq!(few.asymmetry().class, Class::Unclassified);
        let nothing = effect(0.0, 0.0, 0.0).asymmetry();
        assert_eq!((nothing.value, nothing.class, nothing.certain), (None, Class::Unclassified, false));
    }

    #[test]
    fn a_matrix_without_full_rank_has_no_regression() {
        // Two drivers that are always answered alike.
        let mut sums = JointSums { yy: 0, xy: vec![0; 5], xx: vec![0; 15] };
        for i in 0..60_u64 {
            let y = 1 + i % 5;
            let row = [1, u64::from(y < 3), u64::from(y == 5), u64::from(y < 3), u64::from(y == 5)];
            let mut at = 0;
            for (r, a) in row.iter().enumerate() {
                sums.xy[r] += a * y;
                for b in &row[r..] {
                    sums.xx[at] += a * b;
                    at += 1;
                }
            }
            sums.yy += y * y;
        }
        assert_eq!(joint(&[sums]), None);
        assert_eq!(joint(&[JointSums::default()]), None);
        assert_eq!(joint(&[]), None);
    }

    fn joint_days(days: &[Tally]) -> Vec<JointSums> {
        days.iter().map(|day| day.joint_sums(&survey())).collect()
    }

    fn of_driver(days: &[Tally], driver: &str) -> Vec<DriverSums> {
        days.iter().map(|day| day.drivers[&driver.parse::<Id>().unwrap()]).collect()
    }

    fn with_asymmetry(effect: &Effect) -> Vec<f64> {
        let Estimate { value, low, high } = effect.asymmetry().value.unwrap();
        [figures(effect), vec![value, low, high]].concat()
    }

    /// Penalty, reward, both standard errors, their covariance, and the asymmetry with its interval: all three drivers
    /// in one regression.
    const TOGETHER: [[f64; 8]; 3] = [
        [
            0.5436252409332574,
            0.6498586339486091,
            0.15052968065982314,
            0.17485817276492369,
            0.01230403320113842,
            0.08901116743271201,
            -0.36567993018095557,
            0.5437022650463796,
        ],
        [
            0.6917702639917975,
            0.4634361317220125,
            0.1497764139501188,
            0.1847361679292527,
            0.0127712543153135,
            -0.19765656865905407,
            -0.7007818307060274,
            0.3054686933879193,
        ],
        [
            0.13154088545699957,
            0.1377901205812993,
            0.1497722998524412,
            0.17451750155470505,
            0.009937022100397926,
            0.02320280615374484,
            -1.0,
            1.0,
        ],
    ];

    /// The same of each driver on its own, after its bands and its correlation. The errors are Welch's, of the second
    /// edition of the statistics. The first had one variance for all bands, and 0.1675, 0.1649 and 0.1793 for the penalties.
    const ALONE: [(&str, [u64; 3], f64, [f64; 8]); 3] = [
        (
            "a",
            [82, 71, 47],
            0.4015937726496305,
            [
                0.5048093438680863,
                0.6817500749175909,
                0.16972483518662068,
                0.19133170705137553,
                0.01566582594156488,
                0.14912083478346616,
                -0.3604741000791183,
                0.6587157696460506,
            ],
        ),
        (
            "b",
            [91, 69, 40],
            0.4249360394072879,
            [
                0.7144449753145405,
                0.431159420289855,
                0.1681724519499928,
                0.20216958813520913,
                0.01683408082829855,
                -0.24728043652034903,
                -0.8178435175546984,
                0.32328264451400035,
            ],
        ),
        (
            "c",
            [72, 86, 42],
            0.14250370470461815,
            [
                0.2622739018087854,
                0.11074197120708762,
                0.17767331591293742,
                0.21700740442052563,
                0.012179874654026025,
                -0.406234537357743,
                -1.0,
                1.0,
            ],
        ),
    ];

    #[test]
    fn both_methods_agree_with_numpy() {
        let day = responses(200, 200, false);
        let regression = joint(&joint_days(&day)).unwrap();
        assert_eq!(regression.n, 200);
        near(&[regression.r_squared, regression.intercept], &[0.34778548645416996, 3.3906566070190234]);
        for (effect, golden) in regression.effects.iter().zip(TOGETHER) {
            near(&with_asymmetry(effect), &golden);
            assert!(effect.errors == Errors::Classic && !effect.asymmetry().certain);
        }
        for (driver, bands, r, golden) in ALONE {
            let sums = of_driver(&day, driver);
            let effect = marginal(&sums).unwrap();
            assert_eq!((effect.bands, effect.errors), (bands, Errors::Welch));
            near(&with_asymmetry(&effect), &golden);
            near(&[correlation(&sums[0]).unwrap()], &[r]);
        }
    }

    #[test]
    fn errors_are_those_of_leaving_out_days_where_there_are_ten() {
        let days = responses(1_200, 40, false);
        let together = joint(&joint_days(&days)).unwrap();
        for (effect, golden) in together.effects.iter().zip([
            [0.659_326_284, 0.611_619_957, 0.062_376_952, 0.068_307_979, 0.001_987_851],
            [0.609_749_783, 0.458_107_642, 0.053_934_949, 0.076_309_492, 0.001_520_825],
            [0.252_305_754, 0.327_298_491, 0.053_629_182, 0.077_917_951, 0.000_796_238],
        ]) {
            near(&figures(effect), &golden);
            assert_eq!((effect.errors, effect.penalty.degrees), (Errors::Days, Degrees(29.0)));
        }
        assert_eq!(marginal(&of_driver(&days, "a")).unwrap().errors, Errors::Days);
        assert_eq!(marginal(&of_driver(&days[..9], "a")).unwrap().errors, Errors::Welch);
        assert_eq!(joint(&joint_days(&days[..9])).unwrap().effects[0].errors, Errors::Classic);
        // Days that are all alike show nothing.
        let alike = vec![of_driver(&days, "a")[0]; 12];
        assert_eq!(marginal(&alike).unwrap().errors, Errors::Welch);
    }

    #[test]
    fn a_class_of_few_answers_is_less_certain() {
        // Worked out apart: of 6, 40 and 40 answers, Satterthwaite's degrees for the penalty are 5.9.
        let band = |n: u64, y: u64, yy: u64| Band { n, y, yy };
        let sums = DriverSums {
            low: band(6, 12, 34),
            middle: band(40, 160, 680),
            high: band(40, 164, 712),
            ..DriverSums::default()
        };
        let few = marginal(&[sums]).unwrap();
        let Degrees(known) = few.degrees();
        assert!((known - few.penalty.degrees.0).abs() < 1e-12 && known < 7.0, "{known}");
        let many = DriverSums { low: band(30, 60, 170), ..sums };
        assert_eq!(marginal(&[many]).unwrap().degrees(), Degrees::NORMAL);
    }

    #[test]
    fn claims_over_many_are_holms() {
        // 0.01 ≤ 0.05/4, 0.02 > 0.05/3: nothing behind it counts either.
        assert_eq!(holm(&[0.03, 0.01, 0.02, 0.04]), [false, true, false, false]);
        assert_eq!(holm(&[0.001, 0.01, 0.02, 0.04]), [true; 4]);
        assert_eq!(holm(&[]), Vec::<bool>::new());
    }
}
