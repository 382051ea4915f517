//! The summary of a duty: each morning or each Monday, what guests said and what waits for an answer.

use aftertaste::{
    domain::{
        Id,
        case::Digest,
        count::Recommendations,
        place::{Scope, Store},
        report::{Nps, TOO_FEW, nps_over},
        survey::Severity,
        visit::Origin,
    },
    table::{DueLook, Look, OutgoingEvent, TableError},
};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Map, Value, json};

use crate::{
    run::Run,
    sweep::{Sweep, event},
};

/// The type of the event, which goes to the duty's endpoint alone.
pub(crate) const DIGEST: &str = "duty.digest";

/// For how many days back cases may still be open: each may be opened again, and lapses after thirty days.
const CASES_OF_DAYS: i64 = 62;

/// Of how many stores cases are read at once.
const STORES_AT_ONCE: usize = 16;

/// Cases that wait at some stores.
#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    open: u64,
    overdue: u64,
    due_today: u64,
    praises: u64,
}

/// Guests' answers on some days.
struct Answered {
    responses: u64,
    nps: Option<Nps>,
}

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Puts a duty's summary, and the look of the next. After days without a sweep, the last summary alone is sent.
    pub(crate) async fn summarize(&self, sweep: &Sweep<'_>, scope: &Scope, due: &[DueLook]) -> Result<(), TableError> {
        let now = sweep.now;
        let Some(duty) = sweep.duties.get(scope) else { return self.take_looks(due).await };
        let (digest, Some(endpoint)) = (duty.digest_of(scope), &duty.endpoint) else {
            return self.take_looks(due).await;
        };
        if digest == Digest::None {
            return self.take_looks(due).await;
        }
        let stores = self.stores_of(scope, now).await?;
        let Some(first) = stores.first() else { return self.look_later(&Look::Digest(scope.clone()), due, now).await };
        let zone = &first.calendar.zone;
        let is_left_by_all = self.is_left_by_all(scope, duty).await?;
        if let Some((day, morning)) = digest.last(now, zone).filter(|_| !is_left_by_all) {
            let to = first.calendar.day_of(morning).saturating_sub(1.day());
            let from = to.saturating_sub((digest.days() - 1).days());
            let answered = self.answered(scope, &stores, (from, to)).await?;
            // Of a chain with very many cases they are left out, and everything else is sent.
            let waiting = tokio::time::timeout_at(self.end_of_sweep, self.waiting(&stores, now)).await;
            if waiting.is_err() {
                tracing::warn!(outcome = "cases-not-summed-up", scope = scope.to_string());
            }
            let data = data(scope, (from, to), &answered, waiting.ok().transpose()?);
            let event = event(DIGEST, &format!("{scope} {day} {endpoint}"), morning, now, data);
            self.table().put_event(&OutgoingEvent { endpoint: Some(endpoint.clone()), ..event }).await?;
        }
        if let Some(next) = digest.next(now, zone) {
            self.table().put_look(&Look::Digest(scope.clone()), next).await?;
        }
        self.take_looks(due).await
    }

    /// The stores of a scope, by their numbers.
    pub(crate) async fn stores_of(&self, scope: &Scope, now: Timestamp) -> Result<Vec<Store>, TableError> {
        let list = self.sender.app.catalog.stores(now).await?;
        let is_of_it = |store: &&Store| match scope {
            Scope::Store(number) => store.number == *number,
            Scope::Node(node) => node.covers(&store.details.path),
        };
        let mut stores: Vec<Store> = list.stores.iter().filter(is_of_it).cloned().collect();
        stores.sort_by_key(|store| store.number);
        Ok(stores)
    }

    /// The answers of these stores' guests to the present survey. Of fewer than five only how many there are.
    async fn answered(
        &self,
        scope: &Scope,
        stores: &[Store],
        (from, to): (Date, Date),
    ) -> Result<Answered, TableError> {
        let is_asked = |survey: &Id| stores.iter().any(|store| store.details.survey == *survey);
        let mut responses = 0_u64;
        let mut days: Vec<Recommendations> = Vec::new();
        for rollup in self.table().rollups(scope, from, to).await?.into_values() {
            let tallies = rollup.content.tallies.iter();
            for (_, tally) in tallies.filter(|(series, _)| series.origin == Origin::Payment && is_asked(&series.survey))
            {
                responses = responses.saturating_add(tally.responses);
                days.push(tally.total().recommendations);
            }
        }
        let recommended: u64 = days.iter().map(|day| day.n()).sum();
        let nps = if recommended < TOO_FEW { None } else { nps_over(&days) };
        Ok(Answered { responses, nps })
    }

    /// The cases that wait at these stores now.
    async fn waiting(&self, stores: &[Store], now: Timestamp) -> Result<Waiting, TableError> {
        let each: Vec<_> = stores.iter().map(|store| self.waiting_at(store, now).boxed()).collect();
        let each = stream::iter(each).buffer_unordered(STORES_AT_ONCE);
        each.try_fold(Waiting::default(), async |all, one| {
            Ok(Waiting {
                open: all.open + one.open,
                overdue: all.overdue + one.overdue,
                due_today: all.due_today + one.due_today,
                praises: all.praises + one.praises,
            })
        })
        .await
    }

    async fn waiting_at(&self, store: &Store, now: Timestamp) -> Result<Waiting, TableError> {
        let from = now.saturating_sub((CASES_OF_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
        let to = now.saturating_add(1.minute()).unwrap_or(Timestamp::MAX);
        let zone = &store.calendar.zone;
        let today = |at: Timestamp| zone.to_datetime(at).date() == zone.to_datetime(now).date();
        let mut waiting = Waiting::default();
        let mut cases = self.table().cases(store.number, &(from..to));
        while let Some(stored) = cases.next().await {
            let case = match stored {
                Ok(stored) => stored.case,
                Err(error @ TableError::Unreadable { .. }) => {
                    error.log_left_out();
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !case.waits_for_the_store() {
                continue;
            }
            if case.severity == Severity::Praise {
                waiting.praises += 1;
                continue;
            }
            waiting.open += 1;
            match case.due() {
                Some(due) if due <= now => waiting.overdue += 1,
                Some(due) if today(due) => waiting.due_today += 1,
                _ => {}
            }
        }
        Ok(waiting)
    }
}

/// Figures alone.
fn data(scope: &Scope, (from, to): (Date, Date), answered: &Answered, waiting: Option<Waiting>) -> Value {
    let mut data = Map::from_iter([
        ("duty".to_owned(), json!(scope)),
        ("from".to_owned(), json!(from)),
        ("to".to_owned(), json!(to)),
        ("responses".to_owned(), json!(answered.responses)),
    ]);
    if let Some(nps) = &answered.nps {
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let shown = json!({"score": tenth(nps.score), "low": tenth(nps.low), "high": tenth(nps.high)});
        data.insert("nps".to_owned(), shown);
    }
    if let Some(Waiting { open, overdue, due_today, praises }) = waiting {
        data.insert("open".to_owned(), json!(open));
        data.insert("overdue".to_owned(), json!(overdue));
        data.insert("due_today".to_owned(), json!(due_today));
        data.insert("praises".to_owned(), json!(praises));
    }
    Value::Object(data)
}
