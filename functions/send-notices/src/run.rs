//! A run: all that is due, each event and each delivery by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aftertaste::{
    domain::{
        Id,
        case::Duty,
        place::{Path, Scope, StoreNumber},
    },
    table::{
        Again, Delivery, DeliveryState, Due, ListedPerson, OutgoingEvent, PaymentState, StoredEndpoint, Table,
        TableError, Task, store_in, whole_second_after,
    },
};
use deliveries::endpoint::REPLAY;
use futures::{StreamExt, TryStreamExt, future};
use jiff::Timestamp;
use serde_json::json;
use tokio::{sync::OnceCell, time::Instant};
use uuid::Uuid;

use crate::{
    Sender, Summary, Terms,
    lane::{Lane, Standing},
};

/// How many events and deliveries are under way at once: more than wait at endpoints, so that those block no other.
const UNDER_WAY: usize = 6_000;

pub(crate) const SWITCHED_OFF: &str = "endpoint.switched_off";
const TEST: &str = "endpoint.test";

/// A run, and all that its parts share.
pub(crate) struct Run<'a, C> {
    pub(crate) sender: &'a Sender,
    pub(crate) terms: Terms,
    pub(crate) clock: &'a C,
    /// A random id: of this run, and of the one move that it makes with a case.
    pub(crate) fresh: Uuid,
    /// No check begins later, so that there is time to send.
    pub(crate) end_of_sweep: Instant,
    /// No attempt begins later.
    stop: Instant,
    /// No answer is waited for later: the lease ends soon.
    end: Instant,
    lanes: BTreeMap<Id, Lane>,
    /// The people on duty, once somebody has to be notified.
    duties: OnceCell<BTreeMap<Scope, Duty>>,
    /// Everybody who is listed. It is read once a run, if at all, and not from memory, which is a minute old.
    pub(crate) people: OnceCell<Vec<ListedPerson>>,
    /// Deliveries that this run has met. After a crash one may be due twice.
    met: Mutex<BTreeSet<(Id, String)>>,
    did: Mutex<Summary>,
}

/// The outcome of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing is due any more.
    Ended,
    /// It is due again then.
    Waits(Timestamp),
    /// People get it at the end of the run, with all else that is for them.
    Told(Box<Delivery>),
    /// The endpoint takes no more in this run. Nothing was written.
    Left,
    /// This run is at it already, because it is due twice. Nothing was written.
    Met,
}

impl<'a, C: Fn() -> Timestamp + Sync> Run<'a, C> {
    pub(crate) async fn begin(sender: &'a Sender, terms: Terms, fresh: Uuid, clock: &'a C) -> Result<Self, TableError> {
        let table = &sender.app.table;
        let (endpoints, health) = future::try_join(table.endpoints(), table.all_health()).await?;
        let mut health: BTreeMap<_, _> = health.into_iter().collect();
        let count = endpoints.len();
        let lane = |stored: StoredEndpoint| {
            let health = health.remove(&stored.id).unwrap_or_default();
            (stored.id.clone(), Lane::new(stored, health, count))
        };
        let lanes = endpoints.into_iter().map(lane).collect();
        let begun = Instant::now();
        Ok(Self {
            sender,
            terms,
            clock,
            fresh,
            end_of_sweep: begun + terms.work / 2,
            stop: begun + terms.work,
            end: begun + terms.work + terms.patience,
            lanes,
            duties: OnceCell::new(),
            people: OnceCell::new(),
            met: Mutex::default(),
            did: Mutex::default(),
        })
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

    /// The people on duty, by scope. It is read once a run, if at all.
    pub(crate) async fn duties(&self) -> Result<&BTreeMap<Scope, Duty>, TableError> {
        self.duties.get_or_try_init(|| self.table().duties()).await
    }

    /// How long an answer may be waited for.
    pub(crate) fn patience(&self) -> Duration {
        self.terms.patience.min(self.end.saturating_duration_since(Instant::now()))
    }

    /// Sends all that is due. An item that can't be read or written is logged, and blocks nothing else.
    pub(crate) async fn all(self, now: Timestamp, looks: bool) -> Result<Summary, TableError> {
        if looks {
            // First, so that what it puts goes out in this run.
            self.sweep(now).await.unwrap_or_else(|error| self.broke(&error));
        }
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
            done.unwrap_or_else(|error| self.broke(&error));
            Ok(())
        });
        let read = read.await;
        self.tell_people().await;
        for lane in self.lanes() {
            lane.keep_health(self.table(), self.now()).await?;
        }
        read?;
        Ok(*self.did.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Something could not be read or written. The next run makes it good.
    pub(crate) fn broke(&self, error: &TableError) {
        tracing::error!(outcome = "not-sent", %error);
        self.count(|did| did.broken += 1);
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

    /// Whether an endpoint that was put again still wants what waits for it. A test is wanted by all, and messages for
    /// people on duty were for this endpoint alone.
    async fn is_still_wanted(&self, lane: &Lane, delivery: &Delivery) -> Result<bool, TableError> {
        let is_for_it = delivery.kind == TEST || lane.stored.endpoint.takes_for_duty(&delivery.kind);
        Ok(is_for_it || self.is_wanted(lane, delivery).await?)
    }

    /// Whether an endpoint wants what happened.
    pub(crate) async fn is_wanted(&self, lane: &Lane, delivery: &Delivery) -> Result<bool, TableError> {
        let data = serde_json::from_str(&delivery.data).unwrap_or_default();
        let store = self.place(store_in(&data)).await?;
        let place = store.as_ref().map(|(number, path)| (*number, path.as_ref()));
        Ok(lane.stored.endpoint.wants(&delivery.kind, place))
    }

    /// A store with its place in the chain, as far as there is one.
    pub(crate) async fn place(
        &self,
        store: Option<StoreNumber>,
    ) -> Result<Option<(StoreNumber, Option<Path>)>, TableError> {
        let Some(number) = store else { return Ok(None) };
        let store = self.sender.app.catalog.store(number, self.now()).await?;
        Ok(Some((number, store.map(|store| store.details.path.clone()))))
    }

    /// Whether this run has met a delivery. Tried twice at once, it could arrive, and seem to have failed.
    pub(crate) fn meets_again(&self, endpoint: &Id, event: &str) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        !met.insert((endpoint.clone(), event.to_owned()))
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
                if !is_replay {
                    delivery.state = DeliveryState::Stopped;
                    self.save(lane, &delivery).await?;
                }
                Fate::Ended
            }
            None if !again.is_replay && !self.is_still_wanted(lane, &delivery).await? => {
                delivery.fail("The endpoint wants it no longer.");
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
            Fate::Waits(when) => self.put_off(lane, &due, (&delivery, is_replay), when).await,
            Fate::Ended => self.table().take_away(&due).await,
        }
    }

