//! Actions: what stores do to become better, and whether it helped, judged against the stores beside them.

#[expect(clippy::module_inception, reason = "the room has the name of what it is about")]
mod action;
mod apart;
mod effect;
mod judgement;
mod student;
#[cfg(test)]
mod tests;
mod windows;

pub use action::{Action, ActionDetails, LONGEST_WHAT, MOST_SETTLING_DAYS, MOST_STORES, MOST_TRENDS};
pub use effect::{Effect, Evidence, FEWEST_ANSWERS, FEWEST_SIBLINGS, Sibling};
pub use judgement::{Circumstances, Judgement, Mixing, Recovery, Verdict, judge, total_variation};
pub use windows::{DAYS_BEFORE, Reference, Term, Windows};
