//! The DynamoDB table: keys, items, the few queries there are.
//!
//! There is no storage trait: tests and local runs use the real SDK against an embedded DynamoDB.

mod accounts;
mod actions;
mod audit;
mod awards;
mod case_key;
mod case_lists;
mod cases;
mod catalog;
mod contacts;
mod contexts;
mod deflated;
mod deliveries;
mod duties;
mod endpoints;
mod events;
mod grants;
mod keys;
mod lease;
mod limits;
mod looks;
mod newest;
mod nodes;
mod operations;
mod payments;
mod people;
mod responses;
mod rollups;
mod told;
mod trends;
mod watched;

pub use accounts::{StoredAccount, Unmapped};
pub use actions::{StoredAction, action_item};
pub use audit::Deed;
pub use awards::Claimable;
pub use case_key::CaseKey;
pub use cases::{Cases, Moved, Opening, StoredCase, case_item};
pub use catalog::{LIFETIMES_LOOK_BACK_DAYS, PutSurvey, StoreList, UnreadableStore, Versioned};
pub use contacts::{CONTACT_DAYS, CONTACT_DAYS_AFTER_CLOSING, Contact};
pub use contexts::{Contexts, Teller, context_item};
pub use deliveries::{Delivery, DeliveryState, NOBODY, Tried};
pub use endpoints::{Health, Over, StoredEndpoint};
pub(crate) use events::short_hash;
pub use events::{Again, Due, OutgoingEvent, Task, store_in, whole_second, whole_second_after};
pub use grants::{EndedGrants, IssuedGrant};
pub use lease::Work;
pub use looks::{DueLook, Look, look_item};
pub use newest::Page;
pub use nodes::{NodeList, UnreadableNode};
pub use operations::operations_item;
pub use payments::{Kept, PaymentItem, PaymentState};
pub use people::{ListedPerson, Seen, SignInLink, StoredSession};
pub use responses::{Recorded, Responses, StoredResponse, TookBack, response_item};
pub use rollups::{fitted, rollup_item};
pub use told::Told;
pub use trends::{StoredTrend, trend_item};
pub use watched::{night_item, node_day_item};

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::{query::QueryError, update_item::builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};
use aws_smithy_async::future::pagination_stream::PaginationStream;

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::aws::describe;

/// An item of the table: its attributes by name.
pub type Item = HashMap<String, AttributeValue>;

/// The table, as the functions use it.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

/// Something is broken, or worth a retry. Never a caller's mistake: those are values.
#[derive(thiserror::Error)]
pub enum TableError {
    /// DynamoDB did not answer, or refused.
    #[error("DynamoDB could not {action}: {detail}")]
    Failed {
        /// The action that was asked of it.
        action: &'static str,
        /// The words of its reply.
        detail: String,
    },
    /// An item is not what this program writes.
    #[error("the item {pk} {sk} can't be read: {detail}")]
    Unreadable {
        /// Its partition key.
        pk: String,
        /// Its sort key. Left out for responses, whose key identifies a payment.
        sk: String,
        /// The mistake in it.
        detail: String,
    },
}

impl TableError {
    /// Logs an item that can't be read and is passed over, as `store-left-out` and the like; nothing of other errors.
    pub fn log_left_out(&self) {
        let Self::Unreadable { pk, .. } = self else { return };
        tracing::error!(outcome = keys::left_out(pk), error = %self);
    }
}

impl fmt::Debug for TableError {
    /// As `main` prints it when it returns this: a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Table {
    /// The table of this name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }
}

type Items = PaginationStream<Result<Item, SdkError<QueryError, HttpResponse>>>;

impl Table {
    /// The items of a partition whose sort keys lie from one to another, both included, to the last page.
    fn range(&self, pk: String, from: String, to: String) -> Items {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(pk))
            .expression_attribute_values(":from", keys::text(from))
            .expression_attribute_values(":to", keys::text(to));
        query.into_paginator().items().send()
    }
}

/// The reads and writes that every kind of item shares.
impl Table {
    async fn one(&self, key: keys::Key, action: &'static str) -> Result<Option<Item>, TableError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", keys::text(key.pk))
            .key("sk", keys::text(key.sk))
            .consistent_read(true)
            .send()
            .await;
        Ok(got.map_err(failed(action))?.item)
    }

    async fn all_of(&self, pk: String, action: &'static str) -> Result<Vec<Item>, TableError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", keys::text(pk))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item.map_err(failed(action))?);
        }
        Ok(all)
    }

    async fn put(&self, key: keys::Key, item: Item, action: &'static str) -> Result<(), TableError> {
        self.put_item(key.over(item), action).await
    }

    /// An item as a value, if it is there.
    async fn read<T: DeserializeOwned>(&self, key: keys::Key, action: &'static str) -> Result<Option<T>, TableError> {
        let whose = keys::Key { pk: key.pk.clone(), sk: key.sk.clone() };
        let item = self.one(key, action).await?;
        item.map(|item| serde_dynamo::from_item(item).map_err(|error| unreadable(&whose, error))).transpose()
    }

    /// Writes a value as an item that DynamoDB drops some time after an instant.
    async fn put_until(
        &self,
        key: keys::Key,
        value: &impl Serialize,
        until: Timestamp,
        action: &'static str,
    ) -> Result<(), TableError> {
        let mut item: Item = serde_dynamo::to_item(value).map_err(|error| unreadable(&key, error))?;
        item.insert("expires".into(), keys::number(until.as_second()));
        self.put(key, item, action).await
    }

    /// The update of one item.
    fn update(&self, key: keys::Key) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.name);
        update.key("pk", keys::text(key.pk)).key("sk", keys::text(key.sk))
    }

    async fn delete(&self, key: keys::Key, action: &'static str) -> Result<(), TableError> {
        let delete = self.client.delete_item().table_name(&self.name);
        let delete = delete.key("pk", keys::text(key.pk)).key("sk", keys::text(key.sk));
        delete.send().await.map(drop).map_err(failed(action))
    }

    async fn put_item(&self, item: Item, action: &'static str) -> Result<(), TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await;
        put.map(drop).map_err(failed(action))
    }
}

fn failed<E: ProvideErrorMetadata>(action: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> TableError {
    move |error| TableError::Failed { action, detail: describe(&error) }
}

/// Whether a write took place; not if its condition was not met.
fn unless_refused<T, E: ProvideErrorMetadata>(
    written: Result<T, SdkError<E, HttpResponse>>,
    is_refusal: impl FnOnce(&E) -> bool,
    action: &'static str,
) -> Result<bool, TableError> {
    match written {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(is_refusal) => Ok(false),
        Err(error) => Err(failed(action)(error)),
    }
}

fn unreadable(key: &keys::Key, detail: impl fmt::Display) -> TableError {
    TableError::Unreadable { pk: key.pk.clone(), sk: key.sk.clone(), detail: detail.to_string() }
}

fn string<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn whole_number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
