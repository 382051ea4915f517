//! Awards that guests can claim: each under its code, handed out once.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::AttributeValue,
};
use domain::{case::CaseId, place::StoreNumber};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Item, Table, TableError, keys, unless_refused, unreadable};

/// How many days an award is known after it was given.
const KEPT_DAYS: i64 = 400;

/// An award that a guest can claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimable {
    /// The case that it was given for.
    pub case: CaseId,
    /// How much, in the currency's smallest unit.
    pub amount: u64,
    /// The currency, such as `CNY`.
    pub currency: String,
    /// The one who gave it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When it was handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_at: Option<Timestamp>,
    /// The one who handed it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeemed_by: Option<String>,
}

impl Table {
    /// Puts an award under its code, unless that is taken. Whether it was put.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_award(&self, store: StoreNumber, code: &str, award: &Claimable) -> Result<bool, TableError> {
        let key = keys::award(store, code);
        let mut item: Item = serde_dynamo::to_item(award).map_err(|error| unreadable(&key, error))?;
        let until = award.at.saturating_add((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        item.insert("expires".into(), keys::number(until.as_second()));
        let put = self.client.put_item().table_name(&self.name).set_item(Some(key.over(item)));
        let put = put.condition_expression("attribute_not_exists(pk)").send().await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "put an award")
    }

    /// The award of a code.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn award(&self, store: StoreNumber, code: &str) -> Result<Option<Claimable>, TableError> {
        self.read(keys::award(store, code), "read an award").await
    }

    /// Marks an award as handed out, if it was not. Whether it was now.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn redeem_award(
        &self,
        store: StoreNumber,
        code: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, TableError> {
        let values =
            HashMap::from([(":at".to_owned(), AttributeValue::S(now.to_string())), (":by".to_owned(), keys::text(by))]);
        let update = self
            .update(keys::award(store, code))
            .update_expression("SET redeemed_at = :at, redeemed_by = :by")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(redeemed_at)")
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        unless_refused(update, UpdateItemError::is_conditional_check_failed_exception, "hand an award out")
    }

    /// Takes an award away whose case was withdrawn before it was handed out.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_award(&self, store: StoreNumber, code: &str) -> Result<(), TableError> {
        self.delete(keys::award(store, code), "take an award away").await
    }
}
