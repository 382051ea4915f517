//! The report of a scope: what is worked out from its tallies.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::domain::{
    Id,
    brand::Brand,
    link::{Channel, Segment},
    scope::Scope,
    survey::{Kind, Measure, Survey},
    tally::{Group, Histogram, Recommendations, Tally},
};

use super::{
    nps::Nps,
    number,
    proportion::{Share, share},
};

/// What is asked for: which scope, which business days (both included), which survey.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The scope.
    pub scope: &'a Scope,
    /// Its name.
    pub name: &'a str,
    /// The first business day.
    pub from: Date,
    /// The last business day.
    pub to: Date,
    /// The survey, in its latest version.
    pub survey: &'a Survey,
    /// Where segments have their names.
    pub brand: &'a Brand,
}

/// The report. Figures have full precision; a figure that nothing is known about is absent (`null`).
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The first business day.
    pub from: Date,
    /// The last business day.
    pub to: Date,
    /// The survey that the figures are about.
    pub survey: Id,
    /// Every survey that has responses in these days.
    pub surveys: Vec<Id>,
    /// Whole responses.
    pub responses: u64,
    /// Responses of guests who left before the end.
    pub partial: u64,
    /// When a count last changed one of these figures.
    pub counted_at: Option<Timestamp>,
    /// The net promoter score.
    pub nps: Option<NpsFigure>,
    /// The satisfied share.
    pub satisfaction: Option<SatisfactionFigure>,
    /// One figure for the door of the store, 0 to 100 degrees.
    pub temperature: Option<Temperature>,
    /// By channel.
    pub by_channel: Vec<GroupFigure>,
    /// By segment.
    pub by_segment: Vec<GroupFigure>,
    /// By hour of payment on the store's clock.
    pub by_hour: Vec<GroupFigure>,
    /// Day by day, days without a response left out.
    pub days: Vec<DayFigure>,
}

/// The net promoter score, −100 to 100.
#[derive(Debug, Clone, Serialize)]
pub struct NpsFigure {
    /// The question that measures it.
    pub question: Id,
    /// What was answered.
    pub score: f64,
    /// The centre of the interval.
    pub adjusted: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 6 and less.
    pub detractors: u64,
    /// How many answered what; every value of the scale.
    pub histogram: Histogram,
}

/// The satisfied share.
#[derive(Debug, Clone, Serialize)]
pub struct SatisfactionFigure {
    /// The question that measures it.
    pub question: Id,
    /// The mean answer.
    pub mean: f64,
    /// How many were satisfied.
    pub satisfied: u64,
    /// Of how many.
    pub n: u64,
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// How many answered what; every value of the scale.
    pub histogram: Histogram,
}

/// The temperature (温度), 0 to 100 degrees.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Temperature {
    /// The mean of (NPS + 100)/2 and the satisfied share in percent, each adjusted.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
}

/// The score of a part of the responses.
#[derive(Debug, Clone, Serialize)]
pub struct Score {
    /// Answers to the question that measures recommendation.
    pub n: u64,
    /// The net promoter score.
    pub nps: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
}

/// The score of a channel, segment or hour.
#[derive(Debug, Clone, Serialize)]
pub struct GroupFigure {
    /// The channel, the segment's number or the hour, under its own name.
    #[serde(flatten)]
    pub group: GroupName,
    /// Its score.
    #[serde(flatten)]
    pub score: Score,
}

