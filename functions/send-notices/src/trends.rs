//! Trends: those who answer for a scope whose score changed are notified, and trends that nobody closes end.

use aftertaste::{
    domain::{
        case::{Duty, Notice},
        place::{Path, Scope},
        trend::{Move, Trend, TrendId},
    },
    table::{DueLook, Look, OutgoingEvent, StoredTrend, TableError},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    run::Run,
    sweep::{Sweep, event},
};

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    pub(crate) async fn look_at_trend(
        &self,
        sweep: &Sweep<'_>,
        id: &TrendId,
        due: &[DueLook],
    ) -> Result<(), TableError> {
        let (table, now) = (self.table(), sweep.now);
        let Some(StoredTrend { mut trend, telling }) = table.trend(id).await? else {
            return self.take_looks(due).await;
        };
        if trend.lapses_at().is_some_and(|at| at <= now)
            && let Ok(after) = trend.after(&Move::Lapse, "-", now, self.fresh)
        {
            if !table.move_trend(&trend, &after, now).await? {
                // The other move has put a look of its own.
                return Ok(());
            }
            trend = after;
        }
        let (notices, next) = trend.look(telling, now);
        for notice in &notices {
            self.notify_of_trend(sweep, &trend, notice).await?;
        }
        if next != telling && !table.keep_telling_of_trend(&trend, next).await? {
            return Ok(());
        }
        if let Some(at) = next.look_at {
            table.put_look(&Look::Trend(id.clone()), at).await?;
        }
        self.take_looks(due).await
    }

    /// Puts the event of a notice: one for all that want it, and one for each endpoint of the people whose turn it is.
    async fn notify_of_trend(&self, sweep: &Sweep<'_>, trend: &Trend, notice: &Notice) -> Result<(), TableError> {
        let (kind, now) = (notice.kind, sweep.now);
        let what = format!("{} {kind}", trend.id);
        let data = data(trend, notice);
        let path = self.path_of(&trend.watched.scope, now).await?;
        let place = match (&trend.watched.scope, &path) {
            (Scope::Store(number), path) => Some((*number, path.as_ref())),
            (Scope::Node(_), _) => None,
        };
        if self.lanes().any(|lane| lane.stored.endpoint.wants(kind, place)) {
            self.table().put_event(&event(kind, &what, notice.at, now, Value::Object(data.clone()))).await?;
        }
        let scopes = match (&trend.watched.scope, path) {
            (Scope::Store(number), Some(path)) => Duty::scopes(*number, &path),
            (Scope::Node(node), _) => Duty::scopes_of_node(node),
            // There is no such store any more.
            (Scope::Store(_), None) => return Ok(()),
        };
        for (scope, endpoint) in self.whom(sweep, scopes, notice.level).await? {
            let mut data = data.clone();
            data.insert("duty".to_owned(), json!(scope));
            let event = event(kind, &format!("{what} {endpoint}"), notice.at, now, Value::Object(data));
            self.table().put_event(&OutgoingEvent { endpoint: Some(endpoint), ..event }).await?;
        }
        Ok(())
    }

    async fn path_of(&self, scope: &Scope, now: Timestamp) -> Result<Option<Path>, TableError> {
        Ok(match scope {
            Scope::Node(path) => Some(path.clone()),
            Scope::Store(number) => {
                let store = self.sender.app.catalog.store(*number, now).await?;
                store.map(|store| store.details.path.clone())
            }
        })
    }
}

/// The event's data on a trend: figures, and no word of a guest.
fn data(trend: &Trend, notice: &Notice) -> Map<String, Value> {
    let Trend { id, watched, change, .. } = trend;
    let tenth = |value: f64| json!((value * 10.0).round() / 10.0);
    let mut data = Map::from_iter([
        ("trend".to_owned(), json!(id)),
        ("scope".to_owned(), json!(watched.scope)),
        ("series".to_owned(), json!(watched.series)),
        ("direction".to_owned(), json!(change.direction)),
        ("since".to_owned(), json!(change.since)),
        ("earliest".to_owned(), json!(change.earliest)),
        ("latest".to_owned(), json!(change.latest)),
        ("points".to_owned(), tenth(change.points)),
        ("low".to_owned(), tenth(change.low)),
        ("high".to_owned(), tenth(change.high)),
        ("state".to_owned(), json!(trend.state)),
        ("level".to_owned(), json!(notice.level)),
    ]);
    if let Scope::Store(number) = &watched.scope {
        data.insert("store".to_owned(), json!(number));
    }
    if change.beside {
        data.insert("beside".to_owned(), json!(true));
    }
    if let Some(part) = &watched.part {
        data.insert("part".to_owned(), json!(part));
    }
    if let Some(parts) = &change.parts {
        let parts = parts.iter().map(|moved| json!({"part": moved.part, "difference": tenth(moved.difference)}));
        data.insert("parts".to_owned(), parts.collect());
    }
    if let Some(due) = trend.due() {
        data.insert("due".to_owned(), json!(due));
    }
    data
}
