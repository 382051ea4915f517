//! What responses come to, in counts that add up.

mod operations;
mod rollup;
mod series;
mod signs;
mod tally;

pub use operations::{DayDetails, DayOperations, Operations};
pub use rollup::{Content, Rollup};
pub use series::{Series, Tallies, merge_tallies, paid_responses};
pub use signs::{Sign, Signs, merge_signs, signs_of};
pub use tally::{Band, DriverSums, Group, Histogram, JointSums, Recommendations, Tally};
