//! Stores: each business day from its responses.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    count::{CaseCounts, Content, Rollup},
    place::{Path, Scope, Store, StoreNumber},
};
use futures::{
    FutureExt,
    future::BoxFuture,
    stream::{self, StreamExt},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{
    AT_ONCE, Counting, Summary,
    following::Following,
    nodes::{self, Nodes, StoreDay},
    telling::Telling,
};
use crate::{
    counting::{DayCount, count},
    table::{StoreList, TableError, fitted},
};

/// How far back a store that can't be counted is searched for in its own rollups, in days.
const LOOK_BACK_DAYS: i64 = 62;

/// Counts every store, and adds each day into every node above it. A store that can't be counted stops nothing: its
/// last rollups stand for it, and the nodes are marked. Where one store alone is counted, all others stand as they are.
pub(crate) async fn count_stores<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    list: &StoreList,
    summary: &mut Summary,
) -> Nodes {
    let readable = list.stores.iter().map(|store| {
        let path = Some(store.details.path.clone());
        let days = if counting.reads(store.number) {
            store_days(counting, store).boxed()
        } else {
            standing_days(counting, store).boxed()
        };
        days.map(move |counted| (store.number, path, counted)).boxed()
    });
    // An item beside that of a store that can be read is no second store.
    let is_readable = |number| list.stores.iter().any(|store| store.number == number);
    let unreadable = list.unreadable.iter().filter_map(|store| Some((store.number?, store.path.clone())));
    let unreadable = unreadable.filter(|(number, _)| !is_readable(*number));
    let unreadable = unreadable.map(|(number, path)| {
        let days = last_days(counting, number, path.clone());
        let did = Summary { behind: 1, ..Summary::default() };
        days.map(move |days| (number, path, days.map(|days| (days, did)))).boxed()
    });
    let all: Vec<BoxFuture<'_, _>> = readable.chain(unreadable).collect();
    let mut all = stream::iter(all).buffer_unordered(AT_ONCE);
    let mut nodes = Nodes::new();
    let mut held_back: BTreeSet<Path> = BTreeSet::new();
    let mut above: BTreeSet<Path> = BTreeSet::new();
    while let Some((number, path, counted)) = all.next().await {
        match counted {
            Ok((days, did)) => {
                summary.add(did);
                if counting.reads(number) {
                    above.extend(days.iter().flat_map(|day| day.path.with_ancestors()));
                }
                days.into_iter().for_each(|day| nodes::add(&mut nodes, number, day));
            }
            // Not even its last rollups can be read: the nodes above it would lose what they have of it.
            Err(error) => {
                tracing::error!(outcome = "store-failed", store = number.get(), error = %error);
                summary.failures += 1;
                summary.behind += 1;
                held_back.extend(path.iter().flat_map(Path::with_ancestors));
            }
        }
    }
    nodes.retain(|node, _| above.contains(node) && !held_back.contains(node));
    nodes
}

/// The days of a store that this count does not read, as they were counted last.
async fn standing_days<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    store: &Store,
) -> Result<(Vec<StoreDay>, Summary), TableError> {
    let (first, last) = (*counting.days.start(), *counting.days.end());
    let mut known = counting.table.rollups(&Scope::Store(store.number), first, last).await?;
    let days = first.series(1.day()).take_while(|day| *day <= last).map(|day| {
        let rollup = known.remove(&day);
        let path = rollup.as_ref().and_then(|rollup| rollup.path.clone()).unwrap_or_else(|| store.details.path.clone());
        StoreDay { day, rollup, path, behind_since: None }
    });
    Ok((days.collect(), Summary::default()))
}

/// A store's days, counted, or else as they were counted last.
async fn store_days<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    store: &Store,
) -> Result<(Vec<StoreDay>, Summary), TableError> {
    match count_store(counting, store).await {
        Ok(counted) => Ok(counted),
        Err(error) => {
            tracing::error!(outcome = "store-behind", store = store.number.get(), error = %error);
            let days = last_days(counting, store.number, Some(store.details.path.clone())).await?;
            Ok((days, Summary { behind: 1, failures: 1, ..Summary::default() }))
        }
    }
}

/// The days of a store that can't be counted, as its last rollups have them. Its node is `path`, as far as that is
/// known. Days without a rollup are missing there.
async fn last_days<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    store: StoreNumber,
    path: Option<Path>,
) -> Result<Vec<StoreDay>, TableError> {
    let (first, last) = (*counting.days.start(), *counting.days.end());
    let back = first.saturating_sub(LOOK_BACK_DAYS.days());
    let known = counting.table.rollups(&Scope::Store(store), back, last).await?;
    let latest = known.values().max_by_key(|rollup| rollup.counted_at);
    let usual = path.or_else(|| latest.and_then(|rollup| rollup.path.clone()));
    let since = latest.map(|rollup| rollup.counted_at);
    let days = first.series(1.day()).take_while(|day| *day <= last).filter_map(|day| {
        let rollup = known.get(&day).cloned();
        let path = rollup.as_ref().and_then(|rollup| rollup.path.clone()).or_else(|| usual.clone())?;
        // The latest change that is known of the store; of one that was never counted, the day's beginning.
        let begin =
            || TimeZone::UTC.to_zoned(day.to_datetime(jiff::civil::Time::midnight())).ok().map(|at| at.timestamp());
        Some(StoreDay { day, rollup, path, behind_since: since.or_else(begin) })
    });
    Ok(days.collect())
}

