//! What the nightly watch found of a report's scope and of those below it: which scores changed, and since when.

use std::collections::BTreeMap;

use aftertaste::{
    app::Stop,
    domain::{
        access::Grant,
        count::Series,
        place::{Path, Scope, Store},
        report::{Counts, Report},
        trend::{Change, ChangedPart, Found, Night, TrendId},
        watch::{DAYS, Direction, is_watched},
    },
    reading::{Stores, Window},
    table::TableError,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;

use crate::App;

/// The last night counts, if it was within so many days.
const WITHIN_DAYS: i64 = 7;

/// A report that ends so many days before a night's last day has nothing to do with what the night found.
const BEFORE_DAYS: i64 = 6;

/// So many are listed of each kind; more are counted.
const LISTED: usize = 20;

/// The days before a change of which at least so many have answers, or the watch finds none.
const FEWEST_DAYS: usize = 28;

/// What a night found of a report's scope.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Watch {
    /// The last day of the night's window.
    pub day: Date,
    /// How many scopes and parts of scopes were watched, of the whole chain.
    pub watched: u64,
    /// How many days false alarms are apart on average, over all of these.
    pub days_apart: u64,
    /// Those that changed for certain: the scope itself first, then its parts, then what lies below.
    pub changed: Vec<ChangedScope>,
    /// How many more did.
    pub more_changed: usize,
    /// Those that may have, in the same order. Nobody is told of them.
    pub suspected: Vec<ChangedScope>,
    /// How many more may have.
    pub more_suspected: usize,
    /// Whether it looked at the scope itself, and would have found a change.
    #[serde(skip)]
    pub looked: bool,
}

/// A scope, or a part of one, whose score changed or may have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChangedScope {
    pub scope: Scope,
    pub name: String,
    /// The part of its guests; none for all.
    pub part: Option<ChangedPart>,
    #[serde(flatten)]
    pub change: Change,
    /// The trend, if it changed for certain and by itself.
    pub trend: Option<TrendId>,
    /// The places below that make up its change, if it changed for certain and mostly because of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Cause>,
    /// Whether the reader may follow the trend up.
    #[serde(skip)]
    pub may_follow: bool,
    /// Whether it is the report's own scope.
    #[serde(skip)]
    pub is_own: bool,
}

/// A place whose own change moved another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cause {
    pub scope: Scope,
    pub name: String,
    pub trend: TrendId,
}

/// A report as JSON, with what the watch found.
#[derive(Serialize)]
pub(crate) struct Written<'a> {
    #[serde(flatten)]
    pub report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<&'a Watch>,
}

/// Reads what the last night found; none if there was no night in the last days, the report is of other days, or its
/// answers are not watched.
pub(crate) async fn read(
    app: &App,
    &(scope, stores, series): &(&Scope, &Stores, &Series),
    window: Window,
    (grant, now): (&Grant, Timestamp),
) -> Result<Option<Watch>, Stop> {
    let over = stores.today(now).saturating_sub(1.day());
    let reaches = |day: Date| window.to >= day.saturating_sub(BEFORE_DAYS.days());
    if !is_watched(series) || !reaches(over.saturating_sub(WITHIN_DAYS.days())) {
        return Ok(None);
    }
    let night = match app.table.last_night(over, WITHIN_DAYS).await {
        Ok(night) => night.filter(|night| reaches(night.day)),
        Err(error @ TableError::Unreadable { .. }) => {
            error.log_left_out();
            None
        }
        Err(error) => return Err(error.into()),
    };
    Ok(night.map(|night| Watch::of((night, window.to), (scope, stores, series), grant)))
}

