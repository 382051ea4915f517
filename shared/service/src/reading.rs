//! Reading counts: what is known of a scope over a window, and over the one that it is set against.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{
    count::{Content, Rollup, Series, Signs, Tallies},
    place::{Path, Scope, Store},
    report::{Against, Child, Part, TOO_FEW},
    survey::Response,
    visit::Origin,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::{
    app::App,
    counting::{DayCount, count},
    table::{NodeList, TableError},
};

/// A scope with the stores that belong to it now.
pub struct Stores {
    pub(crate) scope: Scope,
    /// By number; none when the scope is unknown, or all have left it.
    pub all: Vec<Store>,
    nodes: Arc<NodeList>,
    /// The language of names.
    language: &'static str,
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
        let nodes = app.catalog.nodes(now).await?;
        Ok(Self { scope: scope.clone(), all, nodes, language: "en" })
    }

    /// The same with names in this language.
    #[must_use]
    pub fn in_language(self, language: &'static str) -> Self {
        Self { language, ..self }
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
        self.name_of(&self.scope)
    }

    pub(crate) fn child(&self, scope: Scope, Part { now, before }: Part) -> Child {
        let name = self.name_of(&scope);
        Child { scope, name, days: now, before, answered: (0, 0), signs: Signs::new() }
    }

    /// The node that the scope lies directly below.
    pub fn parent(&self) -> Option<Path> {
        match &self.scope {
            Scope::Store(_) => self.own().map(|store| store.details.path.clone()),
            Scope::Node(path) => path.with_ancestors().take_while(|node| node != path).last(),
        }
    }

    /// The name that a person calls a scope below by, or one above.
    pub fn name_of(&self, scope: &Scope) -> String {
        let name = match scope {
            Scope::Store(number) => {
                let store = self.all.iter().find(|store| store.number == *number);
                store.map(|store| store.details.name.as_str())
            }
            Scope::Node(path) => self.nodes.name_of(path, self.language),
        };
        name.map_or_else(|| scope.to_string(), str::to_owned)
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
    pub(crate) window: Window,
    pub(crate) against: Against,
    pub(crate) today: Date,
    pub(crate) rollups: BTreeMap<Date, Rollup>,
    pub(crate) before: BTreeMap<Date, Rollup>,
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
pub(crate) async fn both_windows<K>(
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

/// What may be shown of the responses of a series.
pub struct Shown {
    today: Date,
    is_test: bool,
    /// From when on responses of a running day wait.
    before: BTreeMap<Date, Timestamp>,
    /// The days with enough answers for a score.
    enough: BTreeSet<Date>,
    /// Whether there are so many answers in the window that more than their number is shown.
    pub in_all: bool,
    /// Whether some of these answers are texts, as far as they are counted.
    pub has_texts: bool,
}

impl Shown {
    /// Whether a day has so many answers that more than their number is shown.
    pub fn has_enough_on(&self, day: Date) -> bool {
        self.enough.contains(&day)
    }

    /// Whether a response of a business day may be shown: of the running day those that are in its figures.
    pub fn shows(&self, day: Date, response: &Response) -> bool {
        let place = response.place().filter(|_| response.taken_back.is_none());
        let is_counted = || self.before.get(&day).zip(place).is_some_and(|(before, place)| place < *before);
        day < self.today || self.is_test || is_counted()
    }
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

    /// The nodes that a store's days count towards; those of a node have none.
    pub fn paths(&self) -> BTreeSet<Path> {
        self.rollups.values().filter_map(|rollup| rollup.path.clone()).collect()
    }

    /// What may be shown of the responses of a series.
    pub fn shown(&self, series: &Series) -> Shown {
        let tallies =
            || self.rollups.iter().filter_map(|(day, rollup)| Some((day, rollup.content.tallies.get(series)?)));
        let enough = tallies().filter(|(_, tally)| tally.responses >= TOO_FEW).map(|(day, _)| *day);
        let rollups = self.rollups.iter();
        let before = rollups.filter_map(|(day, rollup)| Some((*day, *rollup.content.shown_before.get(series)?)));
        Shown {
            today: self.today,
            is_test: series.origin == Origin::Test,
            before: before.collect(),
            enough: enough.collect(),
            in_all: tallies().map(|(_, tally)| tally.responses).sum::<u64>() >= TOO_FEW,
            has_texts: tallies().any(|(_, tally)| !tally.texts.is_empty()),
        }
    }
}
