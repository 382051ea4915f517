//! The responses of a day may be in any stores, and the counts may be merged in any order. The report of all of them is
//! the same, to the last bit of every figure.

use std::collections::BTreeMap;

use aftertaste::domain::{
    count::{Content, Series, Tally},
    place::Scope,
    report::{Counts, Report, Subject},
    survey::{Answer, Brand, Response, Survey},
    visit::Channel,
};
use jiff::civil::{Date, date};
use proptest::{prelude::*, strategy::ValueTree};
use serde_json::{Value, json};

use crate::harness::example;

const FIRST: Date = date(2026, 11, 1);

fn survey() -> Survey {
    let scale = |id: &str, min: u8, max: u8, measures: &str| json!({"id": id, "kind": "scale", "min": min, "max": max, "measures": measures, "text": {"en": "?"}});
    let definition = json!({"id": "s", "title": {"en": "S"}, "questions": [
        scale("nps", 0, 10, "recommend"), scale("csat", 1, 5, "satisfaction"),
        scale("food", 1, 5, "driver"), scale("staff", 1, 5, "driver"),
    ]});
    Survey::new(serde_json::from_value(definition).unwrap()).unwrap()
}

/// A response, its hour, and where it falls: store, day.
type Placed = (Response, u8, usize, i8);

prop_compose! {
    // Answers lean on a mood, so that there is something to explain.
    fn response()(
        mood in 1_u8..=5, nps in 0_u8..=2, food in 0_u8..=1, staff in 0_u8..=3, asked in any::<(bool, bool)>(),
        channel in 0_usize..12, segment in 0_u8..4, hour in 0_u8..24, store in 0_usize..6, day in 0_i8..5,
        partial in prop::bool::weighted(0.05),
    ) -> Placed {
        let mut answers = BTreeMap::new();
        let mut answer = |id: &str, value: u8| answers.insert(id.parse().unwrap(), Answer::Scale(value));
        answer("nps", (2 * mood + nps).min(10));
        answer("csat", mood);
        if asked.0 { answer("food", (mood + food).min(5)); }
        if asked.1 { answer("staff", 1 + (mood + staff) % 5); }
        let response = Response {
            survey: "s".parse().unwrap(), channel: Channel::ALL[channel], segment: segment.try_into().unwrap(), answers,
            partial, ..example()
        };
        (response, hour, store, day)
    }
}

fn content(survey: &Survey, responses: &[&Placed]) -> Content {
    let mut tally = Tally::default();
    for (response, hour, _, _) in responses {
        tally.add(response, *hour, survey);
    }
    Content { tallies: [(Series::paid(survey.definition.id.clone()), tally)].into(), ..Content::default() }
}

/// The report of a node from its rollups by day, without what names days and children.
fn report(survey: &Survey, days: BTreeMap<Date, Content>) -> Value {
    let scope: Scope = "cn".parse().unwrap();
    let (to, brand) = (FIRST.saturating_add(jiff::Span::new().days(6)), Brand::default());
    let series = Series::paid(survey.id().clone());
    let subject = Subject { scope: &scope, name: "cn", from: FIRST, to, series: &series, survey, brand: &brand };
    let tally = |content: Content| content.tallies.into_values().next().unwrap_or_default();
    let days = days.into_iter().map(|(day, content)| (day, tally(content))).collect();
    let mut report = serde_json::to_value(Report::new(&subject, Counts { days, ..Counts::default() })).unwrap();
    for field in ["days", "children"] {
        report.as_object_mut().unwrap().remove(field);
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_split_gives_the_same_report(
        responses in prop::collection::vec(response(), 0..160),
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        below in 1_usize..6,
    ) {
        let survey = survey();
        let all: Vec<&Placed> = responses.iter().collect();
        let on = |day: i8| FIRST.saturating_add(jiff::Span::new().days(day));
        let (mut at_once, mut days) = (BTreeMap::new(), BTreeMap::new());
        for day in 0..5 {
            let of_day: Vec<&Placed> = all.iter().copied().filter(|placed| placed.3 == day).collect();
            at_once.insert(on(day), content(&survey, &of_day));
            // The stores meet in any order, some of them in a node below; each rollup is written and read.
            let (mut node, mut lower) = (Content::default(), Content::default());
            for (position, store) in order.iter().enumerate() {
                let here: Vec<&Placed> = all.iter().copied().filter(|(_, _, s, d)| (s, d) == (store, &day)).collect();
                let scope: Scope = format!("store/{}", store + 1).parse().unwrap();
                let counted = reread(&content(&survey, &here));
                if position < below { lower.merge(&counted, &scope) } else { node.merge(&counted, &scope) }
            }
            node.merge(&reread(&lower), &"cn/east".parse().unwrap());
            days.insert(on(day), reread(&node));
        }
        prop_assert_eq!(report(&survey, days), report(&survey, at_once));
    }
}

fn reread(content: &Content) -> Content {
    serde_json::from_str(&serde_json::to_string(content).unwrap()).unwrap()
}

#[test]
fn the_reports_that_are_compared_have_something_in_them() {
    let survey = survey();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let responses = prop::collection::vec(response(), 150..160).new_tree(&mut runner).unwrap().current();
    let report = report(&survey, [(FIRST, content(&survey, &responses.iter().collect::<Vec<_>>()))].into());
    assert_eq!(report["drivers"]["method"], "joint", "{report:#}");
    assert!(report["drivers"]["drivers"][0]["impact_asymmetry"].is_f64(), "{report:#}");
    assert!(report["partial"].as_u64().unwrap() > 0);
    assert!(report["by_segment"][1]["against_the_rest"].is_object(), "{report:#}");
}
