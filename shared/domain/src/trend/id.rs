//! The id of a trend.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Invalid, shortened,
    watch::{Direction, Part, Watched},
};

/// How many hexadecimal digits distinguish a trend from all others of its day.
const DIGITS: usize = 16;

/// A trend's id, such as `20261120-0f1e2d3c4b5a6978`: the last day of the window in which it was named first, and a hash
/// of what changed which way. The same change named in the same night has the same id, however often that night is run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrendId {
    /// The last day of the window in which it was named first.
    pub day: Date,
    hash: String,
}

impl TrendId {
    /// The id of a change that was named in a night.
    pub fn of(day: Date, watched: &Watched, direction: Direction) -> Self {
        let part = match watched.part {
            None => String::new(),
            Some(Part::Channel(channel)) => channel.name().to_owned(),
            Some(Part::Segment(segment)) => u8::from(segment).to_string(),
        };
        let what = format!("{}\0{}\0{part}\0nps\0{}", watched.scope, watched.series, direction.name());
        let hash = Sha256::new().chain_update(b"aftertaste/trend/v1\0").chain_update(what.as_bytes()).finalize();
        Self { day, hash: hash.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect() }
    }
}

impl FromStr for TrendId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let (day, hash) = text.split_once('-')?;
            let is_hash = hash.len() == DIGITS && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            let id =
                Self { day: Date::strptime("%Y%m%d", day).ok()?, hash: Some(hash.to_owned()).filter(|_| is_hash)? };
            // Only as this program writes it.
            Some(id).filter(|id| id.to_string() == text)
        };
        read().ok_or_else(|| {
            Invalid(format!("A trend's id is such as 20261120-0f1e2d3c4b5a6978; this is {:?}.", shortened(text)))
        })
    }
}

impl fmt::Display for TrendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.day.strftime("%Y%m%d"), self.hash)
    }
}

impl TryFrom<String> for TrendId {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<TrendId> for String {
    fn from(id: TrendId) -> Self {
        id.to_string()
    }
}
