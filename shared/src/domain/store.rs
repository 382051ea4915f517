//! Stores: shops, never databases.

use std::fmt;
use std::str::FromStr;

use jiff::{civil::Time, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Id, Invalid, business_day::Calendar, check_line, scope::Path, shortened};

/// A store's number, 1 to 1,048,575 (the 20 bits that a link has for it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct StoreNumber(u32);

impl StoreNumber {
    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for StoreNumber {
    type Error = Invalid;

    fn try_from(number: u32) -> Result<Self, Invalid> {
        if (1..1 << 20).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Invalid(format!("A store number is 1 to 1048575; this is {number}.")))
        }
    }
}

impl From<StoreNumber> for u32 {
    fn from(store: StoreNumber) -> Self {
        store.0
    }
}

impl FromStr for StoreNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // A number has one spelling, so that a store has one address: no sign, no leading zero.
        text.parse()
            .ok()
            .and_then(|number: u32| Self::try_from(number).ok())
            .filter(|store| store.to_string() == text)
            .ok_or_else(|| Invalid(format!("A store number is 1 to 1048575; this is {:?}.", shortened(text))))
    }
}

impl fmt::Display for StoreNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The hour and minute at which a store's business day starts, written `04:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayStart(Time);

impl DayStart {
    /// The time of day on the store's own clock.
    pub fn time(self) -> Time {
        self.0
    }
}

impl Default for DayStart {
    /// 04:00, so that a supper at 01:30 belongs to the evening before.
    fn default() -> Self {
        Self(Time::constant(4, 0, 0, 0))
    }
}

impl TryFrom<String> for DayStart {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Time::strptime("%H:%M", &text)
            .ok()
            .map(Self)
            .filter(|start| String::from(*start) == text)
            .ok_or_else(|| Invalid(format!("day_starts is a time such as 04:00; this is {:?}.", shortened(&text))))
    }
}

impl From<DayStart> for String {
    fn from(start: DayStart) -> Self {
        start.0.strftime("%H:%M").to_string()
    }
}

/// A store as an operator describes it: the body of `PUT /stores/{store}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreDetails {
    /// What guests and managers read.
    pub name: String,
    /// The node it belongs to.
    pub path: Path,
    /// An IANA name such as `Asia/Shanghai`.
    pub time_zone: String,
    /// When its business day starts.
    #[serde(default)]
    pub day_starts: DayStart,
    /// The survey that its guests are asked.
    pub survey: Id,
}

/// A store whose details have been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// Its number.
    #[serde(rename = "store")]
    pub number: StoreNumber,
    /// What the operator says of it.
    #[serde(flatten)]
    pub details: StoreDetails,
    /// Its time zone and the start of its day.
    #[serde(skip)]
    pub calendar: Calendar,
}

impl Store {
    /// Checks what serde can't: that the name is a line and the time zone exists.
    pub fn new(number: StoreNumber, details: StoreDetails) -> Result<Self, Invalid> {
        check_line("A store's name", &details.name)?;
        let zone = TimeZone::get(&details.time_zone).map_err(|_| {
            Invalid(format!(
                "time_zone is an IANA name such as Asia/Shanghai; {:?} is none.",
                shortened(&details.time_zone)
            ))
        })?;
        let calendar = Calendar { zone, day_starts: details.day_starts.time() };
        Ok(Self { number, details, calendar })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_number_has_one_spelling() {
        assert_eq!("12".parse::<StoreNumber>().unwrap().get(), 12);
        for wrong in ["0", "012", "+12", "1048576", "-1", "", "1e3", "99999999999999"] {
            assert!(wrong.parse::<StoreNumber>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_time_zone_that_does_not_exist_is_refused_with_a_sentence() {
        let details = StoreDetails {
            name: "Lane".into(),
            path: "cn".to_owned().try_into().unwrap(),
            time_zone: "Asia/Atlantis".into(),
            day_starts: DayStart::default(),
            survey: "dine-in".parse().unwrap(),
        };
        let refused = Store::new(12.try_into().unwrap(), details).unwrap_err();
        assert_eq!(refused.to_string(), "time_zone is an IANA name such as Asia/Shanghai; \"Asia/Atlantis\" is none.");
    }

    #[test]
    fn the_day_starts_at_an_hour_and_a_minute() {
        assert_eq!(String::from(DayStart::try_from("05:30".to_owned()).unwrap()), "05:30");
        for wrong in ["5:30", "24:00", "04:00:00", "", "noon"] {
            assert!(DayStart::try_from(wrong.to_owned()).is_err(), "{wrong:?} was taken");
        }
    }
}
