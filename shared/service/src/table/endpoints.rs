//! Endpoints: where events go, and how each fares.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use deliveries::{
    endpoint::{Endpoint, EndpointDetails},
    webhook::Secret,
};
use domain::{Id, access::SealKeys};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, Table, TableError, events::kept_until, keys, string, unless_refused, unreadable, whole_number};
use crate::seal::{open_secrets, seal_secrets};

/// An endpoint as it is stored.
#[derive(Debug, Clone)]
pub struct StoredEndpoint {
    /// Its id.
    pub id: Id,
    /// The operator's details of it.
    pub endpoint: Endpoint,
    /// Since when there is one of this id. Responses that were given before are not reported to it.
    pub since: Timestamp,
    /// Until when the secret before signs too.
    pub former_signs_until: Option<Timestamp>,
    /// The secrets, sealed.
    sealed: String,
}

/// Under what secrets are sealed: those of one endpoint open for no other.
fn about(id: &Id) -> String {
    format!("endpoint/{id}")
}

impl StoredEndpoint {
    /// Its secrets: of a webhook the current one and the one before, of a robot its address and its second one.
    ///
    /// # Errors
    /// When they can't be opened.
    pub fn open_secrets(&self, seal: &SealKeys) -> Result<Vec<String>, TableError> {
        let opened = open_secrets(&self.sealed, &about(&self.id), seal);
        let secrets = opened.and_then(|json| serde_json::from_str(&json).ok());
        secrets.ok_or_else(|| unreadable(&keys::endpoint(&self.id), "its secrets can't be opened"))
    }

