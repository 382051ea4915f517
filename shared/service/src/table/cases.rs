//! Cases in the table, and when each is to be checked.

use std::ops::Range;

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    case::{Case, CaseId, Moving, Telling},
    place::{Store, StoreNumber},
    survey::FollowedUp,
    visit::{Context, Visit},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    CaseKey, Item, Items, Look, StoredResponse, Table, TableError, failed, keys, responses, string, unreadable,
    whole_number,
};

/// The attributes that a case may lack. A move takes away those that are no longer there.
const OPTIONAL: [&str; 14] = [
    "due_first",
    "due_close",
    "owner",
    "cause",
    "reply",
    "replied_at",
    "reply_minutes",
    "in_time",
    "note",
    "outcome",
    "close_minutes",
    "said",
    "contact",
    "award",
];

/// A case as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// Which.
    pub key: CaseKey,
    /// The case.
    pub case: Case,
    /// How far it was notified.
    pub telling: Telling,
    /// When the table drops it.
    pub expires: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct CaseItem {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(default)]
    telling: Telling,
    #[serde(flatten)]
    case: Case,
}

/// The outcome of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It is made, now or by an attempt before whose reply was lost.
    Made,
    /// Another was quicker: this is there.
    Overtaken(Box<StoredCase>),
    /// There is no such case any more.
    Gone,
}

/// The values for opening an answer's case.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// The visit.
    pub visit: Visit,
    /// The result of the survey's rules for the answer.
    pub called: &'a FollowedUp,
    /// The submission that brought it.
    pub submission: Uuid,
    /// The visit's store.
    pub store: &'a Store,
    /// When.
    pub at: Timestamp,
    /// A random id.
    pub entry: Uuid,
    /// When the answer expires.
    pub expires: Timestamp,
}

impl Table {
    /// Opens the case of an answer, unless it is there: one conditional write, and one that schedules a check of it at
    /// once. The same answer has one case, whoever opens it and however often. One that was withdrawn is opened again
    /// by another answer. Returns whether it was opened now.
    ///
    /// # Errors
    /// When the table can't be read or written. The next count opens it.
    pub async fn open_case(&self, opening: &Opening<'_>) -> Result<bool, TableError> {
        let Opening { visit, called, submission, store, at, entry, expires } = *opening;
        let key = CaseKey::from(visit);
        let id = CaseId::of(visit, submission);
        let case = Case::open(id.clone(), called, store, at, entry);
        let telling = Telling { look_at: Some(at), ..Telling::default() };
        let item = item_of(&key, &case, telling, expires)?;
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)");
        let put =
            put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).send().await;
        let opened = match put {
            Ok(_) => true,
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    // Refused, and gone before it could be shown: it has expired.
                    let Some(item) = refused.item() else { return Ok(false) };
                    let before = read(item.clone())?;
                    if before.case.log.last().is_some_and(|last| last.id == entry) {
                        true
                    } else if before.case.is_withdrawn() && before.case.id != id {
                        let moving = Moving { by: "guest", at, id: entry, store };
                        let anew = before.case.opened_anew(id, called, moving);
                        let telling = Telling { told: before.case.v, look_at: Some(at), ..Telling::default() };
                        self.write_case(&before, &anew, Some(telling)).await? == Moved::Made
                    } else {
                        false
                    }
                }
                _ => return Err(failed("open a case")(error)),
            },
        };
        if opened {
            self.put_look(&Look::Case(key), at).await?;
        }
        Ok(opened)
    }

    /// Makes a move, on the condition that no other was made since the case was read, and schedules a check of it.
    ///
    /// # Errors
    /// When the table can't be written. The move may be made all the same.
    pub async fn move_case(&self, before: &StoredCase, after: &Case, now: Timestamp) -> Result<Moved, TableError> {
        let moved = self.write_case(before, after, None).await?;
        if moved == Moved::Made {
            self.put_look(&Look::Case(before.key.clone()), now).await?;
        }
        Ok(moved)
    }

    /// The same without a check.
    ///
    /// # Errors
    /// When the table can't be written. The move may be made all the same.
    pub(crate) async fn write_case(
        &self,
        before: &StoredCase,
        after: &Case,
        telling: Option<Telling>,
    ) -> Result<Moved, TableError> {
        let mut item = item_of(&before.key, after, telling.unwrap_or_default(), before.expires)?;
        item.retain(|name, _| {
            !["pk", "sk", "expires"].contains(&name.as_str()) && (name != "telling" || telling.is_some())
        });
        let removed: Vec<&str> = OPTIONAL.into_iter().filter(|name| !item.contains_key(*name)).collect();
        let set: Vec<String> = item.keys().map(|name| format!("#{name} = :{name}")).collect();
        let remove: Vec<String> = removed.iter().map(|name| format!("#{name}")).collect();
        let names = item.keys().map(String::as_str).chain(removed);
        let names = names.map(|name| (format!("#{name}"), name.to_owned())).collect();
        let values = item.iter().map(|(name, value)| (format!(":{name}"), value.clone()));
        let update = self
            .update(before.key.case())
            .update_expression(format!("SET {} REMOVE {}", set.join(", "), remove.join(", ")))
            .condition_expression("#v = :before")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(
                values.chain([(":before".to_owned(), number(before.case.v))]).collect(),
            ))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match update {
            Ok(_) => return Ok(Moved::Made),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                let Some(item) = refused.item() else { return Ok(Moved::Gone) };
                let there = read(item.clone())?;
                // The SDK wrote twice, because the reply to the first write was lost.
                let is_this = there.case.log.last().map(|last| last.id) == after.log.last().map(|last| last.id);
                Ok(if is_this { Moved::Made } else { Moved::Overtaken(Box::new(there)) })
            }
            _ => Err(failed("move a case")(error)),
        }
    }

    /// Keeps how far a case was notified, if it was not moved meanwhile. Returns whether it was kept.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn keep_telling(&self, read: &StoredCase, telling: Telling) -> Result<bool, TableError> {
        let telling: AttributeValue =
            serde_dynamo::to_attribute_value(telling).map_err(|error| unreadable(&read.key.case(), error))?;
        let update = self
            .update(read.key.case())
            .update_expression("SET telling = :telling")
            .condition_expression("#v = :v")
            .expression_attribute_names("#v", "v")
            .expression_attribute_values(":telling", telling)
            .expression_attribute_values(":v", number(read.case.v))
            .send()
            .await;
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        super::unless_refused(update, is_refusal, "keep how far a case was told")
    }

    /// The case of a visit.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn case(&self, key: &CaseKey) -> Result<Option<StoredCase>, TableError> {
        self.one(key.case(), "read a case").await?.map(read).transpose()
    }

    /// The case of an id.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn case_by_id(&self, id: &CaseId) -> Result<Option<StoredCase>, TableError> {
        let Ok(start) = id.day.to_zoned(TimeZone::UTC) else { return Ok(None) };
        let start = start.timestamp();
        let end = start.saturating_add(24.hours()).unwrap_or(Timestamp::MAX);
        let mut cases = self.cases(id.store, &(start..end));
        while let Some(stored) = cases.next().await {
            match stored {
                Ok(stored) if stored.case.id == *id => return Ok(Some(stored)),
                Ok(_) => {}
                Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The cases of a store whose visits were paid within a window, oldest first, to the last page.
    pub fn cases(&self, store: StoreNumber, paid: &Range<Timestamp>) -> Cases {
        let pk = keys::cases(store);
        Cases { items: self.range(pk, keys::response_bound(paid.start), keys::response_bound(paid.end)) }
    }

    /// The response that a case is about.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn response_of_case(&self, key: &CaseKey) -> Result<Option<StoredResponse>, TableError> {
        let pk = keys::responses(key.store);
        let whose = keys::Key { pk: pk.clone(), sk: key.sk().to_owned() };
        let item = self.one(whose, "read the response of a case").await?;
        item.map(|item| responses::read(&pk, item)).transpose()
    }

    /// The context of the visit that a case is about, as the merchant knew it when its guest answered.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn context_of_case(
        &self,
        key: &CaseKey,
        response: &StoredResponse,
    ) -> Result<Option<Context>, TableError> {
        let end = key.paid().saturating_add(1.minute()).unwrap_or(Timestamp::MAX);
        self.contexts(key.store, &(key.paid()..end)).of(response).await
    }
}

