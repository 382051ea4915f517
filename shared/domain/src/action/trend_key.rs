//! Which case of a trend an action answers.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    place::{Scope, parse_day},
    shortened,
};

/// The most characters of what changed.
const LONGEST: usize = 120;

/// The key of a trend's case, written `cn/east#2026-11-20#dine-in#nps#down`: the scope, the day it was named first, and
/// what changed which way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrendKey {
    /// The scope that changed.
    pub scope: Scope,
    /// The last day of the window in which it was named first.
    pub day: Date,
    /// The series, the figure and the direction. A later version may watch more, so none of them is looked up here.
    what: String,
}

impl TrendKey {
    /// What changed which way, such as `dine-in#nps#down`.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl FromStr for TrendKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let read = || {
            let mut parts = text.splitn(3, '#');
            let (scope, day, what) = (parts.next()?, parts.next()?, parts.next()?);
            let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'@' | b'#' | b'/');
            let is_what = (1..=LONGEST).contains(&what.len()) && what.bytes().all(fits);
            Some(Self {
                scope: scope.parse().ok()?,
                day: parse_day("day", day).ok()?,
                what: Some(what.to_owned()).filter(|_| is_what)?,
            })
        };
        read().ok_or_else(|| {
            Invalid(format!(
                "A trend's case is such as cn/east#2026-11-20#dine-in#nps#down; this is {:?}.",
                shortened(text)
            ))
        })
    }
}

impl fmt::Display for TrendKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}#{}", self.scope, self.day, self.what)
    }
}

impl TryFrom<String> for TrendKey {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<TrendKey> for String {
    fn from(key: TrendKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trends_key_is_read_only_as_it_is_written() {
        for text in ["cn/east#2026-11-20#dine-in#nps#down", "store/12#2026-11-20#dine-in@table#nps#up"] {
            let key: TrendKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            assert_eq!(key.what(), text.splitn(3, '#').nth(2).unwrap());
        }
        let long = format!("cn#2026-11-20#{}", "x".repeat(121));
        for wrong in
            ["", "cn", "cn#2026-11-20", "cn#2026-11-20#", "cn#20261120#x", "CN#2026-11-20#x", "cn#2026-11-20#é", &long]
        {
            let said = wrong.parse::<TrendKey>().unwrap_err().to_string();
            assert!(
                said.starts_with("A trend's case is such as cn/east#2026-11-20#dine-in#nps#down; this is "),
                "{said}"
            );
        }
    }
}
