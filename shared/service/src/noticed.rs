//! The outcomes of an account's notices, for its operator to see. Anybody can send a notice that is refused, and one
//! who has seen a genuine one may send it often. So each outcome, and each value that led to no store, is written once
//! a minute at most. All that came meanwhile is written with the next.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::payment::AccountId;
use jiff::Timestamp;

use crate::table::{Table, TableError};

/// How often the same is written by one copy of a function at most.
const ONCE_IN: Duration = Duration::from_secs(60);

/// How long a notice's reply waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many different things are written in that time at most.
const MOST: usize = 200;

/// The outcomes not written yet, by account and what they are.
#[derive(Debug, Default)]
pub struct Noticed(Mutex<HashMap<(AccountId, String), Pending>>);

#[derive(Debug)]
struct Pending {
    /// When it was written last.
    written: Timestamp,
    /// How many came since then.
    notices: u64,
}

impl Noticed {
    /// Keeps that a notice had an outcome. A notice is answered also where that can't be kept.
    pub async fn keep(&self, table: &Table, id: &AccountId, outcome: &str, detail: &str, now: Timestamp) {
        let Some(notices) = self.due(id, outcome, now) else { return };
        in_time(table.notice(id, outcome, (notices, now, detail))).await;
    }

    /// Keeps that a payment led to no store, by the value that would have named it.
    pub async fn keep_unmapped(&self, table: &Table, id: &AccountId, value: &str, now: Timestamp) {
        let Some(notices) = self.due(id, &format!("unmapped {value}"), now) else { return };
        in_time(table.note_unmapped(id, value, notices, now)).await;
    }

    /// How many are to be written now; none while the last writing is not long ago, or much else was written.
    fn due(&self, id: &AccountId, what: &str, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |pending: &Pending| now.duration_since(pending.written).unsigned_abs() >= ONCE_IN;
        let key = (id.clone(), what.to_owned());
        if let Some(pending) = all.get_mut(&key) {
            pending.notices += 1;
            if !is_old(pending) {
                return None;
            }
            pending.written = now;
            return Some(std::mem::take(&mut pending.notices));
        }
        if all.len() >= MOST {
            all.retain(|_, pending| !is_old(pending));
        }
        if all.len() >= MOST {
            return None;
        }
        all.insert(key, Pending { written: now, notices: 0 });
        Some(1)
    }
}

async fn in_time(kept: impl Future<Output = Result<(), TableError>>) {
    let late = || Err(TableError::Failed { action: "keep what became of a notice", detail: "it took too long".into() });
    if let Err(error) = tokio::time::timeout(PATIENCE, kept).await.unwrap_or_else(|_| late()) {
        tracing::warn!(outcome = "notice-not-kept", %error);
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn an_outcome_is_due_once_a_minute_and_none_is_forgotten() {
        let noticed = Noticed::default();
        let (till, now) = ("till".parse().unwrap(), Timestamp::UNIX_EPOCH);
        assert_eq!(noticed.due(&till, "stale", now), Some(1));
        assert_eq!(noticed.due(&till, "stale", now + 59.seconds()), None);
        assert_eq!(noticed.due(&till, "taken", now + 59.seconds()), Some(1), "another outcome is seen at once");
        assert_eq!(noticed.due(&till, "stale", now + 60.seconds()), Some(2));
    }

    #[test]
    fn whoever_makes_up_values_is_written_down_for_so_many() {
        let noticed = Noticed::default();
        let (till, now) = ("till".parse().unwrap(), Timestamp::UNIX_EPOCH);
        let made_up = (0..1_000).filter(|i| noticed.due(&till, &format!("unmapped {i}"), now).is_some());
        assert_eq!(made_up.count(), MOST);
        // Also where each came twice: an old one makes room, and is counted again.
        assert!((0..1_000).all(|i| noticed.due(&till, &format!("unmapped {i}"), now + 1.second()).is_none()));
        assert_eq!(noticed.due(&till, "unmapped later", now + 60.seconds()), Some(1));
    }
}
