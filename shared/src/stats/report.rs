//! The report of a scope: what is worked out from its tallies.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::domain::{
    Id,
    brand::Brand,
    link::{Channel, Segment},
    operations::Operations,
    scope::Scope,
    series::Series,
    survey::{Kind, Measure, Question, Scale, Survey},
    tally::{Group, Histogram, Recommendations, Tally},
};

use super::{
    Difference,
    drivers::{Class, Effect, Method, correlation, joint, marginal},
    nps::Nps,
    number,
    proportion::{self, Share, share},
    ranking::ranks,
};

/// Below so many answers a sibling is marked as having few.
const FEW: u64 = 30;

/// Below so many answers a sibling shows their number and nothing else.
const TOO_FEW: u64 = 5;

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
    /// Whether the answers are those behind which a payment stands, or those to codes on tables.
    pub tied_to_payment: bool,
    /// Where segments have their names.
    pub brand: &'a Brand,
}

/// What the report is worked out from.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// The tally of the subject's series, by business day.
    pub days: BTreeMap<Date, Tally>,
    /// The same of as many days before.
    pub before: Tally,
    /// Orders and revenue, by business day.
    pub operations: BTreeMap<Date, Operations>,
    /// What lies directly below the scope, with its name.
    pub children: Vec<(Scope, String, Group)>,
    /// Every series that has responses in these days.
    pub surveys: Vec<Series>,
    /// When a count last changed one of these figures.
    pub counted_at: Option<Timestamp>,
    /// What guests wrote, newest first.
    pub comments: Vec<Comment>,
    /// Where the comments before these begin; none at their end.
    pub comments_before: Option<String>,
}

/// The report. Figures have full precision; a figure that nothing is known about is `null`.
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
    pub survey: Series,
    /// Whether a payment stands behind the answers. Those to codes on tables are counted apart.
    pub tied_to_payment: bool,
    /// Every series that has responses in these days.
    pub surveys: Vec<Series>,
    /// Whole responses.
    pub responses: u64,
    /// Responses of guests who left before the end.
    pub partial: u64,
    /// When a count last changed one of these figures.
    pub counted_at: Option<Timestamp>,
    /// The scores in short, as for each part below.
    #[serde(skip)]
    pub score: Score,
    /// The net promoter score.
    pub nps: Option<NpsFigure>,
    /// The satisfied share.
    pub satisfaction: Option<SatisfactionFigure>,
    /// One figure for the door of the store, 0 to 100 degrees.
    pub temperature: Option<Temperature>,
    /// The score less that of as many days before.
    pub change: Option<Change>,
    /// What satisfaction depends on: joint where the answers allow it, else marginal.
    pub drivers: Drivers,
    /// The same for each driver on its own.
    pub marginal: Drivers,
    /// By channel.
    pub by_channel: Vec<GroupFigure>,
    /// By segment, each against the rest.
    pub by_segment: Vec<GroupFigure>,
    /// By hour of payment on the store's clock.
    pub by_hour: Vec<GroupFigure>,
    /// Day by day; days about which nothing is known are left out.
    pub days: Vec<DayFigure>,
    /// Orders and revenue, where they were given.
    pub operations: Option<OperationsFigure>,
    /// What lies directly below, with ranges of ranks.
    pub children: Vec<ChildFigure>,
    /// What guests wrote, newest first. Only of a store.
    pub comments: Vec<Comment>,
    /// The `comments_before` that asks for the comments before these.
    pub comments_before: Option<String>,
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Temperature {
    /// The mean of (NPS + 100)/2 and the satisfied share in percent, each adjusted.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
}

/// How the score changed.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Change {
    /// Answers in the days before.
    pub n_before: u64,
    /// The score now less the score before, as answered.
    pub nps: f64,
    /// The lower end of the 95 % interval of the adjusted difference.
    pub low: f64,
    /// The upper end of the 95 % interval of the adjusted difference.
    pub high: f64,
    /// The difference in standard errors.
    pub z: f64,
    /// How often chance alone gives one as large.
    pub p: f64,
    /// Whether p is below 5 %.
    pub distinguishable: bool,
}

