//! Drivers: what satisfaction depends on, by penalty and reward.
//!
//! For each driver, low answers and high answers are set against those in the middle (Brandt 1987; Mikulić and
//! Prebežac 2011): the penalty is what satisfaction loses where the driver is low, the reward what it gains where it
//! is high. Which of the two is larger says what kind of driver it is.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::{Estimate, Z, difference::number};
use crate::count::{Band, DriverSums, JointSums};

/// How far the impact asymmetry has to be from 0 for a driver to be basic or excitement.
pub const THRESHOLD: f64 = 0.2;

/// The fewest low, middle and high answers for a class.
const FEWEST_PER_BAND: u64 = 5;

/// The fewest responses for the joint regression.
const FEWEST_FOR_JOINT: u64 = 30;

/// The smallest ratio of the eigenvalues of X′X at which it still counts as of full rank. X′X holds counts, so that
/// anything smaller comes from rounding.
const FULL_RANK: f64 = 1e-10;

/// How drivers were set against satisfaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// One regression on all drivers.
    Joint,
    /// Each driver on its own.
    Marginal,
}

/// What kind of driver it is.
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
    /// What a low answer costs: −β_L.
    pub penalty: f64,
    /// What a high answer gains: β_H.
    pub reward: f64,
    /// The standard error of the penalty.
    pub se_penalty: f64,
    /// The standard error of the reward.
    pub se_reward: f64,
    /// The covariance of β_H and β_L.
    pub covariance: f64,
    /// How many answers were low, middle and high.
    pub bands: [u64; 3],
}

/// The impact asymmetry of a driver and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asymmetry {
    /// (reward − penalty)/(reward + penalty), −1 to 1; none when both are 0.
    pub value: Option<Estimate>,
    /// What kind of driver it is.
    pub class: Class,
    /// Whether the interval lies within the class.
    pub certain: bool,
}

/// The joint regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// How many responses answered every driver.
    pub n: u64,
    /// The share of the variance that it explains.
    pub r_squared: f64,
    /// Satisfaction where every driver is in the middle.
    pub intercept: f64,
    /// The drivers, in the survey's order.
    pub effects: Vec<Effect>,
}

/// One driver on its own: differences of means against the middle. None without an answer in one of the bands, or
/// with too few for a variance.
pub fn marginal(sums: &DriverSums) -> Option<Effect> {
    let [low, middle, high] = [sums.low, sums.middle, sums.high];
    let n = low.n + middle.n + high.n;
    if low.n == 0 || middle.n == 0 || high.n == 0 || n < 4 {
        return None;
    }
    let mean = |band: Band| number(band.y) / number(band.n);
    // The squares within a band, Σy² − (Σy)²/n, in whole numbers until the division.
    let within = |band: Band| {
        let (n, y, yy) = (u128::from(band.n), u128::from(band.y), u128::from(band.yy));
        #[expect(
            clippy::cast_precision_loss,
            reason = "a sum of squares far below 2⁵³ matters only to its first digits"
        )]
        let squares = (n * yy - y * y) as f64;
        squares / number(band.n)
    };
    let variance = (within(low) + within(middle) + within(high)) / number(n - 3);
    // Answers that the bands explain to the last point leave nothing to judge chance by.
    if variance <= 0.0 {
        return None;
    }
    let inverse = |band: Band| 1.0 / number(band.n);
    Some(Effect {
        penalty: mean(middle) - mean(low),
        reward: mean(high) - mean(middle),
        se_penalty: (variance * (inverse(low) + inverse(middle))).sqrt(),
        se_reward: (variance * (inverse(high) + inverse(middle))).sqrt(),
        covariance: variance * inverse(middle),
        bands: [low.n, middle.n, high.n],
    })
}

