//! When a store is open. Deadlines of people who work there are counted in these minutes.

use std::collections::BTreeSet;
use std::iter::successors;
use std::ops::Range;

use jiff::{
    Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::parse_day;
use crate::{Invalid, shortened};

/// Intervals of a day at most.
const INTERVALS: usize = 12;

/// Days without an interval, in a row, after which every minute counts: a deadline that never comes helps no guest.
const CLOSED_DAYS: u32 = 60;

/// The most days that are checked. Every minute counts after these, so that no opening makes work without an end.
const WALKED_DAYS: usize = 400;

/// The hours at which a store is open, by the day of the week on which they begin. A day without any is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Week")]
pub struct Opening {
    #[serde(skip_serializing_if = "Hours::is_empty")]
    mon: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    tue: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    wed: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    thu: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    fri: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    sat: Hours,
    #[serde(skip_serializing_if = "Hours::is_empty")]
    sun: Hours,
}

/// A week as it is written: `daily` stands for each day that is not named beside it.
#[derive(Deserialize)]
#[serde(expecting = "the days mon to sun, or daily, each with its intervals")]
struct Week {
    daily: Option<Hours>,
    mon: Option<Hours>,
    tue: Option<Hours>,
    wed: Option<Hours>,
    thu: Option<Hours>,
    fri: Option<Hours>,
    sat: Option<Hours>,
    sun: Option<Hours>,
}

impl From<Week> for Opening {
    fn from(week: Week) -> Self {
        let hours = |named: Option<Hours>| named.or_else(|| week.daily.clone()).unwrap_or_default();
        Self {
            mon: hours(week.mon),
            tue: hours(week.tue),
            wed: hours(week.wed),
            thu: hours(week.thu),
            fri: hours(week.fri),
            sat: hours(week.sat),
            sun: hours(week.sun),
        }
    }
}

/// The intervals of a day, in any order. They may overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Interval>")]
struct Hours(Vec<Interval>);

impl Hours {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Interval>> for Hours {
    type Error = Invalid;

    fn try_from(intervals: Vec<Interval>) -> Result<Self, Invalid> {
        let number = intervals.len();
        if number > INTERVALS {
            return Err(Invalid(format!("a day has {INTERVALS} intervals at most; these are {number}.")));
        }
        Ok(Self(intervals))
    }
}

/// From one time on the store's clock to another, written `17:00-21:30`. One that does not end after it begins ends on
/// the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Interval {
    begins: Time,
    /// None is 24:00.
    ends: Option<Time>,
}

impl Interval {
    /// The instants of an interval that begins on a day. None if the clocks leave nothing of it, and at the ends of
    /// jiff's calendar. An example is a change from 02:00 to 03:00, where it began at 02:30 and would end at 03:15.
    ///
    /// A time that falls into a gap is moved past it, a time that comes twice is the first of the two.
    fn on(self, day: Date, zone: &TimeZone) -> Option<Range<Timestamp>> {
        let ends = self.ends.unwrap_or(Time::midnight());
        let last = if ends > self.begins { day } else { day.tomorrow().ok()? };
        let instant = |day: Date, time| zone.to_timestamp(day.to_datetime(time)).ok();
        let span = instant(day, self.begins)?..instant(last, ends)?;
        (!span.is_empty()).then_some(span)
    }
}

impl TryFrom<String> for Interval {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let time = |text: &str| Time::strptime("%H:%M", text).ok();
        let read = text.split_once('-').and_then(|(begins, ends)| {
            let ends = if ends == "24:00" { None } else { Some(time(ends)?) };
            Some(Self { begins: time(begins)?, ends })
        });
        let Some(interval) = read.filter(|interval| String::from(*interval) == text) else {
            return Err(Invalid(format!(
                "an interval is two times such as 10:00-14:00, and may end at 24:00 or past midnight; this is {:?}.",
                shortened(&text)
            )));
        };
        if interval.ends == Some(interval.begins) {
            return Err(Invalid(format!(
                "{text} begins and ends at the same time. Write 00:00-24:00 for the whole day, and no interval for a \
                 day that is closed."
            )));
        }
        Ok(interval)
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        let ends = interval.ends.map_or_else(|| "24:00".to_owned(), |ends| ends.strftime("%H:%M").to_string());
        format!("{}-{ends}", interval.begins.strftime("%H:%M"))
    }
}

