//! Accounts at payment providers, the outcomes of their notices, and payments that led to no store.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Mistakes,
    access::SealKeys,
    payment::{Account, AccountDetails, AccountId},
};
use jiff::{Timestamp, ToSpan};
use notices::Reader;
use serde::Serialize;
use uuid::Uuid;

use super::{Item, Table, TableError, failed, keys, string, unreadable, whole_number};
use crate::seal::{open_secrets, seal_secrets};

/// How many days it is kept that a payment led to no store.
const UNMAPPED_DAYS: i64 = 30;

/// How many of the values that led to no store are shown: those that came last.
const MOST_UNMAPPED: usize = 100;

/// An account as it is stored.
#[derive(Debug)]
pub struct StoredAccount {
    /// Its id.
    pub id: AccountId,
    /// The operator's details of it.
    pub account: Account,
    /// How many secrets it has.
    pub secrets: usize,
    /// The secrets, sealed.
    sealed: Option<String>,
    /// The reader of its notices: made once.
    reader: OnceLock<Reader>,
}

/// Under what secrets are sealed: those of one account open for no other.
fn about(id: &AccountId) -> String {
    format!("account/{id}")
}

impl StoredAccount {
    /// Its secrets.
    ///
    /// # Errors
    /// When they can't be opened.
    pub fn open_secrets(&self, seal: &SealKeys) -> Result<Vec<String>, TableError> {
        let Some(sealed) = &self.sealed else { return Ok(Vec::new()) };
        let opened = open_secrets(sealed, &about(&self.id), seal);
        let secrets = opened.and_then(|json| serde_json::from_str(&json).ok());
        secrets.ok_or_else(|| unreadable(&keys::account(&self.id), "its secrets open with none of the keys that seal"))
    }

    /// The reader of its notices.
    ///
    /// # Errors
    /// When its secrets can't be opened, or an earlier version checked it less strictly.
    pub fn reader(&self, seal: &SealKeys) -> Result<&Reader, TableError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let reader = Reader::new(&self.account.provider, &self.open_secrets(seal)?)
            .map_err(|mistakes| unreadable(&keys::account(&self.id), mistakes.join(" ")))?;
        Ok(self.reader.get_or_init(|| reader))
    }
}

/// Payments that led to no store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmapped {
    /// The text that was to name the store, and its value.
    pub value: String,
    /// How many notices.
    pub notices: i64,
    /// When the first came.
    pub first: Timestamp,
    /// When the last came.
    pub last: Timestamp,
}

impl Table {
    /// An account.
    ///
    /// # Errors
    /// When the table or the account can't be read.
    pub async fn account(&self, id: &AccountId) -> Result<Option<StoredAccount>, TableError> {
        let item = self.one(keys::account(id), "read an account").await?;
        item.map(|item| read_account(id, &item)).transpose()
    }

