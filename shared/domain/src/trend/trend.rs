//! A trend: its state, its deadline, and what was done.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Change, TrendId};
use crate::{
    Id,
    case::{Act, Entry, Notice, State, Telling},
    watch::{DAYS, Direction, Watched},
};

/// For how many days after a change began nobody is told of the same again.
pub const TOLD_AGAIN_DAYS: i32 = 28;

/// Within how many hours somebody is to take a score that fell. An alert comes at night, and is no emergency.
const HOURS_TO_TAKE: i64 = 48;

/// After how many days a trend ends by itself: nothing of the days before the change is in the window any more.
pub const LAPSE_DAYS: i64 = DAYS as i64;

/// How many entries of its history are kept. The first one always is.
const MOST_ENTRIES: usize = 20;

/// How a trend ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// After an action the score was back at the level before it fell. Only guests' answers say so.
    Recovered,
    /// There is a reason that no action removes, such as works in the street.
    Explained,
    /// A score that rose: somebody took notice.
    Noted,
    /// It was no change of the store.
    FalseAlarm,
    /// It stays as it is.
    Unsolved,
    /// Nobody closed it for nine weeks.
    Lapsed,
    /// One that a later version writes.
    #[serde(other)]
    Unknown,
}

impl Outcome {
    /// Those with which people close a trend.
    pub fn of_people(direction: Direction) -> &'static [Self] {
        match direction {
            Direction::Drop => &[Self::Explained, Self::FalseAlarm, Self::Unsolved],
            Direction::Rise => &[Self::Noted, Self::FalseAlarm],
        }
    }
}

/// A score that changed for certain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Its id.
    pub id: TrendId,
    /// Rises with each move.
    pub v: u64,
    /// Whose score it is.
    #[serde(flatten)]
    pub watched: Watched,
    /// How it changed.
    #[serde(flatten)]
    pub change: Change,
    /// Where it stands: open, taken or closed.
    pub state: State,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When somebody is to have taken it; none of a score that rose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The person who has it, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The cause at the bottom of it, by the brand's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Id>,
    /// A note for the merchant's people, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Its history, oldest first.
    pub log: Vec<Entry>,
}

impl Trend {
    /// A change that was named in a night. `entry` is a random id.
    pub fn open(id: TrendId, watched: Watched, change: Change, at: Timestamp, entry: Uuid) -> Self {
        let opened = Entry { v: 1, id: entry, at, by: "-".into(), what: Act::Opened, to: None };
        let due = (change.direction == Direction::Drop).then(|| after_hours(at, HOURS_TO_TAKE));
        Self {
            id,
            v: 1,
            watched,
            change,
            state: State::Open,
            opened_at: at,
            due,
            owner: None,
            cause: None,
            note: None,
            outcome: None,
            log: vec![opened],
        }
    }

    /// When somebody is to take it; none once somebody has.
    pub fn due(&self) -> Option<Timestamp> {
        self.due.filter(|_| self.state == State::Open)
    }

    /// When it ends by itself; none once it has ended.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        (self.state != State::Closed).then(|| after_hours(self.opened_at, LAPSE_DAYS * 24))
    }

    /// Whether a change that was found in the window that ends with a day is this one. A night that is run again after
    /// later ones may meet what they found.
    pub fn is_the_same(&self, watched: &Watched, change: &Change, day: Date) -> bool {
        let days = |from: Date, to: Date| from.until(to).map_or(i32::MAX, |span| span.get_days());
        let is_recent = match self.id.day > day {
            true => days(self.change.since, change.since).abs() < TOLD_AGAIN_DAYS,
            false => self.state != State::Closed || days(self.change.since, day) < TOLD_AGAIN_DAYS,
        };
        self.watched == *watched && self.change.direction == change.direction && is_recent
    }

    /// Checks a trend: what those who answer for it are to be notified of, how far they are notified then, and when to
    /// check again.
    pub fn look(&self, telling: Telling, now: Timestamp) -> (Vec<Notice>, Telling) {
        let mut notices = Vec::new();
        // What was closed before anybody could be told needs nobody any more.
        if telling.told == 0 && self.state != State::Closed {
            notices.push(Notice { kind: "alert.raised", level: 0, at: self.opened_at });
        }
        let mut clock = telling.clock;
        if let Some(due) = self.due().filter(|due| *due <= now && clock == 0) {
            clock = 1;
            notices.push(Notice { kind: "alert.overdue", level: 1, at: due });
        }
        let look_at = [self.due().filter(|_| clock == 0), self.lapses_at()].into_iter().flatten().min();
        (notices, Telling { told: self.v, round: 0, clock, look_at })
    }

    /// The same with one more entry. The first one stays.
    pub(super) fn noted(mut self, entry: Entry) -> Self {
        self.v = entry.v;
        if self.log.len() >= MOST_ENTRIES {
            self.log.remove(1);
        }
        self.log.push(entry);
        self
    }
}

fn after_hours(at: Timestamp, hours: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}
