//! Sends again what somebody asks for: all since a time, or all that failed. However much it is, it goes bit by bit.

use aftertaste::{
    domain::Id,
    table::{Again, DeliveryState, Due, NOBODY, OutgoingEvent, TableError},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{lane::Lane, run::Run};

/// How much of an order is done in one run.
const IN_A_RUN: i32 = 1_000;

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Makes a part of what is to be sent again due, and keeps how far it got. Done again after a crash, it makes the
    /// same due under the same keys.
    pub(crate) async fn replay(&self, due: &Due, order: &OutgoingEvent) -> Result<(), TableError> {
        let lane = order.endpoint.as_ref().and_then(|id| self.lane(id));
        let Some(lane) = lane else { return self.table().take_away(due).await };
        let text = |name: &str| order.data.get(name).and_then(Value::as_str);
        let (id, after) = (&lane.stored.id, text("after"));
        let next = match text("since").and_then(|since| since.parse().ok()) {
            Some(since) if text("of") == Some(NOBODY) => self.unheard(lane, (since, after)).await?,
            Some(since) => {
                let (deliveries, next) = self.table().deliveries_since(id.as_str(), (since, after), IN_A_RUN).await?;
                let ended = deliveries.into_iter().filter(|delivery| delivery.state != DeliveryState::Stopped);
                self.make_due(id, ended.map(|delivery| (delivery.at, delivery.id))).await?;
                next
            }
            None => {
                let (failed, next) = self.table().failed_deliveries(id, after, IN_A_RUN).await?;
                self.make_due(id, failed.into_iter()).await?;
                next
            }
        };
        // First the deliveries that reached this endpoint, then those that reached nobody.
        let goes_on = match (next, text("since"), text("of")) {
            (Some(next), _, of) => Some((Some(next), of)),
            (None, Some(_), None) => Some((None, Some(NOBODY))),
            _ => None,
        };
        if let Some((after, of)) = goes_on {
            let mut rest = order.clone();
            set(&mut rest.data, "after", after.as_deref());
            set(&mut rest.data, "of", of);
            self.table().put_event_over(&rest).await?;
            return Ok(());
        }
        self.table().take_away(due).await
    }

    async fn make_due(&self, id: &Id, deliveries: impl Iterator<Item = (Timestamp, String)>) -> Result<(), TableError> {
        let now = self.now();
        for (at, event) in deliveries {
            let again = Again { endpoint: id.clone(), id: event, at, is_replay: true };
            self.table().put_again(now, again, now).await?;
        }
        Ok(())
    }

    /// Gives an endpoint what nobody wanted when it happened, as far as this one wants it.
    async fn unheard(&self, lane: &Lane, from: (Timestamp, Option<&str>)) -> Result<Option<String>, TableError> {
        let (deliveries, next) = self.table().deliveries_since(NOBODY, from, IN_A_RUN).await?;
        let mut wanted = Vec::new();
        for delivery in deliveries {
            if delivery.state == DeliveryState::Unheard && self.is_wanted(lane, &delivery).await? {
                let mut delivery = delivery;
                delivery.fail("No endpoint wanted it when it happened.");
                let there = self.table().delivery(&lane.stored.id, delivery.at, &delivery.id).await?;
                if there.is_none() {
                    self.save(lane, &delivery).await?;
                }
                // One that was not tried was saved by a run that was killed.
                if there.is_none_or(|there| there.attempts.is_empty()) {
                    wanted.push((delivery.at, delivery.id));
                }
            }
        }
        self.make_due(&lane.stored.id, wanted.into_iter()).await?;
        Ok(next)
    }
}

fn set(data: &mut Value, name: &str, value: Option<&str>) {
    let Value::Object(data) = data else { return };
    match value {
        Some(value) => data.insert(name.to_owned(), value.into()),
        None => data.remove(name),
    };
}
