//! Grants that were issued through the API, and the ids of those that were ended.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, Table, TableError, failed, keys, string, unreadable, whole_number};

/// How many ids go with one ending.
const MOST_REMOVED: usize = 100;

/// A grant that was issued; never its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedGrant {
    /// Its id.
    pub id: Uuid,
    /// The person or the till it was given to.
    pub subject: String,
    /// The scope, as its token says it.
    pub scope: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// The one who issued it.
    pub by: String,
    /// How many hours ago a payment may have been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_within: Option<u32>,
}

/// Grants that were ended before their time, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedGrants(HashMap<Uuid, Timestamp>);

impl EndedGrants {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a grant was ended.
    pub fn contains(&self, id: Uuid) -> bool {
        self.0.contains_key(&id)
    }
}

impl Table {
    /// Writes down that a grant was issued.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_grant(&self, grant: &IssuedGrant) -> Result<(), TableError> {
        self.put_until(keys::grant(grant.id), grant, grant.until, "write a grant").await
    }

    /// A grant that was issued.
    ///
    /// # Errors
    /// When the table or the grant can't be read.
    pub async fn grant(&self, id: Uuid) -> Result<Option<IssuedGrant>, TableError> {
        self.read(keys::grant(id), "read a grant").await
    }

    /// Every grant that was issued and has not ended by itself, the latest first. One that can't be read is left out,
    /// and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn grants(&self, now: Timestamp) -> Result<Vec<IssuedGrant>, TableError> {
        let mut grants = Vec::new();
        for item in self.all_of(keys::GRANTS.into(), "read the grants").await? {
            let sk = string(&item, "sk").unwrap_or_default().to_owned();
            match serde_dynamo::from_item::<_, IssuedGrant>(item) {
                Ok(grant) => grants.push(grant),
                Err(error) => unreadable(&keys::Key { pk: keys::GRANTS.into(), sk }, error).log_left_out(),
            }
        }
        grants.retain(|grant| grant.until > now);
        grants.sort_by_key(|grant| std::cmp::Reverse(grant.issued_at));
        Ok(grants)
    }

    /// The grants that were ended.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn ended_grants(&self) -> Result<EndedGrants, TableError> {
        let item = self.one(keys::ended(), "read which grants were ended").await?.unwrap_or_default();
        let ended = item.keys().filter_map(|name| {
            // An id that is there was ended, whatever stands beside it.
            let until = whole_number(&item, name).and_then(|second| Timestamp::from_second(second).ok());
            Some((name.parse().ok()?, until.unwrap_or(Timestamp::MAX)))
        });
        Ok(EndedGrants(ended.collect()))
    }

    /// Ends a grant: one write. Ids of grants that have ended by themselves go.
    ///
    /// # Errors
    /// When the table can't be read or written.
    pub async fn end_grant(&self, id: Uuid, until: Timestamp, now: Timestamp) -> Result<(), TableError> {
        let gone = now.saturating_sub(24.hours()).unwrap_or(now);
        let ended = self.ended_grants().await?;
        // An expression has room for some 460 names: what is left goes with the next ones.
        let old: Vec<Uuid> = ended
            .0
            .into_iter()
            .filter(|(other, until)| *until < gone && *other != id)
            .map(|(id, _)| id)
            .take(MOST_REMOVED)
            .collect();
        let removed = old.iter().enumerate().map(|(i, _)| format!("#old{i}")).collect::<Vec<_>>().join(", ");
        let remove = if removed.is_empty() { String::new() } else { format!(" REMOVE {removed}") };
        let mut names: HashMap<String, String> =
            old.iter().enumerate().map(|(i, id)| (format!("#old{i}"), id.to_string())).collect();
        names.insert("#id".into(), id.to_string());
        self.update(keys::ended())
            .update_expression(format!("SET #id = :until{remove}"))
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":until", keys::number(until.as_second()))
            .send()
            .await
            .map(drop)
            .map_err(failed("end a grant"))
    }

    /// The days on which grants were used last, by id.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn last_seen(&self) -> Result<HashMap<Uuid, Date>, TableError> {
        let items = self.all_of(keys::SEEN.into(), "read when grants were used").await?;
        let seen = |item: &Item| Some((string(item, "sk")?.parse().ok()?, string(item, "day")?.parse().ok()?));
        Ok(items.iter().filter_map(seen).collect())
    }

    /// The day on which a grant was used last.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn seen_on(&self, id: Uuid) -> Result<Option<Date>, TableError> {
        let item = self.one(keys::seen(id), "read when a grant was used").await?;
        Ok(item.and_then(|item| string(&item, "day")?.parse().ok()))
    }

    /// Writes down that a grant was used on a day.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn see_grant(&self, id: Uuid, day: Date, until: Timestamp) -> Result<(), TableError> {
        let expires = keys::number(until.as_second());
        let item = Item::from([("day".into(), keys::text(day.to_string())), ("expires".into(), expires)]);
        self.put(keys::seen(id), item, "write when a grant was used").await
    }
}