/// Cases that are being read, page by page.
pub struct Cases {
    items: Items,
}

impl Cases {
    /// The next case. An item that can't be read is an [`TableError::Unreadable`], and the next one follows.
    pub async fn next(&mut self) -> Option<Result<StoredCase, TableError>> {
        let item = self.items.next().await?;
        Some(item.map_err(failed("read cases")).and_then(read))
    }

    /// All that can be read. The rest is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn all(mut self) -> Result<Vec<StoredCase>, TableError> {
        let mut all = Vec::new();
        while let Some(stored) = self.next().await {
            match stored {
                Ok(stored) => all.push(stored),
                Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

/// The item of a case.
///
/// # Errors
/// When it can't be written as an item.
pub fn case_item(visit: Visit, case: &Case, telling: Telling, expires: Timestamp) -> Result<Item, TableError> {
    item_of(&visit.into(), case, telling, expires)
}

fn item_of(key: &CaseKey, case: &Case, telling: Telling, expires: Timestamp) -> Result<Item, TableError> {
    let keys::Key { pk, sk } = key.case();
    let item = CaseItem { pk, sk, expires: expires.as_second(), telling, case: case.clone() };
    serde_dynamo::to_item(item).map_err(|error| unreadable(&key.case(), error))
}

pub(super) fn read(item: Item) -> Result<StoredCase, TableError> {
    let pk = string(&item, "pk").unwrap_or_default().to_owned();
    // Its sort key identifies a payment, so it stays out of errors and thereby out of logs.
    let unreadable = |detail: String| TableError::Unreadable { pk: pk.clone(), sk: "(a case)".into(), detail };
    let expires = whole_number(&item, "expires").and_then(|second| Timestamp::from_second(second).ok());
    let key = string(&item, "sk").and_then(|sk| {
        let store: u32 = pk.strip_prefix("C#store/")?.parse().ok()?;
        CaseKey::read(store.try_into().ok()?, sk)
    });
    let (Some(expires), Some(key)) = (expires, key) else {
        return Err(unreadable("its key or expires is not what this program writes".into()));
    };
    let read: CaseItem = serde_dynamo::from_item(item).map_err(|error| unreadable(error.to_string()))?;
    Ok(StoredCase { key, case: read.case, telling: read.telling, expires })
}

fn number(v: u64) -> AttributeValue {
    AttributeValue::N(v.to_string())
}
