//! Reading counts: what is known of a scope over a window, and over as many days before.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::{
    count::{Content, Group, Rollup, Series, Tallies, Tally, paid_responses},
    place::{Scope, Store},
    report::Counts,
    visit::Origin,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{app::App, counting::count, table::TableError};

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
    pub async fn of(app: &App, scope: &Scope, now: Timestamp) -> Result<Self, TableError> {
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
    rollups: BTreeMap<Date, Rollup>,
}

/// Reads the counts of a scope. The running day of a store is counted from its responses, so that the last guest is in;
/// that of a node is as the last count left it.
///
/// # Errors
/// When the table can't be read.
pub async fn counts(app: &App, stores: &Stores, window: Window, now: Timestamp) -> Result<Reading, TableError> {
    let mut rollups = app.table.rollups(&stores.scope, window.first_before(), window.to).await?;
    let today = stores.today(now);
    if let Some(store) = stores.own().filter(|_| (window.from..=window.to).contains(&today)) {
        rollups.insert(today, count_today(app, store, today, now).await?);
    }
    Ok(Reading { window, rollups })
}

async fn count_today(app: &App, store: &Store, today: Date, now: Timestamp) -> Result<Rollup, TableError> {
    let mut counted = count(&app.table, &app.catalog, store, &(today..=today), now).await?;
    let tallies = counted.days.remove(&today).unwrap_or_default().tallies;
    let given = app.table.operations(store.number, today, today).await?;
    let answered = paid_responses(&tallies);
    let operations = given.get(&today).map(|given| given.with_answers(answered)).unwrap_or_default();
    Ok(Rollup { content: Content { tallies, operations, ..Content::default() }, counted_at: now, ..Rollup::default() })
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
            *responses.entry(series).or_default() += tally.responses;
        }
        let mut all: Vec<(&Series, u64)> = responses.into_iter().collect();
        all.sort_by_key(|(series, n)| {
            let paid = series.origin == Origin::Payment;
            Reverse((paid && *n > 0, *n, paid))
        });
        all.into_iter().map(|(series, _)| series.clone()).collect()
    }

    /// The counts of one series.
    pub fn of(self, series: &Series, stores: &Stores) -> Counts {
        let mut counts = Counts { surveys: self.series(), ..Counts::default() };
        let mut children: BTreeMap<String, Group> = BTreeMap::new();
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
                    children.entry(child).or_default().merge(group);
                }
            }
        }
        let named = |(scope, group): (String, Group)| {
            let scope: Scope = scope.parse().ok()?;
            let name = stores.name_of(&scope);
            Some((scope, name, group))
        };
        counts.children = children.into_iter().filter_map(named).collect();
        counts
    }
}
