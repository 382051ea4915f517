//! Counts: each store's business days from their responses, then each scope above from its stores.
//!
//! Rollups are recomputed and replaced, never added to: a rerun, an overlap or a crash half-way leaves nothing that
//! the next count doesn't put right.

mod following;
mod nodes;
mod stores;
mod telling;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use domain::{
    count::{Content, Rollup},
    place::{Scope, StoreNumber},
};
use futures::FutureExt;
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use uuid::Uuid;

pub use telling::response_id_at_once;

use self::{nodes::write_nodes, stores::count_stores};
use crate::{
    memory::Catalog,
    table::{StoreList, Table, TableError, Work},
};

/// How many stores are counted at once: enough to hide the table's latency, few enough for a small function.
const AT_ONCE: usize = 16;

/// The work that a count did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The first business day counted; none without a store.
    pub from: Option<Date>,
    /// The last business day counted.
    pub to: Option<Date>,
    /// Stores counted.
    pub stores: u64,
    /// Responses read.
    pub responses: u64,
    /// Rollups written, of stores and of scopes above.
    pub written: u64,
    /// Rollups that were right already.
    pub unchanged: u64,
    /// Rollups that a later count had written already.
    pub overtaken: u64,
    /// Responses left out because they can't be read.
    pub unreadable: u64,
    /// Days left as they were because their responses may have expired, with the number of stores.
    pub left: BTreeMap<Date, u64>,
    /// Rollups kept because fewer responses were found than before.
    pub kept: u64,
    /// Stores whose count is not in what was written: they can't be read, failed, or have a rollup that was kept.
    pub behind: u64,
    /// Stores that failed, and rollups that were kept or could not be written.
    #[serde(skip)]
    failures: u64,
}

/// Why a count is not whole. The schedule tries again.
#[derive(thiserror::Error)]
pub enum CountError {
    /// The event asks for something that can't be counted.
    #[error("{0}")]
    Event(String),
    /// The list of stores or the surveys can't be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Some stores could not be counted, or some rollups not written; all others have been.
    #[error("{0} stores or scopes could not be counted; each is in the log. The next count tries again.")]
    Some(u64),
    /// Another count has the lease.
    #[error("Another count is at work. The next one counts this too.")]
    Busy,
}

impl std::fmt::Debug for CountError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// On what terms a count takes the lease: two counts never overlap.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// A random id, under which the count has it.
    pub holder: Uuid,
    /// How long the count may keep it.
    pub longest: Duration,
    /// How long the count waits for another to end.
    pub patience: Duration,
}

