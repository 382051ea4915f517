//! The words of the report's page: the section `report` of `words/people/en.json` and the other languages' files.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aftertaste::pages::{Channels, Counted, Meals, Section};
use serde::Deserialize;

/// The words in every language.
static WORDS: LazyLock<Section<Words>> = LazyLock::new(|| Section::read("report"));

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub percent: &'static str,
    /// Over figures with their intervals.
    pub interval: &'static str,
    /// An interval.
    pub within: &'static str,
    pub k_of_n: &'static str,
    pub answers: &'static str,
    pub partial: &'static str,
    pub nps: &'static str,
    pub satisfied: &'static str,
    pub temperature: &'static str,
    pub nothing: &'static str,
    pub before: &'static str,
    pub before_year: &'static str,
    pub steady_before: &'static str,
    pub steady_before_year: &'static str,
    pub against_before: &'static str,
    pub against_year: &'static str,
    pub warmer: &'static str,
    pub colder: &'static str,
    pub steady: &'static str,
    pub no_verdict: &'static str,
    pub in_all: &'static str,
    pub of_stores: &'static str,
    pub of_below: &'static str,
    pub none_in_both: &'static str,
    pub unlike: &'static str,
    pub no_before: &'static str,
    pub fix_first: &'static str,
    pub costs: &'static str,
    pub nothing_first: &'static str,
    pub on_its_own: &'static str,
    pub weighted: &'static str,
    pub silent_guests: &'static str,
    pub histogram: &'static str,
    pub score: &'static str,
    pub trend: &'static str,
    pub day: &'static str,
    pub orders: Counted,
    pub response_rate: &'static str,
    pub no_orders: &'static str,
    pub orders_missing: &'static str,
    pub revenue: &'static str,
    pub drivers: &'static str,
    pub method_joint: &'static str,
    pub method_pairs: &'static str,
    pub method_marginal: &'static str,
    pub few_days: &'static str,
    pub driver: &'static str,
    pub mean: &'static str,
    pub importance: &'static str,
    pub performance: &'static str,
    pub penalty: &'static str,
    pub reward: &'static str,
    pub leaning: &'static str,
    pub classes: Classes,
    pub advice: AdviceWords,
    /// The names of the ten experience themes, by their ids.
    pub themes: BTreeMap<&'static str, &'static str>,
    pub below: &'static str,
    pub scope: &'static str,
    pub rank: &'static str,
    pub rank_meaning: &'static str,
    pub few: &'static str,
    pub too_few: &'static str,
    pub unlike_siblings: &'static str,
    pub stands_out: &'static str,
    pub channel: &'static str,
    pub channels: Channels,
    pub segment: &'static str,
    pub none: &'static str,
    pub hour: &'static str,
    pub table: &'static str,
    pub staff: &'static str,
    pub for_learning: &'static str,
    pub amount: &'static str,
    pub band: &'static str,
    pub others: &'static str,
    pub not_known: &'static str,
    pub against_rest: &'static str,
    pub differs: &'static str,
    pub comments: &'static str,
    pub older: &'static str,
    pub meals: Meals,
    pub meals_at: Meals,
    pub cases: &'static str,
    pub cases_opened: &'static str,
    pub in_time: &'static str,
    pub recovery: &'static str,
    pub recovery_meaning: &'static str,
    pub silent: &'static str,
    pub reply_minutes: &'static str,
    pub close_minutes: &'static str,
    pub minutes: &'static str,
    pub reopened: &'static str,
    pub lapsed: &'static str,
    pub cases_waiting: &'static str,
    pub praises: &'static str,
    pub awards: &'static str,
    pub causes: &'static str,
    pub of_staff: &'static str,
    pub staff_answered: &'static str,
    pub staff_too_few: &'static str,
    pub fewer_than_five: &'static str,
    pub staff_questions: &'static str,
    pub guests_nps: &'static str,
    pub staff_meaning: &'static str,
    pub integrity: &'static str,
    pub proves_nothing: &'static str,
    pub sign: &'static str,
    pub share: &'static str,
    pub again: &'static str,
    pub signs: Signs,
    pub from: &'static str,
    pub to: &'static str,
    pub show: &'static str,
    pub days: &'static str,
    pub up: &'static str,
    pub survey: &'static str,
    pub table_codes: &'static str,
    pub untied: &'static str,
    pub test: &'static str,
    pub trying: &'static str,
    pub waiting: Counted,
    pub parts_wait: Counted,
    pub hidden: &'static str,
    pub behind: &'static str,
    pub store_since: &'static str,
    pub counted: &'static str,
    pub people: &'static str,
    pub inbox: &'static str,
    pub your_places: &'static str,
    pub sign_out: &'static str,
    pub sign_out_everywhere: &'static str,
    pub date: &'static str,
    pub day_pattern: &'static str,
    pub span: &'static str,
    /// From Monday on.
    pub weekdays: [&'static str; 7],
    pub no_temperature: &'static str,
    pub one_measure: &'static str,
    pub not_asked: &'static str,
    pub now_at: &'static str,
    pub now_warmer: &'static str,
    pub now_colder: &'static str,
    pub now_steady: &'static str,
    pub at_meals: &'static str,
    pub not_enough: &'static str,
    pub today_so_far: Counted,
    pub guests_wait: Counted,
    pub business: BusinessWords,
    pub drift: DriftWords,
    pub who_is_behind: &'static str,
    pub own_rank: &'static str,
    pub nobody_behind: &'static str,
    pub compared_by_nps: &'static str,
    pub other_surveys: &'static str,
    pub no_meal_behind: &'static str,
    pub behind_others: &'static str,
    pub and_more: &'static str,
    pub can_i_trust_it: &'static str,
    pub answered: Counted,
    pub signs_stand_out: &'static str,
    pub most_of_one_day: &'static str,
    pub few_days_of_answers: &'static str,
    pub some_not_up_to_date: &'static str,
    pub when: &'static str,
    pub when_meaning: &'static str,
    pub hour_short: &'static str,
    pub meal: &'static str,
    pub dots_meaning: &'static str,
    pub printed: &'static str,
    pub changed: &'static str,
    pub weeks: &'static str,
    pub what_changed: &'static str,
    pub nothing_changed: &'static str,
    pub nothing_changed_year: &'static str,
    pub changes_meaning: &'static str,
    pub themes_by_region: &'static str,
    pub themes_meaning: &'static str,
    pub journey: &'static str,
    pub journey_meaning: &'static str,
    pub journey_cases: Counted,
    pub defect_point: &'static str,
    pub misplaced_effort: &'static str,
    pub front_stage: &'static str,
    pub back_stage: &'static str,
    pub support: &'static str,
    pub promoters: &'static str,
    pub passives: &'static str,
    pub detractors: &'static str,
    pub trend_meaning: &'static str,
    pub rated_low: &'static str,
    pub none_wrote: &'static str,
    pub no_comments: &'static str,
    pub all_comments: &'static str,
    pub method_title: &'static str,
    pub how_figured: &'static str,
    pub side_by_side: &'static str,
    pub difference: &'static str,
    pub no_difference: &'static str,
    pub not_comparable: &'static str,
    pub none_beside: &'static str,
    pub close: &'static str,
    pub beside_hint: &'static str,
    pub beside_chance: &'static str,
    pub address_mistaken: &'static str,
    pub usual_report: &'static str,
    pub mistakes: Mistakes,
    pub sentence: SentenceWords,
    pub since: SinceWords,
}