/// What satisfaction depends on. Low, middle and high answers are coded by the survey's cuts.
#[derive(Debug, Clone, Serialize)]
pub struct Drivers {
    /// How they were worked out.
    pub method: Method,
    /// Responses in the regression; of the marginal method, those of the driver with most.
    pub n: u64,
    /// The share of the variance that the joint regression explains.
    pub r_squared: Option<f64>,
    /// Satisfaction where every driver is in the middle, in the joint regression.
    pub intercept: Option<f64>,
    /// Each driver.
    pub drivers: Vec<DriverFigure>,
}

/// A driver.
#[derive(Debug, Clone, Serialize)]
pub struct DriverFigure {
    /// The question.
    pub question: Id,
    /// The experience theme it is about.
    pub theme: Option<Id>,
    /// Answers to it beside an answer to satisfaction.
    pub n: u64,
    /// The mean of these.
    pub mean: Option<f64>,
    /// The mean on 0 to 1: how well the store does.
    pub performance: Option<f64>,
    /// The correlation with satisfaction: how much it matters.
    pub correlation: Option<f64>,
    /// What a low answer costs, in points of the satisfaction scale.
    pub penalty: Option<f64>,
    /// The standard error of the penalty.
    pub se_penalty: Option<f64>,
    /// What a high answer gains.
    pub reward: Option<f64>,
    /// The standard error of the reward.
    pub se_reward: Option<f64>,
    /// (reward − penalty)/(reward + penalty).
    pub impact_asymmetry: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// What kind of driver it is.
    pub class: Class,
    /// Whether the interval lies within the class.
    pub certain: bool,
    /// What to do about it.
    pub quadrant: Option<Quadrant>,
}

/// Importance and performance against the means of the drivers shown (Martilla and James 1977).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Quadrant {
    /// Important and weak.
    #[serde(rename = "concentrate here")]
    ConcentrateHere,
    /// Important and strong.
    #[serde(rename = "keep up")]
    KeepUp,
    /// Neither.
    #[serde(rename = "low priority")]
    LowPriority,
    /// Strong, where it matters little.
    #[serde(rename = "possible overkill")]
    PossibleOverkill,
}

/// The scores of a part of the responses.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Score {
    /// Answers to the question that measures recommendation.
    pub n: u64,
    /// The net promoter score.
    pub nps: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// The satisfied share, 0 to 1.
    pub satisfied: Option<f64>,
    /// The lower end of its 95 % interval.
    pub satisfied_low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub satisfied_high: Option<f64>,
}

/// The scores of a channel, segment or hour.
#[derive(Debug, Clone, Serialize)]
pub struct GroupFigure {
    /// The channel, the segment's number or the hour, under its own name.
    #[serde(flatten)]
    pub group: GroupName,
    /// Its scores.
    #[serde(flatten)]
    pub score: Score,
    /// Of a segment: whether it is served differently from the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against_the_rest: Option<AgainstTheRest>,
}

/// A segment less all others.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct AgainstTheRest {
    /// In NPS.
    pub nps: Option<Difference>,
    /// In the satisfied share.
    pub satisfied: Option<Difference>,
}

/// Which group a figure is about.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
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

/// A day.
#[derive(Debug, Clone, Serialize)]
pub struct DayFigure {
    /// The business day.
    pub day: Date,
    /// Its scores.
    #[serde(flatten)]
    pub score: Score,
    /// Its temperature.
    pub temperature: Option<Temperature>,
    /// Orders, where they were given.
    pub orders: Option<u64>,
    /// Answers for each order, 0 to 1; none without orders.
    pub response_rate: Option<f64>,
    /// Revenue by currency.
    pub revenue: BTreeMap<String, f64>,
}

