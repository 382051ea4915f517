//! The words of the pages: the section `cases` of `words/people/en.json` and the other languages' files.

mod action_words;
mod trend_words;

use std::sync::LazyLock;

use aftertaste::{
    domain::{
        case::{Act, AwardTo, Outcome, Said, State},
        place::Month,
        report::Meal,
        survey::Severity,
    },
    pages::{Meals, Section, filled},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

pub(crate) use action_words::{ActionWords, VerdictWords};
pub(crate) use trend_words::TrendWords;

/// The words in every language.
static WORDS: LazyLock<Section<Words>> = LazyLock::new(|| Section::read("cases"));

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub cases: &'static str,
    pub awards: &'static str,
    pub report: &'static str,
    pub people: &'static str,
    pub sign_out: &'static str,
    pub open: &'static str,
    pub closed: &'static str,
    pub mine: &'static str,
    pub nothing_open: &'static str,
    pub nothing_closed: &'static str,
    pub praises: &'static str,
    pub pages: &'static str,
    pub previous_page: &'static str,
    /// How many more there are.
    pub next_page: &'static str,
    pub no_words: &'static str,
    pub gone: &'static str,
    pub unowned: &'static str,
    pub escalated: &'static str,
    pub reopened: &'static str,
    /// The time by which a guest is to be answered.
    by: &'static str,
    overdue: &'static str,
    /// How a day is written.
    day: &'static str,
    /// The same with its year.
    day_of_year: &'static str,
    /// How a month is written.
    month: &'static str,
    pub answers: &'static str,
    pub visit: &'static str,
    pub table: &'static str,
    pub staff: &'static str,
    pub paid: &'static str,
    pub ordered: &'static str,
    pub our_reply: &'static str,
    pub cause: &'static str,
    pub choose: &'static str,
    pub owner: &'static str,
    pub note: &'static str,
    pub note_hint: &'static str,
    pub history: &'static str,
    pub take: &'static str,
    pub answer: &'static str,
    pub thank: &'static str,
    pub reply_hint: &'static str,
    pub send: &'static str,
    pub hand_over: &'static str,
    pub to_whom: &'static str,
    pub close: &'static str,
    pub outcome: &'static str,
    pub solved_later: &'static str,
    pub award: &'static str,
    pub award_hint: &'static str,
    pub give: &'static str,
    pub receiver: &'static str,
    pub sum: &'static str,
    pub currency: &'static str,
    pub redeemed: &'static str,
    pub not_redeemed: &'static str,
    pub contact: &'static str,
    pub contact_left: &'static str,
    pub read_contact: &'static str,
    pub agreed: &'static str,
    pub overtaken: &'static str,
    pub too_early: &'static str,
    pub not_answered: &'static str,
    pub has_award: &'static str,
    pub award_late: &'static str,
    pub bad_move: &'static str,
    pub bad_cause: &'static str,
    pub bad_reply: &'static str,
    pub too_long: &'static str,
    pub bad_characters: &'static str,
    pub bad_outcome: &'static str,
    pub bad_person: &'static str,
    pub bad_award: &'static str,
    pub guest: &'static str,
    pub nobody: &'static str,
    pub store: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub hand_out: &'static str,
    pub handed_out: &'static str,
    pub award_unknown: &'static str,
    pub award_redeemed: &'static str,
    pub awards_by_month: &'static str,
    pub no_awards: &'static str,
    /// Awards to guests.
    pub to_guests: &'static str,
    pub to_staff: &'static str,
    pub fewer_than: &'static str,
    severities: Severities,
    states: States,
    outcomes: Outcomes,
    said: SaidWords,
    /// Deeds, each with the person who did it.
    acts: Acts,
    receivers: Receivers,
    meals: Meals,
    /// The words of scores that changed.
    pub trend: TrendWords,
    /// The words of actions.
    pub action: ActionWords,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Severities {
    critical: &'static str,
    high: &'static str,
    normal: &'static str,
    praise: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    open: &'static str,
    taken: &'static str,
    answered: &'static str,
    closed: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcomes {
    solved: &'static str,
    unsolved: &'static str,
    unreachable: &'static str,
    not_ours: &'static str,
    duplicate: &'static str,
    thanked: &'static str,
    withdrawn: &'static str,
    lapsed: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidWords {
    solved: &'static str,
    not_solved: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Acts {
    opened: &'static str,
    taken: &'static str,
    handed_over: &'static str,
    answered: &'static str,
    closed: &'static str,
    solved: &'static str,
    not_solved: &'static str,
    settled: &'static str,
    withdrawn: &'static str,
    lapsed: &'static str,
    contact_left: &'static str,
    contact_read: &'static str,
    awarded: &'static str,
    redeemed: &'static str,
    judged: &'static str,
    unknown: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receivers {
    guest: &'static str,
    staff: &'static str,
}

impl Words {
    /// The words in a language that there are words in.
    pub(crate) fn of(language: &str) -> &'static Self {
        WORDS.of(language)
    }

    pub(crate) fn severity(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.severities.critical,
            Severity::High => self.severities.high,
            Severity::Normal => self.severities.normal,
            Severity::Praise => self.severities.praise,
        }
    }

    pub(crate) fn state(&self, state: State) -> &'static str {
        match state {
            State::Open => self.states.open,
            State::Taken => self.states.taken,
            State::Answered => self.states.answered,
            State::Closed => self.states.closed,
        }
    }

    pub(crate) fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Solved => self.outcomes.solved,
            Outcome::Unsolved => self.outcomes.unsolved,
            Outcome::Unreachable => self.outcomes.unreachable,
            Outcome::NotOurs => self.outcomes.not_ours,
            Outcome::Duplicate => self.outcomes.duplicate,
            Outcome::Thanked => self.outcomes.thanked,
            Outcome::Withdrawn => self.outcomes.withdrawn,
            Outcome::Lapsed => self.outcomes.lapsed,
        }
    }

    pub(crate) fn said(&self, said: Said) -> &'static str {
        match said {
            Said::Solved => self.said.solved,
            Said::NotSolved => self.said.not_solved,
        }
    }

    /// The words for a deed, with a place for the name of the person who did it.
    pub(crate) fn act(&self, act: Act) -> &'static str {
        match act {
            Act::Opened => self.acts.opened,
            Act::Taken => self.acts.taken,
            Act::HandedOver => self.acts.handed_over,
            Act::Answered => self.acts.answered,
            Act::Closed => self.acts.closed,
            Act::Solved => self.acts.solved,
            Act::NotSolved => self.acts.not_solved,
            Act::Settled => self.acts.settled,
            Act::Withdrawn => self.acts.withdrawn,
            Act::Lapsed => self.acts.lapsed,
            Act::ContactLeft => self.acts.contact_left,
            Act::ContactRead => self.acts.contact_read,
            Act::Awarded => self.acts.awarded,
            Act::Redeemed => self.acts.redeemed,
            Act::Judged => self.acts.judged,
            Act::Unknown => self.acts.unknown,
        }
    }

    pub(crate) fn award_to(&self, to: AwardTo) -> &'static str {
        match to {
            AwardTo::Guest => self.receivers.guest,
            AwardTo::Staff => self.receivers.staff,
        }
    }

    pub(crate) fn meal(&self, meal: Meal) -> &'static str {
        self.meals.of(meal)
    }

    pub(crate) fn month(&self, month: Month) -> String {
        month.written(self.month)
    }

    /// A day, without its year.
    pub(crate) fn date(&self, day: Date) -> String {
        day.strftime(self.day).to_string()
    }

    /// A day, with its year where that is another than today's.
    pub(crate) fn near(&self, day: Date, today: Date) -> String {
        if day.year() == today.year() { self.date(day) } else { day.strftime(self.day_of_year).to_string() }
    }

    /// A time on a store's clock, with its day where that is another than today.
    pub(crate) fn time(&self, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        let (at, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
        let time = at.strftime("%H:%M");
        if at.date() == today { time.to_string() } else { format!("{} {time}", self.date(at.date())) }
    }

    /// When a guest is to be answered, or since when they wait for too long.
    pub(crate) fn due(&self, due: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
        self.due_as((self.by, self.overdue), due, zone, now)
    }

    /// When something is to be done, by a text for that and another for what is late.
    pub(crate) fn due_as(
        &self,
        (by, overdue): (&'static str, &'static str),
        due: Timestamp,
        zone: &TimeZone,
        now: Timestamp,
    ) -> String {
        let text = if due <= now { overdue } else { by };
        filled(text, &[("time", &self.time(due, zone, now))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_and_no_other() {
        assert_eq!(Section::<Words>::mistakes("cases"), Vec::<String>::new());
    }
}
