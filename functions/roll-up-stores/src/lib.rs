//! The schedule counts: each store's business days from their responses, then each scope above from its stores.
//!
//! Rollups are recomputed and replaced, never added to: a rerun, an overlap or a crash half-way leaves nothing that
//! the next count doesn't put right.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use aftertaste::{
    counting::{DayCount, count},
    domain::{
        count::{Content, Rollup, paid_responses},
        place::{Path, Scope, Store, is_in_range},
    },
    memory::Catalog,
    table::{Table, TableError},
};
use futures::{
    FutureExt,
    future::BoxFuture,
    stream::{self, StreamExt},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// The function's name, in its logs and in the template.
pub const FUNCTION: &str = "roll-up-stores";

/// How many stores are counted at once: enough to hide the table's latency, few enough for a small function.
const AT_ONCE: usize = 16;

/// The longest range of days that one count takes.
const LONGEST_RANGE_DAYS: i32 = 400;

/// What a schedule (or an operator) asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Event {
    /// `{"days":"recent"}` or `{"days":"answerable"}`
    Window {
        /// Which days.
        days: Window,
    },
    /// `{"from":"2026-11-01","to":"2026-11-21"}`, business days, both included
    Range {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
    },
}

/// Days named by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    /// Today and yesterday.
    Recent,
    /// Every day on which a link can still be answered.
    Answerable,
}

/// What a count did.
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
    /// Some rollups can't be written or counted; all others have been.
    #[error("{0} stores or scopes could not be counted; each is in the log. The next count tries again.")]
    Some(usize),
}

impl std::fmt::Debug for CountError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A store's day as it stands after a count.
struct StoreDay {
    day: Date,
    rollup: Rollup,
    path: Path,
}

/// Counts. `clock` is read when the reading of each store begins, because that decides between counts that overlap.
///
/// # Errors
/// When the event can't be counted, or not everything could be.
pub async fn handle(
    table: &Table,
    catalog: &Catalog,
    event: Event,
    clock: impl Fn() -> Timestamp + Sync,
) -> Result<Summary, CountError> {
    let now = clock();
    let stores = catalog.stores(now).await?;
    let brand = catalog.brand(now).await?;
    let Some(days) = days_of(catalog, event, &stores, now).await? else {
        tracing::info!(outcome = "nothing-to-count");
        return Ok(Summary::default());
    };
    let mut summary = Summary { from: Some(*days.start()), to: Some(*days.end()), ..Summary::default() };
    let counting = Counting { table, catalog, days: &days, retention_days: i64::from(brand.retention_days) };
    let nodes = count_stores(&counting, &stores, &clock, &mut summary).await?;
    write_nodes(&counting, &nodes, &mut summary).await?;
    summary.log();
    Ok(summary)
}

/// What all stores of a count share.
struct Counting<'a> {
    table: &'a Table,
    catalog: &'a Catalog,
    days: &'a RangeInclusive<Date>,
    retention_days: i64,
}

/// The rollups of each node, by day.
type Nodes = BTreeMap<Path, BTreeMap<Date, Rollup>>;

/// Counts every store, and adds each day into every node above it.
async fn count_stores(
    counting: &Counting<'_>,
    stores: &[Store],
    clock: &(impl Fn() -> Timestamp + Sync),
    summary: &mut Summary,
) -> Result<Nodes, CountError> {
    let mut nodes = Nodes::new();
    let mut failures = 0;
    let counts: Vec<BoxFuture<'_, _>> =
        stores.iter().map(|store| count_store(counting, store, clock).map(move |did| (store, did)).boxed()).collect();
    let mut counts = stream::iter(counts).buffer_unordered(AT_ONCE);
    while let Some((store, counted)) = counts.next().await {
        match counted {
            Ok((store_days, did)) => {
                summary.add(did);
                store_days.into_iter().for_each(|day| add_to_nodes(&mut nodes, store, day));
            }
            Err(error) => {
                tracing::error!(outcome = "store-failed", store = store.number.get(), error = %error);
                failures += 1;
            }
        }
    }
    // Without these stores the scopes above would lose what they have of them.
    if failures > 0 { Err(CountError::Some(failures)) } else { Ok(nodes) }
}

fn add_to_nodes(nodes: &mut Nodes, store: &Store, StoreDay { day, rollup, path }: StoreDay) {
    let above: Vec<Path> = path.with_ancestors().collect();
    let below = above.iter().skip(1).cloned().map(Scope::Node).chain([Scope::Store(store.number)]);
    for (node, child) in above.iter().cloned().zip(below) {
        let merged = nodes
            .entry(node)
            .or_default()
            .entry(day)
            .or_insert_with(|| Rollup { counted_at: Timestamp::MAX, ..Rollup::default() });
        merged.content.merge(&rollup.content, &child);
        // As old as the oldest reading in it.
        merged.counted_at = merged.counted_at.min(rollup.counted_at);
    }
}

async fn write_nodes(counting: &Counting<'_>, nodes: &Nodes, summary: &mut Summary) -> Result<(), CountError> {
    let mut failures = 0;
    let writes: Vec<BoxFuture<'_, _>> = nodes
        .iter()
        .map(|(path, rollups)| write_node(counting, path, rollups).map(move |did| (path, did)).boxed())
        .collect();
    let mut writes = stream::iter(writes).buffer_unordered(AT_ONCE);
    while let Some((path, written)) = writes.next().await {
        match written {
            Ok(did) => summary.add(did),
            Err(error) => {
                tracing::error!(outcome = "scope-failed", scope = path.as_str(), error = %error);
                failures += 1;
            }
        }
    }
    if failures > 0 { Err(CountError::Some(failures)) } else { Ok(()) }
}