impl Opening {
    /// The instants at which the store is open on a day, the earliest first. They may overlap.
    fn on(&self, day: Date, zone: &TimeZone) -> Vec<Range<Timestamp>> {
        let Hours(intervals) = match day.weekday() {
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
        };
        let mut spans: Vec<_> = intervals.iter().filter_map(|interval| interval.on(day, zone)).collect();
        // As instants, because a clock that goes forward can change which of two begins first.
        spans.sort_by_key(|span| (span.start, span.end));
        spans
    }
}

/// The time from an instant on in which deadlines run, as spans that follow each other and never overlap. Without an
/// opening, all of it. The last span never ends.
pub(super) fn open_spans<'a>(
    opening: Option<&'a Opening>,
    closed_on: &'a BTreeSet<Date>,
    zone: &'a TimeZone,
    from: Timestamp,
) -> impl Iterator<Item = Range<Timestamp>> + 'a {
    // An interval of the day before may go on after midnight.
    let first = zone.to_datetime(from).date();
    let first = first.yesterday().unwrap_or(first);
    let mut closed = 0;
    let walked = opening.into_iter().flat_map(move |opening| {
        successors(Some(first), |day| day.tomorrow().ok())
            .take(WALKED_DAYS)
            .map(move |day| if closed_on.contains(&day) { Vec::new() } else { opening.on(day, zone) })
            .take_while(move |spans| {
                closed = if spans.is_empty() { closed + 1 } else { 0 };
                closed < CLOSED_DAYS
            })
            .flatten()
    });
    let always = Timestamp::MIN..Timestamp::MAX;
    let mut until = from;
    walked.chain([always]).filter_map(move |span| {
        let span = span.start.max(until)..span.end;
        until = until.max(span.end);
        (!span.is_empty()).then_some(span)
    })
}

/// Reads days on which a store is closed.
///
/// # Errors
/// When it is no list, or one of them is no day of the years 2020 to 2530.
pub(super) fn closed_days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Date>, D::Error> {
    let days = Vec::<ClosedDay>::deserialize(deserializer)?;
    Ok(days.into_iter().map(|ClosedDay(day)| day).collect())
}

/// A type of its own, so that a mistake says which of the days it is.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct ClosedDay(Date);

