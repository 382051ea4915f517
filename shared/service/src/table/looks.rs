//! The checks that are to be made, and when: of cases and trends whose clocks run, and of summaries that are due.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{place::Scope, trend::TrendId};
use futures::stream::{self, BoxStream, StreamExt};
use jiff::{Timestamp, ToSpan};

use super::{CaseKey, Item, Table, TableError, events::whole_second_after, failed, keys, short_hash, string};

/// How many days a check stays that nobody takes away.
const KEPT_DAYS: i64 = 60;

/// How many checks of each partition are read at once.
const ITEMS_OF_A_PAGE: i32 = 100;

/// The thing that is to be checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// A case.
    Case(CaseKey),
    /// The duty of a scope, whose summary is due.
    Digest(Scope),
    /// A trend.
    Trend(TrendId),
}

impl Look {
    /// The thing it is about, as it stands in the sort key.
    fn what(&self) -> String {
        match self {
            Self::Case(key) => format!("{}#{}", Scope::Store(key.store), key.sk()),
            Self::Digest(scope) => format!("digest#{scope}"),
            Self::Trend(id) => format!("trend#{id}"),
        }
    }

    fn read(what: &str) -> Option<Self> {
        if let Some(scope) = what.strip_prefix("digest#") {
            return scope.parse().ok().map(Self::Digest);
        }
        if let Some(id) = what.strip_prefix("trend#") {
            return id.parse().ok().map(Self::Trend);
        }
        let (scope, sk) = what.split_once('#')?;
        match scope.parse().ok()? {
            Scope::Store(store) => CaseKey::read(store, sk).map(Self::Case),
            Scope::Node(_) => None,
        }
    }
}

/// A check that is due.
#[derive(Debug, Clone)]
pub struct DueLook {
    /// Of what.
    pub look: Look,
    key: keys::Key,
}

impl Table {
    /// Schedules a check of something, at the first whole second that is no sooner.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_look(&self, look: &Look, when: Timestamp) -> Result<(), TableError> {
        self.put_item(look_item(look, when), "have something looked at").await
    }

    /// Takes away a check that is done.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn take_look(&self, due: &DueLook) -> Result<(), TableError> {
        self.delete(due.key.clone(), "take away what was looked at").await
    }

    /// All checks that are due, in each partition the longest due first. One that can't be read is left out, and
    /// logged.
    pub fn looks(&self, now: Timestamp) -> BoxStream<'_, Result<DueLook, TableError>> {
        let until = keys::due_until(now);
        let shards = (0..keys::SHARDS).map(|shard| {
            let query = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("pk = :pk AND sk <= :until")
                .expression_attribute_values(":pk", keys::text(keys::looks(shard)))
                .expression_attribute_values(":until", AttributeValue::S(until.clone()))
                .limit(ITEMS_OF_A_PAGE);
            let items = query.into_paginator().items().send();
            let next = async |mut items: super::Items| Some((items.next().await?, items));
            let items = stream::unfold(items, next);
            items.map(|item| read(&item.map_err(failed("read what is to be looked at"))?)).boxed()
        });
        stream::select_all(shards).boxed()
    }
}

/// The item of a check.
pub fn look_item(look: &Look, when: Timestamp) -> Item {
    let until = when.saturating_add((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
    key_of(look, when).over(Item::from([("expires".to_owned(), keys::number(until.as_second()))]))
}

fn key_of(look: &Look, when: Timestamp) -> keys::Key {
    let what = look.what();
    let shard = short_hash(&[what.as_bytes()]).chars().next().and_then(|first| first.to_digit(16)).unwrap_or(0);
    let pk = keys::looks(u8::try_from(shard).unwrap_or(0));
    keys::Key { pk, sk: keys::sk_of_delivery(whole_second_after(when), &what) }
}

fn read(item: &Item) -> Result<DueLook, TableError> {
    let (pk, sk) = (string(item, "pk").unwrap_or_default(), string(item, "sk").unwrap_or_default());
    let look = sk.split_once('#').and_then(|(_, what)| Look::read(what));
    let key = keys::Key { pk: pk.to_owned(), sk: sk.to_owned() };
    match look {
        Some(look) => Ok(DueLook { look, key }),
        // Its sort key may identify a payment.
        None => Err(TableError::Unreadable {
            pk: pk.to_owned(),
            sk: "(a look)".into(),
            detail: "its sort key is not what this program writes".into(),
        }),
    }
}
