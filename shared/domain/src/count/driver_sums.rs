//! The sums behind drivers: what satisfaction comes to beside each, and beside all.

use serde::{Deserialize, Serialize};

/// The satisfaction of those who rated a driver low, middle or high: how many, its sum, the sum of its squares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Band {
    /// How many.
    pub n: u64,
    /// Σy
    pub y: u64,
    /// Σy²
    pub yy: u64,
}

/// One driver x against satisfaction y. Written as its twelve sums in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 12]", into = "[u64; 12]")]
pub struct DriverSums {
    /// Low answers to the driver.
    pub low: Band,
    /// Middle answers.
    pub middle: Band,
    /// High answers.
    pub high: Band,
    /// Σx
    pub x: u64,
    /// Σx²
    pub xx: u64,
    /// Σxy
    pub xy: u64,
}

impl From<[u64; 12]> for DriverSums {
    fn from([a, b, c, d, e, f, g, h, i, x, xx, xy]: [u64; 12]) -> Self {
        let band = |n, y, yy| Band { n, y, yy };
        Self { low: band(a, b, c), middle: band(d, e, f), high: band(g, h, i), x, xx, xy }
    }
}

impl From<DriverSums> for [u64; 12] {
    fn from(DriverSums { low, middle, high, x, xx, xy }: DriverSums) -> Self {
        [low.n, low.y, low.yy, middle.n, middle.y, middle.yy, high.n, high.y, high.yy, x, xx, xy]
    }
}

/// The sums of a regression of y on k drivers, each coded as low and high: X has the 2k + 1 columns 1, L₁, H₁, L₂, H₂ …
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointSums {
    /// y′y
    pub yy: u64,
    /// X′y
    pub xy: Vec<u64>,
    /// The upper triangle of X′X, row by row. Its first entry is n.
    pub xx: Vec<u64>,
}

impl JointSums {
    /// Adds the sums of other responses.
    pub fn merge(&mut self, other: &Self) {
        let add = |to: &mut Vec<u64>, from: &[u64]| {
            to.resize(to.len().max(from.len()), 0);
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        };
        self.yy += other.yy;
        add(&mut self.xy, &other.xy);
        add(&mut self.xx, &other.xx);
    }
}
