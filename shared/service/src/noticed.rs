//! What became of an account's notices, for its operator to see. Anybody can send a notice that is refused, so that each
//! outcome is written once a minute at most, and what came meanwhile with the next.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::payment::AccountId;
use jiff::Timestamp;

use crate::table::{Table, TableError};

/// How often an outcome of an account is written by one copy of a function at most.
const ONCE_IN: Duration = Duration::from_secs(60);

/// How long a notice's reply waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was not written yet, by account and outcome.
#[derive(Debug, Default)]
pub struct Noticed(Mutex<HashMap<(AccountId, &'static str), Pending>>);

#[derive(Debug, Default)]
struct Pending {
    /// When it was written last.
    written: Option<Timestamp>,
    /// How many came since then.
    notices: u64,
}

impl Noticed {
    /// Keeps that a notice had an outcome. A notice is answered also where that can't be kept.
    pub async fn keep(&self, table: &Table, id: &AccountId, outcome: &'static str, detail: &str, now: Timestamp) {
        let Some(notices) = self.due(id, outcome, now) else { return };
        let kept = tokio::time::timeout(PATIENCE, table.notice(id, outcome, (notices, now, detail))).await;
        let late =
            || Err(TableError::Failed { action: "keep what became of a notice", detail: "it took too long".into() });
        if let Err(error) = kept.unwrap_or_else(|_| late()) {
            tracing::warn!(outcome = "notice-not-kept", %error);
        }
    }

    /// How many notices are to be written now; none while the last writing is not long ago.
    fn due(&self, id: &AccountId, outcome: &'static str, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = all.entry((id.clone(), outcome)).or_default();
        pending.notices += 1;
        if pending.written.is_some_and(|written| now.duration_since(written).unsigned_abs() < ONCE_IN) {
            return None;
        }
        pending.written = Some(now);
        Some(std::mem::take(&mut pending.notices))
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
}
