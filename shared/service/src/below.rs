//! The scopes below a node and beside it, and the counts of a report made of all that was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    Id,
    count::{Content, DriverSums, Group, Rollup, Series, merge_signs},
    place::{Path, Scope, StoreNumber},
    report::{Behind, Child, ChildDrivers, Counts, Part, Places, Siblings, StoreDays},
    visit::Origin,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{Timestamp, civil::Date};

use crate::{
    app::App,
    reading::{Reading, Stores, Window, both_windows},
    table::TableError,
};

/// So many lowest nodes at most are read to find every store below a node.
const MOST_LOWEST_NODES: usize = 20;

/// The parts below a scope, in the responses of both windows.
pub struct Below {
    /// The parts directly below, by scope.
    direct: BTreeMap<String, Part>,
    /// The places by which a change is split, where these are others.
    places: Option<(Places, Vec<Part>)>,
    /// The sums of each driver of the nodes directly below.
    themes: BTreeMap<Path, ThemeDays>,
    /// What each store sold beside its responses, where that is known of all stores.
    sold: Vec<StoreDays>,
}

/// The sums of each driver, by business day.
type ThemeDays = BTreeMap<Date, BTreeMap<Id, DriverSums>>;

/// Of a node the parts directly below, and the places by which its change is split. These are all stores below, where
/// they lie in at most twenty nodes, else the parts directly below. Nothing of a store.
///
/// # Errors
/// When the table can't be read.
pub async fn below<K>(app: &App<K>, stores: &Stores, reading: &Reading, series: &Series) -> Result<Below, TableError> {
    let direct = parts(&reading.rollups, &reading.before, series);
    let lowest: BTreeSet<&Path> = stores.all.iter().map(|store| &store.details.path).collect();
    let mut below = Below { direct, places: None, themes: BTreeMap::new(), sold: Vec::new() };
    let mut sold = BTreeMap::new();
    if below.direct.keys().all(|scope| is_store(scope)) {
        add_sold(&mut sold, reading, &reading.rollups, series);
        below.sold = sold.into_values().collect();
        return Ok(below);
    }
    if lowest.len() <= MOST_LOWEST_NODES {
        let read = |path: &Path| {
            let path = path.clone();
            async move {
                let both = both_windows(app, Scope::Node(path.clone()), reading.window, reading.against).await?;
                Ok::<_, TableError>((path, both))
            }
        };
        let reads: Vec<_> = lowest.into_iter().map(read).collect();
        let all: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut found = BTreeMap::new();
        for (path, (now, before)) in &all {
            merge(&mut found, parts(now, before, series).into_iter().filter(|(scope, _)| is_store(scope)));
            add_sold(&mut sold, reading, now, series);
            if let Some(child) = child_above(&stores.scope, path) {
                merge_themes(below.themes.entry(child).or_default(), now, series);
            }
        }
        // Days of a store that has moved stay in its old node, which may have none left. Then nodes show more.
        if counted(&found) == counted(&below.direct) {
            below.places = Some((Places::Stores, found.into_values().collect()));
            below.sold = sold.into_values().collect();
        }
    }
    // Where there is nothing to compare with, nothing is split.
    if below.places.is_none() && !reading.before.is_empty() {
        below.places = places_below_one(app, reading, series, &below.direct).await?;
    }
    Ok(below)
}

/// One place alone splits nothing: the places below that.
async fn places_below_one<K>(
    app: &App<K>,
    reading: &Reading,
    series: &Series,
    direct: &BTreeMap<String, Part>,
) -> Result<Option<(Places, Vec<Part>)>, TableError> {
    let mut places = None;
    let mut only = only_node(direct);
    while let Some(node) = only {
        let (now, before) = both_windows(app, node, reading.window, reading.against).await?;
        let lower = parts(&now, &before, series);
        only = only_node(&lower);
        places = Some((places_are(&lower), lower.into_values().collect()));
    }
    Ok(places)
}

/// The shortest window, in days, in which what was sold is set beside the answers.
const SHORTEST_WITH_SALES: i32 = 28;

