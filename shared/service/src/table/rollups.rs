//! Rollups in the table.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::{
    count::{Content, Rollup},
    place::{Path, Scope},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::{Item, Table, TableError, deflated, failed, keys, string, unless_refused, unreadable, whole_number};

/// The form in which rollups are written. A rollup lacks nothing that a later form adds: absent counts are zero.
const FORM: u8 = 1;

/// The most bytes that the content of a store's day may take: with its key and the rest it is four write units.
const LARGEST_STORE_DAY: usize = 4_000 - 200;

/// The content of a store's day as it may be written. On the busiest days drivers by segment would take a fifth write unit
/// and a sixth, and are left out.
pub fn fitted(mut content: Content) -> Content {
    let by_segment = content.tallies.values().any(|tally| !tally.drivers_by_segment.is_empty());
    if by_segment && deflated::deflated(&content).is_ok_and(|bytes| bytes.len() > LARGEST_STORE_DAY) {
        content.tallies.values_mut().for_each(|tally| tally.drivers_by_segment.clear());
    }
    content
}

impl Table {
    /// The rollups of a scope from one business day to another, both included. One that can't be read is left out, and
    /// logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn rollups(&self, scope: &Scope, from: Date, to: Date) -> Result<BTreeMap<Date, Rollup>, TableError> {
        let mut items = self.range(keys::rollups(scope), from.to_string(), to.to_string());
        let mut rollups = BTreeMap::new();
        while let Some(item) = items.next().await {
            match read(scope, &item.map_err(failed("read rollups"))?) {
                Ok((day, rollup)) => {
                    rollups.insert(day, rollup);
                }
                // As if it were not there: the next count of the day replaces it.
                Err(error) => error.log_left_out(),
            }
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
        let soon = rollup.counted_at.saturating_add(24.hours()).unwrap_or(Timestamp::MAX);
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(rollup_item(scope, day, rollup)?))
            // A time that is none, or lies further off than clocks differ, stops nothing: neither lies between.
            .condition_expression("NOT (counted_at BETWEEN :counted_at AND :soon)")
            .expression_attribute_values(":soon", keys::number(soon.as_microsecond()))
            .expression_attribute_values(":counted_at", keys::number(rollup.counted_at.as_microsecond()))
            .send()
            .await;
        unless_refused(put, PutItemError::is_conditional_check_failed_exception, "write a rollup")
    }
}

/// The item of a rollup, as it is written.
///
/// # Errors
/// When it can't be written as an item.
pub fn rollup_item(scope: &Scope, day: Date, rollup: &Rollup) -> Result<Item, TableError> {
    let key = keys::rollup(scope, day);
    let content = deflated::attribute(&rollup.content).map_err(|error| unreadable(&key, error))?;
    let mut item = Item::from([
        ("form".to_owned(), keys::number(FORM.into())),
        ("counted_at".to_owned(), keys::number(rollup.counted_at.as_microsecond())),
        ("content".to_owned(), content),
    ]);
    if let Some(path) = &rollup.path {
        item.insert("path".to_owned(), keys::text(path.as_str()));
    }
    if let Some(until) = rollup.complete_until {
        item.insert("complete_until".to_owned(), keys::number(until.as_second()));
    }
    if let Some(items) = rollup.items.and_then(|items| i64::try_from(items).ok()) {
        item.insert("items".to_owned(), keys::number(items));
    }
    Ok(key.over(item))
}