    /// The secrets that sign a webhook at an instant.
    ///
    /// # Errors
    /// When they can't be opened, or are none.
    pub fn signing(&self, seal: &SealKeys, now: Timestamp) -> Result<(Secret, Option<Secret>), TableError> {
        let wrong = || unreadable(&keys::endpoint(&self.id), "its secret is none");
        let secrets: Vec<Secret> = self
            .open_secrets(seal)?
            .iter()
            .map(|text| Secret::parse(text).map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        let mut secrets = secrets.into_iter();
        let current = secrets.next().ok_or_else(wrong)?;
        let former = secrets.next().filter(|_| self.former_signs_until.is_some_and(|until| now < until));
        Ok((current, former))
    }
}

/// The item that an endpoint is written over.
#[derive(Debug, Clone, Copy)]
pub enum Over<'a> {
    /// Over nothing: there is none of this id.
    Nothing,
    /// Over this one, as it was read.
    This(&'a StoredEndpoint),
    /// Over whatever is there, because it can't be read.
    Anything,
}

/// How an endpoint fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// How often it was written. A run does not write over what an operator did meanwhile.
    #[serde(default)]
    pub writes: u64,
    /// When something arrived last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// Since when nothing but failures happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// How often it was left alone since then.
    #[serde(default)]
    pub pauses: u32,
    /// Until when it is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// Since when it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_since: Option<Timestamp>,
    /// The last failure, or why it is switched off: a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Table {
    /// Every endpoint. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn endpoints(&self) -> Result<Vec<StoredEndpoint>, TableError> {
        let items = self.all_of(keys::ENDPOINTS.into(), "read the endpoints").await?;
        let one = |item: &Item| read(item).map_err(|error| error.log_left_out()).ok();
        Ok(items.iter().filter_map(one).collect())
    }

    /// An endpoint.
    ///
    /// # Errors
    /// When the table or the endpoint can't be read.
    pub async fn endpoint(&self, id: &Id) -> Result<Option<StoredEndpoint>, TableError> {
        let item = self.one(keys::endpoint(id), "read an endpoint").await?;
        item.as_ref().map(read).transpose()
    }

    /// Writes an endpoint with its secrets, unless somebody else has written it since it was read. Two who change its
    /// secret at once would each have one, and one of them a dead one. Returns whether it was written.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_endpoint(
        &self,
        (id, over): (&Id, Over<'_>),
        details: &EndpointDetails,
        secrets: &[String],
        (since, former_signs_until): (Timestamp, Option<Timestamp>),
        (seal, fresh): (&SealKeys, Uuid),
    ) -> Result<bool, TableError> {
        let key = keys::endpoint(id);
        let json = serde_json::to_string(details).map_err(|error| unreadable(&key, error))?;
        let secrets = serde_json::to_string(secrets).map_err(|_| unreadable(&key, "its secrets are no texts"))?;
        let sealed =
            seal_secrets(&secrets, &about(id), fresh, seal).ok_or_else(|| unreadable(&key, "nothing seals"))?;
        let mut item = Item::from([
            ("endpoint".into(), keys::text(json)),
            ("sealed".into(), keys::text(sealed)),
            ("since".into(), keys::number(since.as_second())),
        ]);
        let until = former_signs_until.map(|until| ("former_until".into(), keys::number(until.as_second())));
        item.extend(until);
        let put = self.client.put_item().table_name(&self.name).set_item(Some(key.over(item)));
        let put = match over {
            Over::Nothing => put.condition_expression("attribute_not_exists(pk)"),
            Over::This(before) => put
                .condition_expression("sealed = :before")
                .expression_attribute_values(":before", keys::text(&before.sealed)),
            Over::Anything => put,
        };
        let is_refusal = PutItemError::is_conditional_check_failed_exception;
        unless_refused(put.send().await, is_refusal, "write an endpoint")
    }

    /// Takes an endpoint away, with how it fared. Its deliveries are known for their thirty days.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_endpoint(&self, id: &Id) -> Result<(), TableError> {
        self.delete(keys::endpoint(id), "take an endpoint away").await?;
        self.delete(keys::health(id), "forget how an endpoint fared").await
    }

    /// How an endpoint fares. A state that can't be read is as if it were new.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn health(&self, id: &Id) -> Result<Health, TableError> {
        match self.read(keys::health(id), "read how an endpoint fares").await {
            Err(TableError::Unreadable { .. }) => Ok(Health::default()),
            read => Ok(read?.unwrap_or_default()),
        }
    }

    /// How all endpoints fare, by their ids. A state that can't be read is as if it were new.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn all_health(&self) -> Result<Vec<(Id, Health)>, TableError> {
        let items = self.all_of(keys::HEALTH.into(), "read how endpoints fare").await?;
        let one = |item: Item| Some((string(&item, "sk")?.parse().ok()?, serde_dynamo::from_item(item).ok()?));
        Ok(items.into_iter().filter_map(one).collect())
    }

    /// Writes how an endpoint fares, over what a run makes of it meanwhile.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_health(&self, id: &Id, health: &Health, now: Timestamp) -> Result<(), TableError> {
        self.put_item(health_item(id, health, now)?, "keep how an endpoint fares").await
    }

    /// Writes how an endpoint fares, unless it was put again or taken away since it was read. Returns whether it was
    /// written.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn change_health(&self, id: &Id, health: &Health, now: Timestamp) -> Result<bool, TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(health_item(id, health, now)?));
        let put = match health.writes {
            0 => put.condition_expression("attribute_not_exists(pk)"),
            writes => put
                .condition_expression("writes = :before")
                .expression_attribute_values(":before", keys::number(writes.try_into().unwrap_or(i64::MAX))),
        };
        let is_refusal = PutItemError::is_conditional_check_failed_exception;
        unless_refused(put.send().await, is_refusal, "keep how an endpoint fares")
    }
}

/// The item of what was read and changed.
fn health_item(id: &Id, health: &Health, now: Timestamp) -> Result<Item, TableError> {
    let key = keys::health(id);
    let health = Health { writes: health.writes.saturating_add(1), ..health.clone() };
    let mut item: Item = serde_dynamo::to_item(health).map_err(|error| unreadable(&key, error))?;
    item.insert("expires".into(), keys::number(kept_until(now)));
    Ok(key.over(item))
}

fn read(item: &Item) -> Result<StoredEndpoint, TableError> {
    let text = |name: &str| string(item, name).unwrap_or_default();
    let key = keys::Key { pk: text("pk").to_owned(), sk: text("sk").to_owned() };
    let id: Id = key.sk.parse().map_err(|error: domain::Invalid| unreadable(&key, error))?;
    let details = serde_json::from_str(text("endpoint")).map_err(|error| unreadable(&key, error))?;
    let at = |name: &str| whole_number(item, name).and_then(|second| Timestamp::from_second(second).ok());
    Ok(StoredEndpoint {
        id,
        endpoint: Endpoint::stored(details),
        since: at("since").ok_or_else(|| unreadable(&key, "it has no since"))?,
        former_signs_until: at("former_until"),
        sealed: text("sealed").to_owned(),
    })
}
