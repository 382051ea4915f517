//! Moves: how a case goes from one state to the next, and which of them are refused.

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use uuid::Uuid;

use super::case::{Act, Award, Case, Outcome, Said, State, deadlines};
use crate::{
    Id,
    place::Store,
    survey::{FollowedUp, Severity},
};

/// How often a guest may say that it is not solved.
pub const MOST_REOPENINGS: u8 = 3;

/// How many days an answer stands without objection until the case counts as solved.
pub const ANSWER_STANDS_DAYS: i64 = 7;

/// For how many days after its visit a case can get an award. A link lives for sixty at most, and a case waits for
/// thirty more. So the sum of a month knows how far back its visits go.
pub const AWARD_DAYS: i64 = 100;

/// A move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Somebody takes it.
    Take,
    /// Its guest is answered.
    Answer {
        /// The cause at the bottom of it. A praise has none.
        cause: Option<Id>,
        /// The text that the guest reads.
        reply: String,
    },
    /// People close it.
    Close {
        /// How it ended.
        outcome: Outcome,
        /// Anything else there is to know.
        note: Option<String>,
    },
    /// It goes to somebody else.
    HandOver {
        /// A person's id.
        to: String,
    },
    /// Its guest says that it is solved.
    SaySolved,
    /// Its guest says that it is not.
    SayNotSolved,
    /// Its guest leaves word how to reach them.
    LeaveContact,
    /// Somebody reads that.
    ReadContact,
    /// An award is given.
    Award(Award),
    /// The guest's award is handed out.
    Redeem,
    /// Its answer was taken back, or erased.
    Withdraw,
    /// Its guest did not object in time.
    Settle,
    /// Nobody answered for thirty days.
    Lapse,
}

/// Why a move is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not where the move begins.
    #[error("The case is no longer where this begins.")]
    NotFrom(State),
    /// Its guest has not said that it is solved, and may still object.
    #[error("Its guest has not said that it is solved, and may object until {0}.")]
    TooEarly(Timestamp),
    /// Nobody has answered its guest, who can say nothing of it.
    #[error("Its guest has no answer yet, so nobody knows that it is solved.")]
    NotAnswered,
    /// Its guest has said three times that it is not solved.
    #[error("It was opened again three times.")]
    TooOften,
    /// This is no outcome of such a case.
    #[error("This is no outcome of such a case.")]
    NotItsOutcome,
    /// There is an award already, or there is none.
    #[error("The case has no such award, or has one already.")]
    Awarded,
    /// Its visit is too long ago for an award.
    #[error("An award can be given for {AWARD_DAYS} days after the visit.")]
    TooLate,
}

/// The one who moves a case, when, and under which random id.
#[derive(Debug, Clone, Copy)]
pub struct Moving<'a> {
    /// A person's id or a program's name; `guest`, or `-` for nobody.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// The move's own id.
    pub id: Uuid,
    /// The case's store.
    pub store: &'a Store,
}

impl Case {
    /// The case after a move.
    ///
    /// # Errors
    /// Why the move is refused. Nothing has changed then.
    pub fn after(&self, step: &Move, moving: Moving<'_>) -> Result<Self, Refused> {
        let before = self.clone();
        let (after, what, to) = match step {
            Move::Take => (before.taken(moving.by)?, Act::Taken, None),
            Move::Answer { cause, reply } => (before.answered(cause.as_ref(), reply, moving)?, Act::Answered, None),
            Move::Close { outcome, note } => (before.closed(*outcome, note.as_ref(), moving)?, Act::Closed, None),
            Move::HandOver { to } => (before.handed_to(to)?, Act::HandedOver, Some(to.clone())),
            Move::SaySolved => (before.said_solved(moving)?, Act::Solved, None),
            Move::SayNotSolved => (before.said_not_solved(moving)?, Act::NotSolved, None),
            Move::LeaveContact => (before.with_contact()?, Act::ContactLeft, None),
            Move::ReadContact => (before, Act::ContactRead, None),
            Move::Award(award) => (before.awarded(award)?, Act::Awarded, None),
            Move::Redeem => (before.redeemed(moving.at)?, Act::Redeemed, None),
            Move::Withdraw => (before.withdrawn()?, Act::Withdrawn, None),
            Move::Settle => (before.settled(moving)?, Act::Settled, None),
            Move::Lapse => (before.lapsed()?, Act::Lapsed, None),
        };
        Ok(after.noted(moving.id, moving.at, moving.by, what, to))
    }