/// Which group a figure is about.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase", untagged)]
pub enum GroupName {
    /// A channel.
    Channel {
        /// Its name.
        channel: Channel,
    },
    /// A segment.
    Segment {
        /// Its number.
        segment: Segment,
        /// The brand's name for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// An hour.
    Hour {
        /// 0 to 23.
        hour: u8,
    },
}

/// The score of a day.
#[derive(Debug, Clone, Serialize)]
pub struct DayFigure {
    /// The business day.
    pub day: Date,
    /// Its score.
    #[serde(flatten)]
    pub score: Score,
}

impl Report {
    /// Works the report out. `days` holds the tally of each business day of the subject's survey.
    pub fn new(
        subject: &Subject<'_>,
        days: &BTreeMap<Date, Tally>,
        surveys: Vec<Id>,
        counted_at: Option<Timestamp>,
    ) -> Self {
        let mut all = Tally::default();
        for tally in days.values() {
            all.merge(tally);
        }
        let recommend = subject.survey.measuring(Measure::Recommend).map(|question| question.id());
        let nps = recommend.and_then(|question| nps_figure(question, subject.survey, &all));
        let satisfaction = satisfaction_figure(subject.survey, &all);
        let temperature = nps.as_ref().zip(satisfaction.as_ref()).and_then(|(nps, satisfaction)| {
            let answers = Recommendations::from(&nps.histogram);
            temperature(answers.nps()?, share(satisfaction.satisfied, satisfaction.n)?)
        });
        let groups =
            |name: GroupName, group: &Group| GroupFigure { group: name, score: Score::of(group.recommendations) };
        let day_score = |tally: &Tally| {
            Score::of(recommend.and_then(|question| tally.scales.get(question)).map(Into::into).unwrap_or_default())
        };
        let segment_name = |segment: &Segment| subject.brand.segments.get(segment).cloned();
        Self {
            scope: subject.scope.to_string(),
            name: subject.name.to_owned(),
            from: subject.from,
            to: subject.to,
            survey: subject.survey.definition.id.clone(),
            surveys,
            responses: all.responses,
            partial: all.partial,
            counted_at,
            nps,
            satisfaction,
            temperature,
            by_channel: all.channels.iter().map(|(c, g)| groups(GroupName::Channel { channel: *c }, g)).collect(),
            by_segment: all
                .segments
                .iter()
                .map(|(s, g)| groups(GroupName::Segment { segment: *s, name: segment_name(s) }, g))
                .collect(),
            by_hour: all.hours.iter().map(|(h, g)| groups(GroupName::Hour { hour: *h }, g)).collect(),
            days: days.iter().map(|(day, tally)| DayFigure { day: *day, score: day_score(tally) }).collect(),
        }
    }
}

impl Score {
    fn of(answers: Recommendations) -> Self {
        let nps = answers.nps();
        Self { n: answers.n(), nps: nps.map(|s| s.score), low: nps.map(|s| s.low), high: nps.map(|s| s.high) }
    }
}

/// The histogram of a scale question with every value of its range, and the scale.
fn whole_histogram(question: &Id, survey: &Survey, tally: &Tally) -> Option<Histogram> {
    let Kind::Scale(scale) = survey.question(question.as_str())?.kind else { return None };
    let counts = tally.scales.get(question)?;
    Some((scale.min..=scale.max).map(|value| (value, counts.get(&value).copied().unwrap_or(0))).collect())
}

fn nps_figure(question: &Id, survey: &Survey, tally: &Tally) -> Option<NpsFigure> {
    let histogram = whole_histogram(question, survey, tally)?;
    let answers = Recommendations::from(&histogram);
    let nps = answers.nps()?;
    Some(NpsFigure {
        question: question.clone(),
        score: nps.score,
        adjusted: nps.adjusted,
        low: nps.low,
        high: nps.high,
        promoters: answers.promoters,
        passives: answers.passives,
        detractors: answers.detractors,
        histogram,
    })
}

fn satisfaction_figure(survey: &Survey, tally: &Tally) -> Option<SatisfactionFigure> {
    let question = survey.measuring(Measure::Satisfaction)?;
    let Kind::Scale(scale) = question.kind else { return None };
    let histogram = whole_histogram(question.id(), survey, tally)?;
    let n: u64 = histogram.values().sum();
    let sum: u64 = histogram.iter().map(|(value, count)| u64::from(*value) * count).sum();
    let satisfied = histogram.range(scale.satisfied_at_least..).map(|(_, count)| count).sum();
    let part = share(satisfied, n)?;
    Some(SatisfactionFigure {
        question: question.id().clone(),
        mean: number(sum) / number(n),
        satisfied,
        n,
        share: part.share,
        low: part.low,
        high: part.high,
        histogram,
    })
}

/// One figure from both. Its interval takes the two as fully correlated, a bound on the safe side: its half-width
/// is the mean of the two half-widths.
fn temperature(nps: Nps, satisfied: Share) -> Option<Temperature> {
    let value = f64::midpoint((nps.adjusted + 100.0) / 2.0, 100.0 * satisfied.adjusted);
    let half_width = f64::midpoint(nps.half_width / 2.0, 100.0 * satisfied.half_width);
    value.is_finite().then(|| Temperature {
        value,
        low: (value - half_width).max(0.0),
        high: (value + half_width).min(100.0),
    })
}
