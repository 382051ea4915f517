//! The sums of awards in a calendar month, by store and never by person.

use std::collections::BTreeMap;

use aftertaste::{
    app::Stop,
    domain::{
        case::{AWARD_DAYS, Award, AwardTo},
        place::{Month, Scope, Store, StoreNumber},
        report::TOO_FEW,
    },
    http::Problem,
    reading::Stores,
    table::TableError,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::{Asked, awards::own_stores, inbox::AT_ONCE};

/// The sums of a month's awards.
pub(crate) struct OfMonth {
    pub month: Month,
    /// The scope that was asked for; none for all that the caller follows.
    pub scope: Option<Scope>,
    /// The stores that gave any.
    pub stores: Vec<AtStore>,
}

/// The awards that a store gave in a month, by currency.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AtStore {
    pub store: StoreNumber,
    pub name: String,
    pub guests: BTreeMap<String, ToGuests>,
    /// None of fewer than five: colleagues would know whose they are.
    pub staff: BTreeMap<String, Option<Sum>>,
}

/// How many awards, and their sum in the smallest unit of their currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sum {
    pub n: u64,
    pub amount: u64,
}

/// Awards to guests, and how much of them has been handed out since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ToGuests {
    #[serde(flatten)]
    pub given: Sum,
    pub redeemed: Sum,
}

impl Sum {
    fn add(&mut self, amount: u64) {
        self.n = self.n.saturating_add(1);
        self.amount = self.amount.saturating_add(amount);
    }
}

/// The awards of the month that the address asks for; none where it asks for none. An award belongs to the month in
/// which it was given, so that each is in one month, whenever its guest comes for it.
pub(crate) async fn read(asked: &Asked<'_>) -> Result<Option<OfMonth>, Stop> {
    let query = |name: &str| asked.request.query(name).filter(|text| !text.is_empty());
    let (month, scope) = (query("month"), query("scope"));
    let Some(month) = month else {
        let needless = scope.map(|_| Problem::invalid("scope goes with month. Ask for both, such as month=2026-11."));
        return needless.map_or(Ok(None), |problem| Err(problem.into()));
    };
    let month = Month::read(&month).ok_or_else(|| Problem::invalid("month is a year and a month, such as 2026-11."))?;
    let scope: Option<Scope> = scope.map(|scope| scope.parse()).transpose().map_err(|_| Problem::scope_unknown())?;
    let stores = match &scope {
        Some(scope) => of_scope(asked, scope).await?,
        None => own_stores(asked).await?,
    };
    let reads: Vec<_> = stores.iter().map(|store| at_store(asked, store, month)).collect();
    let stores: Vec<AtStore> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let stores = stores.into_iter().filter(|at| !at.guests.is_empty() || !at.staff.is_empty()).collect();
    Ok(Some(OfMonth { month, scope, stores }))
}

/// The stores of a scope that the caller follows.
async fn of_scope(asked: &Asked<'_>, scope: &Scope) -> Result<Vec<Store>, Stop> {
    let stores = Stores::of(asked.app, scope, asked.call.now).await?;
    if !asked.caller.grant.allows_follow(scope, stores.own().map(|store| &store.details.path)) {
        return Err(asked.needs("follow", scope));
    }
    if stores.all.is_empty() { Err(Problem::scope_unknown().into()) } else { Ok(stores.all) }
}

async fn at_store(asked: &Asked<'_>, store: &Store, month: Month) -> Result<AtStore, TableError> {
    let window = month.window(&store.calendar.zone);
    // The last day on which an award is given counts whole.
    let first = window.start.saturating_sub(((AWARD_DAYS + 1) * 24).hours()).unwrap_or(Timestamp::MIN);
    // A till's clock may be ahead.
    let last = window.end.saturating_add(1.hour()).unwrap_or(Timestamp::MAX);
    let cases = asked.app.table.awarded_cases(store.number, &(first..last)).await?;
    let awards = cases.iter().filter_map(|stored| stored.case.award.as_ref());
    Ok(AtStore::of(store, awards.filter(|award| window.contains(&award.at))))
}

impl AtStore {
    fn of<'a>(store: &Store, awards: impl Iterator<Item = &'a Award>) -> Self {
        let (mut guests, mut staff) = (BTreeMap::<String, ToGuests>::new(), BTreeMap::<String, Sum>::new());
        for Award { amount, currency, to, redeemed_at, .. } in awards {
            match to {
                AwardTo::Staff => staff.entry(currency.clone()).or_default().add(*amount),
                AwardTo::Guest => {
                    let sums = guests.entry(currency.clone()).or_default();
                    sums.given.add(*amount);
                    if redeemed_at.is_some() {
                        sums.redeemed.add(*amount);
                    }
                }
            }
        }
        let staff = staff.into_iter().map(|(currency, sum)| (currency, Some(sum).filter(|sum| sum.n >= TOO_FEW)));
        Self { store: store.number, name: store.details.name.clone(), guests, staff: staff.collect() }
    }
}
