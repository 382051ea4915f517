//! Stores, surveys and the brand in the table. Reads are consistent, so that an operator finds what was just written.
//! They are few, because what was read is cached for a while.

use std::ops::Deref;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::{
    Id, Invalid, Mistakes,
    access::without_invisible,
    place::{AskedBefore, Path, Store, StoreDetails, StoreNumber},
    survey::{Brand, Definition, LONGEST_LINK_LIFETIME_DAYS, Survey},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Item, Table, TableError, failed, keys, string, unless_refused, unreadable, whole_number};

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

/// The outcome of putting a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutSurvey {
    /// It is the version that was there.
    Unchanged(u32),
    /// It is a new version.
    Written(u32),
    /// It breaks what earlier versions promised.
    Refused(Mistakes),
}

/// Every store.
#[derive(Debug, Clone, Default)]
pub struct StoreList {
    /// Those that can be read, by number.
    pub stores: Vec<Store>,
    /// Those that can't: left out wherever stores are used.
    pub unreadable: Vec<UnreadableStore>,
}

impl Deref for StoreList {
    type Target = [Store];

    fn deref(&self) -> &[Store] {
        &self.stores
    }
}

/// A store that can't be read, as far as it can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadableStore {
    /// Its number.
    #[serde(rename = "store")]
    pub number: Option<StoreNumber>,
    /// The node it belongs to.
    pub path: Option<Path>,
    /// The mistake in it.
    pub detail: String,
}

/// How long after a change a link may have been answered to what was asked before, in days. It is the longest lifetime,
/// and a day for the count that follows.
pub const LIFETIMES_LOOK_BACK_DAYS: i64 = LONGEST_LINK_LIFETIME_DAYS as i64 + 1;

