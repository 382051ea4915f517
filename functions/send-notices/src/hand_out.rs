//! An event goes to the endpoints that want it, for the first time.

use aftertaste::table::{Again, Delivery, DeliveryState, Due, NOBODY, OutgoingEvent, PaymentState, TableError};
use futures::future;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    lane::Lane,
    run::{Fate, Run, SWITCHED_OFF},
};

impl<C: Fn() -> Timestamp + Sync> Run<'_, C> {
    /// Hands an event out to the endpoints that want it. A delivery that failed, or that an endpoint has no room for,
    /// goes on by itself. Then the event is done: first its payment is marked, so that no notice of it brings it back.
    pub(crate) async fn hand_out(&self, due: &Due, event: &OutgoingEvent) -> Result<(), TableError> {
        let lanes = self.wanting(event).await?;
        if let Some(state) = self.why_not(event).await? {
            if state.is_some() {
                self.end_begun(&lanes, event).await?;
            }
            return self.end(due, event, state).await;
        }
        if lanes.is_empty() {
            return self.end(due, event, Some(DeliveryState::Unheard)).await;
        }
        // Each by itself: what fails at one endpoint breaks off nothing at another.
        let fates = future::join_all(lanes.iter().map(|lane| Box::pin(self.first(lane, event)))).await;
        if fates.iter().all(|fate| matches!(fate, Ok(Fate::Left))) {
            self.count(|did| did.left += 1);
            return Ok(());
        }
        let mut is_open = false;
        for (lane, fate) in lanes.iter().zip(fates) {
            let fate = fate.unwrap_or_else(|error| {
                self.broke(&error);
                Fate::Met
            });
            match fate {
                Fate::Ended => {}
                Fate::Met => is_open = true,
                Fate::Waits(when) => self.wait(lane, event, when).await.map(drop)?,
                Fate::Told(delivery) => lane.collect(self.wait(lane, event, self.now()).await?, *delivery),
                Fate::Left => {
                    let delivery = Delivery::of(event, DeliveryState::Waiting);
                    self.save(lane, &delivery).await?;
                    self.wait(lane, event, self.now()).await?;
                }
            }
        }
        if is_open {
            // The next run sees the outcome.
            return Ok(());
        }
        self.count(|did| did.events += 1);
        self.end(due, event, None).await
    }

    /// Ends what a run had begun that was killed. The event has come to its end since.
    async fn end_begun(&self, lanes: &[&Lane], event: &OutgoingEvent) -> Result<(), TableError> {
        for lane in lanes {
            let begun = self.table().delivery(&lane.stored.id, event.at, &event.id).await?;
            if let Some(mut begun) = begun.filter(|begun| begun.state == DeliveryState::Waiting) {
                (begun.state, begun.next) = (DeliveryState::Stopped, None);
                self.save(lane, &begun).await?;
            }
        }
        Ok(())
    }

    async fn wait(&self, lane: &Lane, event: &OutgoingEvent, when: Timestamp) -> Result<Due, TableError> {
        let again = Again { endpoint: lane.stored.id.clone(), id: event.id.clone(), at: event.at, is_replay: false };
        self.table().put_again(when, again, event.until).await
    }

    /// Why an event does not go out, if it doesn't: of one that was handed out before, nothing is kept.
    async fn why_not(&self, event: &OutgoingEvent) -> Result<Option<Option<DeliveryState>>, TableError> {
        let payment = match event.payment {
            Some(key) => self.table().payment_state(key).await?,
            None => None,
        };
        Ok(match payment {
            None | Some(PaymentState::New) if self.now() > event.until => Some(Some(DeliveryState::Late)),
            None | Some(PaymentState::New) => None,
            Some(PaymentState::Sent) => Some(None),
            Some(_) => Some(Some(DeliveryState::Stopped)),
        })
    }

    /// Ends an event. One that reached no endpoint is kept where an operator finds it.
    async fn end(&self, due: &Due, event: &OutgoingEvent, kept: Option<DeliveryState>) -> Result<(), TableError> {
        if let Some(state) = kept {
            let unheard = state == DeliveryState::Unheard;
            self.count(|did| *(if unheard { &mut did.unheard } else { &mut did.stopped }) += 1);
            self.table().put_delivery(NOBODY, &Delivery::of(event, state), self.now()).await?;
        }
        if let Some(key) = event.payment {
            self.table().mark_payment_sent(key).await?;
        }
        self.table().take_away(due).await
    }

    /// The endpoints that want an event.
    async fn wanting(&self, event: &OutgoingEvent) -> Result<Vec<&Lane>, TableError> {
        if let Some(only) = &event.endpoint {
            return Ok(self.lane(only).into_iter().collect());
        }
        let store = self.place(event.store()).await?;
        let place = store.as_ref().map(|(number, path)| (*number, path.as_ref()));
        // The endpoint that was switched off is the one that can't be notified.
        let of_itself = |lane: &&Lane| {
            event.kind == SWITCHED_OFF
                && event.data.get("endpoint").and_then(Value::as_str) == Some(lane.stored.id.as_str())
        };
        let wanting = self.lanes().filter(|lane| lane.stored.endpoint.wants(&event.kind, place));
        Ok(wanting.filter(|lane| !of_itself(lane)).collect())
    }

    /// An event for the first time at an endpoint, unless a run that was killed has been there.
    async fn first(&self, lane: &Lane, event: &OutgoingEvent) -> Result<Fate, TableError> {
        if self.meets_again(&lane.stored.id, &event.id) {
            return Ok(Fate::Met);
        }
        let table = self.table();
        let mut delivery = match table.delivery(&lane.stored.id, event.at, &event.id).await? {
            Some(delivery) if delivery.state == DeliveryState::Waiting => {
                return Ok(Fate::Waits(delivery.next.unwrap_or(self.now())));
            }
            Some(_) => return Ok(Fate::Ended),
            None => Delivery::of(event, DeliveryState::Waiting),
        };
        if lane.stored.endpoint.to.is_read_by_people() {
            self.save(lane, &delivery).await?;
            return Ok(Fate::Told(Box::new(delivery)));
        }
        self.attempt(lane, &mut delivery, false).await
    }
}
