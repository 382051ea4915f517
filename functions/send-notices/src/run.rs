//! A run: all that is due, each event and each delivery by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aftertaste::{
    domain::{
        Id,
        place::{Path, StoreNumber},
    },
    table::{
        Again, Delivery, DeliveryState, Due, NOBODY, OutgoingEvent, PaymentState, StoredEndpoint, Table, TableError,
        Task, store_in, whole_second_after,
    },
};
use deliveries::endpoint::REPLAY;
use futures::{StreamExt, TryStreamExt, future};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    Sender, Summary, Terms,
    lane::{Lane, Standing},
};

/// How many events and deliveries are under way at once. Most wait for their turn at an endpoint.
const UNDER_WAY: usize = 1_000;

const SWITCHED_OFF: &str = "endpoint.switched_off";

/// A run, and all that its parts share.
pub(crate) struct Run<'a, C> {
    pub(crate) sender: &'a Sender,
    pub(crate) terms: Terms,
    pub(crate) clock: &'a C,
    /// No attempt begins later.
    stop: Instant,
    /// No answer is waited for later: the lease ends soon.
    end: Instant,
    lanes: BTreeMap<Id, Lane>,
    /// Deliveries that this run has met. After a crash one may be due twice.
    met: Mutex<BTreeSet<(Id, String)>>,
    did: Mutex<Summary>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing is due any more.
    Ended,
    /// It is due again then.
    Waits(Timestamp),
    /// It is told to people at the end of the run, with all else that they are told.
    Told(Box<Delivery>),
    /// The endpoint takes no more in this run. Nothing was written.
    Left,
    /// This run is at it already, because it is due twice. Nothing was written.
    Met,
}

impl<'a, C: Fn() -> Timestamp + Sync> Run<'a, C> {
    pub(crate) async fn begin(sender: &'a Sender, terms: Terms, clock: &'a C) -> Result<Self, TableError> {
        let table = &sender.app.table;
        let (endpoints, health) = future::try_join(table.endpoints(), table.all_health()).await?;
        let mut health: BTreeMap<_, _> = health.into_iter().collect();
        let lane = |stored: StoredEndpoint| {
            let health = health.remove(&stored.id).unwrap_or_default();
            (stored.id.clone(), Lane::new(stored, health))
        };
        let lanes = endpoints.into_iter().map(lane).collect();
        let (stop, end) = (Instant::now() + terms.work, Instant::now() + terms.work + terms.patience);
        Ok(Self { sender, terms, clock, stop, end, lanes, met: Mutex::default(), did: Mutex::default() })
    }

