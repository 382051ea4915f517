//! The responses of a store's day that have been reported to endpoints.

use std::collections::{BTreeMap, BTreeSet};

use domain::{count::Series, place::StoreNumber};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Table, TableError, keys};

/// For how many days it is kept: as long as a link can be answered, and more.
const KEPT_DAYS: i64 = 90;

/// The responses of a day that have been reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Up to which place in the order of the day, by series.
    #[serde(default, deserialize_with = "domain::known_keys")]
    pub until: BTreeMap<Series, Timestamp>,
    /// The answers that were reported out of that order, or are not to be reported: taken back and given again, by
    /// their ids.
    #[serde(default)]
    pub others: BTreeSet<String>,
    /// The fingerprint of the day's rollup when all of it was reported. As long as that stays, nothing is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<String>,
}

impl Table {
    /// The responses of a day that have been reported.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn told(&self, store: StoreNumber, day: Date) -> Result<Told, TableError> {
        Ok(self.read(keys::told(store, day), "read what was told of a day").await?.unwrap_or_default())
    }

    /// Keeps which responses of a day have been reported.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_told(&self, store: StoreNumber, day: Date, told: &Told, now: Timestamp) -> Result<(), TableError> {
        let until = now.saturating_add((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        self.put_until(keys::told(store, day), told, until, "keep what was told of a day").await
    }
}
