//! Responses in the table.

use std::ops::Range;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    place::StoreNumber,
    survey::Response,
    visit::{Channel, Minute, PaymentHash, Visit},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, Items, Table, TableError, failed, keys, string, unless_refused, whole_number};

/// The outcome of recording a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    Now,
    /// The same submission with the same answers was there: sent again, or an attempt whose reply was lost.
    Before,
    /// An answer was there, and still is. Whether this submission brought it.
    AnswerIsThere {
        /// It did, with other answers.
        by_this_submission: bool,
    },
    /// This submission was taken back. It does not come in again.
    TakenBack,
}

/// The outcome of a taking back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TookBack {
    /// The answer is gone, now or already.
    Gone {
        /// Whether a rule of its survey applied, so that there may be a case. Not known where it was gone already.
        followed_up: Option<bool>,
    },
    /// There is none that this submission brought.
    NotTheirs,
}

/// A response as it was read.
#[derive(Debug, Clone)]
pub struct StoredResponse {
    /// The minute of payment.
    pub minute: Minute,
    /// The id that distinguishes it from others of that minute.
    pub payment: String,
    /// When the table drops it.
    pub expires: Timestamp,
    /// Whether an operator erased it: nothing of it is counted but that the item is there.
    pub erased: bool,
    /// The response.
    pub response: Response,
}

#[derive(Serialize, Deserialize)]
struct ResponseItem {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
    #[serde(flatten)]
    response: Response,
}

/// The attributes that a response may lack. A write over an earlier one takes them away.
const OPTIONAL: [&str; 6] = ["seconds", "submission", "partial", "table", "network", MORE];

/// Further details of an answer. A later version may keep more in it, and this one takes that away with the rest.
const MORE: &str = "more";

impl Table {
    /// Records a response, unless the visit has a whole one: one conditional write. An answer that a guest left
    /// half-way is replaced, by more of it or by the whole. So is one that was taken back, except by the submission
    /// that was. An erased one is not: nothing that is sent to its visit brings anything in again.
    ///
    /// ```text
    ///  function                 DynamoDB
    ///     │ write, if none is whole │
    ///     │────────────────────────▶│ written
    ///     │        ✗ ◀──────────────│ the reply is lost
    ///     │ the SDK writes again    │
    ///     │────────────────────────▶│ there is one: refused,
    ///     │◀────────────────────────│ with the item that is there
    ///     │ the same submission: it was this very write, and the guest is thanked
    /// ```
    ///
    /// An update and no put: what was taken back before stays known.
    ///
    /// # Errors
    /// When the table can't be written. The response may be there all the same: sent again, it is found.
    pub async fn record(&self, visit: Visit, response: &Response, expires: Timestamp) -> Result<Recorded, TableError> {
        let keys::Key { pk, sk } = keys::response(visit);
        let mut item = response_item(visit, response, expires)?;
        item.retain(|name, _| !["pk", "sk", "taken_back", "was_survey"].contains(&name.as_str()));
        let removed: Vec<&str> = OPTIONAL.into_iter().filter(|name| !item.contains_key(*name)).collect();
        // When a visit was first answered whole stays as it is.
        let value = |name: &str| match name {
            "whole_at" => "if_not_exists(#whole_at, :whole_at)".to_owned(),
            name => format!(":{name}"),
        };
        let set: Vec<String> = item.keys().map(|name| format!("#{name} = {}", value(name))).collect();
        let remove: Vec<String> = removed.iter().map(|name| format!("#{name}")).collect();
        let remove = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        let names = item.keys().map(String::as_str).chain(removed).chain(["partial"]);
        let submission = response.submission.map_or_else(|| AttributeValue::Null(true), keys::text);
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", keys::text(&pk))
            .key("sk", keys::text(sk))
            .update_expression(format!("SET {}{remove}", set.join(", ")))
            .condition_expression(
                "attribute_not_exists(pk) OR (#partial = :part AND attribute_not_exists(erased) AND \
                 (attribute_not_exists(taken_back) OR taken_back <> :sent))",
            )
            .set_expression_attribute_names(Some(names.map(|name| (format!("#{name}"), name.to_owned())).collect()))
            .set_expression_attribute_values(Some(
                item.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect(),
            ))
            .expression_attribute_values(":part", AttributeValue::Bool(true))
            .expression_attribute_values(":sent", submission)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match update {
            Ok(_) => Ok(Recorded::Now),
            Err(error) => match item_in_the_way(&error) {
                Some(there) => Ok(what_is_in_the_way(&pk, there, response)),
                None => Err(failed("record a response")(error)),
            },
        }
    }