/// Orders and revenue of all days for which they were given.
#[derive(Debug, Clone, Serialize)]
pub struct OperationsFigure {
    /// Orders.
    pub orders: u64,
    /// Answers on the store-days with orders.
    pub answered: u64,
    /// Answers for each order, 0 to 1; none without orders.
    pub response_rate: Option<f64>,
    /// Store-days for which orders were given.
    pub store_days: u64,
    /// Revenue by currency.
    pub revenue: BTreeMap<String, f64>,
    /// Refunds by currency.
    pub refunds: BTreeMap<String, f64>,
}

/// A scope directly below.
#[derive(Debug, Clone, Serialize)]
pub struct ChildFigure {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Its scores; with fewer than 5 answers only their number.
    #[serde(flatten)]
    pub score: Score,
    /// Fewer than 30 answers.
    pub few: bool,
    /// The best rank that it may have.
    pub rank_low: Option<usize>,
    /// The worst rank that it may have.
    pub rank_high: Option<usize>,
}

/// What a guest wrote.
#[derive(Debug, Clone, Serialize)]
pub struct Comment {
    /// When it was paid, to the minute.
    pub at: Timestamp,
    /// How likely she is to recommend.
    pub nps: Option<u8>,
    /// What she wrote.
    pub text: String,
}

impl Report {
    /// Works the report out.
    pub fn new(subject: &Subject<'_>, counts: Counts) -> Self {
        let mut all = Tally::default();
        for tally in counts.days.values() {
            all.merge(tally);
        }
        let survey = subject.survey;
        let nps = nps_figure(survey, &all);
        let satisfaction = satisfaction_figure(survey, &all);
        let total = all.total();
        let plain =
            |group: GroupName, counts: &Group| GroupFigure { group, score: Score::of(counts), against_the_rest: None };
        let marginal = Drivers::marginal(survey, &all);
        Self {
            scope: subject.scope.to_string(),
            name: subject.name.to_owned(),
            from: subject.from,
            to: subject.to,
            survey: Series { survey: survey.definition.id.clone(), tied_to_payment: subject.tied_to_payment },
            tied_to_payment: subject.tied_to_payment,
            surveys: counts.surveys,
            responses: all.responses,
            partial: all.partial,
            counted_at: counts.counted_at,
            score: Score::of(&total),
            temperature: Temperature::of(&total),
            nps,
            satisfaction,
            change: Change::between(total.recommendations, counts.before.total().recommendations),
            drivers: Drivers::joint(survey, &all).unwrap_or_else(|| marginal.clone()),
            marginal,
            by_channel: all.channels.iter().map(|(c, g)| plain(GroupName::Channel { channel: *c }, g)).collect(),
            by_segment: all
                .segments
                .iter()
                .map(|(segment, group)| GroupFigure {
                    group: GroupName::Segment { segment: *segment, name: subject.brand.segments.get(segment).cloned() },
                    score: Score::of(group),
                    against_the_rest: AgainstTheRest::of(group, &total),
                })
                .collect(),
            by_hour: all.hours.iter().map(|(h, g)| plain(GroupName::Hour { hour: *h }, g)).collect(),
            operations: OperationsFigure::of(counts.operations.values()),
            days: day_figures(&counts.days, &counts.operations),
            children: child_figures(counts.children),
            comments: counts.comments,
            comments_before: counts.comments_before,
        }
    }
}

fn day_figures(days: &BTreeMap<Date, Tally>, operations: &BTreeMap<Date, Operations>) -> Vec<DayFigure> {
    let mut known: Vec<&Date> = days.keys().chain(operations.keys()).collect();
    known.sort();
    known.dedup();
    known
        .into_iter()
        .map(|day| {
            let total = days.get(day).map(Tally::total).unwrap_or_default();
            let operations = operations.get(day);
            DayFigure {
                day: *day,
                score: Score::of(&total),
                temperature: Temperature::of(&total),
                orders: operations.map(|operations| operations.orders),
                response_rate: operations.and_then(Operations::response_rate),
                revenue: operations.map(|operations| operations.amounts(&operations.revenue)).unwrap_or_default(),
            }
        })
        .collect()
}

