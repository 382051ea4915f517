//! The words of actions, and of the verdicts on them.

use aftertaste::domain::action::{Mixing, Verdict};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionWords {
    pub actions: &'static str,
    pub nothing: &'static str,
    pub older: &'static str,
    /// The first day of an action, as the title of its page.
    pub title: &'static str,
    /// The same in a list.
    pub from: &'static str,
    pub stores: &'static str,
    /// Stores that are not named.
    pub more: &'static str,
    pub settles: &'static str,
    pub days: &'static str,
    pub written_by: &'static str,
    /// How many days after it began, if by then its figures could be seen.
    pub late: &'static str,
    pub answers: &'static str,
    /// The day of the next verdict.
    pub judged_on: &'static str,
    pub not_judged: &'static str,
    pub withdrawn: &'static str,
    pub withdrawn_on: &'static str,
    pub withdraw: &'static str,
    pub withdraw_hint: &'static str,
    pub withdrawn_before: &'static str,
    pub start: &'static str,
    pub what: &'static str,
    pub what_hint: &'static str,
    pub many_stores: &'static str,
    pub first_day: &'static str,
    pub first_day_hint: &'static str,
    pub settling: &'static str,
    pub settling_hint: &'static str,
    pub begin: &'static str,
    pub bad_stores: &'static str,
    pub bad_day: &'static str,
    pub bad_start: &'static str,
    pub bad_settling: &'static str,
    pub bad_what: &'static str,
    pub bad_owner: &'static str,
    pub bad_trend: &'static str,
    pub verdict: VerdictWords,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerdictWords {
    /// Over a verdict that is still to come, and over one that is there.
    pub after: &'static str,
    pub judged: &'static str,
    /// The effect with its interval, against how many stores.
    pub effect: &'static str,
    pub moved_as_far: &'static str,
    pub none_moved_as_far: &'static str,
    pub least: &'static str,
    pub dip: &'static str,
    pub back: &'static str,
    pub not_back: &'static str,
    names: Names,
    sentences: Sentences,
    mixed: Mixed,
}

/// Verdicts in a word or two.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    better: &'static str,
    worse: &'static str,
    cannot_tell: &'static str,
    too_early: &'static str,
    no_comparison: &'static str,
    mixed: &'static str,
    unknown: &'static str,
}

/// The same in a sentence.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentences {
    better: &'static str,
    worse: &'static str,
    cannot_tell: &'static str,
    too_early: &'static str,
    no_comparison: &'static str,
    mixed: &'static str,
    unknown: &'static str,
}

/// What else changed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mixed {
    another_action: &'static str,
    measure: &'static str,
    channels: &'static str,
    unknown: &'static str,
}

impl VerdictWords {
    /// A verdict in a word or two.
    pub(crate) fn name(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Better => self.names.better,
            Verdict::Worse => self.names.worse,
            Verdict::CannotTell => self.names.cannot_tell,
            Verdict::TooEarly => self.names.too_early,
            Verdict::NoComparison => self.names.no_comparison,
            Verdict::Mixed => self.names.mixed,
            Verdict::Unknown => self.names.unknown,
        }
    }

    /// A verdict in a sentence.
    pub(crate) fn sentence(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Better => self.sentences.better,
            Verdict::Worse => self.sentences.worse,
            Verdict::CannotTell => self.sentences.cannot_tell,
            Verdict::TooEarly => self.sentences.too_early,
            Verdict::NoComparison => self.sentences.no_comparison,
            Verdict::Mixed => self.sentences.mixed,
            Verdict::Unknown => self.sentences.unknown,
        }
    }

    /// What else changed, in a sentence.
    pub(crate) fn mixing(&self, mixing: Mixing) -> &'static str {
        match mixing {
            Mixing::AnotherAction => self.mixed.another_action,
            Mixing::Measure => self.mixed.measure,
            Mixing::Channels => self.mixed.channels,
            Mixing::Unknown => self.mixed.unknown,
        }
    }
}