    /// Writes an account with its secrets over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_account(
        &self,
        id: &AccountId,
        details: &AccountDetails,
        secrets: &[String],
        (seal, fresh): (&SealKeys, Uuid),
    ) -> Result<(), TableError> {
        let key = keys::account(id);
        let wrong = |detail: &str| unreadable(&keys::account(id), detail);
        // As JSON: a mapping is kept as it was put, and what this version does not know of it is not lost.
        let json = serde_json::to_string(details).map_err(|error| unreadable(&key, error))?;
        let secrets_json = serde_json::to_string(secrets).map_err(|_| wrong("its secrets are no texts"))?;
        let sealed = seal_secrets(&secrets_json, &about(id), fresh, seal).ok_or_else(|| wrong("nothing seals"))?;
        let count = i64::try_from(secrets.len()).unwrap_or_default();
        let item = [
            ("account".into(), keys::text(json)),
            ("sealed".into(), keys::text(sealed)),
            ("secrets".into(), keys::number(count)),
        ];
        self.put(key, item.into(), "write an account").await
    }

    /// Adds to the outcomes of an account's notices: how many more had an outcome, when the last came, and what about
    /// it.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn notice(
        &self,
        id: &AccountId,
        outcome: &str,
        (notices, last, detail): (u64, Timestamp, &str),
    ) -> Result<(), TableError> {
        let update = self
            .update(keys::noticed(id))
            .update_expression("ADD #n :n SET #last = :last, #detail = :detail")
            .expression_attribute_names("#n", format!("{outcome} n"))
            .expression_attribute_names("#last", format!("{outcome} last"))
            .expression_attribute_names("#detail", format!("{outcome} detail"))
            .expression_attribute_values(":n", keys::number(notices.try_into().unwrap_or(i64::MAX)))
            .expression_attribute_values(":last", keys::number(last.as_second()))
            .expression_attribute_values(":detail", keys::text(detail));
        update.send().await.map(drop).map_err(failed("keep what became of a notice"))
    }

    /// The outcomes of an account's notices: how many had each, when the last came, and what about it.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn noticed(&self, id: &AccountId) -> Result<BTreeMap<String, (i64, Timestamp, String)>, TableError> {
        let item = self.one(keys::noticed(id), "read what became of notices").await?.unwrap_or_default();
        let outcome = |name: &String| {
            let outcome = name.strip_suffix(" n")?;
            let last = whole_number(&item, &format!("{outcome} last"))?;
            let detail = string(&item, &format!("{outcome} detail")).unwrap_or_default().to_owned();
            Some((outcome.to_owned(), (whole_number(&item, name)?, Timestamp::from_second(last).ok()?, detail)))
        };
        Ok(item.keys().filter_map(outcome).collect())
    }

    /// Counts notices of payments that led to no store.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn note_unmapped(
        &self,
        id: &AccountId,
        value: &str,
        notices: u64,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let expires = now.saturating_add((UNMAPPED_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        let update = self
            .update(keys::unmapped(id, value))
            .update_expression("ADD notices :n SET #first = if_not_exists(#first, :now), #last = :now, expires = :end")
            .expression_attribute_names("#first", "first")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":n", keys::number(notices.try_into().unwrap_or(i64::MAX)))
            .expression_attribute_values(":now", keys::number(now.as_second()))
            .expression_attribute_values(":end", keys::number(expires.as_second()));
        update.send().await.map(drop).map_err(failed("count a payment without a store"))
    }

    /// The values of an account's payments that led to no store, the last one first.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn unmapped(&self, id: &AccountId, now: Timestamp) -> Result<Vec<Unmapped>, TableError> {
        let prefix = format!("{id}#");
        // `$` is the sign that follows `#`.
        let mut items = self.range(keys::UNMAPPED.into(), prefix.clone(), format!("{id}$"));
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("read payments without a store"))?;
            let is_over = whole_number(&item, "expires").is_none_or(|end| end <= now.as_second());
            all.extend(read_unmapped(&prefix, &item).filter(|_| !is_over));
        }
        all.sort_by_key(|unmapped| std::cmp::Reverse(unmapped.last));
        all.truncate(MOST_UNMAPPED);
        Ok(all)
    }
}

fn read_unmapped(prefix: &str, item: &Item) -> Option<Unmapped> {
    let at = |name: &str| whole_number(item, name).and_then(|second| Timestamp::from_second(second).ok());
    Some(Unmapped {
        value: string(item, "sk")?.strip_prefix(prefix)?.to_owned(),
        notices: whole_number(item, "notices")?,
        first: at("first")?,
        last: at("last")?,
    })
}

fn read_account(id: &AccountId, item: &Item) -> Result<StoredAccount, TableError> {
    let key = keys::account(id);
    let json = string(item, "account").ok_or_else(|| unreadable(&key, "it has no account"))?;
    let details: AccountDetails = serde_json::from_str(json).map_err(|error| unreadable(&key, error))?;
    let account = Account::new(details).map_err(|mistakes: Mistakes| unreadable(&key, mistakes))?;
    let sealed = item.get("sealed").and_then(|value: &AttributeValue| value.as_s().ok()).cloned();
    let secrets = whole_number(item, "secrets").and_then(|count| count.try_into().ok()).unwrap_or(0);
    Ok(StoredAccount { id: id.clone(), account, secrets, sealed, reader: OnceLock::new() })
}
