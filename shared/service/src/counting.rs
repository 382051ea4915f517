//! Counting: the responses of a store's business days become tallies.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use domain::{
    count::{Series, Tallies},
    place::Store,
    survey::{Response, Survey},
};
use jiff::{Timestamp, civil::Date};

use crate::{
    memory::Catalog,
    table::{Table, TableError},
};

/// What a day's responses came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCount {
    /// By series.
    pub tallies: Tallies,
    /// When the first of the responses expires; none without responses.
    pub complete_until: Option<Timestamp>,
}

impl DayCount {
    /// Counts a response of the day, paid within an hour of the store's clock.
    pub fn add(&mut self, response: &Response, hour: u8, survey: &Survey, expires: Timestamp) {
        self.tallies.entry(Series::of(response)).or_default().add(response, hour, survey);
        self.complete_until = Some(self.complete_until.map_or(expires, |until| until.min(expires)));
    }
}

/// What a store's responses came to.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// By business day; a day without responses is absent.
    pub days: BTreeMap<Date, DayCount>,
    /// Responses that were read.
    pub responses: u64,
    /// Items that are not what this program writes, or whose survey is gone: left out, and logged.
    pub unreadable: u64,
}

/// Counts the responses of a store's business days from what is in the table now. One range query.
///
/// # Errors
/// When the table can't be read.
pub async fn count(
    table: &Table,
    catalog: &Catalog,
    store: &Store,
    days: &RangeInclusive<Date>,
    now: Timestamp,
) -> Result<Counted, TableError> {
    let mut counted = Counted::default();
    let mut responses = table.responses(store.number, &store.calendar.window_of(*days.start(), *days.end()));
    while let Some(stored) = responses.next().await {
        let stored = match stored {
            Ok(stored) => stored,
            Err(error @ TableError::Unreadable { .. }) => {
                counted.leave_out(store, &error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        let response = &stored.response;
        let Some(survey) = catalog.version(&response.survey, response.version, now).await? else {
            counted.leave_out(store, &format!("there is no survey {} v{}", response.survey, response.version));
            continue;
        };
        let paid = stored.minute.start();
        let day = counted.days.entry(store.calendar.day_of(paid)).or_default();
        day.add(response, store.calendar.hour_of(paid), &survey, stored.expires);
        counted.responses += 1;
    }
    Ok(counted)
}

impl Counted {
    fn leave_out(&mut self, store: &Store, error: &str) {
        tracing::error!(outcome = "response-left-out", store = store.number.get(), error);
        self.unreadable += 1;
    }
}
