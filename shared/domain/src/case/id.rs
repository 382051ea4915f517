//! The id of a case.

use std::fmt;
use std::str::FromStr;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Invalid, place::StoreNumber, shortened, visit::Visit};

/// How many hexadecimal digits distinguish a case from all others of its day.
const RANDOM_DIGITS: usize = 20;

/// A case's id, such as `12-20261121-0f1e2d3c4b5a69788796`: its store, the day of its payment in UTC, and a hash of the
/// submission that brought the answer. It says neither the minute nor the payment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseId {
    /// The store.
    pub store: StoreNumber,
    /// The day of its payment in UTC.
    pub day: Date,
    hash: String,
}

impl CaseId {
    /// The id of the case of an answer.
    pub fn of(visit: Visit, submission: Uuid) -> Self {
        let hash = Sha256::new().chain_update(b"aftertaste/case/v1\0").chain_update(submission.as_bytes()).finalize();
        let hash: String = hash.iter().take(RANDOM_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
        Self { store: visit.store, day: visit.minute.start().to_zoned(TimeZone::UTC).date(), hash }
    }
}

impl FromStr for CaseId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (store, rest) = text.split_once('-')?;
            let (day, hash) = rest.split_once('-')?;
            let is_hash = hash.len() == RANDOM_DIGITS && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let id = Self {
                store: store.parse::<u32>().ok()?.try_into().ok()?,
                day: Date::strptime("%Y%m%d", day).ok()?,
                hash: Some(hash.to_owned()).filter(|_| is_hash)?,
            };
            // Only as this program writes it.
            Some(id).filter(|id| id.to_string() == text)
        };
        read().ok_or_else(|| {
            Invalid(format!("A case's id is such as 12-20261121-0f1e2d3c4b5a69788796; this is {:?}.", shortened(text)))
        })
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.store, self.day.strftime("%Y%m%d"), self.hash)
    }
}

impl TryFrom<String> for CaseId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_only_as_it_is_written() {
        let id: CaseId = "12-20261121-0f1e2d3c4b5a69788796".parse().unwrap();
        assert_eq!(id.to_string(), "12-20261121-0f1e2d3c4b5a69788796");
        for wrong in [
            "",
            "12",
            "012-20261121-0f1e2d3c4b5a69788796",
            "0-20261121-0f1e2d3c4b5a69788796",
            "12-20261131-0f1e2d3c4b5a69788796",
            "12-20261121-0F1e2d3c4b5a69788796",
            "12-20261121-0f1e2d3c4b5a6978879",
            "12-20261121-0f1e2d3c4b5a69788796 ",
        ] {
            assert!(wrong.parse::<CaseId>().is_err(), "{wrong:?}");
        }
    }
}