    /// Takes back the response that a submission brought: one conditional write. Only that it was taken back stays.
    /// Versions that do not know this read it as left half-way, so that it counts in no figure of theirs either. An
    /// erased one has no submission, so nobody takes it back.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_back(&self, visit: Visit, submission: Uuid) -> Result<TookBack, TableError> {
        let key = keys::response(visit);
        let removed = OPTIONAL.into_iter().filter(|name| *name != "partial").map(|name| format!("#{name}"));
        let removed: Vec<String> = removed.collect();
        let names = OPTIONAL.into_iter().chain(["answers", "taken_back", "survey", "was_survey"]);
        let update = self
            .update(key)
            .update_expression(format!(
                "SET #answers = :none, #partial = :part, #taken_back = :sent, #was_survey = #survey REMOVE {}",
                removed.join(", ")
            ))
            .condition_expression("#submission = :sent")
            .set_expression_attribute_names(Some(names.map(|name| (format!("#{name}"), name.to_owned())).collect()))
            .expression_attribute_values(":none", AttributeValue::M(Item::new()))
            .expression_attribute_values(":part", AttributeValue::Bool(true))
            .expression_attribute_values(":sent", keys::text(submission))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match update {
            Ok(before) => Ok(TookBack::Gone { followed_up: before.attributes().map(was_followed_up) }),
            Err(error) => match item_in_the_way(&error) {
                Some(Some(there)) if is_submission(there, "taken_back", Some(submission)) => {
                    Ok(TookBack::Gone { followed_up: None })
                }
                Some(_) => Ok(TookBack::NotTheirs),
                None => Err(failed("take a response back")(error)),
            },
        }
    }

    /// Erases the response of a visit, whole, partial or taken back: one conditional write. Whether there is an item; done
    /// again it changes nothing.
    ///
    /// The item stays until it expires, because a count that meets fewer items than before is not believed. Versions
    /// that do not know `erased` have to read it, or their counts would meet fewer. So it keeps every attribute that
    /// they need: the survey and the version, which are the store's. All others get a value that says nothing. To them
    /// it is a part without answers: it counts in no figure of theirs but the number of those. With `taken_back` it
    /// would show as a sign of gaming there.
    ///
    /// # Errors
    /// When the table can't be written. The response may be erased all the same: done again, it is.
    pub async fn erase(&self, visit: Visit) -> Result<bool, TableError> {
        let key = keys::response(visit);
        let removed = OPTIONAL.into_iter().filter(|name| *name != "partial");
        let removed: Vec<&str> = removed.chain(["taken_back", "was_survey", "whole_at"]).collect();
        let remove: Vec<String> = removed.iter().map(|name| format!("#{name}")).collect();
        let set = [
            ("erased", AttributeValue::Bool(true)),
            ("partial", AttributeValue::Bool(true)),
            ("answers", AttributeValue::M(Item::new())),
            ("channel", keys::text(Channel::Unknown.name())),
            ("segment", keys::number(0)),
            // In place of when it was answered the minute of payment, which is in the key.
            ("answered_at", keys::text(visit.minute.start().to_string())),
        ];
        let values: Vec<String> = set.iter().map(|(name, _)| format!("#{name} = :{name}")).collect();
        let names = set.iter().map(|(name, _)| *name).chain(removed);
        let update = self
            .update(key)
            .update_expression(format!("SET {} REMOVE {}", values.join(", "), remove.join(", ")))
            .condition_expression("attribute_exists(pk)")
            .set_expression_attribute_names(Some(names.map(|name| (format!("#{name}"), name.to_owned())).collect()))
            .set_expression_attribute_values(Some(
                set.iter().map(|(name, value)| (format!(":{name}"), value.clone())).collect(),
            ))
            .send()
            .await;
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        unless_refused(update, is_refusal, "erase a response")
    }

    /// The visits of a payment at a store within a window, of which there is an item: mostly one. The minute of payment is
    /// not known, so the window's items are read, to the last page.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn visits_of(
        &self,
        store: StoreNumber,
        paid: &Range<Timestamp>,
        payment: PaymentHash,
    ) -> Result<Vec<Visit>, TableError> {
        let (first, last) = (keys::response_bound(paid.start), keys::response_bound(paid.end));
        let mut items = self.range(keys::responses(store), first, last);
        let mut visits = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("read responses"))?;
            let minute = string(&item, "sk").and_then(keys::minute_of);
            let visit = minute.map(|minute| Visit { store, minute, payment });
            visits.extend(visit.filter(|visit| Some(keys::response(*visit).sk.as_str()) == string(&item, "sk")));
        }
        Ok(visits)
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
    let item = ResponseItem { pk, sk, expires: expires.as_second(), erased: false, response: response.clone() };
    serde_dynamo::to_item(item).map_err(|error| unreadable_response(&keys::responses(visit.store), error))
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

