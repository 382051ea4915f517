//! Counts of responses that add up.

mod amount_band;
mod cases;
mod driver_sums;
mod group;
mod named;
mod operations;
mod rollup;
mod series;
mod signs;
mod tally;

pub use amount_band::{AmountBand, minor_digits};
pub use cases::CaseCounts;
use driver_sums::band;
pub use driver_sums::{Band, Bands, DriverSums, JointSums, PairCounts};
pub use group::{Group, Histogram, Ordered, Recommendations};
pub use named::{Named, OTHERS, keep_most};
pub use operations::{DayDetails, DayOperations, Operations, Sales, response_rate};
pub use rollup::{Content, Rollup};
pub use series::{Series, Tallies, merge_tallies, paid_responses};
pub use signs::{Sign, Signs, merge_signs, signs_of};
pub use tally::{MOST_NAMES, STEP, Tally};