    pub(crate) fn table(&self) -> &Table {
        &self.sender.app.table
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Summary)) {
        count(&mut self.did.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn lane(&self, id: &Id) -> Option<&Lane> {
        self.lanes.get(id)
    }

    pub(crate) fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.values()
    }

    /// How long an answer may be waited for.
    pub(crate) fn patience(&self) -> Duration {
        self.terms.patience.min(self.end.saturating_duration_since(Instant::now()))
    }

    /// Sends all that is due. What can't be read or written is logged, and holds up nothing else.
    pub(crate) async fn all(self, now: Timestamp) -> Result<Summary, TableError> {
        let due = self.table().due(now);
        let until_stop = due.take_while(|_| future::ready(Instant::now() < self.stop));
        let read = until_stop.map(Ok).try_for_each_concurrent(UNDER_WAY, async |due: Result<Due, TableError>| {
            let done = match due {
                Ok(due) => Box::pin(self.one(due)).await,
                Err(error @ TableError::Unreadable { .. }) => {
                    error.log_left_out();
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            // Each is made good by the next run.
            if let Err(error) = done {
                tracing::error!(outcome = "not-sent", %error);
                self.count(|did| did.broken += 1);
            }
            Ok(())
        });
        let read = read.await;
        self.tell_people().await;
        for lane in self.lanes() {
            if let Some(health) = lane.changed_health() {
                self.table().change_health(&lane.stored.id, &health, self.now()).await?;
            }
        }
        read?;
        Ok(*self.did.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn one(&self, due: Due) -> Result<(), TableError> {
        match &due.task {
            Task::HandOut(event) if event.kind == REPLAY => self.replay(&due, event).await,
            Task::HandOut(event) => self.hand_out(&due, event).await,
            Task::GoOn(again) => {
                let again = again.clone();
                self.go_on(due, &again).await
            }
        }
    }

    /// Hands an event out to the endpoints that want it. What failed, and what one of them has no room for, goes on by
    /// itself. Then the event is done: first its payment is marked, so that no notice of it brings it back.
    async fn hand_out(&self, due: &Due, event: &OutgoingEvent) -> Result<(), TableError> {
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
        let fates = future::try_join_all(lanes.iter().map(|lane| Box::pin(self.first(lane, event)))).await?;
        if fates.iter().all(|fate| *fate == Fate::Left) {
            self.count(|did| did.left += 1);
            return Ok(());
        }
        let is_met = fates.contains(&Fate::Met);
        for (lane, fate) in lanes.iter().zip(fates) {
            match fate {
                Fate::Ended | Fate::Met => {}
                Fate::Waits(when) => self.wait(lane, event, when).await.map(drop)?,
                Fate::Told(delivery) => lane.collect(self.wait(lane, event, self.now()).await?, *delivery),
                Fate::Left => {
                    let delivery = Delivery::of(event, DeliveryState::Waiting);
                    self.save(lane, &delivery).await?;
                    self.wait(lane, event, self.now()).await?;
                }
            }
        }
        if is_met {
            // The next run sees what became of it.
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

    /// Ends an event. What reached no endpoint is kept where an operator finds it.
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
            return Ok(self.lanes.get(only).into_iter().collect());
        }
        let store = self.place(event.store()).await?;
        let place = store.as_ref().map(|(number, path)| (*number, path.as_ref()));
        // The endpoint that was switched off is the one that can't be told.
        let of_itself = |lane: &&Lane| {
            event.kind == SWITCHED_OFF
                && event.data.get("endpoint").and_then(Value::as_str) == Some(lane.stored.id.as_str())
        };
        let wanting = self.lanes().filter(|lane| lane.stored.endpoint.wants(&event.kind, place));
        Ok(wanting.filter(|lane| !of_itself(lane)).collect())
    }

    /// Whether an endpoint wants what happened.
    pub(crate) async fn is_wanted(&self, lane: &Lane, delivery: &Delivery) -> Result<bool, TableError> {
        let data = serde_json::from_str(&delivery.data).unwrap_or_default();
        let store = self.place(store_in(&data)).await?;
        let place = store.as_ref().map(|(number, path)| (*number, path.as_ref()));
        Ok(lane.stored.endpoint.wants(&delivery.kind, place))
    }

    /// A store with its place in the chain, as far as there is one.
    async fn place(&self, store: Option<StoreNumber>) -> Result<Option<(StoreNumber, Option<Path>)>, TableError> {
        let Some(number) = store else { return Ok(None) };
        let store = self.sender.app.catalog.store(number, self.now()).await?;
        Ok(Some((number, store.map(|store| store.details.path.clone()))))
    }

    /// Whether this run has met a delivery. Tried twice at once, it could arrive, and seem to have failed.
    fn meets_again(&self, endpoint: &Id, event: &str) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        !met.insert((endpoint.clone(), event.to_owned()))
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

    /// A delivery that is due again.
    async fn go_on(&self, due: Due, again: &Again) -> Result<(), TableError> {
        if self.meets_again(&again.endpoint, &again.id) {
            self.count(|did| did.left += 1);
            return Ok(());
        }
        let delivery = self.table().delivery(&again.endpoint, again.at, &again.id).await?;
        let Some(mut delivery) = delivery.filter(|it| again.is_replay || it.state == DeliveryState::Waiting) else {
            return self.table().take_away(&due).await;
        };
        let Some(lane) = self.lanes.get(&again.endpoint) else {
            delivery.fail("The endpoint is gone.");
            self.table().put_delivery(again.endpoint.as_str(), &delivery, self.now()).await?;
            return self.table().take_away(&due).await;
        };
        // One that waits anyway is only tried sooner.
        let is_replay = again.is_replay && delivery.state != DeliveryState::Waiting;
        let later = delivery.next.filter(|next| *next > self.now() && !again.is_replay);
        let fate = match later {
            // A run was killed before it took this away.
            Some(next) => Fate::Waits(next),
            None if self.is_off(&delivery).await? => {
                delivery.state = DeliveryState::Stopped;
                self.save(lane, &delivery).await?;
                Fate::Ended
            }
            None if lane.stored.endpoint.to.is_read_by_people() => {
                match self.without_attempt(lane, &mut delivery, is_replay).await? {
                    Some(fate) => fate,
                    None => Fate::Told(Box::new(delivery.clone())),
                }
            }
            None => self.attempt(lane, &mut delivery, is_replay).await?,
        };
        match fate {
            Fate::Told(delivery) => {
                lane.collect(due, *delivery);
                Ok(())
            }
            Fate::Left | Fate::Met => {
                self.count(|did| did.left += 1);
                Ok(())
            }
            Fate::Waits(when) => self.put_off(lane, &due, &delivery, when).await,
            Fate::Ended => self.table().take_away(&due).await,
        }
    }

    /// Makes a delivery due later than it is.
    pub(crate) async fn put_off(
        &self,
        lane: &Lane,
        due: &Due,
        delivery: &Delivery,
        when: Timestamp,
    ) -> Result<(), TableError> {
        let later = self.table().put_again(when, lane.again(delivery), delivery.until).await?;
        if later.is_where(due) { Ok(()) } else { self.table().take_away(due).await }
    }

    /// Whether the payment of a delivery was paid back meanwhile.
    async fn is_off(&self, delivery: &Delivery) -> Result<bool, TableError> {
        Ok(match delivery.payment() {
            Some(key) => self.table().payment_state(key).await? == Some(PaymentState::Refunded),
            None => false,
        })
    }

    /// Tries a delivery, if its endpoint takes it now, and writes what became of it.
    async fn attempt(&self, lane: &Lane, delivery: &mut Delivery, is_replay: bool) -> Result<Fate, TableError> {
        if let Some(fate) = self.without_attempt(lane, delivery, is_replay).await? {
            return Ok(fate);
        }
        let Some(turn) = lane.turn(self.stop) else { return Ok(Fate::Left) };
        tokio::time::sleep_until(turn).await;
        let Ok(_permit) = lane.under_way.acquire().await else { return Ok(Fate::Left) };
        // Much may have happened while it waited.
        if Instant::now() >= self.stop {
            return Ok(Fate::Left);
        }
        if let Some(fate) = self.without_attempt(lane, delivery, is_replay).await? {
            return Ok(fate);
        }
        self.try_once(lane, delivery, is_replay).await
    }

    /// What becomes of a delivery whose endpoint takes nothing now, or that comes too late.
    async fn without_attempt(
        &self,
        lane: &Lane,
        delivery: &mut Delivery,
        is_replay: bool,
    ) -> Result<Option<Fate>, TableError> {
        let now = self.now();
        let is_late = |at: Timestamp| at > delivery.until && !is_replay;
        match lane.standing(now) {
            Standing::Off(why) => delivery.fail(&why),
            _ if is_late(now) => delivery.fail("It could not arrive in time."),
            Standing::Paused(until) if is_late(until) => delivery.fail("It could not arrive in time."),
            Standing::Paused(until) => {
                delivery.next = Some(whole_second_after(until));
                delivery.state = DeliveryState::Waiting;
                self.count(|did| did.again += 1);
                self.save(lane, delivery).await?;
                return Ok(Some(Fate::Waits(until)));
            }
            Standing::Open => return Ok(None),
        }
        self.count(|did| did.failed += 1);
        self.save(lane, delivery).await?;
        Ok(Some(Fate::Ended))
    }

    pub(crate) async fn save(&self, lane: &Lane, delivery: &Delivery) -> Result<(), TableError> {
        self.table().put_delivery(lane.stored.id.as_str(), delivery, self.now()).await
    }

    /// Switches an endpoint off, and says so to whoever wants to know.
    pub(crate) async fn switch_off(&self, lane: &Lane, why: &str) -> Result<(), TableError> {
        let now = self.now();
        if !lane.switch_off(now, why) {
            return Ok(());
        }
        let endpoint = &lane.stored.id;
        tracing::error!(outcome = "endpoint-switched-off", endpoint = endpoint.as_str(), why);
        let data = json!({"endpoint": endpoint, "why": why});
        let event = OutgoingEvent::of(SWITCHED_OFF, &format!("{endpoint} {now}"), now, data);
        self.table().put_event(&event).await.map(drop)
    }
}