pub(super) fn read(pk: &str, item: Item) -> Result<StoredResponse, TableError> {
    let expires = whole_number(&item, "expires").and_then(|second| Timestamp::from_second(second).ok());
    let sk = string(&item, "sk").unwrap_or_default().to_owned();
    let minute = keys::minute_of(&sk).filter(|_| keys::is_response(&sk));
    let read: ResponseItem = serde_dynamo::from_item(item).map_err(|error| unreadable_response(pk, error))?;
    let (Some(minute), Some(expires)) = (minute, expires) else {
        return Err(unreadable_response(pk, "its sort key or expires is not what this program writes"));
    };
    let payment = sk.split_once('#').map(|(_, payment)| payment.to_owned()).unwrap_or_default();
    Ok(StoredResponse { minute, payment, expires, erased: read.erased, response: read.response })
}

/// The sort key identifies a payment, so it stays out of errors and thereby out of logs.
fn unreadable_response(pk: &str, detail: impl std::fmt::Display) -> TableError {
    TableError::Unreadable { pk: pk.into(), sk: "(a response)".into(), detail: detail.to_string() }
}

/// Whether a write was refused for what is there, and that item, if there is one.
fn item_in_the_way(error: &SdkError<UpdateItemError, HttpResponse>) -> Option<Option<&Item>> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(refused) => Some(refused.item()),
        _ => None,
    }
}

fn was_followed_up(item: &Item) -> bool {
    item.get(MORE).and_then(|more| more.as_m().ok()).is_some_and(|more| more.contains_key("follow_up"))
}

fn is_submission(item: &Item, attribute: &str, submission: Option<Uuid>) -> bool {
    submission.is_some() && string(item, attribute).and_then(|text| text.parse().ok()) == submission
}

/// The item that a response met. One that can't be read is an answer of somebody.
fn what_is_in_the_way(pk: &str, there: Option<&Item>, response: &Response) -> Recorded {
    // Refused, and gone before it could be shown: it has expired meanwhile.
    let Some(item) = there else { return Recorded::AnswerIsThere { by_this_submission: false } };
    // Nobody learns that it was erased, and nobody takes it back.
    if item.contains_key("erased") {
        return Recorded::AnswerIsThere { by_this_submission: false };
    }
    let by_this_submission = is_submission(item, "submission", response.submission);
    if !by_this_submission && is_submission(item, "taken_back", response.submission) {
        return Recorded::TakenBack;
    }
    let same = |there: StoredResponse| {
        let (there, now) = (&there.response, response);
        there.answers == now.answers && there.partial == now.partial && there.more.asks_reply == now.more.asks_reply
    };
    if by_this_submission && read(pk, item.clone()).is_ok_and(same) {
        return Recorded::Before;
    }
    Recorded::AnswerIsThere { by_this_submission }
}
