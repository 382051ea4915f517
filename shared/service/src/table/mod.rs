//! The DynamoDB table: keys, items, the few queries there are.
//!
//! There is no storage trait: tests and local runs use the real SDK against an embedded DynamoDB.

mod audit;
mod catalog;
mod grants;
mod keys;
mod lease;
mod limits;
mod newest;
mod operations;
mod people;
mod responses;
mod rollups;

pub use audit::Deed;
pub use catalog::{LIFETIMES_LOOK_BACK_DAYS, PutSurvey, StoreList, UnreadableStore, Versioned};
pub use grants::{EndedGrants, IssuedGrant};
pub use newest::Page;
pub use operations::operations_item;
pub use people::{ListedPerson, Seen, SignInLink, StoredSession};
pub use responses::{Recorded, Responses, StoredResponse, TookBack, response_item};
pub use rollups::rollup_item;

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::query::QueryError,
    types::AttributeValue,
};
use aws_smithy_async::future::pagination_stream::PaginationStream;

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
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        detail: String,
    },
    /// An item is not what this program writes.
    #[error("the item {pk} {sk} can't be read: {detail}")]
    Unreadable {
        /// Its partition key.
        pk: String,
        /// Its sort key. Left out for responses, whose key identifies a payment.
        sk: String,
        /// What is wrong with it.
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

fn failed<E: ProvideErrorMetadata>(action: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> TableError {
    move |error| TableError::Failed { action, detail: describe(&error) }
}

/// Whether a write took place; not if its condition did not hold.
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