fn child_figures(children: Vec<(Scope, String, Group)>) -> Vec<ChildFigure> {
    let enough = |group: &Group| group.recommendations.n() >= TOO_FEW;
    let ranked: Vec<Recommendations> =
        children.iter().filter(|(.., group)| enough(group)).map(|(.., group)| group.recommendations).collect();
    let mut ranks = ranks(&ranked).into_iter();
    let mut figures: Vec<ChildFigure> = children
        .into_iter()
        .map(|(scope, name, group)| {
            let n = group.recommendations.n();
            let rank = if enough(&group) { ranks.next() } else { None };
            ChildFigure {
                scope: scope.to_string(),
                name,
                score: if rank.is_some() { Score::of(&group) } else { Score { n, ..Score::default() } },
                few: n < FEW,
                rank_low: rank.map(|rank| rank.low),
                rank_high: rank.map(|rank| rank.high),
            }
        })
        .collect();
    // The best first; who has no rank comes last.
    figures.sort_by(|a, b| {
        let score = |figure: &ChildFigure| figure.score.nps.unwrap_or(f64::NEG_INFINITY);
        score(b).total_cmp(&score(a)).then_with(|| a.scope.cmp(&b.scope))
    });
    figures
}

impl Score {
    /// The scores of a group.
    pub fn of(group: &Group) -> Self {
        let nps = group.recommendations.nps();
        let satisfied = share(group.satisfied, group.rated);
        Self {
            n: group.recommendations.n(),
            nps: nps.map(|nps| nps.score),
            low: nps.map(|nps| nps.low),
            high: nps.map(|nps| nps.high),
            satisfied: satisfied.map(|share| share.share),
            satisfied_low: satisfied.map(|share| share.low),
            satisfied_high: satisfied.map(|share| share.high),
        }
    }
}

impl Temperature {
    fn of(group: &Group) -> Option<Self> {
        Some(Self::from(group.recommendations.nps()?, share(group.satisfied, group.rated)?))
    }

    /// One figure from both. Its interval takes the two as fully correlated, a bound on the safe side: its half-width
    /// is the mean of the two half-widths.
    fn from(nps: Nps, satisfied: Share) -> Self {
        let value = f64::midpoint((nps.adjusted + 100.0) / 2.0, 100.0 * satisfied.adjusted);
        let half_width = f64::midpoint(nps.half_width / 2.0, 100.0 * satisfied.half_width);
        Self { value, low: (value - half_width).max(0.0), high: (value + half_width).min(100.0) }
    }
}

impl Change {
    fn between(now: Recommendations, before: Recommendations) -> Option<Self> {
        let Difference { difference, low, high, z, p, distinguishable } = now.compare(before)?;
        Some(Self { n_before: before.n(), nps: difference, low, high, z, p, distinguishable })
    }
}

impl AgainstTheRest {
    /// None when there is no rest.
    fn of(group: &Group, total: &Group) -> Option<Self> {
        let rest = total.without(group);
        (rest.responses > 0).then(|| Self {
            nps: group.recommendations.compare(rest.recommendations),
            satisfied: proportion::compare((group.satisfied, group.rated), (rest.satisfied, rest.rated)),
        })
    }
}

impl OperationsFigure {
    fn of<'a>(days: impl Iterator<Item = &'a Operations>) -> Option<Self> {
        let mut all = Operations::default();
        for day in days {
            all.merge(day);
        }
        (all.store_days > 0).then(|| Self {
            orders: all.orders,
            answered: all.answered,
            response_rate: all.response_rate(),
            store_days: all.store_days,
            revenue: all.amounts(&all.revenue),
            refunds: all.amounts(&all.refunds),
        })
    }
}

impl Drivers {
    /// One regression on all drivers, when the answers allow it.
    fn joint(survey: &Survey, tally: &Tally) -> Option<Self> {
        let joint = joint(tally.joint.get(&survey.joint_key())?)?;
        let effects = survey.drivers().zip(joint.effects.iter().copied());
        let drivers = effects.map(|((question, scale), effect)| driver_figure(question, scale, tally, Some(effect)));
        Some(Self {
            method: Method::Joint,
            n: joint.n,
            r_squared: Some(joint.r_squared),
            intercept: Some(joint.intercept),
            drivers: with_quadrants(drivers.collect()),
        })
    }

