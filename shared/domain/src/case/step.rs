//! The notices for those who answer for a case, and when it is to be checked next.

use jiff::{SignedDuration, Timestamp};

use super::case::{Act, Case, Outcome, State, Telling};
use crate::{place::Store, survey::Severity};

/// After how many days without an answer a case is closed.
pub const LAPSE_DAYS: i64 = 30;

/// Which part of the time for the first answer is left when it is said that a case is due: a quarter.
const LEFT_WHEN_DUE: u64 = 4;

/// The clocks of a round, in the order in which they strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// A quarter of the time for the first answer is left.
    Due = 1,
    /// The first deadline is missed.
    Overdue,
    /// The last deadline is missed.
    Escalated,
}

/// Something to notify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The type of the event, such as `case.opened`.
    pub kind: &'static str,
    /// The level whose turn it is: 0 for the duty nearest to the store.
    pub level: u8,
    /// When it came about: with the kind it distinguishes a notice from all others of the case.
    pub at: Timestamp,
}

/// The result of a check of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The notices to send, in the order in which they came about.
    pub notices: Vec<Notice>,
    /// The end that the sweep is to give the case first: for its guest's silence, or for the store's.
    pub ends: Option<Act>,
    /// How far it is notified then.
    pub telling: Telling,
}

impl Case {
    /// Checks a case: what is new since the last notice, which clocks have struck, and when to check again.
    pub fn look(&self, telling: Telling, store: &Store, now: Timestamp) -> Step {
        let ends = self.ends(now);
        let is_new_round = telling.round < self.reopened || telling.told == 0;
        let known = if is_new_round { 0 } else { telling.clock };
        let mut notices: Vec<Notice> = self
            .log
            .iter()
            .filter(|entry| entry.v > telling.told)
            .filter_map(|entry| {
                let kind = kind_of(entry.what, self.is_withdrawn())?;
                Some(Notice { kind, level: self.level(known), at: entry.at })
            })
            .collect();
        let clocks = self.clocks(store);
        let mut clock = known;
        // Of several that struck while nobody checked, the last says it all.
        let struck = clocks.iter().rfind(|(which, at, _)| *at <= now && *which as u8 > known);
        if let Some((which, at, kind)) = struck {
            clock = *which as u8;
            notices.push(Notice { kind, level: self.level(clock), at: *at });
        }
        let next = clocks.iter().filter(|(which, ..)| *which as u8 > clock).map(|(_, at, _)| *at).min();
        let end = self.ends_at().filter(|_| ends.is_none());
        let look_at = [next, end].into_iter().flatten().min();
        Step { notices, ends, telling: Telling { told: self.v, round: self.reopened, clock, look_at } }
    }

    /// The clocks of this round that run, with when they strike.
    fn clocks(&self, store: &Store) -> Vec<(Clock, Timestamp, &'static str)> {
        let (Some(first), Some(close)) = (self.due_first, self.due_close) else { return Vec::new() };
        if !self.waits_for_the_store() {
            return Vec::new();
        }
        let whole = match self.severity {
            Severity::Critical => u64::try_from(first.duration_since(self.round_at).as_mins()).unwrap_or(0),
            _ => store.open_minutes(self.round_at, first),
        };
        let before = u32::try_from(whole - whole / LEFT_WHEN_DUE).unwrap_or(u32::MAX);
        let due = match self.severity {
            Severity::Critical => {
                self.round_at.saturating_add(SignedDuration::from_mins(before.into())).unwrap_or(Timestamp::MAX)
            }
            _ => store.due(self.round_at, before),
        };
        vec![
            (Clock::Due, due.min(first), "case.due"),
            (Clock::Overdue, first, "case.overdue"),
            (Clock::Escalated, close, "case.escalated"),
        ]
    }

    /// When the case ends by itself, if nothing happens.
    fn ends_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open | State::Taken => {
                let days = SignedDuration::from_hours(LAPSE_DAYS * 24);
                Some(self.round_at.saturating_add(days).unwrap_or(Timestamp::MAX))
            }
            State::Answered => Some(self.stands_until()),
            State::Closed => None,
        }
    }

    fn ends(&self, now: Timestamp) -> Option<Act> {
        self.ends_at().filter(|at| *at <= now)?;
        Some(if self.state == State::Answered { Act::Settled } else { Act::Lapsed })
    }

    /// Whether its store has answered for nothing: it lapsed.
    pub fn is_lapsed(&self) -> bool {
        self.outcome == Some(Outcome::Lapsed)
    }
}

/// The event of an entry of the history. A case that is withdrawn has only the one that says so.
fn kind_of(what: Act, is_withdrawn: bool) -> Option<&'static str> {
    match what {
        Act::Closed | Act::Solved | Act::Settled | Act::Lapsed | Act::Withdrawn => Some("case.closed"),
        _ if is_withdrawn => None,
        Act::Opened => Some("case.opened"),
        Act::Answered => Some("case.answered"),
        Act::NotSolved => Some("case.reopened"),
        _ => None,
    }
}
