//! Trends: scores that changed for certain, from the night they are named until it is known what became of them. A
//! trend is a case that no guest opened.

mod change;
mod id;
mod moves;
mod night;
#[cfg(test)]
mod tests;
#[expect(clippy::module_inception, reason = "the room has the name of what it is about")]
mod trend;

pub use change::{Change, ChangedPart, Moved, what_changed_in};
pub use id::TrendId;
pub use moves::Move;
pub use night::{Found, Night};
pub use trend::{LAPSE_DAYS, Outcome, TOLD_AGAIN_DAYS, Trend};
