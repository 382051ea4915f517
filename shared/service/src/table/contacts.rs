//! How guests want to be reached: kept apart from their answers and cases, and not for long.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{CaseKey, Table, TableError, keys};

/// How many days a contact is kept at most.
pub const CONTACT_DAYS: i64 = 30;

/// How many days it is kept after its case is closed.
pub const CONTACT_DAYS_AFTER_CLOSING: i64 = 7;

/// The contact that a guest left so that somebody calls them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A phone number, a WeChat id, an address, at most 80 characters, as the guest wrote it.
    pub how: String,
    /// The words that they agreed to.
    pub agreed: String,
    /// When.
    pub at: Timestamp,
}

impl Table {
    /// Keeps how a guest wants to be reached, in place of what they left before.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn put_contact(&self, key: &CaseKey, contact: &Contact) -> Result<(), TableError> {
        let until = contact.at.saturating_add((CONTACT_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        self.put_until(keys::contact(key), contact, until, "keep a contact").await
    }

    /// How a guest wants to be reached, if they left word and its time has not come. The table may drop it later than that.
    ///
    /// # Errors
    /// When the table or the item can't be read.
    pub async fn contact(&self, key: &CaseKey, now: Timestamp) -> Result<Option<Contact>, TableError> {
        let contact: Option<Contact> = self.read(keys::contact(key), "read a contact").await?;
        let is_kept =
            |contact: &Contact| contact.at.saturating_add((CONTACT_DAYS * 24).hours()).is_ok_and(|until| until > now);
        Ok(contact.filter(is_kept))
    }

    /// Forgets how a guest wants to be reached.
    ///
    /// # Errors
    /// When the table can't be written.
    pub async fn forget_contact(&self, key: &CaseKey) -> Result<(), TableError> {
        self.delete(keys::contact(key), "forget a contact").await
    }
}
