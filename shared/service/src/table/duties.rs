//! Duties in the table: who answers for the cases of which scope.

use std::collections::BTreeMap;

use domain::{case::Duty, place::Scope};

use super::{Item, Table, TableError, keys, string, unreadable};

impl Table {
    /// Every duty by its scope. One that can't be read is left out, and logged.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn duties(&self) -> Result<BTreeMap<Scope, Duty>, TableError> {
        let items = self.all_of(keys::DUTY.into(), "read who is on duty").await?;
        Ok(items.into_iter().filter_map(|item| read(item).inspect_err(TableError::log_left_out).ok()).collect())
    }

    /// The duty of a scope itself.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn duty(&self, scope: &Scope) -> Result<Option<Duty>, TableError> {
        self.read(keys::duty(scope), "read who is on duty").await
    }

    /// Puts the duty of a scope.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_duty(&self, scope: &Scope, duty: &Duty) -> Result<(), TableError> {
        let key = keys::duty(scope);
        let item: Item = serde_dynamo::to_item(duty).map_err(|error| unreadable(&key, error))?;
        self.put(key, item, "put who is on duty").await
    }

    /// Takes the duty of a scope away.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn delete_duty(&self, scope: &Scope) -> Result<(), TableError> {
        self.delete(keys::duty(scope), "take a duty away").await
    }
}

fn read(item: Item) -> Result<(Scope, Duty), TableError> {
    let sk = string(&item, "sk").unwrap_or_default().to_owned();
    let key = keys::Key { pk: keys::DUTY.into(), sk: sk.clone() };
    let scope = sk.parse().map_err(|error: domain::Invalid| unreadable(&key, error))?;
    let duty = serde_dynamo::from_item(item).map_err(|error| unreadable(&key, error))?;
    Ok((scope, duty))
}
