//! A case: its state, its deadlines, and what was done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CaseId;
use crate::{
    Id,
    place::Store,
    survey::{FollowedUp, Severity},
};

/// How many entries of a case's history are kept. The first one always is.
const MOST_ENTRIES: usize = 20;

/// The most characters of what a guest is answered, and of a note.
pub const LONGEST_REPLY: usize = 300;
/// The same of a note, which people of the merchant alone read.
pub const LONGEST_NOTE: usize = 500;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has taken it.
    Open,
    /// Somebody has.
    Taken,
    /// Its guest was answered, and may say whether it is solved.
    Answered,
    /// It is over, unless its guest says that it is not solved.
    Closed,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is solved: its guest said so, or did not object for seven days.
    Solved,
    /// It can't be solved.
    Unsolved,
    /// Its guest can't be reached.
    Unreachable,
    /// It is about something that is not the store's.
    NotOurs,
    /// Another case is about the same.
    Duplicate,
    /// A praise: it was passed on, and its guest was thanked.
    Thanked,
    /// Its answer was taken back, or erased.
    Withdrawn,
    /// Nobody answered for thirty days.
    Lapsed,
}

impl Outcome {
    /// Those with which people close a case; of a praise, and of all others.
    pub fn of_people(severity: Severity) -> &'static [Self] {
        match severity {
            Severity::Praise => &[Self::Thanked, Self::NotOurs, Self::Duplicate],
            _ => &[Self::Solved, Self::Unsolved, Self::Unreachable, Self::NotOurs, Self::Duplicate],
        }
    }
}

/// The guest's word on the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is solved.
    Solved,
    /// It is not.
    NotSolved,
}

/// The things that can be done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It was opened by an answer.
    Opened,
    /// Somebody took it.
    Taken,
    /// It was handed over.
    HandedOver,
    /// Its guest was answered.
    Answered,
    /// It was closed by people.
    Closed,
    /// Its guest said that it is solved.
    Solved,
    /// Its guest said that it is not, and it is open again.
    NotSolved,
    /// Its guest did not object, and it was closed.
    Settled,
    /// Its answer was taken back, or erased.
    Withdrawn,
    /// Nobody answered, and it was closed.
    Lapsed,
    /// Its guest left word how to reach them.
    ContactLeft,
    /// Somebody read that.
    ContactRead,
    /// An award was given.
    Awarded,
    /// It was handed out.
    Redeemed,
    /// Of a trend: an action that answers it was judged.
    Judged,
    /// One that a later version writes.
    #[serde(other)]
    Unknown,
}

/// One entry of a case's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The `v` that the case had after it.
    pub v: u64,
    /// A random id: by it a write that is repeated finds itself.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// The one who did it: a person's id or a program's name; `guest`, or `-` for nobody.
    pub by: String,
    /// The thing that was done.
    pub what: Act,
    /// To whom it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The one who gets an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AwardTo {
    /// The guest, for a complaint that helps: 服务投诉奖.
    Guest,
    /// Those who were praised.
    Staff,
}

/// An award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    /// How much, in the currency's smallest unit.
    pub amount: u64,
    /// The currency, such as `CNY`.
    pub currency: String,
    /// The one who gets it.
    pub to: AwardTo,
    /// The one who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The ten digits that the guest shows. Only their link shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it was handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_at: Option<Timestamp>,
}

/// How far those who answer for a case have been notified of it. Moves leave it alone: only the sender of notices
/// writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Telling {
    /// The `v` up to which everything was notified.
    #[serde(default)]
    pub told: u64,
    /// After which reopening the clock below ran.
    #[serde(default)]
    pub round: u8,
    /// The last of the round's clocks that was notified: it is due soon, the first deadline is missed, the last is
    /// missed.
    #[serde(default)]
    pub clock: u8,
    /// When the case is to be checked next; none when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
}