/// All drivers together. None with fewer than 30 responses, fewer than 5 for each coefficient, or without full rank.
pub fn joint(sums: &JointSums) -> Option<Joint> {
    let columns = sums.xy.len();
    let n = *sums.xx.first()?;
    if columns < 3 || sums.xx.len() != columns * (columns + 1) / 2 || n < FEWEST_FOR_JOINT.max(5 * columns as u64) {
        return None;
    }
    // Row r of the upper triangle begins after the rows above it, which are columns, columns − 1 … long.
    let entry = |r: usize, c: usize| {
        let (r, c) = (r.min(c), r.max(c));
        sums.xx.get(r * columns - r * (r + 1) / 2 + c).copied().unwrap_or(0)
    };
    let xx = DMatrix::from_fn(columns, columns, |r, c| number(entry(r, c)));
    let eigenvalues = xx.clone().symmetric_eigenvalues();
    if eigenvalues.min() <= FULL_RANK * eigenvalues.max() {
        return None;
    }
    let xy = DVector::from_iterator(columns, sums.xy.iter().map(|sum| number(*sum)));
    let inverse = xx.cholesky()?.inverse();
    let beta = &inverse * &xy;
    let residual = (number(sums.yy) - beta.dot(&xy)).max(0.0);
    let y = *sums.xy.first()?;
    let total = number(sums.yy) - number(y) * number(y) / number(n);
    let variance = residual / number(n - columns as u64);
    // Satisfaction is whole numbers: a residual this small is rounding, and leaves nothing to judge chance by.
    if residual <= FULL_RANK * number(sums.yy) {
        return None;
    }
    let effects = (1..columns).step_by(2).map(|low| {
        let high = low + 1;
        let count = |column| entry(column, column);
        Some(Effect {
            penalty: -*beta.get(low)?,
            reward: *beta.get(high)?,
            se_penalty: (variance * inverse.get((low, low))?).sqrt(),
            se_reward: (variance * inverse.get((high, high))?).sqrt(),
            covariance: variance * inverse.get((low, high))?,
            bands: [count(low), n - count(low) - count(high), count(high)],
        })
    });
    Some(Joint {
        n,
        r_squared: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
        intercept: *beta.get(0)?,
        effects: effects.collect::<Option<_>>()?,
    })
}

impl Effect {
    /// Which kind of driver it is, and how sure that is.
    pub fn asymmetry(&self) -> Asymmetry {
        let significant = |value: f64, se: f64| value.abs() > Z * se;
        let (penalty_counts, reward_counts) =
            (significant(self.penalty, self.se_penalty), significant(self.reward, self.se_reward));
        // An insignificant coefficient of the wrong sign is one that is not there.
        let kept = |value: f64, counts: bool| if value < 0.0 && !counts { 0.0 } else { value };
        let (penalty, reward) = (kept(self.penalty, penalty_counts), kept(self.reward, reward_counts));
        let value = asymmetry(penalty, reward);
        let interval = value.map(|value| {
            // The delta method. The covariance of reward and penalty is the negative of that of β_H and β_L.
            let spread = penalty * penalty * self.se_reward.powi(2)
                + reward * reward * self.se_penalty.powi(2)
                + 2.0 * penalty * reward * self.covariance;
            let half_width = Z * (4.0 * spread / (penalty + reward).powi(4)).max(0.0).sqrt();
            (value - half_width, value + half_width)
        });
        let wrong = (penalty_counts && self.penalty < 0.0) || (reward_counts && self.reward < 0.0);
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
        Asymmetry { value: value.zip(interval).map(bounded), class, certain }
    }
}

/// (reward − penalty)/(reward + penalty); none when they cancel.
fn asymmetry(penalty: f64, reward: f64) -> Option<f64> {
    let range = penalty + reward;
    (range > 0.0).then(|| ((reward - penalty) / range).clamp(-1.0, 1.0))
}

