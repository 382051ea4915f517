//! The words of scores that changed.

use aftertaste::{
    domain::{case::Act, trend::Outcome},
    pages::{Counted, filled},
};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendWords {
    /// The section of an inbox.
    pub changed: &'static str,
    /// A score in a list that fell, with the name of its scope.
    pub fell_since: &'static str,
    pub rose_since: &'static str,
    pub fell_behind_since: &'static str,
    pub rose_ahead_since: &'static str,
    /// The sentence of its page.
    pub fell: &'static str,
    pub rose: &'static str,
    /// The same where its own score did not move that way.
    pub fell_behind: &'static str,
    pub rose_ahead: &'static str,
    /// Since when, by the likeliest day alone.
    pub on_day: &'static str,
    /// The same, with the days that the true one lies between.
    pub between: &'static str,
    points: Counted,
    /// The parts that changed most.
    pub most_in: &'static str,
    pub everywhere: &'static str,
    pub looks_larger: &'static str,
    /// Beside the name of a scope.
    pub drop: &'static str,
    pub rise: &'static str,
    /// The time by which somebody is to take it.
    pub take_by: &'static str,
    pub overdue: &'static str,
    pub survey: &'static str,
    pub cause: &'static str,
    pub see_report: &'static str,
    pub actions: &'static str,
    pub overtaken: &'static str,
    pub bad_person: &'static str,
    outcomes: Outcomes,
    acts: Acts,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcomes {
    recovered: &'static str,
    explained: &'static str,
    noted: &'static str,
    false_alarm: &'static str,
    unsolved: &'static str,
    lapsed: &'static str,
    unknown: &'static str,
}

/// The deeds that a trend says otherwise than a case.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Acts {
    opened: &'static str,
    lapsed: &'static str,
}

impl TrendWords {
    pub(crate) fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Recovered => self.outcomes.recovered,
            Outcome::Explained => self.outcomes.explained,
            Outcome::Noted => self.outcomes.noted,
            Outcome::FalseAlarm => self.outcomes.false_alarm,
            Outcome::Unsolved => self.outcomes.unsolved,
            Outcome::Lapsed => self.outcomes.lapsed,
            Outcome::Unknown => self.outcomes.unknown,
        }
    }

    /// The words for a deed; none where those of cases fit.
    pub(crate) fn act(&self, act: Act) -> Option<&'static str> {
        match act {
            Act::Opened => Some(self.acts.opened),
            Act::Lapsed => Some(self.acts.lapsed),
            _ => None,
        }
    }

    /// How far a score moved, whichever way, in whole points.
    pub(crate) fn points(&self, points: f64) -> String {
        let points = points.abs().round().max(1.0);
        let text = self.points.of(if points > 1.0 { 2 } else { 1 });
        filled(text, &[("n", &format!("{points:.0}"))])
    }
}
