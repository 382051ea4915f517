//! Calendar months.

use std::fmt;
use std::ops::Range;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::parse_day;

/// A calendar month, by its first day. Each store has it on its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(Date);

impl Month {
    /// The one that a day lies in.
    pub fn with(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.0.last_of_month()
    }

    /// The one at an instant, on a clock.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self::with(at.to_zoned(zone.clone()).date())
    }

    /// As it stands in an address: `2026-11`.
    pub fn read(text: &str) -> Option<Self> {
        parse_day("month", &format!("{text}-01")).ok().map(Self)
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    /// The one after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// As a language writes it, by its format.
    pub fn written(self, format: &str) -> String {
        self.0.strftime(format).to_string()
    }

    /// From its first moment to that of the next, on a clock.
    pub fn window(self, zone: &TimeZone) -> Range<Timestamp> {
        let start = |month: Self| month.0.to_zoned(zone.clone()).map_or(Timestamp::MAX, |day| day.timestamp());
        start(self)..start(self.next())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime("%Y-%m").fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written_and_lasts_as_long_as_on_the_stores_clock() {
        for wrong in ["", "2026", "2026-13", "2026-1", "2026-11-", "2026-11-01", "+2026-11", "26-11", "2019-12", "x"] {
            assert_eq!(Month::read(wrong), None, "{wrong}");
        }
        let month = Month::read("2026-03").unwrap();
        assert_eq!((month.before().to_string(), month.next().to_string()), ("2026-02".into(), "2026-04".into()));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // In Berlin the clocks go forward in between.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(month.window(&berlin), at("2026-02-28T23:00:00Z")..at("2026-03-31T22:00:00Z"));
        assert_eq!(Month::of(at("2026-02-28T22:59:59Z"), &berlin), month.before());
        assert_eq!(Month::of(at("2026-02-28T23:00:00Z"), &berlin), month);
    }
}