impl Table {
    /// Every store, by number. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn stores(&self) -> Result<StoreList, TableError> {
        let mut list = StoreList::default();
        for item in self.all_of(keys::STORES.into(), "read the stores").await? {
            let number = string(&item, "sk").and_then(seeming_number);
            let path = string(&item, "path").and_then(|path| Path::try_from(path.to_owned()).ok());
            match read_store(item) {
                Ok(store) => list.stores.push(store),
                Err(error) => {
                    error.log_left_out();
                    list.unreadable.push(UnreadableStore { number, path, detail: error.to_string() });
                }
            }
        }
        Ok(list)
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
        let item = StoreItem { details: store.details.clone(), asked_before: store.asked_before.clone() };
        let item: Item = serde_dynamo::to_item(&item).map_err(|error| unreadable(&key, error))?;
        self.put(key, item, "write a store").await
    }

    /// The latest version of a survey that can be read. Later ones that can't are logged.
    ///
    /// # Errors
    /// When the table can't be read, or no version can.
    pub async fn readable_survey(&self, id: &Id) -> Result<Option<Versioned>, TableError> {
        let latest = match self.survey(id).await {
            Err(error @ TableError::Unreadable { .. }) => error,
            read => return read,
        };
        latest.log_left_out();
        let versions = self.versions_of(id).await?;
        versions.iter().rev().find_map(|item| read_survey(id, item).ok()).map(Some).ok_or(latest)
    }

    /// The longest lifetime, in days, that a link to a survey may have had since an instant: of every version that was
    /// asked since then. A version that does not say when it was put counts, and so does one that can't be read.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn longest_lifetime(&self, id: &Id, since: Timestamp) -> Result<u32, TableError> {
        let versions = self.versions_of(id).await?;
        let ended = versions.iter().skip(1).map(put_at).chain([None]);
        let asked = versions.iter().zip(ended).filter(|(_, ended)| ended.is_none_or(|ended| ended >= since));
        let lifetime = |item: &Item| {
            let read = read_survey(id, item);
            read.map_or(LONGEST_LINK_LIFETIME_DAYS, |survey| survey.definition.link_lifetime_days)
        };
        Ok(asked.map(|(item, _)| lifetime(item)).max().unwrap_or(0))
    }

    /// The latest version of a survey.
    ///
    /// # Errors
    /// When the table or the version can't be read.
    pub async fn survey(&self, id: &Id) -> Result<Option<Versioned>, TableError> {
        let latest = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", keys::text(keys::surveys(id)))
            .expression_attribute_values(":first", keys::text("v00000"))
            .expression_attribute_values(":last", keys::text("v99999"))
            .scan_index_forward(false)
            .limit(1)
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("read a survey"))?;
        match latest.items().first() {
            Some(item) if string(item, "sk").and_then(keys::survey_version).is_some() => {
                read_survey(id, item).map(Some)
            }
            // Something else lies behind the versions.
            Some(_) => self.versions_of(id).await?.last().map(|item| read_survey(id, item)).transpose(),
            None => Ok(None),
        }
    }

    /// One version of a survey.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn survey_version(&self, id: &Id, version: u32) -> Result<Option<Versioned>, TableError> {
        let item = self.one(keys::survey(id, version), "read a survey").await?;
        item.map(|item| read_survey(id, &item)).transpose()
    }

    /// Writes a survey as the next version. It does not if the survey is the same as the latest or breaks a promise of
    /// an earlier one that can be read.
    ///
    /// # Errors
    /// When the table can't be read or written.
    pub async fn put_survey(&self, survey: &Survey, now: Timestamp) -> Result<PutSurvey, TableError> {
        let id = &survey.definition.id;
        loop {
            let items = self.versions_of(id).await?;
            let versions: Vec<Versioned> = items.iter().filter_map(|item| read_survey(id, item).ok()).collect();
            let last = items.iter().filter_map(|item| keys::survey_version(string(item, "sk")?)).max();
            let definition = written(survey)?;
            if let Some(latest) = versions.last().filter(|latest| Some(latest.version) == last)
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
            let version = last.map_or(1, |last| last + 1);
            let key = keys::survey(id, version);
            let put = self
                .client
                .put_item()
                .table_name(&self.name)
                .item("pk", keys::text(key.pk))
                .item("sk", keys::text(key.sk))
                .item("definition", keys::text(definition))
                .item("put_at", keys::number(now.as_microsecond()))
                .condition_expression("attribute_not_exists(pk)")
                .send()
                .await;
            // Else someone wrote this version meanwhile (or a lost reply hid that it was us): check again.
            if unless_refused(put, PutItemError::is_conditional_check_failed_exception, "write a survey")? {
                return Ok(PutSurvey::Written(version));
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

    /// How many days responses are kept, as far as a brand that can't be read says so.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn retention_of_unreadable_brand(&self) -> Result<Option<u32>, TableError> {
        let item = self.one(keys::brand(), "read the brand").await?.unwrap_or_default();
        let brand: Option<Value> = string(&item, "brand").and_then(|brand| serde_json::from_str(brand).ok());
        Ok(brand.and_then(|brand| brand.get("retention_days")?.as_u64()?.try_into().ok()))
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

    /// The versions of a survey, the first first. An item under another key is none.
    async fn versions_of(&self, id: &Id) -> Result<Vec<Item>, TableError> {
        let mut items = self.all_of(keys::surveys(id), "read a survey").await?;
        items.retain(|item| string(item, "sk").and_then(keys::survey_version).is_some());
        Ok(items)
    }
}

/// A store as it is stored, beside its number in the key.
#[derive(Serialize, Deserialize)]
struct StoreItem {
    #[serde(flatten)]
    details: StoreDetails,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked_before: Vec<AskedBefore>,
}

/// The number of a store's sort key, which is written in one way.
fn store_number(sk: &str) -> Option<StoreNumber> {
    sk.trim_start_matches('0').parse().ok().filter(|number| keys::store(*number).sk == sk)
}

/// The number that a sort key seems to mean, however it is written.
fn seeming_number(sk: &str) -> Option<StoreNumber> {
    let digits: String = sk.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').parse().ok()
}

fn read_store(mut item: Item) -> Result<Store, TableError> {
    item.remove("pk");
    let sk = item.remove("sk").and_then(|sk| sk.as_s().ok().cloned()).unwrap_or_default();
    let key = keys::Key { pk: keys::STORES.into(), sk };
    let number = store_number(&key.sk).ok_or_else(|| unreadable(&key, "its sort key is no number of a store"))?;
    let StoreItem { mut details, asked_before } =
        serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error))?;
    // A name from before such characters were refused must not turn the sentence that it stands in.
    details.name = without_invisible(&details.name);
    let store = Store::new(number, details).map_err(|error| unreadable(&key, error))?;
    Ok(Store { asked_before, ..store })
}

/// When a version was put; none from a version of Aftertaste that did not keep it.
fn put_at(item: &Item) -> Option<Timestamp> {
    whole_number(item, "put_at").and_then(|micros| Timestamp::from_microsecond(micros).ok())
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
