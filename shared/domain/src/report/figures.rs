//! How each figure of the report is worked out.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    CasesFigure, Change, Child, ChildFigure, Counts, DayFigure, Drivers, GroupName, Integrity, Nps, NpsFigure,
    OperationsFigure, Report, SatisfactionFigure, Score, Share, SilentGuests, Subject, Temperature, Weighted,
    change::alike,
    days::Widening,
    hidden::{FEW, TOO_FEW, shown, shown_alone},
    integrity::stand_out,
    nps::day_factor,
    nps_over,
    parts::{amount_figures, group_figures, staff_figures, table_figures},
    ranks,
    score::{nps_of, satisfied_of},
    share_over,
};
use crate::{
    count::{Group, Histogram, Operations, Recommendations, Tally, response_rate},
    number,
    place::Scope,
    survey::{Kind, Measure, Question, Survey},
    visit::{Channel, Segment},
};

impl Report {
    /// Works the report out.
    pub fn new(subject: &Subject<'_>, counts: Counts) -> Self {
        let mut all = Tally::default();
        counts.days.values().for_each(|tally| all.merge(tally));
        let survey = subject.survey;
        let totals: Vec<Group> = counts.days.values().map(Tally::total).collect();
        let whole = all.total();
        let total = shown_alone(&whole);
        let channel = |channel: &Channel| GroupName::Channel { channel: *channel };
        let segment = |segment: &Segment| GroupName::Segment {
            segment: *segment,
            name: subject.brand.segments.get(segment).cloned(),
        };
        let days: Vec<&Tally> = counts.days.values().collect();
        let marginal = Drivers::marginal(survey, &days, &all);
        let nps = nps_figure(survey, &days, &all);
        let operations = OperationsFigure::of(counts.operations.values());
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
            satisfaction: satisfaction_figure(survey, &days, &all),
            change: Change::of(&counts, matches!(subject.scope, Scope::Store(_))),
            silent_guests: silent_guests(nps.as_ref(), operations.as_ref(), all.responses),
            weighted_by_hour: weighted(&all, &totals),
            nps,
            drivers: Drivers::together(survey, &days, &all).unwrap_or_else(|| marginal.clone()),
            marginal,
            by_channel: group_figures(&days, |day| &day.channels, channel, None),
            by_segment: group_figures(&days, |day| &day.segments, segment, Some(&whole)),
            by_hour: group_figures(&days, |day| &day.hours, |hour| GroupName::Hour { hour: *hour }, None),
            by_table: table_figures(subject.scope, &days),
            by_staff: staff_figures(subject.scope, &days),
            by_amount: amount_figures(&days),
            operations,
            days: day_figures(&counts.days, &counts.operations),
            cases: CasesFigure::of(&counts.cases),
            staff: counts.staff,
            integrity: Integrity::of(&all),
            children: child_figures(counts.children, operations_in_all),
            behind: counts.behind,
            comments: counts.comments,
            comments_before: counts.comments_before,
        }
    }
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

/// `all` are the whole responses on store-days with orders of all that lies below, and these orders.
fn child_figures(children: Vec<Child>, all: (u64, u64)) -> Vec<ChildFigure> {
    let recommended = |days: &[Group]| days.iter().map(|day| day.recommendations).collect::<Vec<_>>();
    let enough = |days: &[Group]| Group::of_all(days).recommendations.n() >= TOO_FEW;
    let days = children.iter().map(|child| child.days.as_slice());
    let ranked: Vec<Vec<Recommendations>> = days.filter(|days| enough(days)).map(recommended).collect();
    let mut ranks = ranks(&ranked).into_iter();
    let mut marks = stand_out(&children);
    let figure = |Child { scope, name, days, answered, .. }: Child| {
        let total = Group::of_all(&days);
        let rank = if enough(&days) { ranks.next() } else { None };
        let rate = response_rate(answered.0, answered.1);
        let siblings = response_rate(all.0.saturating_sub(answered.0), all.1.saturating_sub(answered.1));
        ChildFigure {
            scope: scope.to_string(),
            name,
            score: Score::shown(&days, &if rank.is_some() { shown_alone(&total) } else { Group::default() }),
            few: total.recommendations.n() < FEW,
            response_rate: rate,
            alike: alike(rate, siblings),
            rank_low: rank.map(|rank| rank.low),
            rank_high: rank.map(|rank| rank.high),
            stands_out: marks.remove(&scope).unwrap_or_default(),
        }
    };
    let mut figures: Vec<ChildFigure> = children.into_iter().map(figure).collect();
    // The best first; who has no rank comes last.
    figures.sort_by(|a, b| {
        let score = |figure: &ChildFigure| figure.score.nps.map_or(f64::NEG_INFINITY, |nps| nps.value);
        score(b).total_cmp(&score(a)).then_with(|| a.scope.cmp(&b.scope))
    });
    figures
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

impl Temperature {
    /// None with fewer than 30 answers to either question. The value is drawn to the middle, and with few answers it
    /// seems colder than it is next to others.
    fn of(days: &[Group], shown: &Group) -> Option<Self> {
        let enough = shown.recommendations.n() >= FEW && shown.rated >= FEW;
        nps_of(days).zip(satisfied_of(days)).filter(|_| enough).map(|(nps, satisfied)| Self::from(nps, satisfied))
    }

    /// One figure from both. Its interval takes the two as fully correlated, a bound on the safe side: its half-width
    /// is the mean of the two half-widths.
    fn from(nps: Nps, satisfied: Share) -> Self {
        let value = f64::midpoint((nps.adjusted + 100.0) / 2.0, 100.0 * satisfied.adjusted);
        let half_width = f64::midpoint(nps.half_width / 2.0, 100.0 * satisfied.half_width);
        Self { value, low: (value - half_width).max(0.0), high: (value + half_width).min(100.0) }
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
