//! Reports, worked out from counts: pure functions, every score with its uncertainty.

mod cases;
mod change;
mod counts;
mod days;
mod difference;
mod driver_figures;
mod drivers;
mod estimate;
mod figures;
#[cfg(test)]
mod generated;
mod hidden;
mod integrity;
mod jackknife;
mod joint;
mod nps;
mod pairs;
mod parts;
mod proportion;
mod ranking;
#[expect(clippy::module_inception, reason = "the room is named for what it is about")]
mod report;
mod score;
mod staff;
mod weighted;

pub use cases::{CasesFigure, CauseFigure, Part as CasePart};
pub use change::Change;
pub use counts::{Against, Behind, Child, Comment, Counts, Meal, Part, Places, Subject};
pub use days::DayFactor;
pub use difference::{Degrees, Difference, Z, two_sided_p};
pub use driver_figures::{Advice, DriverFigure, Drivers, Quadrant};
pub use drivers::{Asymmetry, Class, Coefficient, Effect, Errors, Method, THRESHOLD, correlation, marginal};
pub use estimate::Estimate;
pub use hidden::TOO_FEW;
pub use integrity::{Integrity, SignFigure};
pub use joint::{Joint, joint};
pub use nps::{Nps, compare_over, nps_over};
pub use pairs::{PairSums, pairs};
pub use proportion::{Share, compare_shares, share, share_over};
pub use ranking::{Rank, ranks};
pub use report::*;
pub use score::Score;
pub use staff::{StaffFigure, StaffOfStore, StaffQuestion, settled};
pub use weighted::Weighted;
