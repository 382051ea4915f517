//! The days that are compared: before an action and after it, in whole weeks, so that every weekday counts alike.
//!
//! ```text
//! day  −63 … −29  −28 … −1  0 … settling − 1  settling … settling + 27
//!      earlier    before    settling          after; the first 14 of them for the first verdict
//! ```

use std::ops::Range;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// How many days before its start are known of each store.
pub const DAYS_BEFORE: usize = 63;

/// Of these, the last that an action is compared with: four weeks.
const BEFORE: usize = 28;

/// How long the window after an action is, in days. It is written as their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Term {
    /// 14: the first verdict.
    Fortnight,
    /// 28: the last one.
    FourWeeks,
}

impl Term {
    /// Both, the first verdict's first.
    pub const ALL: [Self; 2] = [Self::Fortnight, Self::FourWeeks];

    /// How many days.
    pub fn days(self) -> u8 {
        match self {
            Self::Fortnight => 14,
            Self::FourWeeks => 28,
        }
    }
}

impl TryFrom<u8> for Term {
    type Error = Invalid;

    fn try_from(days: u8) -> Result<Self, Invalid> {
        let term = Self::ALL.into_iter().find(|term| term.days() == days);
        term.ok_or_else(|| Invalid(format!("An action is judged after 14 and after 28 days; this is {days}.")))
    }
}

impl From<Term> for u8 {
    fn from(term: Term) -> Self {
        term.days()
    }
}

/// The days that those after an action are compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// The 28 days before it.
    #[default]
    Before,
    /// The 35 days before these, because the action began in a dip.
    Earlier,
}

/// The windows of an action. They are indices into the days of a store, of which the first is 63 days before the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    start: Date,
    settling: usize,
    term: Term,
}

impl Windows {
    /// Those of an action that begins on a day, settles for some days, and is judged after a term.
    pub fn new(start: Date, settling_days: u8, term: Term) -> Self {
        Self { start, settling: settling_days.into(), term }
    }

    /// The days that an action is compared with.
    pub fn reference(&self, reference: Reference) -> Range<usize> {
        match reference {
            Reference::Before => DAYS_BEFORE - BEFORE..DAYS_BEFORE,
            Reference::Earlier => 0..DAYS_BEFORE - BEFORE,
        }
    }

    /// The days after it, once it has settled.
    pub fn after(&self) -> Range<usize> {
        let from = DAYS_BEFORE + self.settling;
        from..from + usize::from(self.term.days())
    }

    /// The days before something dropped: whole weeks of those that are known, four at most. None where not a week is
    /// known, or the drop came after the start.
    pub fn before_drop(&self, dropped_on: Date) -> Option<Range<usize>> {
        let at = self.first_day().until(dropped_on).ok()?.get_days();
        let at = usize::try_from(at).ok().filter(|at| (7..=DAYS_BEFORE).contains(at))?;
        Some(at - (at / 7 * 7).min(BEFORE)..at)
    }

    /// The first day of which a store's answers are needed.
    pub fn first_day(&self) -> Date {
        self.day(0)
    }

    /// The last day of the window after the action. On the day after it is judged.
    pub fn last_day(&self) -> Date {
        self.day(self.after().end - 1)
    }

    /// The day at an index.
    fn day(&self, at: usize) -> Date {
        let days = i64::try_from(at).unwrap_or(i64::MAX).min(1_000) - 63;
        self.start.saturating_add(days.days())
    }

    /// The first and the last day of all that is compared.
    pub fn compared(&self, reference: Reference) -> (Date, Date) {
        (self.day(self.reference(reference).start), self.last_day())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn windows_are_whole_weeks_around_the_settling_days() {
        let windows = Windows::new(date(2026, 11, 2), 3, Term::FourWeeks);
        assert_eq!(windows.reference(Reference::Earlier), 0..35);
        assert_eq!(windows.reference(Reference::Before), 35..63);
        assert_eq!(windows.after(), 66..94);
        assert_eq!(windows.first_day(), date(2026, 8, 31));
        assert_eq!(windows.compared(Reference::Before), (date(2026, 10, 5), date(2026, 12, 2)));
        let first = Windows::new(date(2026, 11, 2), 0, Term::Fortnight);
        assert_eq!((first.after(), first.last_day()), (63..77, date(2026, 11, 15)));
        for windows in [windows.after(), first.after(), windows.reference(Reference::Earlier)] {
            assert_eq!(windows.len() % 7, 0);
        }
    }

    #[test]
    fn before_a_drop_are_the_whole_weeks_that_are_known() {
        let windows = Windows::new(date(2026, 11, 2), 0, Term::FourWeeks);
        let before = |back: i64| windows.before_drop(date(2026, 11, 2).saturating_sub(back.days()));
        assert_eq!(before(10), Some(25..53));
        assert_eq!(before(0), Some(35..63));
        assert_eq!(before(40), Some(2..23));
        assert_eq!(before(56), Some(0..7));
        assert_eq!(before(57), None, "not a week is known");
        assert_eq!(before(-1), None, "it dropped after the start");
        assert_eq!(before(5_000), None);
    }

    #[test]
    fn a_term_is_written_as_its_days() {
        assert_eq!(serde_json::to_string(&Term::ALL).unwrap(), "[14,28]");
        assert_eq!(serde_json::from_str::<[Term; 2]>("[14,28]").unwrap(), Term::ALL);
        let said = serde_json::from_str::<Term>("15").unwrap_err().to_string();
        assert!(said.starts_with("An action is judged after 14 and after 28 days; this is 15."), "{said}");
    }
}