/// Of the sentence on top.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentenceWords {
    pub warm: &'static str,
    pub mild: &'static str,
    pub cold: &'static str,
    pub at: &'static str,
    pub score: &'static str,
    pub satisfied: &'static str,
    pub few: &'static str,
    pub and: &'static str,
    pub but: &'static str,
    pub cooled: &'static str,
    pub warmed: &'static str,
    pub colder: &'static str,
    pub warmer: &'static str,
    pub colder_year: &'static str,
    pub warmer_year: &'static str,
    pub steady: &'static str,
    pub lower_since: &'static str,
    pub higher_since: &'static str,
    pub meal: &'static str,
    pub behind: Counted,
    pub fell: Counted,
    pub more_behind: &'static str,
    pub fix: &'static str,
    pub comma: &'static str,
    pub semicolon: &'static str,
    pub stop: &'static str,
}

/// Of scores that changed, and since when.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SinceWords {
    pub lower: &'static str,
    pub higher: &'static str,
    /// The same where its own score did not move that way.
    pub behind: &'static str,
    pub ahead: &'static str,
    pub may_be_lower: &'static str,
    pub may_be_higher: &'static str,
    pub none: &'static str,
    pub most: &'static str,
    /// Where a change comes of places below.
    pub because: &'static str,
    pub alike: &'static str,
    pub between: &'static str,
    pub label: &'static str,
    pub picture: &'static str,
    pub picture_run: &'static str,
    /// Between two sentences.
    pub space: &'static str,
    pub title: &'static str,
    pub nobody: &'static str,
    pub suspects: &'static str,
    pub suspects_meaning: &'static str,
    pub meaning: &'static str,
    pub follow: &'static str,
}

/// Of the section about temperature and business.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BusinessWords {
    pub title: &'static str,
    pub week: &'static str,
    pub of_days: &'static str,
    pub orders_head: &'static str,
    pub refunds_head: &'static str,
    pub orders: &'static str,
    pub orders_not: &'static str,
    pub revenue: &'static str,
    pub revenue_not: &'static str,
    pub refunds: &'static str,
    pub refunds_not: &'static str,
    pub basis: &'static str,
    pub noisy: &'static str,
    pub no_proof: &'static str,
}

/// Of the section about needs that drift.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DriftWords {
    pub title: &'static str,
    pub nothing: &'static str,
    pub more: &'static str,
    pub less: &'static str,
    pub all_guests: &'static str,
    pub meaning: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mistakes {
    pub day: &'static str,
    pub reversed: &'static str,
    pub too_long: &'static str,
    pub survey: &'static str,
    pub beside: &'static str,
    pub other: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Classes {
    pub basic: &'static str,
    pub performance: &'static str,
    pub excitement: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdviceWords {
    pub fix_first: &'static str,
    pub protect: &'static str,
    pub keep: &'static str,
    pub watch: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signs {
    pub more_answers_than_orders: &'static str,
    pub taken_back: &'static str,
    pub within_a_minute: &'static str,
    pub under_three_seconds: &'static str,
    pub all_alike: &'static str,
    pub one_network: &'static str,
}

impl Words {
    /// The words in a language that there are words in.
    pub(crate) fn of(language: &str) -> &'static Self {
        WORDS.of(language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_and_no_other() {
        assert_eq!(Section::<Words>::mistakes("report"), Vec::<String>::new());
    }
}
