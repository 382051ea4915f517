//! A trend as a list has it, and those of a scope.

use std::cmp::Reverse;

use aftertaste::{
    app::Stop,
    domain::{
        case::State,
        place::Scope,
        trend::{Change, ChangedPart, LAPSE_DAYS, Moved, Outcome, Trend, TrendId},
        watch::{Direction, Watched},
    },
    reading::Stores,
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;

use crate::{Asked, listed::People};

/// So many days a closed trend is listed.
const CLOSED_DAYS: i64 = 31;

/// Trends of so many days back are read: none is open for longer than until it lapses.
const READ_DAYS: i64 = LAPSE_DAYS + CLOSED_DAYS + 3;

/// A trend as a list has it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    pub trend: TrendId,
    pub scope_name: String,
    #[serde(flatten)]
    pub watched: Watched,
    /// How the score changed, in tenths of points.
    #[serde(flatten)]
    pub change: Change,
    pub state: State,
    /// When somebody is to take it; none once somebody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    pub overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    pub v: u64,
    pub opened_at: Timestamp,
    /// The clock on which its times are read.
    #[serde(skip)]
    pub zone: TimeZone,
}

impl Listed {
    /// A trend of a scope, whose stores have its name and its clock.
    pub(crate) fn of(trend: &Trend, stores: &Stores, people: &People, now: Timestamp) -> Self {
        let due = trend.due();
        Self {
            trend: trend.id.clone(),
            scope_name: stores.name_of(&trend.watched.scope),
            watched: trend.watched.clone(),
            change: in_tenths(&trend.change),
            state: trend.state,
            due,
            overdue: due.is_some_and(|due| due <= now),
            owner: trend.owner.clone(),
            owner_name: trend.owner.as_deref().and_then(|owner| people.name(owner)).map(str::to_owned),
            outcome: trend.outcome,
            v: trend.v,
            opened_at: trend.opened_at,
            zone: zone(&trend.watched.scope, stores),
        }
    }

    /// Whether it fell.
    pub(crate) fn fell(&self) -> bool {
        self.change.direction == Direction::Drop
    }

    /// The part of the scope's guests that it is about.
    pub(crate) fn part(&self) -> Option<ChangedPart> {
        self.watched.part.map(ChangedPart::from)
    }
}

/// The clock of a store, and of a node that of its first store.
fn zone(scope: &Scope, stores: &Stores) -> TimeZone {
    let own = stores.all.iter().find(|store| Scope::Store(store.number) == *scope).or(stores.all.first());
    own.map_or(TimeZone::UTC, |store| store.calendar.zone.clone())
}

fn in_tenths(change: &Change) -> Change {
    let tenth = |points: f64| (points * 10.0).round() / 10.0;
    let moved = |moved: &Moved| Moved { difference: tenth(moved.difference), ..*moved };
    Change {
        points: tenth(change.points),
        low: tenth(change.low),
        high: tenth(change.high),
        parts: change.parts.as_ref().map(|parts| parts.iter().map(moved).collect()),
        ..*change
    }
}

/// The trends of a scope and of all below it, in their order: those that are closed, or those that are not, and of all or
/// of the caller alone.
pub(crate) async fn of_scope(
    asked: &Asked<'_>,
    (scope, stores): (&Scope, &Stores),
    (closed, mine): (bool, bool),
    people: &People,
) -> Result<Vec<Listed>, Stop> {
    let now = asked.call.now;
    let since = stores.today(now).saturating_sub(READ_DAYS.days());
    let mut trends: Vec<Trend> = asked.app.table.trends(since).await?.into_iter().map(|stored| stored.trend).collect();
    let closed_since = now.saturating_sub((CLOSED_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
    trends.retain(|trend| {
        let is_theirs = trend.owner.as_deref() == Some(asked.caller.by());
        let is_in_time = !closed || moved_at(trend) >= closed_since;
        is_below(scope, stores, &trend.watched.scope)
            && (trend.state == State::Closed) == closed
            && is_in_time
            && (is_theirs || !mine)
    });
    if closed {
        trends.sort_by_key(|trend| (Reverse(moved_at(trend)), trend.id.clone()));
    } else {
        trends.sort_by_key(order);
    }
    Ok(trends.iter().map(|trend| Listed::of(trend, stores, people, now)).collect())
}

/// Whether a scope is the one that was asked for, or lies below it.
fn is_below(asked: &Scope, stores: &Stores, scope: &Scope) -> bool {
    match (asked, scope) {
        (Scope::Node(asked), Scope::Node(path)) => asked.covers(path),
        (Scope::Store(_), Scope::Node(_)) => false,
        (_, Scope::Store(number)) => stores.all.iter().any(|store| store.number == *number),
    }
}

fn moved_at(trend: &Trend) -> Timestamp {
    trend.log.last().map_or(trend.opened_at, |entry| entry.at)
}

/// Those that are to be taken come first, the soonest due on top, then other drops, then rises.
fn order(trend: &Trend) -> impl Ord + use<> {
    let is_rise = trend.change.direction == Direction::Rise;
    (is_rise, trend.due().unwrap_or(Timestamp::MAX), Reverse(trend.opened_at), trend.id.clone())
}
