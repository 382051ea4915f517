//! Responses in the table.

use std::ops::Range;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::SdkError,
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    place::StoreNumber,
    survey::Response,
    visit::{Minute, Visit},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, Items, Table, TableError, failed, keys, string, whole_number};

/// What became of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    Now,
    /// The same answers were there: sent again, or an attempt whose reply was lost.
    Before,
    /// Other answers were there, and still are.
    OtherAnswersAreThere,
}

/// A response as it was read.
#[derive(Debug, Clone)]
pub struct StoredResponse {
    /// The minute of payment.
    pub minute: Minute,
    /// When the table drops it.
    pub expires: Timestamp,
    /// The response.
    pub response: Response,
}

#[derive(Serialize, Deserialize)]
struct ResponseItem {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(flatten)]
    response: Response,
}

impl Table {
    /// Records a response, unless the visit has a whole one: one conditional write. What a guest left behind half-way
    /// is replaced, by more of it or by the whole.
    ///
    /// ```text
    ///  function                DynamoDB
    ///     │ put, if none is whole │
    ///     │──────────────────────▶│ written
    ///     │        ✗ ◀────────────│ the reply is lost
    ///     │ the SDK puts again    │
    ///     │──────────────────────▶│ there is one: refused,
    ///     │◀──────────────────────│ with the item that is there
    ///     │ the same answers: it was this very put, and the guest is thanked
    /// ```
    ///
    /// # Errors
    /// When the table can't be written. The response may be there all the same: sent again, it is found.
    pub async fn record(&self, visit: Visit, response: &Response, expires: Timestamp) -> Result<Recorded, TableError> {
        let pk = keys::responses(visit.store);
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(response_item(visit, response, expires)?))
            .condition_expression("attribute_not_exists(pk) OR #partial = :partial")
            .expression_attribute_names("#partial", "partial")
            .expression_attribute_values(":partial", AttributeValue::Bool(true))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match put {
            Ok(_) => Ok(Recorded::Now),
            Err(error) => match item_in_the_way(&error) {
                Some(Some(there)) => {
                    let there = read(&pk, there.clone())?;
                    let same = there.response.answers == response.answers && there.response.partial == response.partial;
                    Ok(if same { Recorded::Before } else { Recorded::OtherAnswersAreThere })
                }
                // Refused, and gone before it could be shown: it was taken back or has expired meanwhile.
                Some(None) => Ok(Recorded::OtherAnswersAreThere),
                None => Err(failed("record a response")(error)),
            },
        }
    }

    /// Takes a visit's response back. Done twice, it is done.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_back(&self, visit: Visit) -> Result<(), TableError> {
        let key = keys::response(visit);
        self.client
            .delete_item()
            .table_name(&self.name)
            .key("pk", keys::text(key.pk))
            .key("sk", keys::text(key.sk))
            .send()
            .await
            .map(drop)
            .map_err(failed("take a response back"))
    }

    /// Whether a store has ever been answered for, as far as responses are still kept.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn has_responses(&self, store: StoreNumber) -> Result<bool, TableError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", keys::text(keys::responses(store)))
            .limit(1);
        Ok(!query.send().await.map_err(failed("read responses"))?.items().is_empty())
    }

    /// The responses of a store to payments within a window, in the order of payment, to the last page.
    pub fn responses(&self, store: StoreNumber, paid: &Range<Timestamp>) -> Responses {
        let pk = keys::responses(store);
        let items = self.range(pk.clone(), keys::response_bound(paid.start), keys::response_bound(paid.end));
        Responses { pk, items }
    }
}

/// The item of a response, as it is recorded.
///
/// # Errors
/// When it can't be written as an item.
pub fn response_item(visit: Visit, response: &Response, expires: Timestamp) -> Result<Item, TableError> {
    let keys::Key { pk, sk } = keys::response(visit);
    let item = ResponseItem { pk, sk, expires: expires.as_second(), response: response.clone() };
    serde_dynamo::to_item(item).map_err(|error| unreadable_response(&keys::responses(visit.store), error))
}

/// Some responses of a store, newest payment first.
pub struct Page {
    /// The responses.
    pub responses: Vec<StoredResponse>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

impl Table {
    /// The newest responses to payments within a window: at most `limit` of them, those before `before` (the `next`
    /// of the page before).
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn newest_responses(
        &self,
        store: StoreNumber,
        paid: &Range<Timestamp>,
        before: Option<&str>,
        limit: i32,
    ) -> Result<Page, TableError> {
        let pk = keys::responses(store);
        let (first, last) = (keys::response_bound(paid.start), keys::response_bound(paid.end));
        // A start outside the window is refused by DynamoDB; whatever a caller makes of it, it begins at the end.
        let start =
            before.filter(|before| keys::is_response(before) && (first.as_str()..last.as_str()).contains(before));
        let start = start.map(|sk| Item::from([("pk".into(), keys::text(&pk)), ("sk".into(), keys::text(sk))]));
        let page = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(&pk))
            .expression_attribute_values(":from", keys::text(first))
            .expression_attribute_values(":to", keys::text(last))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(failed("read responses"))?;
        let next = page.last_evaluated_key.as_ref().and_then(|key| string(key, "sk")).map(str::to_owned);
        // What can't be read is logged by the count.
        let responses = page.items.unwrap_or_default().into_iter().filter_map(|item| read(&pk, item).ok()).collect();
        Ok(Page { responses, next })
    }
}

/// Responses that are being read, page by page.
pub struct Responses {
    pk: String,
    items: Items,
}

impl Responses {
    /// The next response. An item that can't be read is an [`TableError::Unreadable`], and the next one follows.
    pub async fn next(&mut self) -> Option<Result<StoredResponse, TableError>> {
        let item = self.items.next().await?;
        Some(item.map_err(failed("read responses")).and_then(|item| read(&self.pk, item)))
    }
}

fn read(pk: &str, item: Item) -> Result<StoredResponse, TableError> {
    let expires = whole_number(&item, "expires").and_then(|second| Timestamp::from_second(second).ok());
    let minute = item.get("sk").and_then(|sk| AttributeValue::as_s(sk).ok()).and_then(|sk| keys::minute_of(sk));
    let read: ResponseItem = serde_dynamo::from_item(item).map_err(|error| unreadable_response(pk, error))?;
    let (Some(minute), Some(expires)) = (minute, expires) else {
        return Err(unreadable_response(pk, "its sort key or expires is not what this program writes"));
    };
    Ok(StoredResponse { minute, expires, response: read.response })
}

/// The sort key identifies a payment, so it stays out of errors and thereby out of logs.
fn unreadable_response(pk: &str, detail: impl std::fmt::Display) -> TableError {
    TableError::Unreadable { pk: pk.into(), sk: "(a response)".into(), detail: detail.to_string() }
}

/// Whether a put was refused because an item is there, and that item, if DynamoDB showed it.
fn item_in_the_way(error: &SdkError<PutItemError, HttpResponse>) -> Option<Option<&Item>> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refused) => Some(refused.item()),
        _ => None,
    }
}
