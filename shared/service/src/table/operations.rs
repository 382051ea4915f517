//! Operations data in the table.

use std::collections::BTreeMap;

use domain::{count::DayOperations, place::StoreNumber};
use jiff::civil::Date;

use super::{Item, Table, TableError, failed, keys, string, unreadable};

/// The item of a store's operations on a business day, as it is written.
///
/// # Errors
/// When they can't be written as an item.
pub fn operations_item(store: StoreNumber, day: Date, operations: &DayOperations) -> Result<Item, TableError> {
    let key = keys::operations(store, day);
    let item = serde_dynamo::to_item(operations).map_err(|error| unreadable(&key, error))?;
    Ok(key.over(item))
}

impl Table {
    /// Writes the operations of a store's business day over what was there.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_operations(
        &self,
        store: StoreNumber,
        day: Date,
        operations: &DayOperations,
    ) -> Result<(), TableError> {
        self.put_item(operations_item(store, day, operations)?, "write operations").await
    }

    /// The operations of a store from one business day to another, both included. One that can't be read is left out,
    /// and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn operations(
        &self,
        store: StoreNumber,
        from: Date,
        to: Date,
    ) -> Result<BTreeMap<Date, DayOperations>, TableError> {
        let pk = keys::all_operations(store);
        let mut items = self.range(pk.clone(), from.to_string(), to.to_string());
        let mut operations = BTreeMap::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("read operations"))?;
            let sk = string(&item, "sk").unwrap_or_default().to_owned();
            let day = sk.parse::<Date>().ok().filter(|day| day.to_string() == sk);
            let read = day.ok_or_else(|| "its sort key is no day".to_owned()).and_then(|day| {
                let fields: Item = item.into_iter().filter(|(name, _)| name != "pk" && name != "sk").collect();
                serde_dynamo::from_item(fields).map(|read| (day, read)).map_err(|error| error.to_string())
            });
            match read {
                Ok((day, read)) => {
                    operations.insert(day, read);
                }
                Err(error) => {
                    unreadable(&keys::Key { pk: pk.clone(), sk }, error).log_left_out();
                }
            }
        }
        Ok(operations)
    }
}