/// Waits until no other count is at work. Until when this one may be.
///
/// # Errors
/// When another is at work for too long, or the table can't be written.
pub async fn take_lease(table: &Table, terms: Terms, clock: impl Fn() -> Timestamp) -> Result<Timestamp, CountError> {
    let mut waited = Duration::ZERO;
    let mut pause = Duration::from_millis(50);
    loop {
        let now = clock();
        let until = now.saturating_add(terms.longest).unwrap_or(Timestamp::MAX);
        if table.take_lease(Work::Counting, terms.holder, now, until).await? {
            return Ok(until);
        }
        if waited.is_zero() {
            tracing::info!(outcome = "waiting-for-another-count");
        }
        if waited >= terms.patience {
            return Err(CountError::Busy);
        }
        let wait = pause.min(terms.patience - waited);
        tokio::time::sleep(wait).await;
        waited += wait;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// Counts, and then gives the lease back, also where the count panics.
pub async fn give_back_after<T>(table: &Table, holder: Uuid, count: impl Future<Output = T>) -> T {
    let counted = AssertUnwindSafe(count).catch_unwind().await;
    if let Err(error) = table.give_back_lease(Work::Counting, holder).await {
        tracing::warn!(outcome = "lease-not-given-back", %error);
    }
    counted.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The parts that all stores and scopes of a count share.
pub struct Counting<'a, C> {
    /// The table.
    pub table: &'a Table,
    /// The catalog, as it is.
    pub catalog: &'a Catalog,
    /// The business days, both ends included.
    pub days: &'a RangeInclusive<Date>,
    /// The first business day whose responses are read. Those before stand as they were counted, but for their cases.
    pub read_from: Date,
    /// The one store whose responses are read, if it is one. In the nodes above it all others stand as they were counted
    /// last, and no other node is touched.
    pub only: Option<StoreNumber>,
    /// How many days a response is kept.
    pub retention_days: i64,
    /// Whether days are written also where fewer responses are left than were counted before.
    pub accept_fewer: bool,
    /// From when on endpoints want to know of responses; none where no endpoint does.
    pub tell_since: Option<Timestamp>,
    /// When the count began.
    pub began: Timestamp,
    /// When the lease ends: nothing is written after that.
    pub until: Timestamp,
    /// Read when the reading of each store begins, because that decides between a later count and a write of this one
    /// that came late.
    pub clock: &'a C,
}

impl<C: Fn() -> Timestamp + Sync> Counting<'_, C> {
    /// Counts the stores of a list, and every scope above.
    pub async fn run(&self, list: &StoreList) -> Summary {
        let (from, to) = (Some(*self.days.start()), Some(*self.days.end()));
        let mut summary = Summary { from, to, ..Summary::default() };
        let nodes = count_stores(self, list, &mut summary).await;
        write_nodes(self, &nodes, &mut summary).await;
        summary
    }
}

impl<C: Fn() -> Timestamp> Counting<'_, C> {
    /// Whether this count reads the responses of a store.
    fn reads(&self, store: StoreNumber) -> bool {
        self.only.is_none_or(|only| only == store)
    }

    /// Writes a rollup unless it says what is there already, or fewer responses were met than before, or a later count
    /// has been faster. Returns what is there afterwards, and whether that is what was counted.
    async fn replace(
        &self,
        scope: &Scope,
        day: Date,
        before: Option<Rollup>,
        mut rollup: Rollup,
        did: &mut Summary,
    ) -> Result<(Rollup, bool), TableError> {
        let same = match &before {
            Some(before) => {
                let parts = |rollup: &Rollup| (rollup.complete_until, rollup.items);
                before.content == rollup.content && parts(before) == parts(&rollup)
            }
            // A day whose answers were all erased has items, and has to be known by their number.
            None => rollup.content == Content::default() && rollup.items.is_none_or(|items| items == 0),
        };
        if same {
            did.unchanged += u64::from(before.is_some());
            return Ok((rollup, true));
        }
        // Answers of staff are counted, and move no time that readers of the guests' figures see: they would learn when
        // somebody answered. A microsecond is enough to be written.
        if let Some(before) = before.as_ref().filter(|before| before.content.of_guests() == rollup.content.of_guests())
        {
            rollup.counted_at = before.counted_at.saturating_add(1_i64.microsecond()).unwrap_or(rollup.counted_at);
        }
        if let Some(before) = before.filter(|before| !self.accept_fewer && loses(before, &rollup)) {
            let (had, found) = (before.items, rollup.items);
            tracing::error!(outcome = "rollup-kept", scope = %scope, day = %day, had, found);
            did.kept += 1;
            did.failures += 1;
            return Ok((before, false));
        }
        if (self.clock)() >= self.until {
            let detail = "the lease of the count is over".to_owned();
            return Err(TableError::Failed { action: "write a rollup", detail });
        }
        if self.table.put_rollup(scope, day, &rollup).await? {
            did.written += 1;
            return Ok((rollup, true));
        }
        did.overtaken += 1;
        let mut there = self.table.rollups(scope, day, day).await?;
        Ok((there.remove(&day).unwrap_or(rollup), true))
    }
}

/// Whether a rollup would lose something: items that were met before, or a whole scope directly below.
fn loses(before: &Rollup, rollup: &Rollup) -> bool {
    let below = |rollup: &Rollup, scope: &String| rollup.content.children.contains_key(scope);
    let lost = before.content.children.keys().any(|scope| !below(rollup, scope));
    before.items > rollup.items.or(before.items) || lost
}

impl Summary {
    /// The same, if everything was counted and written.
    ///
    /// # Errors
    /// When something was not, or kept what it had.
    pub fn whole(self) -> Result<Self, CountError> {
        if self.failures > 0 { Err(CountError::Some(self.failures)) } else { Ok(self) }
    }

    /// Logs what the count did.
    pub fn log(&self) {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        if self.failures > 0 {
            tracing::error!(
                outcome = "counted-in-part",
                failures = self.failures,
                kept = self.kept,
                behind = self.behind
            );
            return;
        }
        tracing::info!(
            outcome = "counted",
            from = day(self.from),
            to = day(self.to),
            stores = self.stores,
            responses = self.responses,
            written = self.written,
            unchanged = self.unchanged,
            overtaken = self.overtaken,
            unreadable = self.unreadable,
            behind = self.behind,
            days_left = self.left.len(),
        );
    }

    fn add(&mut self, other: Self) {
        self.stores += other.stores;
        self.responses += other.responses;
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.overtaken += other.overtaken;
        self.unreadable += other.unreadable;
        self.kept += other.kept;
        self.behind += other.behind;
        self.failures += other.failures;
        for (day, stores) in other.left {
            *self.left.entry(day).or_default() += stores;
        }
    }
}
