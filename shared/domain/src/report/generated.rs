//! Responses for the tests of drivers, which are drawn alike wherever the figures are worked out apart.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::Effect;
use crate::{
    count::Tally,
    survey::{Response, Survey},
};

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
    let mut state = 2026_i64;
    let mut next = |below: i64| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        (state >> 16) % below
    };
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
