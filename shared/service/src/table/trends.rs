//! Trends in the table. There are few, so all of them lie in one partition, by the night in which each was named.

use aws_sdk_dynamodb::operation::{put_item::PutItemError, update_item::UpdateItemError};
use domain::{
    case::Telling,
    trend::{Trend, TrendId},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{Item, Look, Table, TableError, failed, keys, string, unless_refused, unreadable, whole_number};

/// For how many days a trend is kept.
const KEPT_DAYS: i64 = 400;

/// A trend as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTrend {
    /// The trend.
    pub trend: Trend,
    /// How far those who answer for it were notified.
    pub telling: Telling,
}

impl Table {
    /// Puts a trend and a check of it, unless it is there: the same night has it once, however often it is run. Whether
    /// it is new.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn open_trend(&self, trend: &Trend) -> Result<bool, TableError> {
        let item = trend_item(trend, Telling::default())?;
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").send().await;
        let is_new = unless_refused(put, PutItemError::is_conditional_check_failed_exception, "open a trend")?;
        // A run that was killed before this is done again, and puts it then. A check too many finds nothing to do.
        self.put_look(&Look::Trend(trend.id.clone()), trend.opened_at).await?;
        Ok(is_new)
    }

    /// The trends that were named from a night on, the oldest first. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn trends(&self, since: Date) -> Result<Vec<StoredTrend>, TableError> {
        let from = since.strftime("%Y%m%d").to_string();
        let mut items = self.range(keys::TRENDS.into(), from, "~".into());
        let mut trends = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("read trends"))?;
            trends.extend(read(&item).inspect_err(TableError::log_left_out).ok());
        }
        Ok(trends)
    }

    /// The trend of an id.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn trend(&self, id: &TrendId) -> Result<Option<StoredTrend>, TableError> {
        self.one(keys::trend(id), "read a trend").await?.as_ref().map(read).transpose()
    }

    /// Makes a move, on the condition that no other was made since the trend was read, and schedules a check of it.
    /// Whether it was made.
    ///
    /// # Errors
    /// When the table can't be written. The move may be made all the same.
    pub async fn move_trend(&self, before: &Trend, after: &Trend, now: Timestamp) -> Result<bool, TableError> {
        let key = keys::trend(&after.id);
        let update = self
            .update(keys::trend(&after.id))
            .update_expression("SET trend = :trend, v = :v")
            .condition_expression("v = :before")
            .expression_attribute_values(":trend", json(&key, after)?)
            .expression_attribute_values(":v", number(after.v))
            .expression_attribute_values(":before", number(before.v))
            .send()
            .await;
        let is_refusal = UpdateItemError::is_conditional_check_failed_exception;
        if !unless_refused(update, is_refusal, "move a trend")? {
            // The SDK wrote twice, because the reply to the first write was lost.
            let there = self.trend(&after.id).await?;
            let last = |trend: &Trend| trend.log.last().map(|entry| entry.id);
            if there.is_none_or(|there| last(&there.trend) != last(after)) {
                return Ok(false);
            }
        }
        self.put_look(&Look::Trend(after.id.clone()), now).await?;
        Ok(true)
    }

    /// Keeps how far those who answer for a trend were notified, if it was not moved meanwhile. Whether it was kept.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn keep_telling_of_trend(&self, trend: &Trend, telling: Telling) -> Result<bool, TableError> {
        let key = keys::trend(&trend.id);
        let update = self
            .update(keys::trend(&trend.id))
            .update_expression("SET telling = :telling")
            .condition_expression("v = :v")
            .expression_attribute_values(":telling", json(&key, &telling)?)
            .expression_attribute_values(":v", number(trend.v))
            .send()
            .await;
        unless_refused(update, UpdateItemError::is_conditional_check_failed_exception, "keep how far a trend was told")
    }
}

/// The item of a trend.
///
/// # Errors
/// When it can't be written as an item.
pub fn trend_item(trend: &Trend, telling: Telling) -> Result<Item, TableError> {
    let key = keys::trend(&trend.id);
    let until = trend.id.day.saturating_add(KEPT_DAYS.days()).to_zoned(TimeZone::UTC);
    let until = until.map_or(Timestamp::MAX, |until| until.timestamp());
    let item = Item::from([
        ("trend".to_owned(), json(&key, trend)?),
        ("telling".to_owned(), json(&key, &telling)?),
        ("v".to_owned(), number(trend.v)),
        ("expires".to_owned(), keys::number(until.as_second())),
    ]);
    Ok(key.over(item))
}

fn read(item: &Item) -> Result<StoredTrend, TableError> {
    let key = keys::Key { pk: keys::TRENDS.into(), sk: string(item, "sk").unwrap_or_default().to_owned() };
    let text = string(item, "trend").ok_or_else(|| unreadable(&key, "it has no trend"))?;
    let trend: Trend = serde_json::from_str(text).map_err(|error| unreadable(&key, error))?;
    if trend.id.to_string() != key.sk || whole_number(item, "v").and_then(|v| v.try_into().ok()) != Some(trend.v) {
        return Err(unreadable(&key, "its key or v is another than its trend says"));
    }
    let telling = string(item, "telling").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    Ok(StoredTrend { trend, telling })
}

fn json(key: &keys::Key, value: &impl serde::Serialize) -> Result<aws_sdk_dynamodb::types::AttributeValue, TableError> {
    serde_json::to_string(value).map(keys::text).map_err(|error| unreadable(key, error))
}

fn number(v: u64) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::N(v.to_string())
}
