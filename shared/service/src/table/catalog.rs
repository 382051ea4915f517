//! Stores, surveys and the brand in the table. Reads are consistent, so that an operator finds what was just written;
//! they are few, because what was read is kept in memory for a while.

use std::ops::Deref;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::{
    Id, Invalid, Mistakes,
    place::{Store, StoreDetails, StoreNumber},
    survey::{Brand, Definition, Survey},
};

use super::{Item, Table, TableError, failed, keys, string, unreadable};

/// A survey with its version, 1 for the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The version.
    pub version: u32,
    /// The survey.
    pub survey: Survey,
}

impl Deref for Versioned {
    type Target = Survey;

    fn deref(&self) -> &Survey {
        &self.survey
    }
}

/// What became of a survey that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutSurvey {
    /// It is the version that was there.
    Unchanged(u32),
    /// It is a new version.
    Written(u32),
    /// It breaks what earlier versions promised.
    Refused(Mistakes),
}

impl Table {
    /// Every store, by number.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn stores(&self) -> Result<Vec<Store>, TableError> {
        let items = self.all_of(keys::STORES.into(), "read the stores").await?;
        items.into_iter().map(read_store).collect()
    }

    /// One store.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn store(&self, number: StoreNumber) -> Result<Option<Store>, TableError> {
        self.one(keys::store(number), "read a store").await?.map(read_store).transpose()
    }

    /// Writes a store over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_store(&self, store: &Store) -> Result<(), TableError> {
        let key = keys::store(store.number);
        let details: Item = serde_dynamo::to_item(&store.details).map_err(|error| unreadable(&key, error))?;
        self.put(key, details, "write a store").await
    }

    /// The latest version of a survey.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn survey(&self, id: &Id) -> Result<Option<Versioned>, TableError> {
        let latest = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", keys::text(keys::surveys(id)))
            .scan_index_forward(false)
            .limit(1)
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("read a survey"))?;
        latest.items().first().map(|item| read_survey(id, item)).transpose()
    }

    /// One version of a survey.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn survey_version(&self, id: &Id, version: u32) -> Result<Option<Versioned>, TableError> {
        let item = self.one(keys::survey(id, version), "read a survey").await?;
        item.map(|item| read_survey(id, &item)).transpose()
    }

    /// Writes a survey as the next version, unless it is the same as the latest or breaks a promise of an earlier one.
    ///
    /// # Errors
    /// When the table can't be read or written.
    pub async fn put_survey(&self, survey: &Survey) -> Result<PutSurvey, TableError> {
        let id = &survey.definition.id;
        loop {
            let items = self.all_of(keys::surveys(id), "read a survey").await?;
            let versions: Vec<Versioned> = items.iter().map(|item| read_survey(id, item)).collect::<Result<_, _>>()?;
            let definition = written(survey)?;
            if let Some(latest) = versions.last()
                && written(&latest.survey)? == definition
            {
                return Ok(PutSurvey::Unchanged(latest.version));
            }
            let mut broken: Vec<Invalid> =
                versions.iter().flat_map(|earlier| survey.broken_promises(earlier).0).collect();
            broken.dedup();
            if !broken.is_empty() {
                return Ok(PutSurvey::Refused(Mistakes(broken)));
            }
            let version = versions.last().map_or(1, |latest| latest.version + 1);
            let key = keys::survey(id, version);
            let put = self
                .client
                .put_item()
                .table_name(&self.name)
                .item("pk", keys::text(key.pk))
                .item("sk", keys::text(key.sk))
                .item("definition", keys::text(definition))
                .condition_expression("attribute_not_exists(pk)")
                .send()
                .await;
            match put {
                Ok(_) => return Ok(PutSurvey::Written(version)),
                // Someone else wrote this version meanwhile (or a lost reply hid that it was us): look again.
                Err(error)
                    if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {}
                Err(error) => return Err(failed("write a survey")(error)),
            }
        }
    }

    /// The brand, or the built-in one while none has been put.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn brand(&self) -> Result<Brand, TableError> {
        let key = keys::brand();
        match self.one(keys::brand(), "read the brand").await? {
            None => Ok(Brand::default()),
            Some(item) => {
                let brand = string(&item, "brand").ok_or_else(|| unreadable(&key, "it has no brand"))?;
                serde_json::from_str(brand).map_err(|error| unreadable(&key, error))
            }
        }
    }

    /// Writes the brand over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_brand(&self, brand: &Brand) -> Result<(), TableError> {
        let key = keys::brand();
        // As JSON: a DynamoDB map would forget the order of languages, and the first is the fallback.
        let json = serde_json::to_string(brand).map_err(|error| unreadable(&key, error))?;
        self.put(key, Item::from([("brand".into(), keys::text(json))]), "write the brand").await
    }

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

    pub(super) async fn put(&self, key: keys::Key, item: Item, action: &'static str) -> Result<(), TableError> {
        self.put_item(key.over(item), action).await
    }

    pub(super) async fn put_item(&self, item: Item, action: &'static str) -> Result<(), TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await;
        put.map(drop).map_err(failed(action))
    }
}

fn read_store(mut item: Item) -> Result<Store, TableError> {
    item.remove("pk");
    let sk = item.remove("sk").and_then(|sk| sk.as_s().ok().cloned()).unwrap_or_default();
    let key = keys::Key { pk: keys::STORES.into(), sk };
    let number = key.sk.trim_start_matches('0').parse().map_err(|error| unreadable(&key, error))?;
    let details: StoreDetails = serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error))?;
    Store::new(number, details).map_err(|error| unreadable(&key, error))
}

/// A definition as it is stored. Two are the same when they are written the same: the order of languages counts.
fn written(survey: &Survey) -> Result<String, TableError> {
    let key = keys::survey(&survey.definition.id, 0);
    serde_json::to_string(&survey.definition).map_err(|error| unreadable(&key, error))
}

fn read_survey(id: &Id, item: &Item) -> Result<Versioned, TableError> {
    let sk = string(item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::surveys(id), sk };
    let version = keys::survey_version(&key.sk).ok_or_else(|| unreadable(&key, "its sort key is no version"))?;
    let definition = string(item, "definition").ok_or_else(|| unreadable(&key, "it has no definition"))?;
    let definition: Definition = serde_json::from_str(definition).map_err(|error| unreadable(&key, error))?;
    let survey = Survey::new(definition).map_err(|mistakes| unreadable(&key, mistakes))?;
    Ok(Versioned { version, survey })
}