async fn count_store<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    store: &Store,
) -> Result<(Vec<StoreDay>, Summary), TableError> {
    let Counting { table, days, .. } = counting;
    let scope = Scope::Store(store.number);
    let began = (counting.clock)();
    let mut before = table.rollups(&scope, *days.start(), *days.end()).await?;
    let mut did = Summary { stores: 1, ..Summary::default() };
    let mut counted_days = Vec::new();

    let left = left_days(counting, store, began, &before);
    let all_days = counting.read_from.series(1.day()).take_while(|day| day <= days.end());
    let to_count: Vec<Date> = all_days.filter(|day| !left.contains(day)).collect();
    for day in &left {
        did.left.insert(*day, 1);
        if let Some(mut rollup) = before.remove(day) {
            // Nothing can change it any more, so it is as good as read now.
            rollup.counted_at = began;
            let path = rollup.path.clone().unwrap_or_else(|| store.details.path.clone());
            counted_days.push(StoreDay { day: *day, rollup: Some(rollup), path, behind_since: None });
        }
    }
    let (Some(first), Some(last)) = (to_count.first(), to_count.last()) else { return Ok((counted_days, did)) };

    let mut counted = count(table, counting.catalog, store, &(*first..=*last), began).await?;
    let following = Following { table, store, days: (*days.start()..=*days.end()), read_from: *first, began };
    let mut cases = following.follow(&counted.calls).await?;
    for day in days.start().series(1.day()).take_while(|day| *day < counting.read_from) {
        let standing = standing_day(counting, store, (day, before.remove(&day)), cases.remove(&day), began, &mut did);
        counted_days.push(standing.await?);
    }
    let operations = table.operations(store.number, *first, *last).await?;
    (did.responses, did.unreadable) = (counted.responses, counted.unreadable);
    for day in to_count {
        let count = counted.days.remove(&day).unwrap_or_default();
        let before = before.remove(&day);
        // The node that the day was first counted towards: past days stay where they were when a store moves.
        let path = before.as_ref().and_then(|rollup| rollup.path.clone()).unwrap_or_else(|| store.details.path.clone());
        let DayCount { tallies, complete_until, items, shown_before, .. } = count;
        let cases = cases.remove(&day).unwrap_or_default();
        let content = fitted(Content { shown_before, cases, ..Content::of_store_day(tallies, operations.get(&day)) });
        let path_of_day = Some(path.clone());
        let rollup = Rollup { content, counted_at: began, path: path_of_day, complete_until, items: Some(items) };
        let unchanged = before.as_ref().filter(|before| before.content == rollup.content);
        let unchanged_since = unchanged.map(|before| before.counted_at);
        let (rollup, is_counted) = counting.replace(&scope, day, before, rollup, &mut did).await?;
        tell(counting, store, (day, &rollup.content), unchanged_since, began).await.unwrap_or_else(|error| {
            tracing::error!(outcome = "responses-not-told", store = store.number.get(), day = %day, %error);
            did.failures += 1;
        });
        let behind_since = (!is_counted).then_some(rollup.counted_at);
        counted_days.push(StoreDay { day, rollup: Some(rollup), path, behind_since });
    }
    did.behind = u64::from(did.kept > 0);
    Ok((counted_days, did))
}

/// A day whose responses are not read any more, and whose cases still move.
async fn standing_day<C: Fn() -> Timestamp + Sync>(
    counting: &Counting<'_, C>,
    store: &Store,
    (day, before): (Date, Option<Rollup>),
    cases: Option<CaseCounts>,
    began: Timestamp,
    did: &mut Summary,
) -> Result<StoreDay, TableError> {
    let path = before.as_ref().and_then(|rollup| rollup.path.clone()).unwrap_or_else(|| store.details.path.clone());
    let cases = cases.unwrap_or_default();
    let Some(mut rollup) = before.clone() else {
        return Ok(StoreDay { day, rollup: None, path, behind_since: None });
    };
    if rollup.content.cases != cases {
        rollup.content.cases = cases;
        rollup.counted_at = began;
        (rollup, _) = counting.replace(&Scope::Store(store.number), day, before, rollup, did).await?;
    }
    Ok(StoreDay { day, rollup: Some(rollup), path, behind_since: None })
}

/// Reports a day's responses to endpoints, if any of them wants them.
async fn tell<C>(
    counting: &Counting<'_, C>,
    store: &Store,
    (day, content): (Date, &Content),
    unchanged_since: Option<Timestamp>,
    began: Timestamp,
) -> Result<(), TableError> {
    let Some(since) = counting.tell_since.filter(|_| !content.tallies.is_empty()) else { return Ok(()) };
    Telling { table: counting.table, store, day, content, since, unchanged_since, began }.tell().await
}

/// The days whose responses may have expired: a recount would lose some.
fn left_days<C: Fn() -> Timestamp>(
    counting: &Counting<'_, C>,
    store: &Store,
    began: Timestamp,
    before: &BTreeMap<Date, Rollup>,
) -> BTreeSet<Date> {
    // An operator who accepts fewer has every day counted.
    if counting.accept_fewer {
        return BTreeSet::new();
    }
    let may_have_expired = |day: &Date| match before.get(day).and_then(|rollup| rollup.complete_until) {
        Some(until) => until <= began,
        None => {
            let start = store.calendar.window(*day).start;
            start.saturating_add((counting.retention_days * 24).hours()).is_ok_and(|end| end <= began)
        }
    };
    let days = counting.read_from.series(1.day()).take_while(|day| day <= counting.days.end());
    days.filter(may_have_expired).collect()
}
