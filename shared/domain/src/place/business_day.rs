//! Business days: days in a store's time zone that start at the store's own hour.

use std::ops::Range;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

use crate::Invalid;

/// Reads a business day of the years 2020 to 2530, written `2026-11-21`. Only these sort as they are written.
///
/// # Errors
/// A sentence that begins with `what`.
pub fn parse_day(what: &str, text: &str) -> Result<Date, Invalid> {
    let day = text.parse::<Date>().ok().filter(|day| is_in_range(*day) && day.to_string() == text);
    day.ok_or_else(|| Invalid(format!("{what} is a day such as 2026-11-21.")))
}

/// Whether a day lies in the years 2020 to 2530, as minutes of payment do.
pub fn is_in_range(day: Date) -> bool {
    (2020..=2530).contains(&day.year())
}

/// A store's time zone and the time at which its business day starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The store's time zone.
    pub zone: TimeZone,
    /// The time on the store's clock at which the day before ends.
    pub day_starts: Time,
}

impl Calendar {
    /// The instants of a business day, from its start to the start of the next.
    ///
    /// Days tile time whatever the clocks do. A start that falls into a gap is moved past it. A start that comes twice
    /// is the first of the two.
    pub fn window(&self, day: Date) -> Range<Timestamp> {
        self.start(day)..self.start(day.saturating_add(1.day()))
    }

    /// The instants of the business days `first` to `last`, both included.
    pub fn window_of(&self, first: Date, last: Date) -> Range<Timestamp> {
        self.start(first)..self.start(last.saturating_add(1.day()))
    }

    /// The business day that an instant belongs to.
    pub fn day_of(&self, instant: Timestamp) -> Date {
        let date = self.zone.to_datetime(instant).date();
        // The window decides, not the clock's face, because the face repeats and skips.
        if instant < self.start(date) { date.saturating_sub(1.day()) } else { date }
    }

    /// The hour, 0 to 23, that the store's clock shows.
    pub fn hour_of(&self, instant: Timestamp) -> u8 {
        self.zone.to_datetime(instant).hour().unsigned_abs()
    }

    fn start(&self, day: Date) -> Timestamp {
        // Out of range only at the ends of jiff's calendar, the years −9999 and 9999.
        self.zone.to_timestamp(day.to_datetime(self.day_starts)).unwrap_or(if day.year() < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn calendar(zone: &str, hour: i8, minute: i8) -> Calendar {
        Calendar { zone: TimeZone::get(zone).unwrap(), day_starts: Time::constant(hour, minute, 0, 0) }
    }

    #[test]
    fn a_late_supper_belongs_to_the_evening_before() {
        let shanghai = calendar("Asia/Shanghai", 4, 0);
        let supper: Timestamp = "2026-11-22T01:30:00+08:00".parse().unwrap();
        let breakfast: Timestamp = "2026-11-22T04:00:00+08:00".parse().unwrap();
        assert_eq!(shanghai.day_of(supper), date(2026, 11, 21));
        assert_eq!(shanghai.day_of(breakfast), date(2026, 11, 22));
        assert_eq!(shanghai.window(date(2026, 11, 21)).start.to_string(), "2026-11-20T20:00:00Z");
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_the_window_of_its_day(
            second in 1_577_836_800_i64..1_893_456_000,
            zone in prop::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
            hour in 0_i8..24,
            minute in prop::sample::select(vec![0_i8, 15, 30]),
        ) {
            let calendar = calendar(zone, hour, minute);
            let instant = Timestamp::from_second(second).unwrap();
            let day = calendar.day_of(instant);
            prop_assert!(calendar.window(day).contains(&instant));
            prop_assert_eq!(calendar.window(day).end, calendar.window(day.tomorrow().unwrap()).start);
        }
    }
}