    /// Each driver on its own.
    fn marginal(survey: &Survey, tally: &Tally) -> Self {
        let effect = |question: &Question| tally.drivers.get(question.id()).and_then(marginal);
        let drivers: Vec<DriverFigure> =
            survey.drivers().map(|(question, scale)| driver_figure(question, scale, tally, effect(question))).collect();
        Self {
            method: Method::Marginal,
            n: drivers.iter().map(|driver| driver.n).max().unwrap_or(0),
            r_squared: None,
            intercept: None,
            drivers: with_quadrants(drivers),
        }
    }
}

fn driver_figure(question: &Question, scale: Scale, tally: &Tally, effect: Option<Effect>) -> DriverFigure {
    let sums = tally.drivers.get(question.id()).copied().unwrap_or_default();
    let n = sums.low.n + sums.middle.n + sums.high.n;
    let mean = (n > 0).then(|| number(sums.x) / number(n));
    let asymmetry = effect.map(|effect| effect.asymmetry());
    DriverFigure {
        question: question.id().clone(),
        theme: question.definition.theme.clone(),
        n,
        mean,
        performance: mean.map(|mean| (mean - f64::from(scale.min)) / f64::from(scale.max - scale.min)),
        correlation: correlation(&sums),
        penalty: effect.map(|effect| effect.penalty),
        se_penalty: effect.map(|effect| effect.se_penalty),
        reward: effect.map(|effect| effect.reward),
        se_reward: effect.map(|effect| effect.se_reward),
        impact_asymmetry: asymmetry.and_then(|asymmetry| asymmetry.value),
        low: asymmetry.and_then(|asymmetry| asymmetry.low),
        high: asymmetry.and_then(|asymmetry| asymmetry.high),
        class: asymmetry.map_or(Class::Unclassified, |asymmetry| asymmetry.class),
        certain: asymmetry.is_some_and(|asymmetry| asymmetry.certain),
        quadrant: None,
    }
}

/// Sets each driver against the means of all that are shown.
fn with_quadrants(mut drivers: Vec<DriverFigure>) -> Vec<DriverFigure> {
    let known: Vec<(f64, f64)> = drivers.iter().filter_map(|d| d.correlation.zip(d.performance)).collect();
    if known.len() < 2 {
        return drivers;
    }
    let mean = |part: fn(&(f64, f64)) -> f64| known.iter().map(part).sum::<f64>() / number(known.len() as u64);
    let (importance, performance) = (mean(|driver| driver.0), mean(|driver| driver.1));
    for driver in &mut drivers {
        driver.quadrant =
            driver.correlation.zip(driver.performance).map(|(c, p)| match (c >= importance, p >= performance) {
                (true, false) => Quadrant::ConcentrateHere,
                (true, true) => Quadrant::KeepUp,
                (false, false) => Quadrant::LowPriority,
                (false, true) => Quadrant::PossibleOverkill,
            });
    }
    drivers
}

/// The histogram of a scale question with every value of its range.
fn whole_histogram(question: &Question, tally: &Tally) -> Option<Histogram> {
    let Kind::Scale(scale) = question.kind else { return None };
    let counts = tally.scales.get(question.id())?;
    Some((scale.min..=scale.max).map(|value| (value, counts.get(&value).copied().unwrap_or(0))).collect())
}

fn nps_figure(survey: &Survey, tally: &Tally) -> Option<NpsFigure> {
    let question = survey.measuring(Measure::Recommend)?;
    let histogram = whole_histogram(question, tally)?;
    let answers = Recommendations::from(&histogram);
    let nps = answers.nps()?;
    Some(NpsFigure {
        question: question.id().clone(),
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
    let histogram = whole_histogram(question, tally)?;
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
