//! Rollups in the table.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::AttributeValue};
use jiff::{Timestamp, civil::Date};

use super::{Item, Table, TableError, failed, keys, string, unreadable, whole_number};
use crate::domain::{
    scope::{Path, Scope},
    tally::Tallies,
};

/// The form in which tallies are written. A tally lacks nothing that a later form adds: absent counts are zero.
const FORM: u8 = 1;

/// The stored tallies of one scope on one business day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollup {
    /// By survey.
    pub tallies: Tallies,
    /// When the reading of what was counted began.
    pub counted_at: Timestamp,
    /// Of a store: the node that its day counts towards. It stays when the store moves.
    pub path: Option<Path>,
    /// Of a store: when the first of the responses expires. From then on a recount would lose some.
    pub complete_until: Option<Timestamp>,
}

impl Table {
    /// The rollups of a scope from one business day to another, both included.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn rollups(&self, scope: &Scope, from: Date, to: Date) -> Result<BTreeMap<Date, Rollup>, TableError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(keys::rollups(scope)))
            .expression_attribute_values(":from", keys::text(from.to_string()))
            .expression_attribute_values(":to", keys::text(to.to_string()))
            .into_paginator()
            .items()
            .send();
        let mut rollups = BTreeMap::new();
        while let Some(item) = items.next().await {
            let (day, rollup) = read(scope, &item.map_err(failed("read rollups"))?)?;
            rollups.insert(day, rollup);
        }
        Ok(rollups)
    }

    /// Writes a rollup whole, unless a count whose reading began later (or at the same time) is there.
    ///
    /// ```text
    ///  count A   reads ──────────────────────▶ writes: refused, B began later
    ///  count B          reads ─────▶ writes
    /// ```
    ///
    /// Returns whether it was written.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_rollup(&self, scope: &Scope, day: Date, rollup: &Rollup) -> Result<bool, TableError> {
        let key = keys::rollup(scope, day);
        let tallies = serde_json::to_string(&rollup.tallies).map_err(|error| unreadable(&key, error))?;
        let number = |n: i64| AttributeValue::N(n.to_string());
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .item("pk", keys::text(key.pk))
            .item("sk", keys::text(key.sk))
            .item("form", number(FORM.into()))
            .item("counted_at", number(rollup.counted_at.as_microsecond()))
            .item("tallies", keys::text(tallies))
            .set_item_if("path", rollup.path.as_ref().map(|path| keys::text(path.as_str())))
            .set_item_if("complete_until", rollup.complete_until.map(|until| number(until.as_second())))
            .condition_expression("attribute_not_exists(pk) OR counted_at < :counted_at")
            .expression_attribute_values(":counted_at", number(rollup.counted_at.as_microsecond()))
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(failed("write a rollup")(error)),
        }
    }
}

/// An attribute that some items lack.
trait SetItemIf {
    fn set_item_if(self, name: &str, value: Option<AttributeValue>) -> Self;
}

impl SetItemIf for aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    fn set_item_if(self, name: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.item(name, value),
            None => self,
        }
    }
}

fn read(scope: &Scope, item: &Item) -> Result<(Date, Rollup), TableError> {
    let sk = string(item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::rollups(scope), sk };
    let wrong = |what: &str| unreadable(&key, what);
    let day: Date = key.sk.parse().map_err(|_| wrong("its sort key is no date"))?;
    if whole_number(item, "form") != Some(FORM.into()) {
        return Err(wrong("its form is not one that this version knows"));
    }
    let tallies = string(item, "tallies").ok_or_else(|| wrong("it has no tallies"))?;
    let instant = |name| whole_number(item, name).and_then(|second| Timestamp::from_second(second).ok());
    Ok((
        day,
        Rollup {
            tallies: serde_json::from_str(tallies).map_err(|error| unreadable(&key, error))?,
            counted_at: whole_number(item, "counted_at")
                .and_then(|micros| Timestamp::from_microsecond(micros).ok())
                .ok_or_else(|| wrong("it has no counted_at"))?,
            path: string(item, "path").and_then(|path| Path::try_from(path.to_owned()).ok()),
            complete_until: instant("complete_until"),
        },
    ))
}
