//! Deliveries: an event as one endpoint got it, with every attempt. They are the log that an operator sees, and what is
//! sent again when they ask for it.

use domain::{Id, payment::PaymentKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, OutgoingEvent, Table, TableError, events::kept_until, failed, keys, string, unreadable};

/// In place of an endpoint: for events that reached none.
pub const NOBODY: &str = "-";

/// How many attempts are kept, the latest. There are ten, and more where somebody asks for it.
const ATTEMPTS_KEPT: usize = 20;

/// An event at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The event's id.
    pub id: String,
    /// The event that happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, to the second.
    pub at: Timestamp,
    /// No attempt is made later.
    pub until: Timestamp,
    /// The state of it.
    pub state: DeliveryState,
    /// The attempts, the first one first.
    #[serde(default)]
    pub attempts: Vec<Tried>,
    /// When the next attempt is due, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// Why it ended, in a sentence, where it did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The content of the event, as JSON.
    pub data: String,
    /// The payment that it is about, as its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
}

/// The states of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// An attempt is due.
    Waiting,
    /// It arrived.
    Delivered,
    /// It did not arrive, and is not tried again unless somebody asks for it.
    Failed,
    /// No endpoint wanted it.
    Unheard,
    /// Its payment was paid back, or its guest was asked not long ago.
    Stopped,
    /// It could not go out in time.
    Late,
    /// Something that a later version knows.
    #[serde(other)]
    Other,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// When it began.
    pub at: Timestamp,
    /// The status that was answered; none without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer, or what a robot said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
}

impl Delivery {
    /// A delivery that has not been tried.
    pub fn of(event: &OutgoingEvent, state: DeliveryState) -> Self {
        Self {
            id: event.id.clone(),
            kind: event.kind.clone(),
            at: event.at,
            until: event.until,
            state,
            attempts: Vec::new(),
            next: None,
            why: None,
            data: event.data.to_string(),
            payment: event.payment.map(|key| key.to_string()),
        }
    }

    /// The payment that it is about.
    pub fn payment(&self) -> Option<PaymentKey> {
        self.payment.as_deref()?.parse().ok()
    }

    /// Ends it without success, and says why.
    pub fn fail(&mut self, why: &str) {
        self.state = DeliveryState::Failed;
        self.next = None;
        self.why = Some(why.to_owned());
    }

    /// Adds an attempt.
    pub fn add(&mut self, tried: Tried) {
        self.attempts.push(tried);
        let surplus = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        self.attempts.drain(..surplus);
    }
}

/// Some deliveries, and where those after them begin; none at the end.
pub type DeliveryPage = (Vec<Delivery>, Option<String>);

impl Table {
    /// An event at an endpoint.
    ///
    /// # Errors
    /// When the table or the delivery can't be read.
    pub async fn delivery(&self, endpoint: &Id, at: Timestamp, id: &str) -> Result<Option<Delivery>, TableError> {
        let key = keys::Key { pk: keys::deliveries(endpoint.as_str()), sk: keys::sk_of_delivery(at, id) };
        self.read(key, "read a delivery").await
    }

    /// Writes the outcome of an event at an endpoint, or at [`NOBODY`]. Where it failed, it can be found by that.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_delivery(&self, endpoint: &str, delivery: &Delivery, now: Timestamp) -> Result<(), TableError> {
        let sk = keys::sk_of_delivery(delivery.at, &delivery.id);
        let expires = Timestamp::from_second(kept_until(delivery.until.max(now))).unwrap_or(Timestamp::MAX);
        if delivery.state == DeliveryState::Failed {
            let key = keys::Key { pk: keys::failures(endpoint), sk: sk.clone() };
            self.put(key, [("expires".into(), keys::number(expires.as_second()))].into(), "keep a failure").await?;
        }
        let key = keys::Key { pk: keys::deliveries(endpoint), sk };
        self.put_until(key, delivery, expires, "write a delivery").await
    }

    /// Takes away that a delivery failed: it has arrived.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn forget_failure(&self, endpoint: &Id, delivery: &Delivery) -> Result<(), TableError> {
        let sk = keys::sk_of_delivery(delivery.at, &delivery.id);
        let key = keys::Key { pk: keys::failures(endpoint.as_str()), sk };
        self.delete(key, "forget a failure").await
    }

    /// The latest deliveries of an endpoint, the latest first. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn latest_deliveries(&self, endpoint: &str, most: i32) -> Result<Vec<Delivery>, TableError> {
        let pk = keys::deliveries(endpoint);
        let (items, _) = self.page_of(pk, None, (false, most)).await?;
        Ok(read(items))
    }

    /// How many deliveries of an endpoint failed, up to so many.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn failures(&self, endpoint: &Id, most: i32) -> Result<usize, TableError> {
        let (items, _) = self.page_of(keys::failures(endpoint.as_str()), None, (true, most)).await?;
        Ok(items.len())
    }

    /// Deliveries of an endpoint, or of [`NOBODY`], whose events happened at an instant or later, the first one first.
    /// They are those after `after`, the end of the page before.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn deliveries_since(
        &self,
        endpoint: &str,
        (since, after): (Timestamp, Option<&str>),
        most: i32,
    ) -> Result<DeliveryPage, TableError> {
        let from = after.map_or_else(|| keys::sk_of_delivery(since, ""), |after| format!("{after}~"));
        let (items, next) = self.page_of(keys::deliveries(endpoint), Some(&from), (true, most)).await?;
        Ok((read(items), next))
    }

    /// Deliveries of an endpoint that failed, the first one first: when they happened, and their ids.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn failed_deliveries(
        &self,
        endpoint: &Id,
        after: Option<&str>,
        most: i32,
    ) -> Result<(Vec<(Timestamp, String)>, Option<String>), TableError> {
        let from = after.map(|after| format!("{after}~"));
        let pk = keys::failures(endpoint.as_str());
        let (items, next) = self.page_of(pk, from.as_deref(), (true, most)).await?;
        let named = |item: &Item| {
            let (at, id) = string(item, "sk")?.split_once('#')?;
            Some((at.parse().ok()?, id.to_owned()))
        };
        Ok((items.iter().filter_map(named).collect(), next))
    }

    /// Items of a partition from a sort key on, and the last one's sort key where there are more.
    async fn page_of(
        &self,
        pk: String,
        from: Option<&str>,
        (forward, most): (bool, i32),
    ) -> Result<(Vec<Item>, Option<String>), TableError> {
        let page = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(pk))
            .expression_attribute_values(":from", keys::text(from.unwrap_or("0")))
            .expression_attribute_values(":to", keys::text("~"))
            .scan_index_forward(forward)
            .consistent_read(true)
            .limit(most)
            .send()
            .await
            .map_err(failed("read deliveries"))?;
        let next = page.last_evaluated_key.as_ref().and_then(|key| string(key, "sk")).map(str::to_owned);
        Ok((page.items.unwrap_or_default(), next))
    }
}

fn read(items: Vec<Item>) -> Vec<Delivery> {
    let one = |item: Item| {
        let text = |name: &str| string(&item, name).unwrap_or_default().to_owned();
        let key = keys::Key { pk: text("pk"), sk: text("sk") };
        serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error).log_left_out()).ok()
    };
    items.into_iter().filter_map(one).collect()
}
