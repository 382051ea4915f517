//! The outbox: events that wait to be sent, and deliveries that are due again. Each event is an item from the moment it is
//! decided, so that none is lost.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use deliveries::retries;
use domain::{Id, payment::PaymentKey, place::StoreNumber};
use futures::stream::{self, BoxStream, StreamExt};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Item, Table, TableError, failed, keys, string, unless_refused, unreadable, whole_number};

/// How many days what is known of an event stays after its end.
pub(super) const KEPT_DAYS: i64 = 30;

/// How many items of each partition are read at once, so that a run has few of those that wait in memory.
const ITEMS_OF_A_PAGE: i32 = 100;

/// An event that waits to go out.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingEvent {
    /// Its id: the same whenever it is sent, so that a receiver drops doubles. It ends with a hexadecimal digit.
    pub id: String,
    /// The kind of event, such as `survey.link.issued`.
    pub kind: String,
    /// When it happened, to the second.
    pub at: Timestamp,
    /// It goes out no sooner.
    pub not_before: Timestamp,
    /// It goes out no later.
    pub until: Timestamp,
    /// The content of it.
    pub data: Value,
    /// The payment that it is about. It goes out only while that is neither quiet nor paid back.
    pub payment: Option<PaymentKey>,
    /// The one endpoint that it is for; none for every endpoint that wants it.
    pub endpoint: Option<Id>,
}

impl OutgoingEvent {
    /// An event of a kind that no guest waits for. Its `what` distinguishes it from all else of its kind, so that the
    /// same has the same id.
    pub fn of(kind: &str, what: &str, at: Timestamp, data: Value) -> Self {
        let at = whole_second(at);
        let until = at.saturating_add((retries::DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        let id = format!("evt_{}", short_hash(&[kind.as_bytes(), &[0], what.as_bytes()]));
        Self { id, kind: kind.to_owned(), at, not_before: at, until, data, payment: None, endpoint: None }
    }

    /// The same, by the hour in which it is put. Where it is decided again within that hour, it is under the same key,
    /// and nobody learns the instant of an answer.
    pub fn of_hour(kind: &str, what: &str, now: Timestamp, data: Value) -> Self {
        let hour = now.as_second() - now.as_second().rem_euclid(3_600);
        Self::of(kind, what, Timestamp::from_second(hour).unwrap_or(now), data)
    }

    /// The store that it is about, if it is about one.
    pub fn store(&self) -> Option<StoreNumber> {
        store_in(&self.data)
    }
}

/// The store that an event's data names.
pub fn store_in(data: &Value) -> Option<StoreNumber> {
    let number: u32 = data.get("store")?.as_u64()?.try_into().ok()?;
    number.try_into().ok()
}

/// Something of the outbox that is due.
#[derive(Debug)]
pub struct Due {
    /// The task that is due.
    pub task: Task,
    key: keys::Key,
}

/// The kinds of task.
#[derive(Debug)]
pub enum Task {
    /// An event is handed out to the endpoints that want it.
    HandOut(Box<OutgoingEvent>),
    /// A delivery goes on at one endpoint.
    GoOn(Again),
}

/// A delivery that is due again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// Where to.
    pub endpoint: Id,
    /// The event's id.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// Whether somebody asked for it to be sent once more, whatever its outcome.
    pub is_replay: bool,
}

impl Due {
    /// Whether it lies where another does: then the one was written over the other.
    pub fn is_where(&self, other: &Self) -> bool {
        (&self.key.pk, &self.key.sk) == (&other.key.pk, &other.key.sk)
    }
}

impl Table {
    /// Puts an event beside those that wait, unless it is there. Whether it is new.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_event(&self, event: &OutgoingEvent) -> Result<bool, TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item_of(event)));
        let put = put.condition_expression("attribute_not_exists(pk)").send().await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "put an event")
    }

    /// Puts an event over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_event_over(&self, event: &OutgoingEvent) -> Result<(), TableError> {
        self.put_item(item_of(event), "put an event").await
    }

    /// Whether an event is there.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn has_event(&self, not_before: Timestamp, id: &str) -> Result<bool, TableError> {
        Ok(self.one(keys::event(not_before, id), "look for an event").await?.is_some())
    }

    /// Puts that a delivery is due again, at the first whole second that is no sooner, and returns it as it will be found.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_again(&self, when: Timestamp, again: Again, until: Timestamp) -> Result<Due, TableError> {
        let key = keys::due_again(whole_second_after(when), &again.id, &again.endpoint);
        let item = Item::from([
            ("id".into(), keys::text(&again.id)),
            ("endpoint".into(), keys::text(again.endpoint.as_str())),
            ("at".into(), keys::number(again.at.as_second())),
            ("replay".into(), aws_sdk_dynamodb::types::AttributeValue::Bool(again.is_replay)),
            ("expires".into(), keys::number(kept_until(until.max(when)))),
        ]);
        self.put_item(key.clone().over(item), "put that a delivery is due again").await?;
        Ok(Due { task: Task::GoOn(again), key })
    }

    /// Takes away what was due and is done.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_away(&self, due: &Due) -> Result<(), TableError> {
        self.delete(due.key.clone(), "take away what was due").await
    }

    /// All that is due, in each partition the longest due first. It is read page by page, as it is taken.
    pub fn due(&self, now: Timestamp) -> BoxStream<'_, Result<Due, TableError>> {
        self.waiting(keys::due_until(now))
    }

    /// Every event that waits, and every delivery that is due some time. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn outbox(&self) -> Result<Vec<Due>, TableError> {
        let mut waiting = self.waiting("~".into());
        let mut all = Vec::new();
        while let Some(due) = waiting.next().await {
            match due {
                Ok(due) => all.push(due),
                Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn waiting(&self, until: String) -> BoxStream<'_, Result<Due, TableError>> {
        let shards = (0..keys::SHARDS).map(|shard| {
            let query = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("pk = :pk AND sk <= :until")
                .expression_attribute_values(":pk", keys::text(keys::events(shard)))
                .expression_attribute_values(":until", keys::text(&until))
                .limit(ITEMS_OF_A_PAGE);
            let items = query.into_paginator().items().send();
            let next = async |mut items: super::Items| Some((items.next().await?, items));
            let items = stream::unfold(items, next);
            items.map(|item| read(item.map_err(failed("read what is due"))?)).boxed()
        });
        stream::select_all(shards).boxed()
    }
}