    /// Makes a delivery due later than it is.
    pub(crate) async fn put_off(
        &self,
        lane: &Lane,
        due: &Due,
        (delivery, is_replay): (&Delivery, bool),
        when: Timestamp,
    ) -> Result<(), TableError> {
        let later = self.table().put_again(when, lane.again(delivery, is_replay), delivery.until).await?;
        if later.is_where(due) { Ok(()) } else { self.table().take_away(due).await }
    }

    /// Whether the payment of a delivery was paid back meanwhile.
    async fn is_off(&self, delivery: &Delivery) -> Result<bool, TableError> {
        Ok(match delivery.payment() {
            Some(key) => self.table().payment_state(key).await? == Some(PaymentState::Refunded),
            None => false,
        })
    }

    /// Tries a delivery, if its endpoint takes it now, and writes the outcome.
    pub(crate) async fn attempt(
        &self,
        lane: &Lane,
        delivery: &mut Delivery,
        is_replay: bool,
    ) -> Result<Fate, TableError> {
        if let Some(fate) = self.without_attempt(lane, delivery, is_replay).await? {
            return Ok(fate);
        }
        let Ok(_place) = lane.waiting.try_acquire() else { return Ok(Fate::Left) };
        let Ok(_permit) = lane.under_way.acquire().await else { return Ok(Fate::Left) };
        // Turns are given to those alone that can go: what has waited goes no quicker for that.
        let Some(turn) = lane.turn(self.stop) else { return Ok(Fate::Left) };
        tokio::time::sleep_until(turn).await;
        // Much may have happened while it waited.
        if let Some(fate) = self.without_attempt(lane, delivery, is_replay).await? {
            return Ok(fate);
        }
        self.try_once(lane, delivery, is_replay).await
    }

    /// The fate of a delivery whose endpoint takes nothing now, or that comes too late.
    async fn without_attempt(
        &self,
        lane: &Lane,
        delivery: &mut Delivery,
        is_replay: bool,
    ) -> Result<Option<Fate>, TableError> {
        let now = self.now();
        let is_late = |at: Timestamp| at > delivery.until && !is_replay;
        match lane.standing(now) {
            Standing::Off(why) if !is_replay => delivery.fail(&why),
            Standing::Off(_) => {}
            _ if is_late(now) => delivery.fail("It could not arrive in time."),
            Standing::Paused(until) if is_late(until) => delivery.fail("It could not arrive in time."),
            Standing::Paused(until) => {
                self.count(|did| did.again += 1);
                // A delivery that somebody asked for again stays as it was, until it is sent.
                if !is_replay {
                    delivery.next = Some(whole_second_after(until));
                    delivery.state = DeliveryState::Waiting;
                    self.save(lane, delivery).await?;
                }
                return Ok(Some(Fate::Waits(until)));
            }
            Standing::Open => return Ok(None),
        }
        self.count(|did| did.failed += 1);
        if is_replay {
            return Ok(Some(Fate::Ended));
        }
        self.save(lane, delivery).await?;
        Ok(Some(Fate::Ended))
    }

    pub(crate) async fn save(&self, lane: &Lane, delivery: &Delivery) -> Result<(), TableError> {
        self.table().put_delivery(lane.stored.id.as_str(), delivery, self.now()).await
    }

    /// Switches an endpoint off, and says so to endpoints that want to know.
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

/// The hour that an instant lies in.
pub(crate) fn of_hour(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(3_600)).unwrap_or(at)
}