/// The days to count, the same for every store whatever its time zone: a scope's day is whole only if each of its
/// stores is counted for it. None without a store.
async fn days_of(
    catalog: &Catalog,
    event: Event,
    stores: &[Store],
    now: Timestamp,
) -> Result<Option<RangeInclusive<Date>>, CountError> {
    let todays = || stores.iter().map(|store| store.calendar.day_of(now));
    let (Some(first), Some(last)) = (todays().min(), todays().max()) else { return Ok(None) };
    let back = |days: u32| first.saturating_sub(i64::from(days).days());
    match event {
        Event::Window { days: Window::Recent } => Ok(Some(back(1)..=last)),
        Event::Window { days: Window::Answerable } => {
            let mut longest = 1;
            let surveys: BTreeSet<_> = stores.iter().map(|store| &store.details.survey).collect();
            for id in surveys {
                let survey = catalog.survey(id, now).await?;
                longest = survey.map_or(longest, |survey| longest.max(survey.definition.link_lifetime_days));
            }
            Ok(Some(back(longest + 1)..=last))
        }
        Event::Range { from, to } if !(is_in_range(from) && is_in_range(to)) => {
            Err(CountError::Event("The range lies within the years 2020 to 2530.".into()))
        }
        Event::Range { from, to } if from > to => {
            Err(CountError::Event(format!("The range is reversed: from {from} is after to {to}.")))
        }
        Event::Range { from, to } if from.until(to).is_ok_and(|span| span.get_days() >= LONGEST_RANGE_DAYS) => {
            Err(CountError::Event(format!("The range {from} to {to} is too long: {LONGEST_RANGE_DAYS} days at most.")))
        }
        Event::Range { from, to } => Ok(Some(from..=to)),
    }
}

async fn count_store(
    &Counting { table, catalog, days, retention_days }: &Counting<'_>,
    store: &Store,
    clock: &(impl Fn() -> Timestamp + Sync),
) -> Result<(Vec<StoreDay>, Summary), TableError> {
    let scope = Scope::Store(store.number);
    let began = clock();
    let mut before = table.rollups(&scope, *days.start(), *days.end()).await?;
    let mut did = Summary { stores: 1, ..Summary::default() };
    let mut counted_days = Vec::new();

    let all_days = || days.start().series(1.day()).take_while(|day| day <= days.end());
    let may_have_expired = |day: Date| match before.get(&day).and_then(|rollup| rollup.complete_until) {
        Some(until) => until <= began,
        None => {
            store.calendar.window(day).start.saturating_add((retention_days * 24).hours()).is_ok_and(|end| end <= began)
        }
    };
    let left: BTreeSet<Date> = all_days().filter(|day| may_have_expired(*day)).collect();
    let to_count: Vec<Date> = all_days().filter(|day| !left.contains(day)).collect();
    for day in &left {
        did.left.insert(*day, 1);
        if let Some(mut rollup) = before.remove(day) {
            // Nothing can change it any more, so it is as good as read now.
            rollup.counted_at = began;
            let path = rollup.path.clone().unwrap_or_else(|| store.details.path.clone());
            counted_days.push(StoreDay { day: *day, rollup, path });
        }
    }
    let (Some(first), Some(last)) = (to_count.first(), to_count.last()) else { return Ok((counted_days, did)) };

    let mut counted = count(table, catalog, store, &(*first..=*last), began).await?;
    let mut operations = table.operations(store.number, *first, *last).await?;
    did.responses = counted.responses;
    did.unreadable = counted.unreadable;
    for day in to_count {
        let DayCount { tallies, complete_until } = counted.days.remove(&day).unwrap_or_default();
        let before = before.remove(&day);
        // The node that the day was first counted towards: past days stay where they were when a store moves.
        let path = before.as_ref().and_then(|rollup| rollup.path.clone()).unwrap_or_else(|| store.details.path.clone());
        let answered = paid_responses(&tallies);
        let operations = operations.remove(&day).map(|given| given.with_answers(answered)).unwrap_or_default();
        let content = Content { tallies, operations, ..Content::default() };
        let rollup = Rollup { content, counted_at: began, path: Some(path.clone()), complete_until };
        let rollup = replace(table, &scope, day, before, rollup, &mut did).await?;
        counted_days.push(StoreDay { day, rollup, path });
    }
    Ok((counted_days, did))
}

async fn write_node(
    &Counting { table, days, .. }: &Counting<'_>,
    path: &Path,
    rollups: &BTreeMap<Date, Rollup>,
) -> Result<Summary, TableError> {
    let scope = Scope::Node(path.clone());
    let mut before = table.rollups(&scope, *days.start(), *days.end()).await?;
    let mut did = Summary::default();
    for (day, rollup) in rollups {
        replace(table, &scope, *day, before.remove(day), rollup.clone(), &mut did).await?;
    }
    Ok(did)
}

/// Writes a rollup unless it says what is there already or a later count has been faster. Returns what is there
/// afterwards.
async fn replace(
    table: &Table,
    scope: &Scope,
    day: Date,
    before: Option<Rollup>,
    rollup: Rollup,
    did: &mut Summary,
) -> Result<Rollup, TableError> {
    let same = match &before {
        Some(before) => before.content == rollup.content && before.complete_until == rollup.complete_until,
        None => rollup.content == Content::default(),
    };
    if same {
        did.unchanged += u64::from(before.is_some());
        return Ok(rollup);
    }
    if table.put_rollup(scope, day, &rollup).await? {
        did.written += 1;
        return Ok(rollup);
    }
    did.overtaken += 1;
    let mut there = table.rollups(scope, day, day).await?;
    Ok(there.remove(&day).unwrap_or(rollup))
}

impl Summary {
    fn log(&self) {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
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
        for (day, stores) in other.left {
            *self.left.entry(day).or_default() += stores;
        }
    }
}