/// An answer that needs somebody. It has no word of its guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Rises with each move.
    pub v: u64,
    /// Where it stands.
    pub state: State,
    /// How much it matters.
    pub severity: Severity,
    /// Which rule opened it: `text`, `asks-reply`, or the question.
    pub trigger: String,
    /// When it was opened, first or again after it was withdrawn.
    pub opened_at: Timestamp,
    /// When its round began: opened, or open again.
    pub round_at: Timestamp,
    /// When its guest is to have a first answer; none of a praise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_first: Option<Timestamp>,
    /// When it is to be answered or closed at the latest; none of a praise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_close: Option<Timestamp>,
    /// The person who has it, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The cause at the bottom of it, by the brand's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Id>,
    /// The reply to its guest, at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// When, last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<Timestamp>,
    /// How many opening minutes the first answer took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_minutes: Option<u64>,
    /// Whether it came in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_time: Option<bool>,
    /// A note for the merchant's people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How many opening minutes lay between the opening and the first closing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_minutes: Option<u64>,
    /// The last word of its guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// How often its guest said that it is not solved.
    #[serde(default)]
    pub reopened: u8,
    /// Whether its guest left word how to reach them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contact: bool,
    /// The award, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<Award>,
    /// Its history, oldest first.
    pub log: Vec<Entry>,
}

/// Opening minutes to the first answer and to the end, by how much a case matters. Those of a critical one run on the
/// clock until it is answered first; a praise has none.
fn terms(severity: Severity) -> Option<(u32, u32)> {
    match severity {
        Severity::Critical => Some((30, 1_440)),
        Severity::High => Some((120, 1_440)),
        Severity::Normal => Some((480, 2_550)),
        Severity::Praise => None,
    }
}

/// Both deadlines of a case that begins to wait at an instant.
pub(super) fn deadlines(severity: Severity, from: Timestamp, store: &Store) -> (Option<Timestamp>, Option<Timestamp>) {
    let Some((first, close)) = terms(severity) else { return (None, None) };
    let first = match severity {
        Severity::Critical => {
            from.saturating_add(jiff::SignedDuration::from_mins(first.into())).unwrap_or(Timestamp::MAX)
        }
        _ => store.due(from, first),
    };
    (Some(first), Some(store.due(from, close).max(first)))
}

impl Case {
    /// The case that an answer opens. `id` is random.
    pub fn open(id: CaseId, called: &FollowedUp, store: &Store, at: Timestamp, entry: Uuid) -> Self {
        let (due_first, due_close) = deadlines(called.severity, at, store);
        let opened = Entry { v: 1, id: entry, at, by: "guest".into(), what: Act::Opened, to: None };
        Self {
            id,
            v: 1,
            state: State::Open,
            severity: called.severity,
            trigger: called.trigger.clone(),
            opened_at: at,
            round_at: at,
            due_first,
            due_close,
            owner: None,
            cause: None,
            reply: None,
            replied_at: None,
            reply_minutes: None,
            in_time: None,
            note: None,
            outcome: None,
            close_minutes: None,
            said: None,
            reopened: 0,
            contact: false,
            award: None,
            log: vec![opened],
        }
    }

    /// Whether its answer was taken back or erased: then it counts as nothing.
    pub fn is_withdrawn(&self) -> bool {
        self.outcome == Some(Outcome::Withdrawn)
    }

    /// Whether the store's clocks run: nobody has answered since it was opened, first or again.
    pub fn waits_for_the_store(&self) -> bool {
        matches!(self.state, State::Open | State::Taken)
    }

    /// When its guest is to be answered; none where the store's clocks do not run.
    pub fn due(&self) -> Option<Timestamp> {
        self.due_first.filter(|_| self.waits_for_the_store())
    }

    /// The level whose turn it is: 0 for the duty that is nearest to the store, 1 for the one above it, and so on.
    pub fn level(&self, clock: u8) -> u8 {
        let at_once = u8::from(self.severity == Severity::Critical);
        self.reopened.saturating_add(at_once).saturating_add(clock.saturating_sub(1))
    }

    /// The same case with one more entry. The first one stays, and of the same doing of the same person in a row the last.
    pub(super) fn noted(mut self, id: Uuid, at: Timestamp, by: &str, what: Act, to: Option<String>) -> Self {
        self.v = self.v.saturating_add(1);
        let entry = Entry { v: self.v, id, at, by: by.to_owned(), what, to };
        let is_read_again = what == Act::ContactRead;
        let repeats = self.log.last().is_some_and(|last| is_read_again && last.what == what && last.by == by);
        if repeats {
            self.log.pop();
        }
        if self.log.len() >= MOST_ENTRIES {
            self.log.remove(1);
        }
        self.log.push(entry);
        self
    }

    /// Without what people wrote: of an answer that is gone for good.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self { reply: None, note: None, ..self }
    }
}