fn read(scope: &Scope, item: &Item) -> Result<(Date, Rollup), TableError> {
    let sk = string(item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::rollups(scope), sk };
    let wrong = |what: &str| unreadable(&key, what);
    let day: Option<Date> = key.sk.parse().ok().filter(|day: &Date| day.to_string() == key.sk);
    let day = day.ok_or_else(|| wrong("its sort key is no day"))?;
    if whole_number(item, "form") != Some(FORM.into()) {
        return Err(wrong("its form is not one that this version knows"));
    }
    let instant = |name| whole_number(item, name).and_then(|second| Timestamp::from_second(second).ok());
    Ok((
        day,
        Rollup {
            content: deflated::read(item, "content").map_err(|detail| wrong(&detail))?,
            counted_at: whole_number(item, "counted_at")
                .and_then(|micros| Timestamp::from_microsecond(micros).ok())
                .ok_or_else(|| wrong("it has no counted_at"))?,
            path: string(item, "path").and_then(|path| Path::try_from(path.to_owned()).ok()),
            complete_until: instant("complete_until"),
            items: whole_number(item, "items").and_then(|items| items.try_into().ok()),
        },
    ))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use domain::{
        count::{DayOperations, Series, Tallies, Tally, merge_signs, signs_of},
        survey::{Response, Survey},
        visit::{Channel, Context},
    };
    use serde_json::json;

    use super::*;

    /// Numbers from a seed.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    /// The day of a store with all that a day may have, as its item.
    fn item_of(guests: u64, with_contexts: bool) -> Item {
        let definition = serde_json::from_str(include_str!("../../../../surveys/dine-in.json")).unwrap();
        let survey = Survey::new(definition).unwrap();
        let drivers: Vec<String> = survey.drivers().map(|(question, _)| question.id().to_string()).collect();
        let amounts = [7, 15, 30, 70, 150, 300, 700, 1_500, 3_000, 7_000, 15_000, 30_000];
        let (mut draw, mut tally) = (Draw(2026), Tally::default());
        for i in 0..guests {
            let mut answers = json!({"nps": draw.below(11), "csat": 1 + draw.below(5), "why": "好"});
            for _ in 0..3 {
                answers[&drivers[usize::try_from(draw.below(10)).unwrap()]] = json!(1 + draw.below(5));
            }
            let channel = Channel::ALL[usize::try_from(i % 12).unwrap()];
            let response: Response = serde_json::from_value(json!({
                "survey": "dine-in", "version": 1, "answered_at": "2026-11-21T04:31:07Z", "channel": channel,
                "segment": draw.below(16), "answers": answers, "seconds": draw.below(300),
            }))
            .unwrap();
            let context = json!({"table": format!("{}{}", ["A", "B", "C", "D"][usize::try_from(i % 4).unwrap()], 1 + draw.below(25)),
                "staff": format!("emp{}", 1_000 + 37 * draw.below(100)), "currency": "CNY",
                "amount": 100 * amounts[usize::try_from(draw.below(12)).unwrap()]});
            let context: Context =
                if with_contexts { serde_json::from_value(context).unwrap() } else { Context::default() };
            tally.add_with(&response, 10 + u8::try_from(draw.below(13)).unwrap(), &survey, &context);
            merge_signs(&mut tally.signs, &signs_of(&response, Timestamp::UNIX_EPOCH, &survey));
        }
        let by_hour: BTreeMap<u8, u64> = (10..23).map(|hour| (hour, 300 + u64::from(hour))).collect();
        let day = json!({"orders": by_hour.values().sum::<u64>(), "revenue": 188_000.5, "currency": "CNY", "orders_by_hour": by_hour});
        let day: DayOperations = serde_json::from_value(day).unwrap();
        assert!(
            tally.pairs.values().map(BTreeMap::len).sum::<usize>() == 45,
            "every two drivers were answered together"
        );
        if with_contexts {
            assert_eq!((tally.tables.len(), tally.staff.len(), tally.amounts.len()), (100, 100, 12));
        }
        let tallies: Tallies = [(Series::paid("dine-in".parse().unwrap()), tally)].into();
        let rollup = Rollup {
            content: fitted(Content::of_store_day(tallies, Some(&day))),
            counted_at: Timestamp::UNIX_EPOCH + 20_000.hours(),
            path: Some(Path::try_from("cn/east/shanghai".to_owned()).unwrap()),
            complete_until: Some(Timestamp::UNIX_EPOCH + 20_000.hours()),
            items: Some(guests),
        };
        rollup_item(&"store/12".parse().unwrap(), "2026-11-21".parse().unwrap(), &rollup).unwrap()
    }

    /// How large an item is, as DynamoDB bills it: names and values. A number takes a byte for two digits and one more.
    fn size(item: &Item) -> usize {
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
            other => panic!("{other:?}"),
        };
        item.iter().map(|(name, of)| name.len() + value(of)).sum()
    }

    #[test]
    fn drivers_by_segment_are_kept_unless_a_day_is_too_busy() {
        let kept = |guests| {
            let content: Content = deflated::read(&item_of(guests, guests > 1_000), "content").unwrap();
            content.tallies.values().any(|tally| !tally.drivers_by_segment.is_empty())
        };
        assert_eq!([200, 3_000].map(kept), [true, false]);
    }

    #[test]
    fn a_busy_day_with_all_its_tables_and_staff_is_four_write_units() {
        let (without, with) = (size(&item_of(3_000, false)), size(&item_of(3_000, true)));
        assert!(with <= 4 * 1_024, "{with} bytes, {without} without contexts");
    }
}
