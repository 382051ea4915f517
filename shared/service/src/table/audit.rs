//! The audit trail: who did what, and when. Kept for a year.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, Table, TableError, keys, string, unreadable};

/// How long it is kept, in hours: a year.
const KEPT_HOURS: i64 = 366 * 24;

/// Something that an operator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// The one who did it: the subject of the grant.
    pub by: String,
    /// By which grant, if it has an id: a name is what its issuer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Uuid>,
    /// The act, by the outcome that is logged: `grant-issued`, `store-written`.
    pub what: String,
    /// On what: a store, a survey, a grant.
    pub on: String,
}

impl Table {
    /// Writes a deed down. `fresh` is the call's random id.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn record_deed(&self, deed: &Deed, fresh: Uuid) -> Result<(), TableError> {
        let month = deed.at.strftime("%Y-%m").to_string();
        let key = keys::Key { pk: keys::audit(&month), sk: format!("{:.6}#{fresh}", deed.at) };
        let expires = deed.at.saturating_add(KEPT_HOURS.hours()).unwrap_or(Timestamp::MAX);
        self.put_until(key, deed, expires, "write the audit trail").await
    }

    /// The deeds of a month such as `2026-11`, the latest first.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn deeds(&self, month: &str) -> Result<Vec<Deed>, TableError> {
        let items = self.all_of(keys::audit(month), "read the audit trail").await?;
        let read = |item: Item| {
            let sk = string(&item, "sk").unwrap_or_default().to_owned();
            let deed: Result<Deed, _> = serde_dynamo::from_item(item);
            deed.map_err(|error| unreadable(&keys::Key { pk: keys::audit(month), sk }, error).log_left_out()).ok()
        };
        Ok(items.into_iter().rev().filter_map(read).collect())
    }
}
