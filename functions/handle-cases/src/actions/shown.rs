//! One action: where it is, what it answers, and what was said of it.

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        action::{Term, Windows},
        place::{Scope, Store, StoreNumber},
        trend::TrendId,
    },
    http::Problem,
    table::StoredAction,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;

use super::listed::Listed;
use crate::{
    Asked,
    listed::People,
    readable::readable,
    trends::{self, Listed as ListedTrend},
};

/// An action of which the caller follows a store.
pub(super) struct Found {
    pub stored: StoredAction,
    /// Those of its stores that the caller follows.
    pub followed: Vec<Store>,
    /// The first that they do not.
    pub not_followed: Option<StoreNumber>,
}

/// An action as it is shown.
#[derive(Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub listed: Listed,
    /// The trends that it answers, of scopes that the reader follows.
    pub trends: Vec<TrendId>,
    /// The same, for a page.
    #[serde(skip)]
    pub answered: Vec<ListedTrend>,
    /// The one who wrote it down.
    pub by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_name: Option<String>,
    pub at: Timestamp,
    /// What the reader may do.
    pub may: May,
}

/// What the reader of an action may do.
#[derive(Serialize)]
pub(crate) struct May {
    pub withdraw: bool,
}

impl Shown {
    /// The day of a verdict that is still to come.
    pub(crate) fn judged_on(&self, term: Term) -> Option<Date> {
        let next = self.listed.judged_on?;
        let windows = Windows::new(self.listed.start, self.listed.settling_days, term);
        Some(windows.last_day().saturating_add(1.day()).max(next))
    }
}

/// The action of the address.
pub(super) async fn find(asked: &Asked<'_>) -> Result<Found, Stop> {
    let id: Id = asked.request.path_parameter("action").parse().map_err(|_| Problem::action_unknown())?;
    let stored = readable(asked.app.table.action(&id).await)?.flatten().ok_or_else(Problem::action_unknown)?;
    found(asked, stored).await
}

/// An action, with those of its stores that the caller follows.
pub(super) async fn found(asked: &Asked<'_>, stored: StoredAction) -> Result<Found, Stop> {
    let all = asked.app.catalog.stores(asked.call.now).await?;
    let (mut followed, mut not_followed) = (Vec::new(), None);
    for number in &stored.action.details.stores {
        let (scope, store) = (Scope::Store(*number), all.iter().find(|store| store.number == *number));
        match store {
            _ if !asked.caller.grant.allows_follow(&scope, store.map(|store| &store.details.path)) => {
                not_followed = not_followed.or(Some(*number));
            }
            Some(store) => followed.push(store.clone()),
            None => {}
        }
    }
    match not_followed {
        Some(_) if followed.is_empty() => Err(Problem::action_unknown().into()),
        _ => Ok(Found { stored, followed, not_followed }),
    }
}

/// All that is shown of an action.
pub(super) async fn shown(asked: &Asked<'_>, found: &Found) -> Result<Shown, Stop> {
    let (stored, now) = (&found.stored, asked.call.now);
    let people = People::of(asked.app, now).await?;
    let followed = |number: StoreNumber| found.followed.iter().find(|store| store.number == number);
    let answered = answered(asked, stored, &people).await?;
    Ok(Shown {
        listed: Listed::of(stored, followed, &people, now),
        trends: answered.iter().map(|listed| listed.trend.clone()).collect(),
        answered,
        by: stored.by.clone(),
        by_name: people.name(&stored.by).map(str::to_owned),
        at: stored.at,
        may: May { withdraw: stored.stands() && found.not_followed.is_none() },
    })
}

/// The trends that an action answers. One that is no longer there, or of a scope that the reader does not follow, is left
/// out.
async fn answered(asked: &Asked<'_>, stored: &StoredAction, people: &People) -> Result<Vec<ListedTrend>, Stop> {
    let mut answered = Vec::new();
    for id in &stored.action.details.trends {
        match trends::find_id(asked, &id.to_string()).await {
            Ok(found) => answered.push(ListedTrend::of(&found.trend, &found.stores, people, asked.call.now)),
            Err(Stop::Problem(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    Ok(answered)
}