/// Adds what each store sold beside its responses, from the rollups of the node directly above it.
fn add_sold(
    sold: &mut BTreeMap<String, StoreDays>,
    reading: &Reading,
    rollups: &BTreeMap<Date, Rollup>,
    series: &Series,
) {
    // No payment stands behind other answers. And where nobody gave orders, nothing is beside them.
    let is_known = rollups.values().any(|rollup| !rollup.content.answered.is_empty());
    if reading.window.days() < SHORTEST_WITH_SALES || series.origin != Origin::Payment || !is_known {
        return;
    }
    // As in `parts`: names are found by hash.
    let mut found: HashMap<&str, StoreDays> = HashMap::new();
    for (day, Rollup { content, .. }) in rollups {
        for (scope, group) in groups(content, series).filter(|(scope, _)| is_store(scope)) {
            found.entry(scope).or_default().days.push((*day, *group));
        }
        for scope in content.answered.keys().filter(|scope| is_store(scope)) {
            if let Some(given) = content.operations_of(scope) {
                found.entry(scope).or_default().operations.entry(*day).or_default().merge(&given);
            }
        }
    }
    for (scope, more) in found {
        let store = sold.entry(scope.to_owned()).or_default();
        scope.clone_into(&mut store.scope);
        store.days.extend(more.days);
        for (day, given) in more.operations {
            store.operations.entry(day).or_default().merge(&given);
        }
    }
}

/// The node directly below a scope that covers a path.
fn child_above(scope: &Scope, path: &Path) -> Option<Path> {
    let Scope::Node(node) = scope else { return None };
    path.with_ancestors().find(|child| child != node && node.covers(child))
}

fn merge_themes(all: &mut ThemeDays, rollups: &BTreeMap<Date, Rollup>, series: &Series) {
    for (day, rollup) in rollups {
        for (question, sums) in rollup.content.tallies.get(series).into_iter().flat_map(|tally| &tally.drivers) {
            all.entry(*day).or_default().entry(question.clone()).or_default().merge(sums);
        }
    }
}

/// The responses of a scope and of those beside it, as the node above them has them. None of a scope that is below no
/// other.
///
/// # Errors
/// When the table can't be read.
pub async fn siblings<K>(
    app: &App<K>,
    stores: &Stores,
    reading: &Reading,
    series: &Series,
) -> Result<Siblings, TableError> {
    let Some(parent) = stores.parent() else { return Ok(Siblings::default()) };
    let Window { from, to } = reading.window;
    let rollups = app.table.rollups(&Scope::Node(parent), from, to).await?;
    let mut all = parts(&rollups, &BTreeMap::new(), series);
    let groups = |part: Part| part.now.into_iter().map(|(_, group)| group).collect();
    let own = all.remove(&stores.scope.to_string()).map(groups).unwrap_or_default();
    Ok(Siblings { own, others: all.into_values().map(groups).collect() })
}

/// The node that is all there is.
fn only_node(parts: &BTreeMap<String, Part>) -> Option<Scope> {
    let only = parts.keys().next().filter(|_| parts.len() == 1)?;
    only.parse().ok().filter(|scope| matches!(scope, Scope::Node(_)))
}

fn places_are(parts: &BTreeMap<String, Part>) -> Places {
    if parts.keys().all(|scope| is_store(scope)) { Places::Stores } else { Places::Below }
}

fn is_store(scope: &str) -> bool {
    scope.starts_with("store/")
}

/// The parts directly below a node whose rollups these are, by both windows.
fn parts(now: &BTreeMap<Date, Rollup>, before: &BTreeMap<Date, Rollup>, series: &Series) -> BTreeMap<String, Part> {
    // Two hundred scopes on two hundred days: they are found by hash, and their names cloned once.
    let mut parts: HashMap<&str, Part> = HashMap::new();
    for (day, rollup) in now {
        for (scope, group) in groups(&rollup.content, series) {
            parts.entry(scope).or_default().now.push((*day, *group));
        }
    }
    for (day, rollup) in before {
        for (scope, group) in groups(&rollup.content, series) {
            parts.entry(scope).or_default().before.push((*day, *group));
        }
    }
    parts.into_iter().map(|(scope, part)| (scope.to_owned(), part)).collect()
}

