//! Reading counts: what is known of a scope over a window, and over as many days before.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::{
    count::{Content, Group, Rollup, Series, Signs, Tallies, Tally, merge_signs},
    place::{Scope, Store, StoreNumber},
    report::{Behind, Child, Counts, TOO_FEW},
    survey::Response,
    visit::Origin,
};
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

    /// What a person calls the scope.
    pub fn name(&self) -> String {
        self.own().map_or_else(|| self.scope.to_string(), |store| store.details.name.clone())
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

impl Window {
    /// How many days there are.
    pub fn days(self) -> i32 {
        self.from.until(self.to).map_or(0, |span| span.get_days()) + 1
    }

    fn first_before(self) -> Date {
        self.from.saturating_sub(self.days().days())
    }
}

/// What is stored of each day of a window and of as many days before.
pub struct Reading {
    window: Window,
    today: Date,
    rollups: BTreeMap<Date, Rollup>,
}

/// Reads the counts of a scope. The running day of a store is counted from its responses, so that the last guest is in;
/// that of a node is as the last count left it.
///
/// # Errors
/// When the table can't be read.
pub async fn counts<K>(app: &App<K>, stores: &Stores, window: Window, now: Timestamp) -> Result<Reading, TableError> {
    let mut rollups = app.table.rollups(&stores.scope, window.first_before(), window.to).await?;
    let today = stores.today(now);
    if let Some(store) = stores.own().filter(|_| (window.from..=window.to).contains(&today))
        && !rollups.get(&today).is_some_and(is_too_much_to_count)
    {
        rollups.insert(today, count_today(app, store, today, now).await?);
    }
    Ok(Reading { window, today, rollups })
}

/// Above so many items of the running day a report shows what the last count left, and when that was: to read them
/// all would keep the manager waiting.
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
        self.rollups.is_empty()
    }

    /// Every series with responses in the window: those with whole ones behind which payments stand first, and of these
    /// the one with most.
    pub fn series(&self) -> Vec<Series> {
        let mut responses: BTreeMap<&Series, u64> = BTreeMap::new();
        let days: Vec<&Tallies> = self.rollups.range(self.window.from..).map(|(_, day)| &day.content.tallies).collect();
        for (series, tally) in days.into_iter().flatten() {
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
        let tallies = self.rollups.range(self.window.from..).filter_map(|(_, day)| day.content.tallies.get(series));
        tallies.map(|tally| tally.responses).sum::<u64>() >= TOO_FEW
    }

    /// Whether it has so many on one day.
    pub fn has_enough_on(&self, series: &Series, day: Date) -> bool {
        let tally = self.rollups.get(&day).and_then(|rollup| rollup.content.tallies.get(series));
        tally.is_some_and(|tally| tally.responses >= TOO_FEW)
    }

    /// Whether a response of a business day may be shown: of the running day those that its figures hold.
    pub fn shows(&self, series: &Series, day: Date, response: &Response) -> bool {
        if day < self.today || series.origin == Origin::Test {
            return true;
        }
        let shown_before = self.rollups.get(&day).and_then(|rollup| rollup.content.shown_before.get(series));
        let place = response.place().filter(|_| response.taken_back.is_none());
        shown_before.zip(place).is_some_and(|(before, place)| place < *before)
    }

    /// The counts of one series.
    pub fn of(self, series: &Series, stores: &Stores) -> Counts {
        let mut counts = Counts { surveys: self.series(), ..Counts::default() };
        let mut children: BTreeMap<String, (Group, Signs)> = BTreeMap::new();
        let mut behind: BTreeMap<StoreNumber, Timestamp> = BTreeMap::new();
        for (day, Rollup { mut content, counted_at, .. }) in self.rollups {
            let tally: Option<Tally> = content.tallies.remove(series);
            if day < self.window.from {
                counts.before.merge(&tally.unwrap_or_default());
                continue;
            }
            counts.counted_at = counts.counted_at.max(Some(counted_at));
            counts.days.extend(tally.map(|tally| (day, tally)));
            // Orders are paid: answers that no payment stands behind are not set against them.
            if series.origin == Origin::Payment && content.operations.store_days > 0 {
                counts.operations.insert(day, content.operations);
            }
            for (child, groups) in content.children {
                if let Some(group) = groups.get(series) {
                    children.entry(child).or_default().0.merge(group);
                }
            }
            for (child, signs) in content.signs {
                if let Some(signs) = signs.get(series) {
                    merge_signs(&mut children.entry(child).or_default().1, signs);
                }
            }
            for (store, since) in content.behind {
                behind.entry(store).and_modify(|first| *first = since.min(*first)).or_insert(since);
            }
        }
        let named = |(scope, (group, signs)): (String, (Group, Signs))| {
            let scope: Scope = scope.parse().ok()?;
            let name = stores.name_of(&scope);
            Some(Child { scope, name, group, signs })
        };
        counts.children = children.into_iter().filter_map(named).collect();
        let named = |(store, since)| Behind { store, name: stores.name_of(&Scope::Store(store)), since };
        counts.behind = behind.into_iter().map(named).collect();
        counts
    }
}
