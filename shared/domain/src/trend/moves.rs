//! Moves: how a trend goes from one state to the next, and which of them are refused.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Outcome, Trend};
use crate::{
    Id,
    case::{Act, Entry, Refused, State},
};

/// A move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Somebody takes it.
    Take,
    /// It goes to somebody else.
    HandOver {
        /// A person's id.
        to: String,
    },
    /// People close it.
    Close {
        /// How it ended.
        outcome: Outcome,
        /// The cause at the bottom of it.
        cause: Option<Id>,
        /// Anything else there is to know.
        note: Option<String>,
    },
    /// An action was judged that answers it. It ends if the score is back.
    Judge {
        /// Whether the score is back at the level before it fell.
        is_back: bool,
    },
    /// Nobody closed it for nine weeks.
    Lapse,
}

impl Trend {
    /// The trend after a move, made at an instant by somebody, under a random id.
    ///
    /// # Errors
    /// Why the move is refused. Nothing has changed then.
    pub fn after(&self, step: &Move, by: &str, at: Timestamp, id: Uuid) -> Result<Self, Refused> {
        let before = self.clone();
        if before.state == State::Closed {
            return Err(Refused::NotFrom(State::Closed));
        }
        let (after, what, to) = match step {
            Move::Take => (before.taken(by)?, Act::Taken, None),
            Move::HandOver { to } => (Self { owner: Some(to.clone()), ..before }, Act::HandedOver, Some(to.clone())),
            Move::Close { outcome, cause, note } => {
                (before.closed(*outcome, cause.as_ref(), note.as_ref())?, Act::Closed, None)
            }
            Move::Judge { is_back } => {
                let outcome = is_back.then_some(Outcome::Recovered);
                let state = if *is_back { State::Closed } else { before.state };
                (Self { state, outcome, ..before }, Act::Judged, None)
            }
            Move::Lapse => (Self { state: State::Closed, outcome: Some(Outcome::Lapsed), ..before }, Act::Lapsed, None),
        };
        Ok(after.noted(Entry { v: self.v.saturating_add(1), id, at, by: by.to_owned(), what, to }))
    }

    fn taken(self, by: &str) -> Result<Self, Refused> {
        if self.state != State::Open {
            return Err(Refused::NotFrom(self.state));
        }
        Ok(Self { state: State::Taken, owner: Some(by.to_owned()), ..self })
    }

    fn closed(self, outcome: Outcome, cause: Option<&Id>, note: Option<&String>) -> Result<Self, Refused> {
        if !Outcome::of_people(self.change.direction).contains(&outcome) {
            return Err(Refused::NotItsOutcome);
        }
        let (cause, note) = (cause.cloned().or(self.cause.clone()), note.cloned().or(self.note.clone()));
        Ok(Self { state: State::Closed, outcome: Some(outcome), cause, note, ..self })
    }
}
