//! Responses for the tests of drivers, which are drawn alike wherever the figures are worked out apart.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{Against, Counts, Effect, Subject};
use crate::{
    count::{Group, Recommendations, Tally},
    survey::{Brand, Response, Survey},
    visit::Channel,
};

/// The responses of so many who promote and are satisfied, and of so many who do neither.
pub(super) fn group(promoters: u64, detractors: u64) -> Group {
    let responses = promoters + detractors;
    let recommendations = Recommendations { promoters, passives: 0, detractors };
    Group { responses, recommendations, rated: responses, satisfied: promoters }
}

/// A day with these responses by hour.
pub(super) fn day_of(hours: BTreeMap<u8, Group>) -> Tally {
    let all = Group::of_all(&hours.values().copied().collect::<Vec<_>>());
    let channels = [(Channel::Receipt, all)].into();
    Tally { responses: all.responses, hours, channels, ..Tally::default() }
}

/// Four weeks from a Monday, of whose hours each has such responses.
pub(super) fn weeks(of: impl Fn(i8, u8) -> Group) -> BTreeMap<Date, Tally> {
    let day = |back: i32| date(2026, 11, 2).saturating_add(back.days());
    let hours = |day: Date| {
        let weekday = day.weekday().to_monday_one_offset();
        (11..21).map(|hour| (hour, of(weekday, hour))).filter(|(_, group)| group.responses > 0).collect()
    };
    (0..28).map(day).map(|day| (day, day_of(hours(day)))).collect()
}

/// A subject of these days of November, and the counts of its 28 days: what lies before the window is what it is set
/// against.
pub(super) fn november(
    scope: &str,
    (from, to): (i8, i8),
    against: Against,
    of: impl Fn(i8) -> Group,
    use_it: impl FnOnce(&Subject<'_>, &Counts),
) {
    let tally = |running: Group| Tally { running, ..Tally::default() };
    let all = (1..=28).map(|day| (date(2026, 11, day), tally(of(day))));
    let (before, inside): (Vec<_>, Vec<_>) = all.partition(|(day, _)| day.day() < from);
    let (days, before) = (inside.into_iter().collect(), before.into_iter().collect());
    let counts = Counts { days, before, against, ..Counts::default() };
    let survey = survey();
    let subject = Subject {
        scope: &scope.parse().unwrap(),
        name: scope,
        from: date(2026, 11, from),
        to: date(2026, 11, to),
        series: &"dine-in".parse().unwrap(),
        survey: &survey,
        brand: &Brand::default(),
    };
    use_it(&subject, &counts);
}

pub(super) fn survey() -> Survey {
    let scale = |id: &str, measures: &str, module: &str| {
        format!(r#"{{"id":"{id}","kind":"scale","min":1,"max":5,"measures":"{measures}"{module},"text":{{"en":"?"}}}}"#)
    };
    let driver = |id| scale(id, "driver", r#","module":"m""#);
    let questions = [scale("y", "satisfaction", ""), driver("a"), driver("b"), driver("c")];
    let modules = r#""modules":{"m":{"ask":3}}"#;
    let json = format!(r#"{{"id":"s","title":{{"en":"S"}},{modules},"questions":[{}]}}"#, questions.join(","));
    Survey::new(serde_json::from_str(&json).unwrap()).unwrap()
}

/// Responses to a satisfaction question and three drivers, from a linear congruential generator; so many on a day. Of
/// some, the i-th leaves out driver i mod 3.
pub(super) fn responses(count: usize, a_day: usize, leave_out: bool) -> Vec<Tally> {
    let survey = survey();
    let mut next = generator(2026);
    let mut days = vec![Tally::default(); count.div_ceil(a_day)];
    for i in 0..count {
        let (a, b, c, noise) = (1 + next(5), 1 + next(5), 1 + next(5), next(7));
        let y = ((35 * a + 30 * b + 15 * c + (noise - 3) * 45 + 110).div_euclid(100)).clamp(1, 5);
        let mut answers = serde_json::json!({"y": y, "a": a, "b": b, "c": c});
        if leave_out {
            answers.as_object_mut().unwrap().remove(["a", "b", "c"][i % 3]);
        }
        let answers = serde_json::from_value(answers).unwrap();
        days[i / a_day].add(&Response { answers, ..Response::example() }, 12, &survey);
    }
    days
}

/// Whole responses of guests of the segments 0 to 2, likewise, beginning at a seed. The weights of the drivers are by
/// segment, in percent.
pub(super) fn responses_by_segment(seed: i64, count: usize, a_day: usize, weights: fn(u8) -> [i64; 3]) -> Vec<Tally> {
    let survey = survey();
    let mut next = generator(seed);
    let mut days = vec![Tally::default(); count.div_ceil(a_day)];
    for i in 0..count {
        let segment = u8::try_from(next(3)).unwrap();
        let (a, b, c, noise) = (1 + next(5), 1 + next(5), 1 + next(5), next(7));
        let [of_a, of_b, of_c] = weights(segment);
        let y = ((of_a * a + of_b * b + of_c * c + (noise - 3) * 45 + 110).div_euclid(100)).clamp(1, 5);
        let answers = serde_json::from_value(serde_json::json!({"y": y, "a": a, "b": b, "c": c})).unwrap();
        let segment = segment.try_into().unwrap();
        days[i / a_day].add(&Response { answers, segment, ..Response::example() }, 12, &survey);
    }
    days
}

/// Numbers below a bound, from a linear congruential generator.
pub(super) fn generator(seed: i64) -> impl FnMut(i64) -> i64 {
    let mut state = seed;
    move |below| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        (state >> 16) % below
    }
}

pub(super) fn near(figures: &[f64], golden: &[f64]) {
    assert_eq!(figures.len(), golden.len());
    for (figure, golden) in figures.iter().zip(golden) {
        assert!((figure - golden).abs() < 1e-9, "{figures:?} are not {golden:?}");
    }
}

pub(super) fn figures(effect: &Effect) -> Vec<f64> {
    let Effect { penalty, reward, covariance, .. } = *effect;
    vec![penalty.value, reward.value, penalty.se, reward.se, covariance]
}
