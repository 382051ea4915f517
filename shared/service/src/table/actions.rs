//! Actions in the table. There are few, so all of them lie in one partition, by the day on which each begins.

use aws_sdk_dynamodb::operation::{put_item::PutItemError, update_item::UpdateItemError};
use domain::{Id, action::Action};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Item, Table, TableError, failed, keys, string, unless_refused, unreadable, whole_number};

/// For how many days from its start an action is kept.
const KEPT_DAYS: i64 = 800;

/// An action as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredAction {
    /// The action, with what is said of it so far.
    #[serde(flatten)]
    pub action: Action,
    /// The one who wrote it down.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When it was withdrawn, if it was: then nothing is said of it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
    /// The one who withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<String>,
}

impl StoredAction {
    /// Whether it stands.
    pub fn stands(&self) -> bool {
        self.withdrawn_at.is_none()
    }

    /// Whether it may have moved scores: unless it was withdrawn within a day, as one that was written down by mistake, or
    /// before it began. Else bad ones would be withdrawn, and good ones credited with what they did.
    pub fn disturbs(&self) -> bool {
        self.withdrawn_at.is_none_or(|withdrawn| {
            let soon = self.at.saturating_add(24.hours()).unwrap_or(Timestamp::MAX);
            withdrawn > soon && withdrawn.to_zoned(TimeZone::UTC).date() >= self.action.details.start
        })
    }
}

impl Table {
    /// Puts an action, unless one is there under its key. Whether it was put, now or by an attempt whose reply was lost.
    ///
    /// # Errors
    /// When the table can't be read or written.
    pub async fn put_action(&self, stored: &StoredAction) -> Result<bool, TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(action_item(stored)?));
        let put = put.condition_expression("attribute_not_exists(pk)").send().await;
        if unless_refused(put, PutItemError::is_conditional_check_failed_exception, "put an action")? {
            return Ok(true);
        }
        let there = self.action(&stored.action.id).await?;
        Ok(there.is_some_and(|there| there == *stored))
    }

    /// The actions that begin from one day to another, both included, the oldest first. One that can't be read is left
    /// out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn actions(&self, from: Date, to: Date) -> Result<Vec<StoredAction>, TableError> {
        let bound = |day: Date| day.strftime("%Y%m%d").to_string();
        let mut items = self.range(keys::ACTIONS.into(), bound(from), bound(to) + "~");
        let mut actions = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("read actions"))?;
            actions.extend(read(&item).inspect_err(TableError::log_left_out).ok());
        }
        Ok(actions)
    }

    /// The action of an id.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn action(&self, id: &Id) -> Result<Option<StoredAction>, TableError> {
        self.one(keys::action(id), "read an action").await?.as_ref().map(read).transpose()
    }

    /// Writes an action over what was read, unless it was changed meanwhile: by then it has another verdict, or was
    /// withdrawn. Whether it was written.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn change_action(&self, before: &StoredAction, after: &StoredAction) -> Result<bool, TableError> {
        let key = keys::action(&after.action.id);
        let update = self
            .update(keys::action(&after.action.id))
            .update_expression("SET #action = :action, v = :v")
            .condition_expression("v = :before")
            .expression_attribute_names("#action", "action")
            .expression_attribute_values(":action", keys::text(json(&key, after)?))
            .expression_attribute_values(":v", keys::number(version(after)))
            .expression_attribute_values(":before", keys::number(version(before)))
            .send()
            .await;
        unless_refused(update, UpdateItemError::is_conditional_check_failed_exception, "change an action")
    }
}

/// How often an action was changed: by each verdict, and by being withdrawn.
fn version(stored: &StoredAction) -> i64 {
    let verdicts = i64::try_from(stored.action.verdicts.len()).unwrap_or(0);
    1 + verdicts + i64::from(!stored.stands())
}

/// The item of an action.
///
/// # Errors
/// When it can't be written as an item.
pub fn action_item(stored: &StoredAction) -> Result<Item, TableError> {
    let key = keys::action(&stored.action.id);
    let until = stored.action.details.start.saturating_add(KEPT_DAYS.days()).to_zoned(TimeZone::UTC);
    let until = until.map_or(Timestamp::MAX, |until| until.timestamp());
    let item = Item::from([
        ("action".to_owned(), keys::text(json(&key, stored)?)),
        ("v".to_owned(), keys::number(version(stored))),
        ("expires".to_owned(), keys::number(until.as_second())),
    ]);
    Ok(key.over(item))
}

fn json(key: &keys::Key, stored: &StoredAction) -> Result<String, TableError> {
    serde_json::to_string(stored).map_err(|error| unreadable(key, error))
}

fn read(item: &Item) -> Result<StoredAction, TableError> {
    let key = keys::Key { pk: keys::ACTIONS.into(), sk: string(item, "sk").unwrap_or_default().to_owned() };
    let text = string(item, "action").ok_or_else(|| unreadable(&key, "it has no action"))?;
    let stored: StoredAction = serde_json::from_str(text).map_err(|error| unreadable(&key, error))?;
    if stored.action.id.as_str() != key.sk || whole_number(item, "v").is_none() {
        return Err(unreadable(&key, "its key is another than its action says, or it has no v"));
    }
    Ok(stored)
}
