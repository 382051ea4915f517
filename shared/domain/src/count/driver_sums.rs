//! The sums behind drivers: those of satisfaction beside each, and beside all.

use serde::{Deserialize, Serialize};

use crate::{Id, number, survey::Scale};

/// The bands of a driver's scale, as places in a row.
const LOW: usize = 0;
const MIDDLE: usize = 1;
const HIGH: usize = 2;

/// The band of an answer to a driver.
pub(super) fn band(x: u8, scale: Scale) -> usize {
    if x <= scale.low_at_most {
        LOW
    } else if x >= scale.high_at_least {
        HIGH
    } else {
        MIDDLE
    }
}

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

impl Band {
    /// These answers and others.
    pub fn with(self, other: &Self) -> Self {
        Self { n: self.n + other.n, y: self.y + other.y, yy: self.yy + other.yy }
    }

    /// The variance of these answers, as a sample of more. Of fewer than two it is not a number.
    pub fn variance(self) -> f64 {
        self.squares() / (number(self.n) - 1.0)
    }

    /// The variance of these answers, as all there are.
    pub fn variance_of_all(self) -> f64 {
        self.squares() / number(self.n)
    }

    /// Σy² − (Σy)²/n, in whole numbers until the division, so that nothing cancels.
    fn squares(self) -> f64 {
        let (n, y, yy) = (u128::from(self.n), u128::from(self.y), u128::from(self.yy));
        #[expect(clippy::cast_precision_loss, reason = "only the first digits matter from here on")]
        let squares = (n * yy).saturating_sub(y * y) as f64;
        squares / number(self.n)
    }
}

/// Satisfaction beside one driver, by the band of the answer to it. Written as its nine sums in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 9]", into = "[u64; 9]")]
pub struct Bands {
    /// Low answers to the driver.
    pub low: Band,
    /// Middle answers.
    pub middle: Band,
    /// High answers.
    pub high: Band,
}

impl Bands {
    /// Adds one response: its answer to the driver, and satisfaction.
    pub(super) fn add(&mut self, x: u8, scale: Scale, y: u64) {
        let to = match band(x, scale) {
            LOW => &mut self.low,
            MIDDLE => &mut self.middle,
            _ => &mut self.high,
        };
        *to = to.with(&Band { n: 1, y, yy: y * y });
    }

    /// Adds the sums of other answers.
    pub fn merge(&mut self, other: &Self) {
        *self = Self {
            low: self.low.with(&other.low),
            middle: self.middle.with(&other.middle),
            high: self.high.with(&other.high),
        };
    }

    /// How many answers there are.
    pub fn n(self) -> u64 {
        self.low.n + self.middle.n + self.high.n
    }
}

impl From<[u64; 9]> for Bands {
    fn from([a, b, c, d, e, f, g, h, i]: [u64; 9]) -> Self {
        let band = |n, y, yy| Band { n, y, yy };
        Self { low: band(a, b, c), middle: band(d, e, f), high: band(g, h, i) }
    }
}

impl From<Bands> for [u64; 9] {
    fn from(Bands { low, middle, high }: Bands) -> Self {
        [low.n, low.y, low.yy, middle.n, middle.y, middle.yy, high.n, high.y, high.yy]
    }
}

impl From<Bands> for DriverSums {
    /// What the answers sum to, apart from their bands, is not known.
    fn from(Bands { low, middle, high }: Bands) -> Self {
        Self { low, middle, high, ..Self::default() }
    }
}

/// How many answered two drivers low, middle or high. Three counts are for the low answers to the first, then three for
/// the middle ones, then three for the high ones.
pub type PairCounts = [u64; 9];

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

impl DriverSums {
    /// Adds one response: its answer to the driver, and satisfaction.
    pub(super) fn add(&mut self, x: u8, scale: Scale, y: u64) {
        let Self { low, middle, high, .. } = *self;
        let mut bands = Bands { low, middle, high };
        bands.add(x, scale, y);
        let x = u64::from(x);
        *self = Self { x: self.x + x, xx: self.xx + x * x, xy: self.xy + x * y, ..bands.into() };
    }

    /// Adds the sums of other answers.
    pub fn merge(&mut self, other: &Self) {
        let (a, b): ([u64; 12], [u64; 12]) = ((*self).into(), (*other).into());
        *self = std::array::from_fn(|i| a.get(i).unwrap_or(&0) + b.get(i).unwrap_or(&0)).into();
    }
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
    /// Those of one response: the band of each driver, 0 for low and 2 for high, and satisfaction.
    pub(super) fn of_one(bands: &[(Id, usize)], y: u64) -> Self {
        let indicators = bands.iter().flat_map(|(_, band)| [u64::from(*band == 0), u64::from(*band == 2)]);
        let row: Vec<u64> = std::iter::once(1).chain(indicators).collect();
        let products = |(at, a): (usize, &u64)| row.iter().skip(at).map(|b| a * b).collect::<Vec<_>>();
        Self {
            yy: y * y,
            xy: row.iter().map(|x| x * y).collect(),
            xx: row.iter().enumerate().flat_map(products).collect(),
        }
    }

    /// The same with the drivers in another order: first the one at `order[0]`. None unless these are the sums of so many
    /// drivers.
    pub fn reordered(&self, order: &[usize]) -> Option<Self> {
        let columns: Vec<usize> = std::iter::once(0).chain(order.iter().flat_map(|i| [2 * i + 1, 2 * i + 2])).collect();
        let count = columns.len();
        if self.xy.len() != count || self.xx.len() != count * (count + 1) / 2 {
            return None;
        }
        // Row r of the upper triangle begins after the rows above it, which are count, count − 1 … long.
        let entry = |r: usize, c: usize| {
            let (r, c) = (r.min(c), r.max(c));
            self.xx.get(r * count - r * (r + 1) / 2 + c).copied()
        };
        let triangle = (0..count).flat_map(|r| (r..count).map(move |c| (r, c)));
        let xx = triangle.map(|(r, c)| entry(*columns.get(r)?, *columns.get(c)?)).collect::<Option<_>>()?;
        let xy = columns.iter().map(|column| self.xy.get(*column).copied()).collect::<Option<_>>()?;
        Some(Self { yy: self.yy, xy, xx })
    }

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