fn item_of(event: &OutgoingEvent) -> Item {
    let optional = [
        ("payment", event.payment.map(|key| key.to_string())),
        ("endpoint", event.endpoint.as_ref().map(Id::to_string)),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), keys::text(value?))));
    let item = Item::from([
        ("id".into(), keys::text(&event.id)),
        ("type".into(), keys::text(&event.kind)),
        // For the version before, which shows it.
        ("state".into(), keys::text("waiting")),
        ("at".into(), keys::number(event.at.as_second())),
        ("not_before".into(), keys::number(event.not_before.as_second())),
        ("until".into(), keys::number(event.until.as_second())),
        ("data".into(), keys::text(event.data.to_string())),
        ("expires".into(), keys::number(kept_until(event.until))),
    ]);
    keys::event(event.not_before, &event.id).over(item.into_iter().chain(optional).collect())
}

/// Half of the SHA-256 of these parts together: 32 hexadecimal digits.
pub(crate) fn short_hash(parts: &[&[u8]]) -> String {
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The second that an instant lies in, as times are kept in the table.
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The first whole second at an instant or after it. Keys have no less, and what is due is not due before its time.
pub fn whole_second_after(at: Timestamp) -> Timestamp {
    let floor = at.as_second();
    let second = if at.subsec_nanosecond() > 0 { floor.saturating_add(1) } else { floor };
    Timestamp::from_second(second).unwrap_or(at)
}

/// Until when what is known of an event is kept.
pub(super) fn kept_until(end: Timestamp) -> i64 {
    end.saturating_add((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX).as_second()
}

fn read(item: Item) -> Result<Due, TableError> {
    let (pk, sk) = (string(&item, "pk").unwrap_or_default(), string(&item, "sk").unwrap_or_default());
    let key = keys::Key { pk: pk.to_owned(), sk: sk.to_owned() };
    let text = |name: &str| string(&item, name).ok_or_else(|| unreadable(&key, format!("it has no {name}")));
    let at = |name: &str| {
        let instant = whole_number(&item, name).and_then(|second| Timestamp::from_second(second).ok());
        instant.ok_or_else(|| unreadable(&key, format!("it has no {name}")))
    };
    let endpoint = || text("endpoint")?.parse().map_err(|error: domain::Invalid| unreadable(&key, error));
    let task = if item.contains_key("type") {
        Task::HandOut(Box::new(OutgoingEvent {
            id: text("id")?.to_owned(),
            kind: text("type")?.to_owned(),
            at: at("at")?,
            not_before: at("not_before")?,
            until: at("until")?,
            data: serde_json::from_str(text("data")?).map_err(|error| unreadable(&key, error))?,
            payment: string(&item, "payment").and_then(|text| text.parse().ok()),
            endpoint: if item.contains_key("endpoint") { Some(endpoint()?) } else { None },
        }))
    } else {
        let is_replay = item.get("replay").and_then(|replay| replay.as_bool().ok()).copied().unwrap_or(false);
        Task::GoOn(Again { endpoint: endpoint()?, id: text("id")?.to_owned(), at: at("at")?, is_replay })
    };
    Ok(Due { task, key })
}
