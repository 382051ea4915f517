//! Following up: cases that ought to be there and are not, checks that were lost, and the counts of cases.
//!
//! A function that records an answer opens its case, and may be cut off between the two. So the count, which reads
//! every answer anyway, makes up for it. Done again, or by two at once, it changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use domain::{
    case::{CaseId, State},
    count::CaseCounts,
    place::Store,
    survey::{FollowedUp, Severity},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    counting::Call,
    table::{Look, Opening, StoredCase, Table, TableError},
};

/// How old an answer may be, in hours, for its case to be opened late. A guest who waits for a reply, or may have been
/// harmed, is followed up for as long as the link lives.
const LATE_HOURS: i64 = 72;

/// How long ago a case ought to have been checked, in minutes, for its check to count as lost.
const LOST_AFTER_MINUTES: i64 = 15;

/// A store whose cases are followed up.
pub(super) struct Following<'a> {
    pub table: &'a Table,
    pub store: &'a Store,
    /// The business days.
    pub days: RangeInclusive<Date>,
    /// The first of them whose responses were read.
    pub read_from: Date,
    /// When the count began.
    pub began: Timestamp,
}

impl Following<'_> {
    /// Opens what was missed, schedules again the checks that were lost, and counts the cases of each day that is over.
    pub(super) async fn follow(&self, calls: &[Call]) -> Result<BTreeMap<Date, CaseCounts>, TableError> {
        let window = self.store.calendar.window_of(*self.days.start(), *self.days.end());
        let cases = self.table.cases(self.store.number, &window).all().await?;
        let mut opened = 0_u64;
        for call in calls {
            let id = CaseId::of(call.visit, call.submission);
            if self.is_missing(call, &id, &cases) && self.open(call, &id).await? {
                opened += 1;
            }
        }
        if opened > 0 {
            tracing::warn!(outcome = "cases-opened-late", store = self.store.number.get(), cases = opened);
        }
        let called: BTreeSet<CaseId> = calls.iter().map(|call| CaseId::of(call.visit, call.submission)).collect();
        let today = self.store.calendar.day_of(self.began);
        let mut counts: BTreeMap<Date, CaseCounts> = BTreeMap::new();
        for stored in &cases {
            let day = self.store.calendar.day_of(stored.key.paid());
            if self.is_lost(stored) || (day >= self.read_from && self.is_orphan(stored, &called)) {
                self.table.put_look(&Look::Case(stored.key.clone()), self.began).await?;
            }
            if day < today {
                counts.entry(day).or_default().add(&stored.case, self.began);
            }
        }
        counts.retain(|_, count| !count.is_empty());
        Ok(counts)
    }

    /// Whether an answer ought to have a case, and has none.
    fn is_missing(&self, call: &Call, id: &CaseId, cases: &[StoredCase]) -> bool {
        let is_there = cases
            .iter()
            .any(|stored| stored.key == call.visit.into() && (stored.case.id == *id || !stored.case.is_withdrawn()));
        let since = self.began.saturating_sub(LATE_HOURS.hours()).unwrap_or(Timestamp::MIN);
        !is_there && (call.answered_at >= since || lasts(&call.called))
    }

    async fn open(&self, call: &Call, id: &CaseId) -> Result<bool, TableError> {
        let seed = Sha256::new().chain_update(id.to_string()).chain_update(self.began.to_string()).finalize();
        let entry = Uuid::from_slice(seed.get(..16).unwrap_or_default()).unwrap_or_default();
        let opening = Opening {
            visit: call.visit,
            called: &call.called,
            submission: call.submission,
            store: self.store,
            at: self.began,
            entry,
            expires: call.expires,
        };
        self.table.open_case(&opening).await
    }

    /// Whether nobody checks a case any more, though it has something to notify or its clocks run.
    fn is_lost(&self, stored: &StoredCase) -> bool {
        let before = self.began.saturating_sub(SignedDuration::from_mins(LOST_AFTER_MINUTES)).unwrap_or(self.began);
        let is_untold =
            stored.case.v > stored.telling.told && stored.case.log.last().is_some_and(|last| last.at < before);
        let is_over = stored.case.state == State::Closed;
        !stored.case.is_withdrawn()
            && (is_untold || (!is_over && stored.telling.look_at.is_none_or(|look_at| look_at < before)))
    }

    /// Whether the answer of a case is gone, so that it is to be withdrawn.
    fn is_orphan(&self, stored: &StoredCase, called: &BTreeSet<CaseId>) -> bool {
        !stored.case.is_withdrawn() && !called.contains(&stored.case.id)
    }
}

/// Whether an answer is followed up however long it was under way.
fn lasts(called: &FollowedUp) -> bool {
    called.severity == Severity::Critical || called.trigger == FollowedUp::ASKS_REPLY
}
