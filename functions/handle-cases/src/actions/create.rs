//! A new action: checked against what there is, put once, and the trends that it answers are taken.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        action::{Action, ActionDetails, Term},
        case::State,
        place::{Path, Scope, Store},
        trend::{Move, Trend},
        watch::Direction,
    },
    http::Problem,
    table::{StoredAction, TableError},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::sent::{self, Mistake};
use crate::{Asked, readable::readable, sent::person_who, trends};

/// So many days ago an action may have begun when it is written down: fewer than it takes to judge it, so that nobody
/// writes down what is known to look good.
pub(crate) const BACK_DAYS: i64 = 13;

/// So many days ahead it may begin.
pub(crate) const AHEAD_DAYS: i64 = 180;

/// How often another id is drawn where one is taken, and how often a trend that moves is read again.
const TRIES: usize = 3;

/// How many bytes distinguish an action from all others of its day.
const BYTES: usize = 4;

/// The days on which an action may begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days {
    pub today: Date,
    pub first: Date,
    pub last: Date,
}

impl Days {
    /// On the clocks of stores.
    pub(crate) fn of<'a>(stores: impl Iterator<Item = &'a Store>, now: Timestamp) -> Self {
        let today = stores.map(|store| store.calendar.day_of(now)).max();
        let today = today.unwrap_or_else(|| now.to_zoned(jiff::tz::TimeZone::UTC).date());
        let (first, last) = (today.saturating_sub(BACK_DAYS.days()), today.saturating_add(AHEAD_DAYS.days()));
        Self { today, first, last }
    }
}

/// The outcome of a call.
pub(super) enum Came {
    Made(Box<StoredAction>),
    /// The same call was made before: this is what it put.
    MadeBefore(Box<StoredAction>),
    /// The call can't be taken as it was sent.
    Wrong(Mistake),
}

/// Does what a call asks for.
pub(super) async fn create(asked: &Asked<'_>) -> Result<Came, Stop> {
    let details = match sent::read(asked)? {
        Ok(details) => details,
        Err(mistake) => return Ok(Came::Wrong(mistake)),
    };
    let trends = match check(asked, &details).await? {
        Ok(trends) => trends,
        Err(mistake) => return Ok(Came::Wrong(mistake)),
    };
    let before = same(asked, &details).await?;
    let came = match before {
        Some(before) => Came::MadeBefore(Box::new(before)),
        None => Came::Made(Box::new(put(asked, &details).await?)),
    };
    for (trend, path) in trends {
        take(asked, trend, path.as_ref()).await?;
    }
    Ok(came)
}

/// A trend, with the path of its store.
type Answered = (Trend, Option<Path>);

/// Checks the details against what there is. Returns the trends that the action answers.
async fn check(asked: &Asked<'_>, details: &ActionDetails) -> Result<Result<Vec<Answered>, Mistake>, Stop> {
    let now = asked.call.now;
    let all = asked.app.catalog.stores(now).await?;
    let mut stores = Vec::new();
    for number in &details.stores {
        let (scope, store) = (Scope::Store(*number), all.iter().find(|store| store.number == *number));
        if !asked.caller.grant.allows_follow(&scope, store.map(|store| &store.details.path)) {
            return Err(asked.needs("follow", &scope));
        }
        let Some(store) = store else { return Ok(Err(Mistake::StoreUnknown(*number))) };
        stores.push(store);
    }
    let Days { first, last, .. } = Days::of(stores.iter().copied(), now);
    if !(first..=last).contains(&details.start) {
        return Ok(Err(Mistake::StartOutside(first, last)));
    }
    let follows = |store: &&Store| (Scope::Store(store.number), store.details.path.clone());
    let scopes: Vec<(Scope, Path)> = stores.iter().map(follows).collect();
    let owner = person_who(asked, Some(details.owner.as_str()), |person| {
        scopes.iter().all(|(scope, path)| person.follows(scope, Some(path)))
    });
    if owner.await?.is_none() {
        return Ok(Err(Mistake::NoOwner));
    }
    let mut trends = Vec::new();
    for id in &details.trends {
        let trend = match trends::find_id(asked, &id.to_string()).await {
            Ok(found) => found.trend,
            Err(Stop::Problem(_)) => return Ok(Err(Mistake::TrendUnknown(id.to_string()))),
            Err(stop) => return Err(stop),
        };
        let Some(store) = stores.iter().find(|store| concerns(&trend.watched.scope, store)) else {
            return Ok(Err(Mistake::TrendElsewhere(id.clone())));
        };
        if trend.state == State::Closed || details.windows(Term::FourWeeks).last_day() < trend.change.since {
            return Ok(Err(Mistake::TrendOver(id.clone())));
        }
        if trend.change.direction == Direction::Rise {
            return Ok(Err(Mistake::TrendRose(id.clone())));
        }
        let is_stores = matches!(trend.watched.scope, Scope::Store(_));
        trends.push((trend, is_stores.then(|| store.details.path.clone())));
    }
    Ok(Ok(trends))
}

/// Whether a scope is a store, or a node above it.
fn concerns(scope: &Scope, store: &Store) -> bool {
    match scope {
        Scope::Store(number) => store.number == *number,
        Scope::Node(path) => path.covers(&store.details.path),
    }
}

/// The action that the same caller wrote down before, in the same words: a form that is sent twice starts one.
async fn same(asked: &Asked<'_>, details: &ActionDetails) -> Result<Option<StoredAction>, TableError> {
    let there = asked.app.table.actions(details.start, details.start).await?;
    let is_it =
        |stored: &StoredAction| stored.stands() && stored.by == asked.caller.by() && stored.action.details == *details;
    Ok(there.into_iter().find(is_it))
}

/// Puts it under a fresh id.
async fn put(asked: &Asked<'_>, details: &ActionDetails) -> Result<StoredAction, Stop> {
    for bytes in asked.call.fresh.as_bytes().chunks(BYTES).take(TRIES) {
        let part: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let id: Id = format!("{}-{part}", details.start.strftime("%Y%m%d")).parse().map_err(Problem::from)?;
        let action = Action::new(id, details.clone()).map_err(Problem::from)?;
        let by = asked.caller.by().to_owned();
        let stored = StoredAction { action, by, at: asked.call.now, withdrawn_at: None, withdrawn_by: None };
        if asked.app.table.put_action(&stored).await? {
            return Ok(stored);
        }
    }
    Err(TableError::Failed { action: "put an action", detail: "every id that was drawn is taken".into() }.into())
}

/// Takes a trend that nobody has taken, if the caller follows its scope.
async fn take(asked: &Asked<'_>, mut trend: Trend, path: Option<&Path>) -> Result<(), Stop> {
    let follows = asked.caller.grant.allows_follow(&trend.watched.scope, path);
    for _ in 0..TRIES {
        if !follows || trend.state != State::Open {
            return Ok(());
        }
        let taken = trend.after(&Move::Take, asked.caller.by(), asked.call.now, asked.call.fresh);
        let Ok(after) = taken else { return Ok(()) };
        if asked.app.table.move_trend(&trend, &after, asked.call.now).await? {
            return Ok(());
        }
        let Some(there) = readable(asked.app.table.trend(&trend.id).await)?.flatten() else { return Ok(()) };
        trend = there.trend;
    }
    Ok(())
}
