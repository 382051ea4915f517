//! Reading counts: what is known of a scope over a window, and over the one that it is set against.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    count::{Content, Group, Rollup, Series, Signs, Tallies, merge_signs},
    place::{Path, Scope, Store, StoreNumber},
    report::{Against, Behind, Child, Counts, Part, Places, TOO_FEW},
    survey::Response,
    visit::Origin,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{
    app::App,
    counting::{DayCount, count},
    table::TableError,
};

/// A scope with the stores that belong to it now.
pub struct Stores {
    scope: Scope,
    /// By number; none when the scope is unknown, or all have left it.
    pub all: Vec<Store>,
}

impl Stores {
    /// Finds the stores of a scope.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn of<K>(app: &App<K>, scope: &Scope, now: Timestamp) -> Result<Self, TableError> {
        let all = match scope {
            Scope::Store(number) => {
                app.catalog.store(*number, now).await?.map(|store| (*store).clone()).into_iter().collect()
            }
            Scope::Node(path) => {
                let all = app.catalog.stores(now).await?;
                all.iter().filter(|store| path.covers(&store.details.path)).cloned().collect()
            }
        };
        Ok(Self { scope: scope.clone(), all })
    }

    /// The store, when the scope is one.
    pub fn own(&self) -> Option<&Store> {
        self.all.first().filter(|_| matches!(self.scope, Scope::Store(_)))
    }

    /// The business day at an instant, of several stores the latest.
    pub fn today(&self, now: Timestamp) -> Date {
        let todays = self.all.iter().map(|store| store.calendar.day_of(now));
        todays.max().unwrap_or_else(|| now.to_zoned(TimeZone::UTC).date())
    }

    /// The name that a person calls the scope by.
    pub fn name(&self) -> String {
        self.own().map_or_else(|| self.scope.to_string(), |store| store.details.name.clone())
    }

    fn child(&self, scope: Scope, part: &Part) -> Child {
        let name = self.name_of(&scope);
        let days = part.now.iter().map(|(_, group)| *group).collect();
        Child { scope, name, days, answered: (0, 0), signs: Signs::new() }
    }

    fn name_of(&self, scope: &Scope) -> String {
        let store = self.all.iter().find(|store| *scope == Scope::Store(store.number));
        store.map_or_else(|| scope.to_string(), |store| store.details.name.clone())
    }
}

/// Business days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

/// A year back the days of the week are the same.
const YEAR_DAYS: i32 = 364;

impl Window {
    /// How many days there are.
    pub fn days(self) -> i32 {
        self.from.until(self.to).map_or(0, |span| span.get_days()) + 1
    }

    /// The window that this one is set against.
    fn before(self, against: Against) -> Self {
        let back = match against {
            Against::Before => self.days(),
            Against::Year => YEAR_DAYS,
        };
        Self { from: self.from.saturating_sub(back.days()), to: self.to.saturating_sub(back.days()) }
    }

