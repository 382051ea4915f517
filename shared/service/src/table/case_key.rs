//! The keys of a case, its response and all that belongs to them.

use domain::{place::StoreNumber, visit::Visit};
use jiff::Timestamp;

use super::keys;

/// Which case: its store, and the sort key of its response.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseKey {
    /// The store.
    pub store: StoreNumber,
    sk: String,
}

impl From<Visit> for CaseKey {
    fn from(visit: Visit) -> Self {
        Self { store: visit.store, sk: keys::response(visit).sk }
    }
}

impl CaseKey {
    pub(super) fn read(store: StoreNumber, sk: &str) -> Option<Self> {
        keys::is_response(sk).then(|| Self { store, sk: sk.to_owned() })
    }

    pub(super) fn sk(&self) -> &str {
        &self.sk
    }

    pub(super) fn case(&self) -> keys::Key {
        keys::Key { pk: keys::cases(self.store), sk: self.sk.clone() }
    }

    /// When the visit was paid, to the minute.
    pub fn paid(&self) -> Timestamp {
        keys::minute_of(&self.sk).map_or(Timestamp::MIN, domain::visit::Minute::start)
    }
}