    /// The case that another answer of the same visit opens, after the one before was taken back. Its history goes on.
    #[must_use]
    pub fn opened_anew(&self, id: super::CaseId, called: &FollowedUp, moving: Moving<'_>) -> Self {
        let fresh = Self::open(id, called, moving.store, moving.at, moving.id);
        // An award that was handed out once is not given again.
        let kept = Self { v: self.v, log: self.log.clone(), award: self.award.clone(), ..fresh };
        kept.noted(moving.id, moving.at, moving.by, Act::Opened, None)
    }

    fn only_from(&self, states: &[State]) -> Result<(), Refused> {
        let is_there = states.contains(&self.state) && !self.is_withdrawn();
        if is_there { Ok(()) } else { Err(Refused::NotFrom(self.state)) }
    }

    fn taken(self, by: &str) -> Result<Self, Refused> {
        self.only_from(&[State::Open])?;
        Ok(Self { state: State::Taken, owner: Some(by.to_owned()), ..self })
    }

    fn handed_to(self, to: &str) -> Result<Self, Refused> {
        self.only_from(&[State::Open, State::Taken])?;
        Ok(Self { owner: Some(to.to_owned()), ..self })
    }

    fn answered(self, cause: Option<&Id>, reply: &str, moving: Moving<'_>) -> Result<Self, Refused> {
        self.only_from(&[State::Open, State::Taken])?;
        let in_time = self.due_first.map(|due| moving.at <= due);
        let minutes = || moving.store.open_minutes(self.opened_at, moving.at);
        Ok(Self {
            state: State::Answered,
            cause: cause.cloned().or(self.cause),
            reply: Some(reply.to_owned()),
            replied_at: Some(moving.at),
            reply_minutes: self.reply_minutes.or_else(|| Some(minutes())),
            in_time: self.in_time.or(in_time),
            owner: self.owner.or_else(|| Some(moving.by.to_owned())),
            // A word on the answer before says nothing of this one.
            said: None,
            ..self
        })
    }

    fn closed(self, outcome: Outcome, note: Option<&String>, moving: Moving<'_>) -> Result<Self, Refused> {
        if !Outcome::of_people(self.severity).contains(&outcome) {
            return Err(Refused::NotItsOutcome);
        }
        match self.severity {
            // There is nothing to answer for.
            Severity::Praise => self.only_from(&[State::Open, State::Taken, State::Answered])?,
            _ => self.only_from(&[State::Taken, State::Answered])?,
        }
        if outcome == Outcome::Solved && self.said != Some(Said::Solved) {
            let until = self.stands_until();
            if self.state != State::Answered {
                return Err(Refused::NotAnswered);
            }
            if !self.may_be_objected_to() {
                return Err(Refused::NotItsOutcome);
            }
            if moving.at < until {
                return Err(Refused::TooEarly(until));
            }
        }
        let note = note.cloned().or_else(|| self.note.clone());
        Ok(Self { note, ..self.ended(outcome, moving) })
    }

    fn ended(self, outcome: Outcome, moving: Moving<'_>) -> Self {
        let minutes = || moving.store.open_minutes(self.opened_at, moving.at);
        let close_minutes = self.close_minutes.or_else(|| Some(minutes()));
        Self { state: State::Closed, outcome: Some(outcome), close_minutes, ..self }
    }

    /// Whether its guest says how it ended. A praise asks for nothing, and of an answer that is gone nobody says more.
    fn can_be_judged(&self) -> bool {
        self.severity != Severity::Praise && !self.is_withdrawn()
    }

