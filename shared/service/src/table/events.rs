//! Events: what another system is told. Each is an item from the moment it is decided, so that none is lost.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::payment::PaymentKey;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use super::{Item, Table, TableError, keys, string, unless_refused, unreadable, whole_number};

/// How many days an event stays after its end.
const KEPT_DAYS: i64 = 30;

/// An event that goes out, or has gone.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingEvent {
    /// Its id: the same whenever it is told, so that a receiver drops doubles.
    pub id: String,
    /// What happened, such as `survey.link.issued`.
    pub kind: String,
    /// `waiting` or `sent`.
    pub state: String,
    /// When it happened.
    pub at: Timestamp,
    /// It goes out no sooner.
    pub not_before: Timestamp,
    /// It goes out no later.
    pub until: Timestamp,
    /// What it says.
    pub data: Value,
    /// The payment that it is about. It goes out only while that is neither quiet nor paid back.
    pub payment: Option<PaymentKey>,
}

impl Table {
    /// Puts an event beside those that wait, unless it is there. Whether it is new.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_event(&self, event: &OutgoingEvent) -> Result<bool, TableError> {
        let keys::Key { pk, sk } = keys::event(event.not_before, &event.id);
        let expires = event.until.saturating_add((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(event.payment.map(|key| [("payment".into(), keys::text(key.to_string()))].into()))
            .item("pk", keys::text(pk))
            .item("sk", keys::text(sk))
            .item("id", keys::text(&event.id))
            .item("type", keys::text(&event.kind))
            .item("state", keys::text(&event.state))
            .item("at", keys::number(event.at.as_second()))
            .item("not_before", keys::number(event.not_before.as_second()))
            .item("until", keys::number(event.until.as_second()))
            .item("data", keys::text(event.data.to_string()))
            .item("expires", keys::number(expires.as_second()))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "put an event")
    }

    /// Whether an event is there.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn has_event(&self, not_before: Timestamp, id: &str) -> Result<bool, TableError> {
        Ok(self.one(keys::event(not_before, id), "look for an event").await?.is_some())
    }

    /// Every event that waits or was sent, the latest first. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn events(&self) -> Result<Vec<OutgoingEvent>, TableError> {
        let mut all = Vec::new();
        for shard in 0..keys::SHARDS {
            for item in self.all_of(keys::events(shard), "read the events").await? {
                match read(&item) {
                    Ok(event) => all.push(event),
                    Err(error) => error.log_left_out(),
                }
            }
        }
        all.sort_by(|one, other| (other.at, &other.id).cmp(&(one.at, &one.id)));
        Ok(all)
    }
}

fn read(item: &Item) -> Result<OutgoingEvent, TableError> {
    let (pk, sk) = (string(item, "pk").unwrap_or_default(), string(item, "sk").unwrap_or_default());
    let key = keys::Key { pk: pk.to_owned(), sk: sk.to_owned() };
    let text = |name: &str| string(item, name).ok_or_else(|| unreadable(&key, format!("it has no {name}")));
    let at = |name: &str| {
        let instant = whole_number(item, name).and_then(|second| Timestamp::from_second(second).ok());
        instant.ok_or_else(|| unreadable(&key, format!("it has no {name}")))
    };
    Ok(OutgoingEvent {
        id: text("id")?.to_owned(),
        kind: text("type")?.to_owned(),
        state: text("state")?.to_owned(),
        at: at("at")?,
        not_before: at("not_before")?,
        until: at("until")?,
        data: serde_json::from_str(text("data")?).map_err(|error| unreadable(&key, error))?,
        payment: string(item, "payment").and_then(|text| text.parse().ok()),
    })
}
