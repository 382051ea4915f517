//! Signs of gaming: shares that are high where answers are made up, or made to vanish. Each is k of n, and both add up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    survey::{Answer, Kind, Response, Survey},
    visit::Origin,
};

/// The signs that are counted. None proves anything: a store is set against its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Store-days with more answers than orders, of those whose orders are known.
    MoreAnswersThanOrders,
    /// Visits whose answer was taken back, of all that were answered.
    TakenBack,
    /// Answers within the minute of payment, where there is one.
    WithinAMinute,
    /// Answers that took less than three seconds, of those that say how long.
    UnderThreeSeconds,
    /// Answers at one place on every scale, of those to three scales or more.
    AllAlike,
    /// Answers from the commonest network of their store's day, of those whose network is known.
    OneNetwork,
}

impl Sign {
    /// Every sign.
    pub const ALL: [Self; 6] = [
        Self::MoreAnswersThanOrders,
        Self::TakenBack,
        Self::WithinAMinute,
        Self::UnderThreeSeconds,
        Self::AllAlike,
        Self::OneNetwork,
    ];
}

/// k of n, by sign. A sign about which nothing is known is absent.
pub type Signs = BTreeMap<Sign, (u64, u64)>;

/// Adds the signs of other answers.
pub fn merge_signs(to: &mut Signs, from: &Signs) {
    for (sign, (k, n)) in from {
        let sum = to.entry(*sign).or_default();
        *sum = (sum.0 + k, sum.1 + n);
    }
}

/// How few seconds for a survey no reader takes.
const UNREAD_SECONDS: u32 = 3;

/// How many scales show whether answers are all alike.
const SCALES: usize = 3;

/// The signs that one whole answer shows by itself. That one was taken back is counted with its visit. `paid` is the beginning of the minute of payment.
pub fn signs_of(response: &Response, paid: Timestamp, survey: &Survey) -> Signs {
    let mut signs = Signs::new();
    let mut add = |sign: Sign, shown: bool| signs.insert(sign, (u64::from(shown), 1));
    if response.partial {
        return signs;
    }
    if response.channel.origin() == Origin::Payment {
        add(Sign::WithinAMinute, response.answered_at.as_second() < paid.as_second() + 60);
    }
    if let Some(seconds) = response.seconds {
        add(Sign::UnderThreeSeconds, seconds < UNREAD_SECONDS);
    }
    if let Some(alike) = all_alike(response, survey) {
        add(Sign::AllAlike, alike);
    }
    signs
}

/// Whether each scale was answered at the same place between its ends; none of fewer than three.
fn all_alike(response: &Response, survey: &Survey) -> Option<bool> {
    let place = |(id, answer): (&crate::Id, &Answer)| match (answer, &survey.question(id.as_str())?.kind) {
        (Answer::Scale(n), Kind::Scale(scale)) => {
            Some((u32::from(n.saturating_sub(scale.min)), u32::from(scale.max - scale.min)))
        }
        _ => None,
    };
    let places: Vec<(u32, u32)> = response.answers.iter().filter_map(place).collect();
    let (first, rest) = places.split_first()?;
    (places.len() >= SCALES).then(|| rest.iter().all(|(at, of)| at * first.1 == first.0 * of))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use serde_json::json;

    use super::*;

    fn signs(change: impl FnOnce(&mut Response), answers: &[(&str, u8)]) -> Vec<(Sign, u64)> {
        let scale = |id, min, max| json!({"id": id, "kind": "scale", "min": min, "max": max, "text": {"en": "?"}});
        let questions = json!([scale("nps", 0, 10), scale("a", 1, 5), scale("b", 1, 5)]);
        let definition = json!({"id": "s", "title": {"en": "S"}, "questions": questions});
        let survey = Survey::new(serde_json::from_value(definition).unwrap()).unwrap();
        let answers = answers.iter().map(|(id, n)| (id.parse().unwrap(), Answer::Scale(*n))).collect();
        let mut response = Response { answers, ..Response::example() };
        change(&mut response);
        let signs = signs_of(&response, Timestamp::UNIX_EPOCH, &survey);
        signs
            .into_iter()
            .map(|(sign, (k, n))| {
                assert_eq!(n, 1);
                (sign, k)
            })
            .collect()
    }

    #[test]
    fn an_answer_shows_the_signs_that_it_has_and_no_other() {
        let later = |seconds: i64| move |response: &mut Response| response.answered_at += seconds.seconds();
        assert_eq!(signs(later(59), &[]), [(Sign::WithinAMinute, 1)]);
        assert_eq!(signs(later(60), &[]), [(Sign::WithinAMinute, 0)]);
        let quick = |seconds| move |response: &mut Response| response.seconds = Some(seconds);
        assert_eq!(signs(quick(2), &[])[1], (Sign::UnderThreeSeconds, 1));
        assert_eq!(signs(quick(3), &[])[1], (Sign::UnderThreeSeconds, 0));
    }

    #[test]
    fn answers_are_alike_at_one_place_of_every_scale() {
        for (nps, a, b, alike) in [(10, 5, 5, 1), (0, 1, 1, 1), (5, 3, 3, 1), (10, 5, 4, 0), (9, 5, 5, 0)] {
            assert_eq!(signs(|_| {}, &[("nps", nps), ("a", a), ("b", b)]).last(), Some(&(Sign::AllAlike, alike)));
        }
        assert!(!signs(|_| {}, &[("nps", 10), ("a", 5)]).iter().any(|(sign, _)| *sign == Sign::AllAlike));
    }

    #[test]
    fn a_part_shows_nothing_and_neither_does_what_is_gone() {
        assert_eq!(signs(|response| response.partial = true, &[("nps", 9)]), []);
    }
}
