//! How each figure of the report is worked out.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    CasesFigure, Change, Counts, DayFigure, Drift, Drivers, GroupFigure, GroupName, Integrity, Now, NpsFigure,
    OperationsFigure, OwnRank, Report, SatisfactionFigure, Score, SilentGuests, Subject, Temperature, Weighted,
    below::child_figures,
    by_week::by_week,
    days::{Widening, length},
    hidden::{TOO_FEW, shown, shown_alone},
    journey::touchpoints,
    meals::by_meal,
    nps::day_factor,
    nps_over,
    parts::{amount_figures, group_figures, staff_figures, table_figures},
    ranking::only_discoveries,
    rox::{cells, rox},
    share_over,
    themes::themes_of_children,
    trend::trend,
    week_hours::by_weekday_and_hour,
};
use crate::{
    count::{Group, Histogram, Operations, Recommendations, Tally},
    number,
    place::Scope,
    survey::{Kind, Measure, Question, Survey},
    visit::Segment,
};

impl Report {
    /// Works the report out.
    pub fn new(subject: &Subject<'_>, counts: Counts) -> Self {
        let days: Vec<&Tally> = counts.days.values().collect();
        let Basis { all, totals, whole, total, nps, operations, drivers, marginal, drift, cases } =
            Basis::of(subject, &counts, &days);
        // A day that still runs has few of its orders, if any.
        let over =
            counts.today.and_then(|today| today.yesterday().ok()).map_or(subject.to, |last| last.min(subject.to));
        let operations_in_all = operations.as_ref().map_or((0, 0), |all| (all.answered, all.orders));
        Self {
            scope: subject.scope.to_string(),
            name: subject.name.to_owned(),
            from: subject.from,
            to: subject.to,
            survey: subject.series.clone(),
            origin: subject.series.origin,
            surveys: counts.surveys.clone(),
            responses: all.responses,
            partial: all.partial,
            taken_back: all.taken_back,
            waiting: all.waiting,
            running: all.running.responses,
            // Below the second it says whether something changed that is not shown here.
            counted_at: counts.counted_at.and_then(|at| Timestamp::from_second(at.as_second()).ok()),
            score: Score::shown(&totals, &total),
            temperature: Temperature::of(&totals, &total),
            satisfaction: satisfaction_figure(subject.survey, &days, &all),
            change: Change::of(&counts, matches!(subject.scope, Scope::Store(_)), length(subject.from, subject.to)),
            now: Now::of(subject, &counts),
            rank: OwnRank::of(&counts.siblings),
            trend: trend(subject, &counts),
            silent_guests: silent_guests(nps.as_ref(), operations.as_ref(), all.responses),
            weighted_by_hour: weighted(&all, &totals),
            nps,
            drift,
            journey: touchpoints(subject, &drivers, &days, cases.as_ref()),
            drivers,
            marginal,
            by_channel: by_channel(&days),
            by_segment: by_segment(subject, &days, &whole),
            by_hour: group_figures(&days, |day| &day.hours, |hour| GroupName::Hour { hour: *hour }, None),
            by_meal: by_meal(&days),
            by_weekday_and_hour: by_weekday_and_hour(&counts.days),
            by_table: table_figures(subject.scope, &days),
            by_staff: staff_figures(subject.scope, &days),
            by_amount: amount_figures(&days),
            by_week: by_week(&counts.totals(), &counts.operations, (subject.from, over)),
            rox: rox(&cells(&counts.sold, subject.from, over)),
            operations,
            days: day_figures(&counts.days, &counts.operations),
            cases,
            staff: counts.staff,
            integrity: Integrity::of(&all),
            children: child_figures(counts.children, operations_in_all, (subject.from, subject.to)),
            themes: themes_of_children(subject.survey, &counts.themes),
            beside: None,
            behind: counts.behind,
            comments: counts.comments,
            comments_before: counts.comments_before,
        }
    }
}

/// The figures and counts from which others are worked out.
struct Basis {
    all: Tally,
    /// The responses of each day.
    totals: Vec<Group>,
    whole: Group,
    /// All responses as they may be shown.
    total: Group,
    nps: Option<NpsFigure>,
    operations: Option<OperationsFigure>,
    drivers: Drivers,
    marginal: Drivers,
    drift: Option<Drift>,
    cases: Option<CasesFigure>,
}

impl Basis {
    fn of(subject: &Subject<'_>, counts: &Counts, days: &[&Tally]) -> Self {
        let mut all = Tally::default();
        days.iter().for_each(|day| all.merge(day));
        let survey = subject.survey;
        let whole = all.total();
        let marginal = Drivers::marginal(survey, days, &all);
        let together = Drivers::together(survey, days, &all);
        Self {
            totals: days.iter().map(|day| day.total()).collect(),
            whole,
            total: shown_alone(&whole),
            nps: nps_figure(survey, days, &all),
            operations: OperationsFigure::of(counts.operations.values()),
            drift: Drift::of(subject, counts, together.as_ref(), &marginal),
            drivers: together.unwrap_or_else(|| marginal.clone()),
            marginal,
            cases: CasesFigure::of(&counts.cases),
            all,
        }
    }
}

