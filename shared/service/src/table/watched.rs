//! What the watch reads and writes: the days of lowest nodes, and what it found each night.

use std::collections::BTreeMap;

use domain::{place::Path, trend::Night, watch::NodeDay};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{Item, Table, TableError, deflated, failed, keys, string, unreadable};

/// For how many days the days of nodes are kept: the nine weeks before an action, its settling days, and the four weeks
/// after them are 119.
const NODE_DAYS_KEPT: i64 = 150;

/// For how many days it is kept what a night found.
const NIGHTS_KEPT: i64 = 400;

impl Table {
    /// The days of a lowest node as the watch needs them, both ends included. One that can't be read is left out, and
    /// logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn node_days(&self, path: &Path, from: Date, to: Date) -> Result<BTreeMap<Date, NodeDay>, TableError> {
        let mut items = self.range(keys::node_days(path), from.to_string(), to.to_string());
        let mut days = BTreeMap::new();
        while let Some(item) = items.next().await {
            match read(keys::node_days(path), &item.map_err(failed("read the days of a node"))?) {
                Ok((day, node_day)) => drop(days.insert(day, node_day)),
                // As if it were not there: its rollup is read in its place.
                Err(error) => error.log_left_out(),
            }
        }
        Ok(days)
    }

    /// Writes the day of a lowest node.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_node_day(&self, path: &Path, day: Date, node_day: &NodeDay) -> Result<(), TableError> {
        self.put_item(node_day_item(path, day, node_day)?, "write the day of a node").await
    }

    /// What the last night up to a day found, if one did within the last days before it.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn last_night(&self, day: Date, within: i64) -> Result<Option<Night>, TableError> {
        let from = day.saturating_sub(within.days());
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(keys::WATCH))
            .expression_attribute_values(":from", keys::text(from.to_string()))
            .expression_attribute_values(":to", keys::text(day.to_string()))
            .scan_index_forward(false)
            .limit(1);
        let found = query.send().await.map_err(failed("read what the watch found"))?.items.unwrap_or_default();
        let Some(item) = found.into_iter().next() else { return Ok(None) };
        let key = keys::Key { pk: keys::WATCH.into(), sk: string(&item, "sk").unwrap_or_default().to_owned() };
        deflated::read(&item, "content").map(Some).map_err(|detail| unreadable(&key, detail))
    }

    /// Writes what a night found, over what it found before.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_night(&self, night: &Night) -> Result<(), TableError> {
        self.put_item(night_item(night)?, "write what the watch found").await
    }
}

/// The item of a lowest node's day.
///
/// # Errors
/// When it can't be written as an item.
pub fn node_day_item(path: &Path, day: Date, node_day: &NodeDay) -> Result<Item, TableError> {
    let key = keys::Key { pk: keys::node_days(path), sk: day.to_string() };
    let content = deflated::attribute(node_day).map_err(|error| unreadable(&key, error))?;
    Ok(key.over(Item::from([
        ("content".to_owned(), content),
        ("expires".to_owned(), keys::number(days_after(day, NODE_DAYS_KEPT).as_second())),
    ])))
}

/// The item of what a night found.
///
/// # Errors
/// When it can't be written as an item.
pub fn night_item(night: &Night) -> Result<Item, TableError> {
    let key = keys::Key { pk: keys::WATCH.into(), sk: night.day.to_string() };
    let content = deflated::attribute(night).map_err(|error| unreadable(&key, error))?;
    Ok(key.over(Item::from([
        ("content".to_owned(), content),
        ("expires".to_owned(), keys::number(days_after(night.day, NIGHTS_KEPT).as_second())),
    ])))
}

fn days_after(day: Date, days: i64) -> Timestamp {
    let end = day.saturating_add(days.days()).to_zoned(TimeZone::UTC);
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

fn read(pk: String, item: &Item) -> Result<(Date, NodeDay), TableError> {
    let key = keys::Key { pk, sk: string(item, "sk").unwrap_or_default().to_owned() };
    let day = key.sk.parse().ok().filter(|day: &Date| day.to_string() == key.sk);
    let day = day.ok_or_else(|| unreadable(&key, "its sort key is no day"))?;
    Ok((day, deflated::read(item, "content").map_err(|detail| unreadable(&key, detail))?))
}
