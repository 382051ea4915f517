//! What all figures stand on: the level of confidence, 95 % throughout, and whether two of them differ.

use serde::Serialize;

/// The 97.5 % quantile of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

/// The two-sided p-value of a standard normal z.
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// A count as a number to calculate with; exact below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "no store has 2⁵³ guests")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// Whether two figures differ by more than chance explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The first less the second, as answered.
    pub difference: f64,
    /// The lower end of the 95 % interval, which is drawn around the adjusted difference and holds the answered one.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The difference in standard errors.
    pub z: f64,
    /// How often chance alone gives one as large, two-sided.
    pub p: f64,
    /// Whether p is below 5 %.
    pub distinguishable: bool,
}

impl Difference {
    /// From the difference as answered, the adjusted one and its standard error. No difference is larger than `largest`,
    /// and the interval is cut off there.
    pub(super) fn new(difference: f64, adjusted: f64, se: f64, largest: f64) -> Self {
        let z = adjusted / se;
        let p = two_sided_p(z);
        let (low, high) = ((adjusted - Z * se).max(-largest), (adjusted + Z * se).min(largest));
        Self { difference, low, high, z, p, distinguishable: p < 0.05 }
    }
}