fn by_channel(days: &[&Tally]) -> Vec<GroupFigure> {
    group_figures(days, |day| &day.channels, |channel| GroupName::Channel { channel: *channel }, None)
}

fn by_segment(subject: &Subject<'_>, days: &[&Tally], whole: &Group) -> Vec<GroupFigure> {
    let name = |segment: &Segment| GroupName::Segment {
        segment: *segment,
        name: subject.brand.segments.get(segment).cloned(),
    };
    let mut segments = group_figures(days, |day| &day.segments, name, Some(whole));
    only_discoveries(segments.iter_mut().filter_map(|segment| segment.against_the_rest.as_mut()?.nps.as_mut()));
    only_discoveries(segments.iter_mut().filter_map(|segment| segment.against_the_rest.as_mut()?.satisfied.as_mut()));
    segments
}

fn day_figures(days: &BTreeMap<Date, Tally>, operations: &BTreeMap<Date, Operations>) -> Vec<DayFigure> {
    let mut known: Vec<&Date> = days.keys().chain(operations.keys()).collect();
    known.sort();
    known.dedup();
    let totals: Vec<Group> = known.iter().map(|day| days.get(day).map(Tally::total).unwrap_or_default()).collect();
    let figure = |((day, total), shown): ((&Date, &Group), Group)| {
        let operations = operations.get(day);
        DayFigure {
            day: *day,
            score: Score::shown(&[*total], &shown),
            temperature: Temperature::of(&[*total], &shown),
            orders: operations.map(|operations| operations.orders),
            response_rate: operations.and_then(Operations::response_rate),
            revenue: operations.map(|operations| operations.amounts(&operations.revenue)).unwrap_or_default(),
        }
    };
    known.into_iter().zip(&totals).zip(shown(&totals)).map(figure).collect()
}

/// By how many points of NPS those who did not answer may be less happy.
const LESS_HAPPY_BY: [f64; 4] = [5.0, 10.0, 20.0, 40.0];

/// So much of a whole at least stands for it.
const NEARLY_ALL: f64 = 0.9;

fn weighted(all: &Tally, days: &[Group]) -> Option<Weighted> {
    let days: Vec<Recommendations> = days.iter().map(|day| day.recommendations).collect();
    Weighted::of(&all.ordered, Widening::of_one(day_factor(&days)))
}

/// Let s be the score of those who answered and r their share. All guests are at s − (1 − r) g if the others are g
/// points less happy. Only if nearly all of these answers are of store-days with orders. A g that would put the others
/// below −100 is left out.
fn silent_guests(nps: Option<&NpsFigure>, operations: Option<&OperationsFigure>, responses: u64) -> Vec<SilentGuests> {
    let of_these = |operations: &&OperationsFigure| number(operations.answered) >= NEARLY_ALL * number(responses);
    let rate = operations.filter(of_these).and_then(|operations| operations.response_rate);
    let Some((nps, rate)) = nps.zip(rate) else { return Vec::new() };
    let possible = LESS_HAPPY_BY.into_iter().filter(|points| nps.score - points >= -100.0);
    possible.map(|points| SilentGuests { less_happy_by: points, nps: nps.score - (1.0 - rate) * points }).collect()
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

/// The histogram of a scale question with every value of its range.
fn whole_histogram(question: &Question, tally: &Tally) -> Option<Histogram> {
    let Kind::Scale(scale) = question.kind else { return None };
    let counts = tally.scales.get(question.id())?;
    Some((scale.min..=scale.max).map(|value| (value, counts.get(&value).copied().unwrap_or(0))).collect())
}

fn nps_figure(survey: &Survey, days: &[&Tally], all: &Tally) -> Option<NpsFigure> {
    let question = survey.measuring(Measure::Recommend)?;
    let histogram = whole_histogram(question, all)?;
    let answers = Recommendations::from(&histogram);
    let by_day: Vec<Recommendations> =
        days.iter().filter_map(|day| day.scales.get(question.id())).map(Recommendations::from).collect();
    let nps = nps_over(&by_day).filter(|_| answers.n() >= TOO_FEW)?;
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

fn satisfaction_figure(survey: &Survey, days: &[&Tally], all: &Tally) -> Option<SatisfactionFigure> {
    let question = survey.measuring(Measure::Satisfaction)?;
    let Kind::Scale(scale) = question.kind else { return None };
    let histogram = whole_histogram(question, all)?;
    let sum: u64 = histogram.iter().map(|(value, count)| u64::from(*value) * count).sum();
    let counted = |histogram: &Histogram| {
        let satisfied = histogram.range(scale.satisfied_at_least..).map(|(_, count)| count).sum();
        (satisfied, histogram.values().sum())
    };
    let by_day: Vec<(u64, u64)> = days.iter().filter_map(|day| day.scales.get(question.id())).map(counted).collect();
    let (satisfied, n) = counted(&histogram);
    let part = share_over(&by_day).filter(|_| n >= TOO_FEW)?;
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
