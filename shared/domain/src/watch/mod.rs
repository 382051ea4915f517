//! The watch over all scopes: which ones changed, since when, and in which of their parts. Pure functions of 63
//! business days of counts. Nothing is kept from one night to the next, so a replay of any day says the same.

mod alerts;
#[cfg(test)]
mod chains;
mod common_day;
mod day_variance;
mod direction;
mod evidence;
mod likelihood;
mod median;
mod parts;
mod siblings;
mod since;
mod stream;
#[cfg(test)]
mod tests;
#[expect(clippy::module_inception, reason = "the room is named for what it does")]
mod watch;
mod watched;

pub use alerts::{Alerts, DAYS_APART, SUSPECTED_DAYS_APART, alerts};
pub use common_day::FEWEST_SIBLINGS;
pub use direction::Direction;
pub use evidence::{Evidence, Moved, Shift};
pub use likelihood::{Likelihood, SCALE};
pub use parts::{FEWEST_ANSWERS, PartFigure, Rest, WhatChanged, Windows, what_changed};
pub use siblings::Siblings;
pub use since::{COVERED, Since, first_day};
pub use stream::{DAYS, Stream};
pub use watch::{Group, Watch};
pub use watched::{Counted, NodeDay, Part, SeriesDay, Watched, is_watched};