    fn said_solved(self, moving: Moving<'_>) -> Result<Self, Refused> {
        self.only_from(&[State::Answered, State::Closed])?;
        // Said once more it changes nothing.
        if !self.can_be_judged() || self.said == Some(Said::Solved) {
            return Err(Refused::NotFrom(self.state));
        }
        Ok(Self { said: Some(Said::Solved), ..self.ended(Outcome::Solved, moving) })
    }

    fn said_not_solved(self, moving: Moving<'_>) -> Result<Self, Refused> {
        self.only_from(&[State::Answered, State::Closed])?;
        if !self.can_be_judged() {
            return Err(Refused::NotFrom(self.state));
        }
        if !self.may_be_objected_to() {
            return Err(Refused::TooOften);
        }
        let (due_first, due_close) = deadlines(self.severity, moving.at, moving.store);
        Ok(Self {
            state: State::Open,
            said: Some(Said::NotSolved),
            outcome: None,
            reopened: self.reopened + 1,
            round_at: moving.at,
            due_first,
            due_close,
            ..self
        })
    }

    fn with_contact(self) -> Result<Self, Refused> {
        self.only_from(&[State::Open, State::Taken, State::Answered])?;
        Ok(Self { contact: true, ..self })
    }

    fn awarded(self, award: &Award) -> Result<Self, Refused> {
        self.takes_award(award.at)?;
        Ok(Self { award: Some(award.clone()), ..self })
    }

    /// Whether an award can be given at an instant.
    ///
    /// # Errors
    /// Why not.
    pub fn takes_award(&self, at: Timestamp) -> Result<(), Refused> {
        if self.award.is_some() || self.is_withdrawn() {
            return Err(Refused::Awarded);
        }
        let last = self.id.day.saturating_add(AWARD_DAYS.days());
        if at.to_zoned(TimeZone::UTC).date() > last { Err(Refused::TooLate) } else { Ok(()) }
    }

    fn redeemed(mut self, at: Timestamp) -> Result<Self, Refused> {
        match &mut self.award {
            Some(award) if award.redeemed_at.is_none() && award.code.is_some() => award.redeemed_at = Some(at),
            _ => return Err(Refused::Awarded),
        }
        Ok(self)
    }

    fn withdrawn(self) -> Result<Self, Refused> {
        if self.is_withdrawn() {
            return Err(Refused::NotFrom(self.state));
        }
        // Only what was paid out stays known.
        let award = self.award.clone().filter(|award| award.redeemed_at.is_some());
        let gone = Self { state: State::Closed, outcome: Some(Outcome::Withdrawn), contact: false, award, ..self };
        Ok(gone.without_words())
    }

    fn settled(self, moving: Moving<'_>) -> Result<Self, Refused> {
        self.only_from(&[State::Answered])?;
        if moving.at < self.stands_until() {
            return Err(Refused::TooEarly(self.stands_until()));
        }
        let outcome = match self.severity {
            Severity::Praise => Outcome::Thanked,
            // Somebody who can't object any more is not silent because they are content.
            _ if self.may_be_objected_to() => Outcome::Solved,
            _ => Outcome::Unsolved,
        };
        Ok(self.ended(outcome, moving))
    }

    fn lapsed(self) -> Result<Self, Refused> {
        self.only_from(&[State::Open, State::Taken])?;
        Ok(Self { state: State::Closed, outcome: Some(Outcome::Lapsed), ..self })
    }

    /// Whether its guest can still say that it is not solved.
    fn may_be_objected_to(&self) -> bool {
        self.reopened < MOST_REOPENINGS
    }

    /// Until when its guest may object to the answer, before the case counts as solved. Where nobody has answered, seven
    /// days after it was opened.
    pub fn stands_until(&self) -> Timestamp {
        let from = self.replied_at.filter(|at| *at >= self.round_at).unwrap_or(self.round_at);
        from.saturating_add(SignedDuration::from_hours(ANSWER_STANDS_DAYS * 24)).unwrap_or(Timestamp::MAX)
    }
}