fn class(asymmetry: f64) -> Class {
    if asymmetry < -THRESHOLD {
        Class::Basic
    } else if asymmetry > THRESHOLD {
        Class::Excitement
    } else {
        Class::Performance
    }
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
        count::Tally,
        survey::{Response, Survey},
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
        Effect { penalty, reward, se_penalty: se, se_reward: se, covariance: 0.0, bands: [9, 9, 9] }
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
        assert_eq!(joint(&sums), None);
        assert_eq!(joint(&JointSums::default()), None);
    }

    /// 200 responses to a satisfaction question and three drivers, from a linear congruential generator.
    fn responses() -> Tally {
        let scale = |id: &str, measures: &str| {
            format!(r#"{{"id":"{id}","kind":"scale","min":1,"max":5,"measures":"{measures}","text":{{"en":"?"}}}}"#)
        };
        let questions = [scale("y", "satisfaction"), scale("a", "driver"), scale("b", "driver"), scale("c", "driver")];
        let json = format!(r#"{{"id":"s","title":{{"en":"S"}},"questions":[{}]}}"#, questions.join(","));
        let survey = Survey::new(serde_json::from_str(&json).unwrap()).unwrap();
        let mut state = 2026_i64;
        let mut next = |below: i64| {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            (state >> 16) % below
        };
        let mut tally = Tally::default();
        for _ in 0..200 {
            let (a, b, c, noise) = (1 + next(5), 1 + next(5), 1 + next(5), next(7));
            let y = ((35 * a + 30 * b + 15 * c + (noise - 3) * 45 + 110).div_euclid(100)).clamp(1, 5);
            let answers = serde_json::from_value(serde_json::json!({"y": y, "a": a, "b": b, "c": c})).unwrap();
            tally.add(&Response { answers, ..Response::example() }, 12, &survey);
        }
        tally
    }

    fn near(figures: &[f64], golden: &[f64]) {
        assert_eq!(figures.len(), golden.len());
        for (figure, golden) in figures.iter().zip(golden) {
            assert!((figure - golden).abs() < 1e-9, "{figures:?} are not {golden:?}");
        }
    }

    fn figures(effect: &Effect) -> Vec<f64> {
        let asymmetry = effect.asymmetry();
        let Estimate { value, low, high } = asymmetry.value.unwrap();
        let Effect { penalty, reward, se_penalty, se_reward, covariance, .. } = *effect;
        [&[penalty, reward, se_penalty, se_reward, covariance][..], &[value, low, high]].concat()
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

    /// The same of each driver on its own, after its bands and its correlation.
    const ALONE: [(&str, [u64; 3], f64, [f64; 8]); 3] = [
        (
            "a",
            [82, 71, 47],
            0.4015937726496305,
            [
                0.504809343868088,
                0.6817500749175897,
                0.1675390806963495,
                0.19434322870283863,
                0.015043700470375095,
                0.14912083478346366,
                -0.3568495279332598,
                0.6550911975001872,
            ],
        ),
        (
            "b",
            [91, 69, 40],
            0.4249360394072879,
            [
                0.7144449753145388,
                0.43115942028985643,
                0.16490855369826302,
                0.20529914511771666,
                0.015467060178372584,
                -0.24728043652034631,
                -0.8147597398266273,
                0.3201988667859346,
            ],
        ),
        (
            "c",
            [72, 86, 42],
            0.14250370470461815,
            [
                0.2622739018087846,
                0.11074197120708788,
                0.17932372123891024,
                0.21132738883454302,
                0.014653821417252327,
                -0.4062345373577407,
                -1.0,
                1.0,
            ],
        ),
    ];

    #[test]
    fn both_methods_agree_with_numpy() {
        let tally = responses();
        let regression = joint(tally.joint.get("a b c").unwrap()).unwrap();
        assert_eq!(regression.n, 200);
        near(&[regression.r_squared, regression.intercept], &[0.34778548645416996, 3.3906566070190234]);
        for (effect, golden) in regression.effects.iter().zip(TOGETHER) {
            near(&figures(effect), &golden);
        }
        for (driver, bands, r, golden) in ALONE {
            let sums = tally.drivers.get(&driver.parse::<Id>().unwrap()).unwrap();
            let effect = marginal(sums).unwrap();
            assert_eq!(effect.bands, bands);
            near(&figures(&effect), &golden);
            near(&[correlation(sums).unwrap()], &[r]);
        }
    }
}
