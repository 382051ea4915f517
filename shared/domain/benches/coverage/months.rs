//! Months of answers to ten drivers, counted as a store's days are, and the report of each.

use std::collections::BTreeMap;

use domain::{
    Id,
    count::{Series, Tally},
    place::Scope,
    report::{Counts, Report, Subject},
    survey::{Answer, Answers, Brand, Measure, Response, Survey},
    visit::Channel,
};
use fastrand::Rng;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use serde_json::json;

use super::draws::{day_of_month, normal};

pub const DRIVERS: usize = 10;
/// How many of them a guest is asked where they rotate.
const ASKED: usize = 3;
/// The product's window.
const DAYS: usize = 28;
/// It begins on a Monday.
const FIRST: Date = date(2026, 11, 2);

/// Above which of these a standard normal mood has to be for an answer of 2, 3, 4 and 5.
const CUTS: [f64; 4] = [-1.9, -1.2, -0.4, 0.4];

/// How the moods hang together in which a guest rates drivers.
#[derive(Clone, Copy)]
pub enum Moods {
    /// Each on its own.
    Apart,
    /// Any two with a correlation of ½.
    Alike,
    /// From 0.33 to 0.72: some drivers say more of the whole visit than others, and those of a cluster go together
    /// besides.
    Clustered,
}

impl Moods {
    /// The share of a driver in the mood of the whole visit, and in that of its cluster.
    fn loadings(self, driver: usize) -> (f64, f64) {
        match self {
            Self::Apart => (0.0, 0.0),
            Self::Alike => (0.5_f64.sqrt(), 0.0),
            Self::Clustered => ([0.8, 0.7, 0.6, 0.8, 0.7, 0.55, 0.75, 0.65, 0.7, 0.6][driver], 0.4),
        }
    }

    /// A guest's answer to each driver. Drivers differ in how well the store does.
    fn answers(self, rng: &mut Rng) -> [u8; DRIVERS] {
        let whole = normal(rng);
        let clusters: [f64; 4] = std::array::from_fn(|_| normal(rng));
        std::array::from_fn(|driver| {
            let (of_whole, of_cluster) = self.loadings(driver);
            let own = (1.0 - of_whole * of_whole - of_cluster * of_cluster).sqrt();
            let mood = of_whole * whole + of_cluster * clusters[driver / 3] + own * normal(rng);
            rating(mood + BETTER_BY[driver])
        })
    }
}

/// By how much the store does better in each driver than usual.
const BETTER_BY: [f64; DRIVERS] = [0.2, -0.3, 0.0, 0.3, -0.2, 0.1, -0.1, 0.25, -0.15, 0.05];

/// From 1 to 5.
pub fn rating(mood: f64) -> u8 {
    CUTS.iter().fold(1, |rating, cut| rating + u8::from(mood > *cut))
}

/// 0 for low, 1 for middle, 2 for high, as a driver's answers from 1 to 5 are cut.
pub fn band(rating: u8) -> usize {
    match rating {
        ..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

/// A store's survey.
pub struct Asked {
    survey: Survey,
    satisfaction: Id,
    drivers: Vec<Id>,
    /// Whether each guest is asked some of the drivers, by lot.
    rotates: bool,
}

impl Asked {
    /// With the range on which satisfaction is asked.
    pub fn new(satisfaction: [u8; 2], rotates: bool) -> Self {
        let scale = |id: &str, [min, max]: [u8; 2], measures: &str| {
            let text = json!({"en": "?"});
            json!({"id": id, "kind": "scale", "min": min, "max": max, "measures": measures, "text": text})
        };
        let driver = |i: usize| {
            let mut question = scale(&format!("d{i}"), [1, 5], "driver");
            if rotates {
                question["module"] = "m".into();
            }
            question
        };
        let mut questions = vec![scale("y", satisfaction, "satisfaction")];
        questions.extend((0..DRIVERS).map(driver));
        let modules = if rotates { json!({"m": {"ask": ASKED}}) } else { json!({}) };
        let definition = json!({"id": "s", "title": {"en": "S"}, "modules": modules, "questions": questions});
        let survey = Survey::new(serde_json::from_value(definition).unwrap()).unwrap();
        let satisfaction = survey.measuring(Measure::Satisfaction).unwrap().id().clone();
        let drivers = survey.drivers().map(|(question, _)| question.id().clone()).collect();
        Self { survey, satisfaction, drivers, rotates }
    }

    /// So many guests of a month, each on some day. `satisfaction` is drawn from what they would answer to each driver.
    pub fn month(
        &self,
        rng: &mut Rng,
        guests: usize,
        moods: Moods,
        satisfaction: impl Fn(&mut Rng, &[u8; DRIVERS]) -> u8,
    ) -> Vec<Tally> {
        let mut days = vec![Tally::default(); DAYS];
        let mut order: [usize; DRIVERS] = std::array::from_fn(|driver| driver);
        for _ in 0..guests {
            let ratings = moods.answers(rng);
            let y = satisfaction(rng, &ratings);
            if self.rotates {
                rng.shuffle(&mut order);
            }
            let asked = order.iter().take(if self.rotates { ASKED } else { DRIVERS });
            let rated = asked.map(|driver| (self.drivers[*driver].clone(), Answer::Scale(ratings[*driver])));
            let answers = rated.chain([(self.satisfaction.clone(), Answer::Scale(y))]).collect();
            days[day_of_month(rng, DAYS)].add(&self.response(answers), 12, &self.survey);
        }
        days
    }

    fn response(&self, answers: Answers) -> Response {
        Response::new(self.survey.id().clone(), 1, Timestamp::UNIX_EPOCH, Channel::Receipt, answers)
    }

    pub fn report(&self, days: Vec<Tally>) -> Report {
        let scope: Scope = "store/1".parse().unwrap();
        let (series, brand) = (Series::paid(self.survey.id().clone()), Brand::default());
        let on = |day: i64| FIRST.saturating_add(day.days());
        let by_day: BTreeMap<Date, Tally> = (0..).map(on).zip(days).collect();
        let subject = Subject {
            scope: &scope,
            name: "Store",
            from: FIRST,
            to: by_day.keys().next_back().copied().unwrap_or(FIRST),
            series: &series,
            survey: &self.survey,
            brand: &brand,
        };
        Report::new(&subject, Counts { days: by_day, ..Counts::default() })
    }
}
