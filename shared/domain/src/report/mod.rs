//! What is worked out from counts: pure functions, every score with its uncertainty.

mod counts;
mod difference;
mod drivers;
mod estimate;
mod figures;
mod hidden;
mod integrity;
mod nps;
mod proportion;
mod ranking;
#[expect(clippy::module_inception, reason = "the room is named for what it is about")]
mod report;

pub use counts::{Behind, Child, Comment, Counts, Meal, Subject};
pub use difference::{Difference, Z, two_sided_p};
pub use drivers::{Asymmetry, Class, Effect, Joint, Method, THRESHOLD, correlation, joint, marginal};
pub use estimate::Estimate;
pub use hidden::TOO_FEW;
pub use integrity::{Integrity, SignFigure};
pub use nps::Nps;
pub use proportion::{Share, compare_shares, share};
pub use ranking::{Rank, ranks};
pub use report::*;
