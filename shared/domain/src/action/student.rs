//! Student's t for few degrees of freedom, exactly.

use crate::{
    number,
    report::{Degrees, Z},
};

/// From so many degrees on the series of [`Degrees::quantile`] is within a hundred-millionth.
const MANY: u32 = 100;

/// The most that the quantile of one degree is, and so of any.
const LARGEST: f64 = 13.0;

/// The 97.5 % quantile of Student's t with whole degrees of freedom, one at least; within 10⁻⁷.
///
/// The series of Cornish and Fisher falls short by 0.25 % with four degrees, and intervals against few siblings would be
/// too narrow. So the share within ±t is worked out, and halved upon until it is 95 %.
pub(super) fn quantile(degrees: u32) -> f64 {
    if degrees >= MANY {
        return Degrees(f64::from(degrees)).quantile();
    }
    let (mut low, mut high) = (Z, LARGEST);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if within(middle, degrees) < 0.95 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The share of Student's t within ±t: a finite sum for whole degrees (Abramowitz and Stegun 26.7.3 and 26.7.4).
fn within(t: f64, degrees: u32) -> f64 {
    let angle = (t / f64::from(degrees).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    // Odd degrees: cos + 2/3 cos³ + 2·4/(3·5) cos⁵ …; even ones: 1 + 1/2 cos² + 1·3/(2·4) cos⁴ ….
    let is_odd = degrees % 2 == 1;
    let first = if is_odd { cosine } else { 1.0 };
    let factors = (1..degrees / 2).map(|i| number(u64::from(2 * i)));
    let ratio = |even: f64| if is_odd { even / (even + 1.0) } else { (even - 1.0) / even };
    let terms = factors.scan(first, |term, even| {
        *term *= ratio(even) * cosine * cosine;
        Some(*term)
    });
    let sum = first + terms.sum::<f64>();
    match (is_odd, degrees) {
        (true, 1) => 2.0 / std::f64::consts::PI * angle,
        (true, _) => 2.0 / std::f64::consts::PI * (angle + sine * sum),
        (false, _) => sine * sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, exact) in [
            (1, 12.706_204_736_174_7),
            (2, 4.302_652_729_749_5),
            (3, 3.182_446_305_283_7),
            (4, 2.776_445_105_197_8),
            (5, 2.570_581_835_636_3),
            (6, 2.446_911_851_145_0),
            (9, 2.262_157_162_798_2),
            (23, 2.068_657_610_419_0),
            (99, 1.984_216_951_586_4),
            (100, 1.983_971_518_523_5),
        ] {
            let t = quantile(degrees);
            assert!((t - exact).abs() < 1e-7, "{degrees}: {t}");
        }
        // The series falls short with as few degrees as five siblings have.
        let short = 1.0 - Degrees(4.0).quantile() / quantile(4);
        assert!((0.002..0.003).contains(&short), "{short}");
    }

    #[test]
    fn where_the_series_takes_over_there_is_no_step() {
        assert!((Degrees(99.0).quantile() - quantile(99)).abs() < 1e-7);
        assert!((1..200).all(|degrees| quantile(degrees) > quantile(degrees + 1)));
        assert!((quantile(1_000_000) - Z).abs() < 1e-5);
    }
}
