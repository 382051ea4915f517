//! Cases: answers that need somebody, from the moment they are opened until their guest says that it is solved.

#[expect(clippy::module_inception, reason = "the room has the name of what it is about")]
mod case;
mod duty;
mod id;
mod moves;
mod step;
#[cfg(test)]
mod tests;

pub use case::{Act, Award, AwardTo, Case, Entry, LONGEST_NOTE, LONGEST_REPLY, Outcome, Said, State, Telling};
pub use duty::{Digest, Duty};
pub use id::CaseId;
pub use moves::{ANSWER_STANDS_DAYS, AWARD_DAYS, MOST_REOPENINGS, Move, Moving, Refused};
pub use step::{Clock, LAPSE_DAYS, Notice, Step};
