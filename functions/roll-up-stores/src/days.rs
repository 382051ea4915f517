//! Which days a count takes.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use aftertaste::{
    domain::{
        Id,
        place::{Store, is_in_range},
    },
    table::{LIFETIMES_LOOK_BACK_DAYS, Table, TableError},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{CountError, Event, Window};

/// The longest range of days that one count takes.
const LONGEST_RANGE_DAYS: i32 = 400;

/// For how many days cases are counted again each night: their guests may still say whether it is solved.
const CASE_DAYS: u32 = 31;

/// The days of a count.
pub(crate) struct Days {
    /// All of them, both ends included.
    pub all: RangeInclusive<Date>,
    /// The first whose responses are read. Of those before the cases alone are counted again.
    pub read_from: Date,
}

/// The days to count, the same for every store whatever its time zone. A scope's day is whole only if each of its
/// stores is counted for it. None without a store.
pub(crate) async fn days_of(
    table: &Table,
    event: Event,
    stores: &[Store],
    now: Timestamp,
) -> Result<Option<Days>, CountError> {
    let todays = || stores.iter().map(|store| store.calendar.day_of(now));
    let (Some(first), Some(last)) = (todays().min(), todays().max()) else { return Ok(None) };
    let back = |days: u32| first.saturating_sub(i64::from(days).days());
    match event {
        Event::Window { days: Window::Recent } => Ok(Some(Days { all: back(1)..=last, read_from: back(1) })),
        Event::Window { days: Window::Answerable } => {
            let lifetime = longest_lifetime(table, stores, now).await?;
            let read_from = back(lifetime + 1);
            Ok(Some(Days { all: read_from.min(back(CASE_DAYS))..=last, read_from }))
        }
        Event::Range { from, to, .. } if !(is_in_range(from) && is_in_range(to)) => {
            Err(CountError::Event("The range lies within the years 2020 to 2530.".into()))
        }
        Event::Range { from, to, .. } if from > to => {
            Err(CountError::Event(format!("The range is reversed: from {from} is after to {to}.")))
        }
        Event::Range { from, to, .. } if from.until(to).is_ok_and(|span| span.get_days() >= LONGEST_RANGE_DAYS) => {
            Err(CountError::Event(format!("The range {from} to {to} is too long: {LONGEST_RANGE_DAYS} days at most.")))
        }
        Event::Range { from, to, .. } => Ok(Some(Days { all: from..=to, read_from: from })),
    }
}

/// The longest lifetime, in days, of any link that was answered lately. A survey may have replaced another, and a store
/// may have asked another before. Answers until then are still to be counted.
async fn longest_lifetime(table: &Table, stores: &[Store], now: Timestamp) -> Result<u32, TableError> {
    let since = now.saturating_sub((LIFETIMES_LOOK_BACK_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
    let asked = |store: &'_ Store| -> Vec<Id> {
        let before = store.asked_before.iter().filter(|asked| asked.until >= since);
        before.map(|asked| &asked.survey).chain(store.surveys()).cloned().collect()
    };
    let surveys: BTreeSet<Id> = stores.iter().flat_map(asked).collect();
    let mut longest = 1;
    for id in surveys {
        longest = longest.max(table.longest_lifetime(&id, since).await?);
    }
    Ok(longest)
}