    fn holds(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// The rollups of each day of a window and of the one that it is set against.
pub struct Reading {
    window: Window,
    against: Against,
    today: Date,
    rollups: BTreeMap<Date, Rollup>,
    before: BTreeMap<Date, Rollup>,
}

/// Reads the counts of a scope. The running day of a store is counted from its responses, so that the last guest is in.
/// That of a node is as the last count left it.
///
/// # Errors
/// When the table can't be read.
pub async fn counts<K>(
    app: &App<K>,
    stores: &Stores,
    (window, against): (Window, Against),
    now: Timestamp,
) -> Result<Reading, TableError> {
    let (mut rollups, before) = both_windows(app, stores.scope.clone(), window, against).await?;
    let today = stores.today(now);
    if let Some(store) = stores.own().filter(|_| window.holds(today))
        && !rollups.get(&today).is_some_and(is_too_much_to_count)
    {
        rollups.insert(today, count_today(app, store, today, now).await?);
    }
    Ok(Reading { window, against, today, rollups, before })
}

/// The rollups of a window, and those of the one that it is set against.
async fn both_windows<K>(
    app: &App<K>,
    scope: Scope,
    window: Window,
    against: Against,
) -> Result<(BTreeMap<Date, Rollup>, BTreeMap<Date, Rollup>), TableError> {
    let before = window.before(against);
    if against == Against::Before {
        // They meet: one query reads both.
        let mut both = app.table.rollups(&scope, before.from, window.to).await?;
        let rollups = both.split_off(&window.from);
        return Ok((rollups, both));
    }
    futures::try_join!(
        app.table.rollups(&scope, window.from, window.to),
        app.table.rollups(&scope, before.from, before.to)
    )
}

/// So many lowest nodes at most are read to find every store below a node.
const MOST_LOWEST_NODES: usize = 20;

/// The parts below a scope, in the responses of both windows.
pub struct Below {
    /// The parts directly below, by scope.
    direct: BTreeMap<String, Part>,
    /// The places by which a change is split, where these are others.
    places: Option<(Places, Vec<Part>)>,
}

/// Of a node the parts directly below, and the places by which its change is split. These are all stores below, where
/// they lie in at most twenty nodes, else the parts directly below. Nothing of a store.
///
/// # Errors
/// When the table can't be read.
pub async fn below<K>(app: &App<K>, stores: &Stores, reading: &Reading, series: &Series) -> Result<Below, TableError> {
    let direct = parts(&reading.rollups, &reading.before, series);
    let lowest: BTreeSet<&Path> = stores.all.iter().map(|store| &store.details.path).collect();
    let is_lowest = direct.keys().all(|scope| is_store(scope));
    // Where there is nothing to compare with, nothing is split.
    if is_lowest || reading.before.is_empty() {
        return Ok(Below { direct, places: None });
    }
    if lowest.len() <= MOST_LOWEST_NODES {
        let read = |path: &Path| both_windows(app, Scope::Node(path.clone()), reading.window, reading.against);
        let reads: Vec<_> = lowest.into_iter().map(read).collect();
        let all: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut found = BTreeMap::new();
        for (now, before) in &all {
            merge(&mut found, parts(now, before, series).into_iter().filter(|(scope, _)| is_store(scope)));
        }
        // Days of a store that has moved stay in its old node, which may have none left. Then nodes show more.
        if counted(&found) == counted(&direct) {
            return Ok(Below { direct, places: Some((Places::Stores, found.into_values().collect())) });
        }
    }
    // One place alone splits nothing: what lies below that?
    let mut places = None;
    let mut only = only_node(&direct);
    while let Some(node) = only {
        let (now, before) = both_windows(app, node, reading.window, reading.against).await?;
        let lower = parts(&now, &before, series);
        only = only_node(&lower);
        places = Some((places_are(&lower), lower.into_values().collect()));
    }
    Ok(Below { direct, places })
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

/// Above so many items of the running day a report shows what the last count left, and when that was. To read them all
/// would keep the manager waiting.
const MOST_TO_COUNT: u64 = 5_000;

fn is_too_much_to_count(rollup: &Rollup) -> bool {
    rollup.items.is_some_and(|items| items > MOST_TO_COUNT)
}

async fn count_today<K>(app: &App<K>, store: &Store, today: Date, now: Timestamp) -> Result<Rollup, TableError> {
    let mut counted = count(&app.table, &app.catalog, store, &(today..=today), now).await?;
    let DayCount { tallies, shown_before, .. } = counted.days.remove(&today).unwrap_or_default();
    let given = app.table.operations(store.number, today, today).await?;
    let content = Content { shown_before, ..Content::of_store_day(tallies, given.get(&today)) };
    Ok(Rollup { content, counted_at: now, ..Rollup::default() })
}

impl Reading {
    /// Whether nothing is known of these days and of those before.
    pub fn is_empty(&self) -> bool {
        self.rollups.is_empty() && self.before.is_empty()
    }

    /// Every series of guests with responses in the window: those with whole ones behind which payments stand first, and of these
    /// the one with most.
    pub fn series(&self) -> Vec<Series> {
        let mut responses: BTreeMap<&Series, u64> = BTreeMap::new();
        let days: Vec<&Tallies> = self.rollups.values().map(|day| &day.content.tallies).collect();
        for (series, tally) in days.into_iter().flatten().filter(|(series, _)| series.origin != Origin::Staff) {
            *responses.entry(series).or_default() += tally.responses + tally.waiting;
        }
        let mut all: Vec<(&Series, u64)> = responses.into_iter().collect();
        all.sort_by_key(|(series, n)| {
            let paid = series.origin == Origin::Payment;
            Reverse((paid && *n > 0, series.origin != Origin::Test, *n, paid))
        });
        all.into_iter().map(|(series, _)| series.clone()).collect()
    }

    /// Whether a series has so many answers in the window that more than their number is shown.
    pub fn has_enough(&self, series: &Series) -> bool {
        let tallies = self.rollups.values().filter_map(|day| day.content.tallies.get(series));
        tallies.map(|tally| tally.responses).sum::<u64>() >= TOO_FEW
    }

    /// Whether it has so many on one day.
    pub fn has_enough_on(&self, series: &Series, day: Date) -> bool {
        let tally = self.rollups.get(&day).and_then(|rollup| rollup.content.tallies.get(series));
        tally.is_some_and(|tally| tally.responses >= TOO_FEW)
    }

    /// Whether a response of a business day may be shown: of the running day those that are in its figures.
    pub fn shows(&self, series: &Series, day: Date, response: &Response) -> bool {
        if day < self.today || series.origin == Origin::Test {
            return true;
        }
        let shown_before = self.rollups.get(&day).and_then(|rollup| rollup.content.shown_before.get(series));
        let place = response.place().filter(|_| response.taken_back.is_none());
        shown_before.zip(place).is_some_and(|(before, place)| place < *before)
    }

    /// Whether some of these answers are texts, as far as they are counted.
    pub fn has_texts(&self, series: &Series) -> bool {
        let mut tallies = self.rollups.values().filter_map(|day| day.content.tallies.get(series));
        tallies.any(|tally| !tally.texts.is_empty())
    }

    /// The counts of one series.
    pub fn of(self, series: &Series, stores: &Stores, Below { direct, places }: Below) -> Counts {
        let mut counts = Counts { surveys: self.series(), against: self.against, ..Counts::default() };
        let answered_now = direct.iter().filter(|(_, part)| !part.now.is_empty());
        let child = |(scope, part): (&String, &Part)| Some((scope.clone(), stores.child(scope.parse().ok()?, part)));
        let mut children: BTreeMap<String, Child> = answered_now.filter_map(child).collect();
        (counts.places_are, counts.places) =
            places.unwrap_or_else(|| (places_are(&direct), direct.into_values().collect()));
        let mut behind: BTreeMap<StoreNumber, Timestamp> = BTreeMap::new();
        // Orders are paid: answers that no payment stands behind are not set against them.
        let is_paid = series.origin == Origin::Payment;
        for (day, Rollup { content, .. }) in self.before {
            counts.before.extend(content.tallies.get(series).map(|tally| (day, tally.total())));
            if is_paid {
                counts.operations_before.merge(&content.operations);
            }
        }
        for (day, Rollup { mut content, counted_at, .. }) in self.rollups {
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
}