/// Adds what another node has of the same stores: one that has moved has days in both.
fn merge(all: &mut BTreeMap<String, Part>, more: impl Iterator<Item = (String, Part)>) {
    for (scope, part) in more {
        let to = all.entry(scope).or_default();
        to.now.extend(part.now);
        to.before.extend(part.before);
    }
}

/// How many responses there are in both windows.
fn counted(parts: &BTreeMap<String, Part>) -> (u64, u64) {
    let of = |days: &[(Date, Group)]| days.iter().map(|(_, group)| group.responses).sum::<u64>();
    parts.values().fold((0, 0), |all, part| (all.0 + of(&part.now), all.1 + of(&part.before)))
}

/// So many nodes are read at once.
const AT_ONCE: usize = 8;

/// Each scope directly below, with its responses of a series.
fn groups<'a>(content: &'a Content, series: &'a Series) -> impl Iterator<Item = (&'a String, &'a Group)> {
    content.children.iter().filter_map(|(child, groups)| Some((child, groups.get(series)?)))
}

/// Adds the scope to names that are alike: one must not be taken for another.
fn tell_apart(children: &mut BTreeMap<String, Child>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for child in children.values() {
        *seen.entry(child.name.clone()).or_default() += 1;
    }
    for (scope, child) in children {
        if seen.get(&child.name).is_some_and(|n| *n > 1) {
            child.name = format!("{} ({scope})", child.name);
        }
    }
}

/// The counts of one series.
pub fn counts(reading: Reading, series: &Series, stores: &Stores, below: Below) -> Counts {
    let Below { direct, places, themes, sold } = below;
    let (surveys, against, today) = (reading.series(), reading.against, Some(reading.today));
    let mut counts = Counts { surveys, against, today, sold, ..Counts::default() };
    let rated = |(path, days): (Path, ThemeDays)| {
        let scope = Scope::Node(path);
        ChildDrivers { name: stores.name_of(&scope), scope, days }
    };
    counts.themes = themes.into_iter().map(rated).collect();
    (counts.places_are, counts.places) =
        places.unwrap_or_else(|| (places_are(&direct), direct.values().cloned().collect()));
    let answered_now = direct.into_iter().filter(|(_, part)| !part.now.is_empty());
    let child = |(scope, part): (String, Part)| Some((scope.clone(), stores.child(scope.parse().ok()?, part)));
    let mut children: BTreeMap<String, Child> = answered_now.filter_map(child).collect();
    tell_apart(&mut children);
    let mut behind: BTreeMap<StoreNumber, Timestamp> = BTreeMap::new();
    // Orders are paid: answers that no payment stands behind are not set against them.
    let is_paid = series.origin == Origin::Payment;
    for (day, Rollup { mut content, .. }) in reading.before {
        counts.before.extend(content.tallies.remove(series).map(|tally| (day, tally)));
        if is_paid {
            counts.operations_before.merge(&content.operations);
        }
    }
    for (day, Rollup { mut content, counted_at, .. }) in reading.rollups {
        counts.counted_at = counts.counted_at.max(Some(counted_at));
        if series.origin != Origin::Test {
            counts.cases.merge(&content.cases);
        }
        counts.days.extend(content.tallies.remove(series).map(|tally| (day, tally)));
        for (scope, child) in &mut children {
            if let Some(signs) = content.signs.get(scope).and_then(|signs| signs.get(series)) {
                merge_signs(&mut child.signs, signs);
            }
            // A day of orders alone is one on which nobody answered.
            if let Some((answered, orders)) = content.answered.get(scope).filter(|_| is_paid) {
                child.answered = (child.answered.0 + answered, child.answered.1 + orders);
            }
        }
        if is_paid && content.operations.store_days > 0 {
            counts.operations.insert(day, content.operations);
        }
        for (store, since) in content.behind {
            behind.entry(store).and_modify(|first| *first = since.min(*first)).or_insert(since);
        }
    }
    counts.children = children.into_values().collect();
    let named = |(store, since)| Behind { store, name: stores.name_of(&Scope::Store(store)), since };
    counts.behind = behind.into_iter().map(named).collect();
    counts
}
