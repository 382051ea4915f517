//! An action as a list has it, and those of a scope or of a trend.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aftertaste::{
    app::Stop,
    domain::{
        Id,
        action::{Judgement, Term},
        place::{Scope, Store, StoreNumber},
        trend::Trend,
    },
    reading::Stores,
    table::StoredAction,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::create::{AHEAD_DAYS, BACK_DAYS};
use crate::{Asked, listed::People};

/// Actions that began so many days ago are listed.
const LISTED_DAYS: i64 = 400;

/// So many are listed, the latest first.
const MOST_LISTED: usize = 200;

/// An action that began more days ago is judged no more.
const JUDGED_WITHIN_DAYS: i64 = 90;

/// An action as a list has it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    pub action: Id,
    pub what: String,
    /// Those of its stores that the list is about.
    pub stores: Vec<Named>,
    /// How many other stores there are.
    pub more: usize,
    pub start: Date,
    pub settling_days: u8,
    pub owner: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// The day of its next verdict; none after the last one, or where it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_on: Option<Date>,
    /// The verdicts on it, by how many days they are about; their figures only if all its stores are shown.
    pub verdicts: BTreeMap<Term, Judgement>,
    /// The name of the one who withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<String>,
}

/// A store by its name.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Named {
    pub store: StoreNumber,
    pub name: String,
}

/// The actions of a scope.
pub(crate) struct OfScope {
    pub stores: Stores,
    pub actions: Vec<Listed>,
    /// How many older ones there are.
    pub more: usize,
}

impl Listed {
    /// An action, with the names of those of its stores that `shown` has.
    pub(crate) fn of<'a>(
        stored: &StoredAction,
        shown: impl Fn(StoreNumber) -> Option<&'a Store>,
        people: &People,
        now: Timestamp,
    ) -> Self {
        let details = &stored.action.details;
        let named = |store: &Store| Named { store: store.number, name: store.details.name.clone() };
        let stores: Vec<Named> = details.stores.iter().filter_map(|number| shown(*number)).map(named).collect();
        let more = details.stores.len().saturating_sub(stores.len());
        let mut verdicts = stored.action.verdicts.clone();
        // The effect on all its stores less that on these is that on the others.
        for judgement in verdicts.values_mut().filter(|_| more > 0) {
            (judgement.effect, judgement.recovery, judgement.fall) = (None, None, None);
        }
        Self {
            action: stored.action.id.clone(),
            what: details.what.clone(),
            more,
            stores,
            start: details.start,
            settling_days: details.settling_days,
            owner: details.owner.clone(),
            owner_name: people.name(details.owner.as_str()).map(str::to_owned),
            withdrawn_at: stored.withdrawn_at,
            judged_on: judged_on(stored, now.to_zoned(TimeZone::UTC).date()),
            verdicts,
            withdrawn_by: stored.withdrawn_by.as_deref().map(|by| people.name(by).unwrap_or(by).to_owned()),
        }
    }

    /// The last of the verdicts.
    pub(crate) fn latest(&self) -> Option<(Term, &Judgement)> {
        self.verdicts.iter().next_back().map(|(term, judgement)| (*term, judgement))
    }
}

/// The day on which the next verdict is written: the one after its window, or today where that is over.
fn judged_on(stored: &StoredAction, today: Date) -> Option<Date> {
    let details = &stored.action.details;
    if !stored.stands() || details.start < today.saturating_sub(JUDGED_WITHIN_DAYS.days()) {
        return None;
    }
    let next = Term::ALL.into_iter().find(|term| !stored.action.verdicts.contains_key(term))?;
    Some(details.windows(next).last_day().saturating_add(1.day()).max(today))
}

/// The actions of stores, of the last 400 days and those to come, the latest first.
pub(super) async fn of_scope(asked: &Asked<'_>, stores: Stores) -> Result<OfScope, Stop> {
    let now = asked.call.now;
    let today = stores.today(now);
    let (from, to) = (today.saturating_sub(LISTED_DAYS.days()), today.saturating_add((AHEAD_DAYS + 1).days()));
    let mut found = asked.app.table.actions(from, to).await?;
    let by_number: BTreeMap<StoreNumber, &Store> = stores.all.iter().map(|store| (store.number, store)).collect();
    let shown = |number: StoreNumber| by_number.get(&number).copied();
    found.retain(|stored| stored.action.details.stores.iter().any(|number| shown(*number).is_some()));
    sort(&mut found);
    let people = People::of(asked.app, now).await?;
    let actions = found.iter().take(MOST_LISTED).map(|stored| Listed::of(stored, shown, &people, now)).collect();
    let more = found.len().saturating_sub(MOST_LISTED);
    Ok(OfScope { actions, more, stores })
}

/// The actions that answer a trend, as far as the caller follows any of their stores, the latest first.
pub(crate) async fn answering(asked: &Asked<'_>, trend: &Trend, people: &People) -> Result<Vec<Listed>, Stop> {
    let (day, now) = (trend.id.day, asked.call.now);
    let from = day.saturating_sub(BACK_DAYS.days());
    let to = day.saturating_add((LISTED_DAYS + AHEAD_DAYS).days());
    let mut found = asked.app.table.actions(from, to).await?;
    found.retain(|stored| stored.action.details.trends.contains(&trend.id));
    sort(&mut found);
    let all = asked.app.catalog.stores(now).await?;
    let followed = |number: StoreNumber| {
        let store = all.iter().find(|store| store.number == number);
        store.filter(|store| asked.caller.grant.allows_follow(&Scope::Store(number), Some(&store.details.path)))
    };
    let listed = found.iter().map(|stored| Listed::of(stored, followed, people, now));
    Ok(listed.filter(|listed| !listed.stores.is_empty()).collect())
}

fn sort(actions: &mut [StoredAction]) {
    actions.sort_by_key(|stored| (Reverse(stored.action.details.start), Reverse(stored.at), stored.action.id.clone()));
}