impl TryFrom<String> for ClosedDay {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        parse_day("a day on which the store is closed", &text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, civil::date};
    use proptest::{prelude::*, sample::select};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        place::{Store, StoreDetails},
        reading::strictly,
    };

    const SHANGHAI: &str = "Asia/Shanghai";
    const BERLIN: &str = "Europe/Berlin";

    fn store(zone: &str, opening: &Value, closed_on: &Value) -> Store {
        let details: StoreDetails = strictly(json!({
            "name": "Lane", "path": "cn", "time_zone": zone, "survey": "dine-in", "opening": opening,
            "closed_on": closed_on,
        }))
        .unwrap();
        Store::new(12.try_into().unwrap(), details).unwrap()
    }

    fn daily(zone: &str, intervals: &[&str]) -> Store {
        store(zone, &json!({"daily": intervals}), &json!([]))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// When it is due, and that the time until then is counted alike.
    fn due(store: &Store, from: &str, minutes: u32) -> String {
        let due = store.due(at(from), minutes);
        assert_eq!(store.open_minutes(at(from), due), u64::from(minutes), "from {from} to {due}");
        due.to_string()
    }

    #[test]
    fn deadlines_run_while_the_store_is_open() {
        let kitchen = ["10:00-14:00", "17:00-21:30"];
        let lane = daily(SHANGHAI, &kitchen);
        assert_eq!(due(&lane, "2026-11-21T04:31Z", 120), "2026-11-21T09:31:00Z");
        assert_eq!(due(&lane, "2026-11-21T04:31Z", 1440), "2026-11-24T03:01:00Z");
        assert_eq!(due(&lane, "2026-11-21T17:40Z", 120), "2026-11-22T04:00:00Z");
        let closed = store(SHANGHAI, &json!({"daily": kitchen}), &json!(["2026-11-22"]));
        assert_eq!(due(&closed, "2026-11-21T17:40Z", 120), "2026-11-23T04:00:00Z");
        let bar = daily(SHANGHAI, &["18:00-02:00"]);
        assert_eq!(due(&bar, "2026-11-21T16:30Z", 120), "2026-11-22T10:30:00Z");
        let club = daily(BERLIN, &["22:00-04:00"]);
        assert_eq!(due(&club, "2026-10-24T20:00Z", 360), "2026-10-25T02:00:00Z");
        assert_eq!(due(&club, "2026-10-24T20:00Z", 420), "2026-10-25T03:00:00Z");
    }

    #[test]
    fn minutes_are_real_ones_when_the_clocks_change() {
        // In spring the night is 5 hours, so of 6 hours one is in the next.
        let club = daily(BERLIN, &["22:00-04:00"]);
        assert_eq!(due(&club, "2026-03-28T21:00Z", 300), "2026-03-29T02:00:00Z");
        assert_eq!(due(&club, "2026-03-28T21:00Z", 360), "2026-03-29T21:00:00Z");
        // Whole days follow each other without a gap, of 23 and of 25 hours too.
        let always = daily(BERLIN, &["00:00-24:00"]);
        assert_eq!(due(&always, "2026-03-28T12:00Z", 48 * 60), "2026-03-30T12:00:00Z");
        assert_eq!(due(&always, "2026-10-24T12:00Z", 48 * 60), "2026-10-26T12:00:00Z");
        // 02:00 to 03:00 is not there: what begins in it begins an hour later, and may be over before.
        let early = daily(BERLIN, &["02:30-03:15", "02:30-05:00"]);
        assert_eq!(due(&early, "2026-03-28T12:00Z", 90), "2026-03-29T03:00:00Z");
        assert_eq!(due(&daily(BERLIN, &["02:30-03:15"]), "2026-03-28T12:00Z", 45), "2026-03-30T01:15:00Z");
    }

    #[test]
    fn an_interval_that_ends_before_it_begins_passes_midnight() {
        let friday = store(SHANGHAI, &json!({"fri": ["22:00-03:00"]}), &json!([]));
        assert_eq!(due(&friday, "2026-11-20T18:00Z", 60), "2026-11-20T19:00:00Z");
        assert_eq!(due(&friday, "2026-11-20T18:00Z", 61), "2026-11-27T14:01:00Z");
        // A closed day takes away what begins on it, and nothing of the night before.
        let saturday = json!({"fri": ["22:00-03:00"], "sat": ["01:00-02:00", "22:00-24:00"]});
        let closed = store(SHANGHAI, &saturday, &json!(["2026-11-21"]));
        assert_eq!(due(&closed, "2026-11-20T14:00Z", 300), "2026-11-20T19:00:00Z");
        assert_eq!(due(&closed, "2026-11-20T14:00Z", 301), "2026-11-27T14:01:00Z");
    }

    #[test]
    fn overlapping_hours_count_once() {
        let lane = daily(SHANGHAI, &["17:00-21:00", "10:00-14:00", "13:00-18:00", "11:00-12:00"]);
        assert_eq!(due(&lane, "2026-11-21T00:00Z", 11 * 60), "2026-11-21T13:00:00Z");
        let night = daily(SHANGHAI, &["20:00-03:00", "00:00-01:00", "02:00-04:00"]);
        assert_eq!(due(&night, "2026-11-21T12:00Z", 8 * 60), "2026-11-21T20:00:00Z");
        assert_eq!(due(&night, "2026-11-21T12:00Z", 8 * 60 + 1), "2026-11-22T12:01:00Z");
    }

    #[test]
    fn every_minute_counts_where_nobody_said_when_it_is_open_or_it_is_closed_for_long() {
        let mut lane = daily(SHANGHAI, &["10:00-14:00"]);
        lane.details.opening = None;
        assert_eq!(due(&lane, "2026-11-21T18:00Z", 120), "2026-11-21T20:00:00Z");
        for closed in [json!({}), json!({"daily": []}), json!({"mon": []})] {
            assert_eq!(due(&store(SHANGHAI, &closed, &json!([])), "2026-11-21T18:00Z", 1440), "2026-11-22T18:00:00Z");
        }
        // 04:31Z is 12:31: 89 minutes are left of the day. The day before, it was open.
        let closed_for = |days: i64| {
            let days = (1..=days).map(|day| (date(2026, 11, 21) + jiff::Span::new().days(day)).to_string());
            store(SHANGHAI, &json!({"daily": ["10:00-14:00"]}), &days.collect())
        };
        assert_eq!(due(&closed_for(59), "2026-11-21T04:31Z", 90), "2027-01-20T02:01:00Z");
        assert_eq!(due(&closed_for(60), "2026-11-21T04:31Z", 89), "2026-11-21T06:00:00Z");
        assert_eq!(due(&closed_for(60), "2026-11-21T04:31Z", 90), "2026-11-21T06:01:00Z");
    }

    #[test]
    fn nothing_runs_without_an_end_and_time_has_ends() {
        // 400 days of a minute each, from the day before on, and then every minute.
        let lane = daily("UTC", &["10:00-10:01"]);
        assert_eq!(due(&lane, "2026-01-01T12:00Z", 398), "2027-02-03T10:01:00Z");
        assert_eq!(due(&lane, "2026-01-01T12:00Z", 398 + 60), "2027-02-03T11:01:00Z");
        for store in [&lane, &daily(SHANGHAI, &["18:00-02:00"]), &daily("UTC", &["00:00-24:00"])] {
            for from in [Timestamp::MIN, Timestamp::MAX, Timestamp::MAX - SignedDuration::from_hours(30)] {
                for minutes in [0, 1, 1440, u32::MAX] {
                    let due = store.due(from, minutes);
                    assert!(due >= from && store.open_minutes(from, due) <= minutes.into(), "{from} {minutes}");
                }
            }
            assert!(store.open_minutes(Timestamp::MIN, Timestamp::MAX) > 10_000_000_000);
            assert_eq!(store.open_minutes(Timestamp::MAX, Timestamp::MIN), 0);
        }
    }

    #[test]
    fn a_week_is_shown_by_its_days_and_read_again() {
        let read = |json: &Value| strictly::<Opening>(json.clone()).unwrap();
        let week = json!({"daily": ["17:00-21:30", "10:00-14:00"], "sat": ["18:00-00:00", "00:00-24:00"], "sun": []});
        let weekday = json!(["17:00-21:30", "10:00-14:00"]);
        let shown = json!({"mon": weekday, "tue": weekday, "wed": weekday, "thu": weekday, "fri": weekday,
            "sat": ["18:00-00:00", "00:00-24:00"]});
        assert_eq!(serde_json::to_value(read(&week)).unwrap(), shown);
        assert_eq!(read(&shown), read(&week));
        let store = store(SHANGHAI, &json!({}), &json!(["2026-10-01", "2026-02-17", "2026-10-01"]));
        let shown = serde_json::to_value(store).unwrap();
        assert_eq!((&shown["opening"], &shown["closed_on"]), (&json!({}), &json!(["2026-02-17", "2026-10-01"])));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_sentence() {
        let refused = |opening: Value, closed_on: Value| {
            let details = json!({"name": "Lane", "path": "cn", "time_zone": SHANGHAI, "survey": "dine-in",
                "opening": opening, "closed_on": closed_on});
            strictly::<StoreDetails>(details).unwrap_err().to_string()
        };
        let opening = |json: Value| refused(json, json!([]));
        assert_eq!(
            opening(json!({"mon": ["10:00-14:00", "10:00-10:00"]})),
            "opening.mon[1]: 10:00-10:00 begins and ends at the same time. Write 00:00-24:00 for the whole day, and \
             no interval for a day that is closed."
        );
        for wrong in ["", "-", "10-22", "9:00-14:00", "10:00-25:00", "24:00-02:00", "10:00–14:00", "10:00-14:00:00"] {
            let sentence = format!(
                "opening.sun[0]: an interval is two times such as 10:00-14:00, and may end at 24:00 or past midnight; \
                 this is {wrong:?}."
            );
            assert_eq!(opening(json!({"sun": [wrong]})), sentence);
        }
        assert_eq!(
            opening(json!({"daily": vec!["10:00-14:00"; 13]})),
            "opening.daily: a day has 12 intervals at most; these are 13."
        );
        assert_eq!(
            opening(json!({"monday": ["10:00-14:00"]})),
            "unknown field `opening.monday`: check its spelling, or leave it out."
        );
        assert_eq!(
            opening(json!("10-22")),
            "opening: invalid type: string \"10-22\", expected the days mon to sun, or daily, each with its intervals."
        );
        for wrong in ["2026-2-17", "20260217", "2019-12-31", "2026-02-17T10:00"] {
            assert_eq!(
                refused(json!({}), json!(["2026-02-17", wrong])),
                "closed_on[1]: a day on which the store is closed is a day such as 2026-11-21."
            );
        }
    }

    #[test]
    fn a_store_has_400_closed_days_at_most() {
        let closed = |number: i64| {
            let details = json!({"name": "Lane", "path": "cn", "time_zone": SHANGHAI, "survey": "dine-in"});
            let mut details: StoreDetails = strictly(details).unwrap();
            details.closed_on = (0..number).map(|day| date(2026, 1, 1) + jiff::Span::new().days(day)).collect();
            Store::new(12.try_into().unwrap(), details)
        };
        assert!(closed(400).is_ok());
        assert_eq!(
            closed(401).unwrap_err().to_string(),
            "closed_on has 400 days at most; these are 401. Leave out those that are past."
        );
    }

    fn an_interval() -> impl Strategy<Value = String> {
        let minute = || (0_u32..24, select(vec![0_u32, 15, 30, 59]));
        let ends = prop_oneof![4 => minute(), 1 => Just((24, 0))];
        let different = (minute(), ends).prop_filter("at the same time", |(begins, ends)| begins != ends);
        different.prop_map(|((hour, minute), (last, end))| format!("{hour:02}:{minute:02}-{last:02}:{end:02}"))
    }

    fn a_store() -> impl Strategy<Value = Store> {
        let zones = vec![SHANGHAI, BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"];
        let days = vec!["daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week = prop::collection::btree_map(select(days), prop::collection::vec(an_interval(), 0..=3), 0..4);
        let closed = prop::collection::btree_set((1_i8..=12, 1_i8..=28), 0..40);
        (select(zones), week, closed).prop_map(|(zone, week, closed)| {
            let closed: Vec<String> = closed.iter().map(|(m, d)| date(2026, *m, *d).to_string()).collect();
            store(zone, &json!(week), &json!(closed))
        })
    }

    proptest! {
        #[test]
        fn what_is_due_after_so_many_minutes_is_so_many_minutes_away(
            store in a_store(),
            second in 1_767_225_600_i64..1_798_761_600,
            minutes in prop::collection::btree_set(0_u32..6000, 2..6),
        ) {
            let from = Timestamp::from_second(second).unwrap();
            let mut before = from;
            for minutes in minutes {
                let due = store.due(from, minutes);
                prop_assert!(due >= before, "{minutes} minutes are due at {due}, fewer at {before}");
                prop_assert_eq!(store.open_minutes(from, due), u64::from(minutes));
                before = due;
            }
        }

        #[test]
        fn what_is_shown_is_read_as_it_was(store in a_store()) {
            let shown = serde_json::to_value(&store.details).unwrap();
            prop_assert_eq!(strictly::<StoreDetails>(shown).unwrap(), store.details);
        }
    }
}
