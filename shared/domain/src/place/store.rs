//! Stores: shops, never databases.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::opening::{closed_days, open_spans};
use super::{Calendar, Opening, Path, StoreNumber};
use crate::{Id, Invalid, check_line, shortened};

/// Days on which a store is closed, at most: a year of them, and some.
const CLOSED_ON: usize = 400;

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
pub struct StoreDetails {
    /// The name that guests and managers read.
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
    /// The survey that its staff are asked. None where nobody asks them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_survey: Option<Id>,
    /// When it is open. None where nobody said: deadlines then run at all hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// Days on which no interval begins, 400 at most. An interval of the day before still ends as usual.
    #[serde(default, deserialize_with = "closed_days", skip_serializing_if = "BTreeSet::is_empty")]
    pub closed_on: BTreeSet<Date>,
}

/// A store whose details have been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// Its number.
    #[serde(rename = "store")]
    pub number: StoreNumber,
    /// The operator's details of it.
    #[serde(flatten)]
    pub details: StoreDetails,
    /// Its time zone and the start of its day.
    #[serde(skip)]
    pub calendar: Calendar,
    /// The surveys that were asked here before, as far back as a link of it may still have been answered.
    #[serde(skip)]
    pub asked_before: Vec<AskedBefore>,
}

/// A survey that a store asked its guests or its staff until it went over to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBefore {
    /// The survey.
    pub survey: Id,
    /// Until when.
    pub until: Timestamp,
}

impl Store {
    /// Checks what serde can't: that the name is a line, the time zone exists and the closed days are not too many.
    pub fn new(number: StoreNumber, details: StoreDetails) -> Result<Self, Invalid> {
        check_line("A store's name", &details.name)?;
        let zone = TimeZone::get(&details.time_zone).map_err(|_| {
            Invalid(format!(
                "time_zone is an IANA name such as Asia/Shanghai; {:?} is none.",
                shortened(&details.time_zone)
            ))
        })?;
        let closed = details.closed_on.len();
        if closed > CLOSED_ON {
            return Err(Invalid(format!(
                "closed_on has {CLOSED_ON} days at most; these are {closed}. Leave out those that are past."
            )));
        }
        let calendar = Calendar { zone, day_starts: details.day_starts.time() };
        Ok(Self { number, details, calendar, asked_before: Vec::new() })
    }

    /// The store with the memory of what it asked, when it takes the place of what was there. A survey that no link
    /// was answered to for so many days is forgotten.
    #[must_use]
    pub fn in_place_of(self, before: &Self, now: Timestamp, days: i64) -> Self {
        let mut asked_before = before.asked_before.clone();
        for survey in before.surveys().filter(|survey| !self.surveys().any(|asked| asked == *survey)) {
            asked_before.push(AskedBefore { survey: survey.clone(), until: now });
        }
        asked_before.retain(|asked| asked.until.saturating_add((days * 24).hours()).is_ok_and(|end| end > now));
        Self { asked_before, ..self }
    }

    /// The surveys that are asked here, the guests' first.
    pub fn surveys(&self) -> impl Iterator<Item = &Id> {
        [Some(&self.details.survey), self.details.staff_survey.as_ref()].into_iter().flatten()
    }

    /// The instant at which the store will have been open for so many minutes. With none it is `from`; at the end of
    /// time it is `Timestamp::MAX`.
    ///
    /// Minutes are real ones, whatever the clocks do. Without an opening, after 60 days in a row without an interval
    /// and after 400 days, every minute counts.
    pub fn due(&self, from: Timestamp, minutes: u32) -> Timestamp {
        let mut left = SignedDuration::from_mins(minutes.into());
        if left.is_zero() {
            return from;
        }
        for span in self.open_from(from) {
            let length = span.start.duration_until(span.end);
            if left <= length {
                return span.start.checked_add(left).unwrap_or(Timestamp::MAX);
            }
            left -= length;
        }
        Timestamp::MAX
    }

    /// How many whole minutes the store is open between two instants, by the same rules as [`Self::due`]. It is 0 if
    /// the second is not after the first.
    pub fn open_minutes(&self, from: Timestamp, to: Timestamp) -> u64 {
        let spans = self.open_from(from).take_while(|span| span.start < to);
        let open: SignedDuration = spans.map(|span| span.start.duration_until(span.end.min(to))).sum();
        u64::try_from(open.as_mins()).unwrap_or_default()
    }

    fn open_from(&self, from: Timestamp) -> impl Iterator<Item = Range<Timestamp>> {
        open_spans(self.details.opening.as_ref(), &self.details.closed_on, &self.calendar.zone, from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_that_does_not_exist_is_refused_with_a_sentence() {
        let details = StoreDetails {
            name: "Lane".into(),
            path: "cn".to_owned().try_into().unwrap(),
            time_zone: "Asia/Atlantis".into(),
            day_starts: DayStart::default(),
            survey: "dine-in".parse().unwrap(),
            staff_survey: None,
            opening: None,
            closed_on: BTreeSet::new(),
        };
        let refused = Store::new(12.try_into().unwrap(), details).unwrap_err();
        assert_eq!(refused.to_string(), "time_zone is an IANA name such as Asia/Shanghai; \"Asia/Atlantis\" is none.");
    }

    #[test]
    fn a_store_remembers_what_it_asked_for_as_long_as_links_live() {
        let asking = |survey: &str| {
            let details = StoreDetails {
                name: "Lane".into(),
                path: "cn".to_owned().try_into().unwrap(),
                time_zone: "UTC".into(),
                day_starts: DayStart::default(),
                survey: survey.parse().unwrap(),
                staff_survey: None,
                opening: None,
                closed_on: BTreeSet::new(),
            };
            Store::new(12.try_into().unwrap(), details).unwrap()
        };
        let at = |day: i64| Timestamp::UNIX_EPOCH + (day * 24).hours();
        let names = |store: &Store| store.asked_before.iter().map(|asked| asked.survey.to_string()).collect::<Vec<_>>();
        let b = asking("b").in_place_of(&asking("a"), at(100), 61);
        assert_eq!(names(&b), ["a"]);
        assert_eq!(names(&asking("b").in_place_of(&b, at(160), 61)), ["a"], "put again, it has asked no other");
        assert_eq!(names(&asking("c").in_place_of(&b, at(160), 61)), ["a", "b"]);
        assert_eq!(names(&asking("c").in_place_of(&b, at(161), 61)), ["b"]);
    }

    #[test]
    fn the_day_starts_at_an_hour_and_a_minute() {
        assert_eq!(String::from(DayStart::try_from("05:30".to_owned()).unwrap()), "05:30");
        for wrong in ["5:30", "24:00", "04:00:00", "", "noon"] {
            assert!(DayStart::try_from(wrong.to_owned()).is_err(), "{wrong:?} was taken");
        }
    }
}
