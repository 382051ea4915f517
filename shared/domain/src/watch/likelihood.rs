//! How much likelier a difference is if something changed than if nothing did.

use std::f64::consts::{LN_2, PI, SQRT_2};

use super::Direction;

/// How far a score moves where it moves: by a half-normal amount of this scale, in points.
pub const SCALE: f64 = 15.0;

/// The logarithm of e, for a change in each direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// That the score dropped.
    pub drop: f64,
    /// That it rose.
    pub rise: f64,
}

impl Likelihood {
    /// Of a difference, later less earlier, in points, whose variance is known.
    ///
    /// With G = 225 it is log e = ½ ln(V/(V+G)) + d²G/(2V(V+G)) + ln 2 + ln Φ(∓d √(G/(V(V+G)))). That is the ratio of
    /// the likelihood with a change of half-normal size to that without, whatever the level. If nothing changed, e is 1
    /// on average.
    pub fn of(difference: f64, variance: f64) -> Self {
        let changed = variance + SCALE * SCALE;
        let z = difference * SCALE / (variance * changed).sqrt();
        let both = 0.5 * (variance / changed).ln() + LN_2;
        Self { drop: both + log_tail(-z), rise: both + log_tail(z) }
    }

    /// That of one direction.
    pub fn towards(self, direction: Direction) -> f64 {
        match direction {
            Direction::Drop => self.drop,
            Direction::Rise => self.rise,
        }
    }
}

/// So far below 0 the error function is no longer asked: from −38 on it is 0.
const FAR: f64 = -30.0;

/// z²/2 + ln Φ(z). The two are put together here because far below 0 they cancel.
fn log_tail(z: f64) -> f64 {
    if z < FAR {
        // Φ(z) = φ(z)/|z| (1 − 1/z² + 1·3/z⁴ − …), Abramowitz and Stegun 26.2.12. The next term is below 10⁻¹³.
        let i = 1.0 / (z * z);
        let series = 1.0 - i * (1.0 - 3.0 * i * (1.0 - 5.0 * i * (1.0 - 7.0 * i * (1.0 - 9.0 * i))));
        return series.ln() - (-z).ln() - 0.5 * (2.0 * PI).ln();
    }
    let beyond = 0.5 * libm::erfc(z.abs() / SQRT_2);
    z * z / 2.0 + if z > 0.0 { (-beyond).ln_1p() } else { beyond.ln() }
}

/// ln Σ exp(x), of logarithms of which none has to fit an exponential. None of nothing.
pub(super) fn log_sum(logarithms: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let most = logarithms.clone().max_by(f64::total_cmp)?;
    Some(most + logarithms.map(|logarithm| (logarithm - most).exp()).sum::<f64>().ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_published() {
        for (difference, variance, drop, rise) in [
            (-15.0, 28.0, 3.161_985, -2.418_717),
            (-15.0, 6.5, 15.728_490, -3.797_874),
            (0.0, 28.0, -1.100_592, -1.100_592),
            (-40.0, 100.0, 5.641_844, -2.093_196),
            (-3.0, 1.0, 2.461_588, -4.122_964),
        ] {
            let found = Likelihood::of(difference, variance);
            assert!((found.drop - drop).abs() < 1e-6 && (found.rise - rise).abs() < 1e-6, "{difference}: {found:?}");
            let mirrored = Likelihood::of(-difference, variance);
            assert_eq!((mirrored.drop, mirrored.rise), (found.rise, found.drop));
        }
    }

    #[test]
    fn of_nothing_changed_the_mean_is_one() {
        // ∫ e(d) φ(d/√V)/√V dd. Under a change, d reaches as far as √(V + G), so far beyond √V.
        let variance: f64 = 7.0;
        let step = 1e-2;
        let mean: f64 = (-6_000..6_000)
            .map(|at| {
                let z = f64::from(at) * step;
                (Likelihood::of(z * variance.sqrt(), variance).drop - z * z / 2.0).exp() / (2.0 * PI).sqrt() * step
            })
            .sum();
        assert!((mean - 1.0).abs() < 1e-6, "{mean}");
    }

    #[test]
    fn the_far_tail_goes_on_where_the_near_one_ends() {
        assert!((log_tail(FAR) - log_tail(FAR - 1e-9)).abs() < 1e-9);
        let near = libm::erfc(37.0 / SQRT_2).ln() - LN_2 + 37.0 * 37.0 / 2.0;
        assert!((log_tail(-37.0) - near).abs() < 1e-9);
        for difference in [-200.0, 200.0] {
            let Likelihood { drop, rise } = Likelihood::of(difference, 1e-3);
            assert!(drop.is_finite() && rise.is_finite() && drop.max(rise) > 1e6, "{drop}, {rise}");
        }
    }

    #[test]
    fn sums_of_what_no_number_can_hold_are_worked_out() {
        let sum = log_sum([5_000.0, 5_000.0, -5_000.0].into_iter()).unwrap();
        assert!((sum - 5_000.0 - LN_2).abs() < 1e-9);
        assert_eq!(log_sum(std::iter::empty()), None);
    }
}