impl Watch {
    /// Of a night what belongs to a scope: nothing of those above it or beside it.
    fn of((night, last): (Night, Date), (scope, stores, series): (&Scope, &Stores, &Series), grant: &Grant) -> Self {
        let looked = match scope {
            Scope::Store(_) => stores.own().is_some_and(|store| night.nodes.contains(&store.details.path)),
            Scope::Node(path) => night.nodes.iter().any(|node| path.covers(node)),
        };
        let Night { day, watched, days_apart, found, .. } = night;
        let causes: BTreeMap<TrendId, Scope> =
            found.iter().filter_map(|found| Some((found.trend.clone()?, found.watched.scope.clone()))).collect();
        let of_series = found.into_iter().filter(|found| found.watched.series == *series);
        // What only comes of a place below is shown of the scope itself: all others would say the same again.
        let is_news =
            |found: &Found| found.because.is_empty() || (found.watched.scope == *scope && found.watched.part.is_none());
        // A report of earlier days says nothing of what began after them.
        let of_days = of_series.filter(|found| found.change.since <= last);
        let all = of_days.filter(is_news).filter_map(|found| ChangedScope::of(found, (scope, stores, &causes), grant));
        let (changed, suspected): (Vec<_>, Vec<_>) = all.partition(ChangedScope::is_certain);
        let ((changed, more_changed), (suspected, more_suspected)) = (first(changed), first(suspected));
        Self { day, watched, days_apart, changed, more_changed, suspected, more_suspected, looked }
    }

    /// The same, from the counts of the report's days and those before: of too few days nothing can be found.
    pub(crate) fn over(mut self, counts: &Counts) -> Self {
        let window = self.day.saturating_sub((i64::try_from(DAYS).unwrap_or(0) - 1).days())..=self.day;
        let days = counts.days.iter().chain(&counts.before).filter(|(day, _)| window.contains(day));
        let answered = days.filter(|(_, tally)| tally.total().recommendations.n() > 0);
        self.looked &= answered.count() > FEWEST_DAYS;
        self
    }

    /// How the score of the scope itself changed for certain; of several changes the last.
    pub(crate) fn own(&self) -> Option<&ChangedScope> {
        of_itself(&self.changed)
    }

    /// How it may have changed.
    pub(crate) fn own_suspicion(&self) -> Option<&ChangedScope> {
        of_itself(&self.suspected)
    }

    pub(crate) fn found_nothing(&self) -> bool {
        self.changed.is_empty() && self.suspected.is_empty()
    }
}

impl ChangedScope {
    /// What was found, if it is of this scope or lies below it.
    fn of(
        found: Found,
        (own, stores, causes): (&Scope, &Stores, &BTreeMap<TrendId, Scope>),
        grant: &Grant,
    ) -> Option<Self> {
        let Found { watched, change, trend, because } = found;
        let because = because.into_iter().filter_map(|trend| {
            let scope = causes.get(&trend)?.clone();
            Some(Cause { name: stores.name_of(&scope), scope, trend })
        });
        let store = store_of(&watched.scope, stores);
        let is_own = watched.scope == *own;
        let is_below = match (own, &watched.scope) {
            (Scope::Node(node), Scope::Node(path)) => node.covers(path),
            (Scope::Node(_), Scope::Store(_)) => store.is_some(),
            (Scope::Store(_), _) => false,
        };
        let path: Option<&Path> = store.map(|store| &store.details.path);
        let part = watched.part.map(ChangedPart::from);
        (is_own || is_below).then(|| Self {
            name: stores.name_of(&watched.scope),
            may_follow: trend.is_some() && grant.allows_follow(&watched.scope, path),
            part,
            scope: watched.scope,
            change,
            trend,
            because: because.collect(),
            is_own,
        })
    }

    pub(crate) fn is_certain(&self) -> bool {
        self.trend.is_some() || !self.because.is_empty()
    }

    pub(crate) fn fell(&self) -> bool {
        self.change.direction == Direction::Drop
    }
}

fn store_of<'a>(scope: &Scope, stores: &'a Stores) -> Option<&'a Store> {
    let Scope::Store(number) = scope else { return None };
    stores.all.iter().find(|store| store.number == *number)
}

fn of_itself(found: &[ChangedScope]) -> Option<&ChangedScope> {
    found.iter().filter(|found| found.is_own && found.part.is_none()).max_by_key(|found| found.change.since)
}

/// The first ones, and how many more there are. Those of the scope itself come first; below they stay as they came.
fn first(mut found: Vec<ChangedScope>) -> (Vec<ChangedScope>, usize) {
    found.sort_by_key(|found| (!found.is_own, found.is_own && found.part.is_some()));
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    (found, more)
}
