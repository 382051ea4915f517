//! One trend: how the score changed, what stores do about it, all that was done, and the moves that are possible.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        case::State,
        place::{Path, Scope},
        trend::{Move, Outcome, Trend, TrendId},
        watch::Direction,
    },
    http::Problem,
    pages::people_language,
    reading::Stores,
    table::StoredTrend,
};
use serde::Serialize;

use super::listed::Listed;
use crate::{
    Asked,
    actions::{self, Listed as ListedAction},
    detail::{Done, done},
    listed::People,
    readable::readable,
};

/// A trend whose scope the caller follows.
pub(crate) struct Found {
    pub trend: Trend,
    /// Those of its scope.
    pub stores: Stores,
}

impl Found {
    /// Where its store lies, if it is one of a store.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.stores.own().map(|store| &store.details.path)
    }
}

/// A trend as it is shown.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub listed: Listed,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The actions that answer it, the latest first.
    pub actions: Vec<ListedAction>,
    /// The moves that are possible now.
    pub may: May,
    pub log: Vec<Done>,
}

/// The moves that are possible now.
#[derive(Serialize)]
pub(crate) struct May {
    pub take: bool,
    pub hand_over: bool,
    /// Whether an action can answer it.
    pub act: bool,
    /// The outcomes with which it can be closed.
    pub close: &'static [Outcome],
}

/// The trend of the address.
pub(super) async fn find(asked: &Asked<'_>) -> Result<Found, Stop> {
    find_id(asked, asked.request.path_parameter("trend")).await
}

/// The trend of an id.
pub(crate) async fn find_id(asked: &Asked<'_>, id: &str) -> Result<Found, Stop> {
    let id: TrendId = id.parse().map_err(|_| Problem::trend_unknown())?;
    let stored = readable(asked.app.table.trend(&id).await)?.flatten();
    let StoredTrend { trend, .. } = stored.ok_or_else(Problem::trend_unknown)?;
    let scope: &Scope = &trend.watched.scope;
    let stores = Stores::of(asked.app, scope, asked.call.now).await?.in_language(people_language(asked.languages));
    // An id can be worked out from what it is of. So nobody learns from the reply that a score they do not follow changed.
    let follows = asked.caller.grant.allows_follow(scope, stores.own().map(|store| &store.details.path));
    if follows && !stores.all.is_empty() { Ok(Found { trend, stores }) } else { Err(Problem::trend_unknown().into()) }
}

/// All that is shown of a trend.
pub(super) async fn shown(asked: &Asked<'_>, found: &Found) -> Result<Shown, Stop> {
    let (trend, now) = (&found.trend, asked.call.now);
    let people = People::of(asked.app, now).await?;
    Ok(Shown {
        listed: Listed::of(trend, &found.stores, &people, now),
        cause: trend.cause.clone(),
        note: trend.note.clone(),
        actions: actions::answering(asked, trend, &people).await?,
        may: may(asked, trend),
        log: done(&trend.log, &people),
    })
}

fn may(asked: &Asked<'_>, trend: &Trend) -> May {
    let is_open = trend.state != State::Closed;
    let close: &[Outcome] = if is_open { Outcome::of_people(trend.change.direction) } else { &[] };
    May {
        take: trend.after(&Move::Take, asked.caller.by(), asked.call.now, asked.call.fresh).is_ok(),
        hand_over: is_open,
        act: is_open && trend.change.direction == Direction::Drop,
        close,
    }
}
