//! How each figure of the report is worked out.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    AgainstTheRest, Change, Child, ChildFigure, Counts, DayFigure, DriverFigure, Drivers, GroupFigure, GroupName,
    Integrity, NpsFigure, OperationsFigure, Quadrant, Report, SatisfactionFigure, Score, Subject, Temperature,
    hidden::{FEW, TOO_FEW, shown, shown_alone},
    integrity::stand_out,
};
use super::{
    Class, Difference, Effect, Estimate, Method, Nps, Share, compare_shares, correlation, difference::number, joint,
    marginal, ranks, share,
};
use crate::{
    count::{Group, Histogram, Operations, Recommendations, Tally},
    survey::{Kind, Measure, Question, Scale, Survey},
    visit::Segment,
};

impl Report {
    /// Works the report out.
    pub fn new(subject: &Subject<'_>, counts: Counts) -> Self {
        let mut all = Tally::default();
        for tally in counts.days.values() {
            all.merge(tally);
        }
        let survey = subject.survey;
        let whole = all.total();
        let total = shown_alone(&whole);
        let marginal = Drivers::marginal(survey, &all);
        let segment = |segment: &Segment| GroupName::Segment {
            segment: *segment,
            name: subject.brand.segments.get(segment).cloned(),
        };
        Self {
            scope: subject.scope.to_string(),
            name: subject.name.to_owned(),
            from: subject.from,
            to: subject.to,
            survey: subject.series.clone(),
            origin: subject.series.origin,
            surveys: counts.surveys,
            responses: all.responses,
            partial: all.partial,
            taken_back: all.taken_back,
            waiting: all.waiting,
            running: all.running.responses,
            counted_at: counts.counted_at,
            score: Score::shown(&whole, &total),
            temperature: Temperature::of(&total),
            nps: nps_figure(survey, &all),
            satisfaction: satisfaction_figure(survey, &all),
            change: Change::between(total.recommendations, shown_alone(&counts.before.total()).recommendations),
            drivers: Drivers::joint(survey, &all).unwrap_or_else(|| marginal.clone()),
            marginal,
            by_channel: group_figures(&all.channels, |channel| GroupName::Channel { channel: *channel }, None),
            by_segment: group_figures(&all.segments, segment, Some(&whole)),
            by_hour: group_figures(&all.hours, |hour| GroupName::Hour { hour: *hour }, None),
            operations: OperationsFigure::of(counts.operations.values()),
            days: day_figures(&counts.days, &counts.operations),
            integrity: Integrity::of(&all),
            children: child_figures(counts.children),
            behind: counts.behind,
            comments: counts.comments,
            comments_before: counts.comments_before,
        }
    }
}

/// The parts of a whole. Each is set against the rest where `whole` is given.
fn group_figures<K>(
    parts: &BTreeMap<K, Group>,
    name: impl Fn(&K) -> GroupName,
    whole: Option<&Group>,
) -> Vec<GroupFigure> {
    let groups: Vec<Group> = parts.values().copied().collect();
    let figure = |((key, group), shown): ((&K, &Group), Group)| GroupFigure {
        group: name(key),
        score: Score::shown(group, &shown),
        against_the_rest: whole.and_then(|whole| AgainstTheRest::of(group, &shown, whole)),
    };
    parts.iter().zip(shown(&groups)).map(figure).collect()
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
            score: Score::shown(total, &shown),
            temperature: Temperature::of(&shown),
            orders: operations.map(|operations| operations.orders),
            response_rate: operations.and_then(Operations::response_rate),
            revenue: operations.map(|operations| operations.amounts(&operations.revenue)).unwrap_or_default(),
        }
    };
    known.into_iter().zip(&totals).zip(shown(&totals)).map(figure).collect()
}

fn child_figures(children: Vec<Child>) -> Vec<ChildFigure> {
    let enough = |group: &Group| group.recommendations.n() >= TOO_FEW;
    let ranked: Vec<Recommendations> =
        children.iter().filter(|child| enough(&child.group)).map(|child| child.group.recommendations).collect();
    let mut ranks = ranks(&ranked).into_iter();
    let mut marks = stand_out(&children);
    let figure = |Child { scope, name, group, .. }: Child| {
        let rank = if enough(&group) { ranks.next() } else { None };
        ChildFigure {
            scope: scope.to_string(),
            name,
            score: Score::shown(&group, &if rank.is_some() { shown_alone(&group) } else { Group::default() }),
            few: group.recommendations.n() < FEW,
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

impl Score {
    /// The scores of a group.
    pub fn of(group: &Group) -> Self {
        let nps = group.recommendations.nps();
        let satisfied = share(group.satisfied, group.rated);
        Self {
            n: group.recommendations.n(),
            nps: nps.map(|Nps { score, low, high, .. }| Estimate { value: score, low, high }),
            satisfied: satisfied.map(|Share { share, low, high, .. }| Estimate { value: share, low, high }),
        }
    }
}

impl Score {
    /// The scores of a group of which so much may be shown.
    fn shown(group: &Group, shown: &Group) -> Self {
        Self { n: group.recommendations.n(), ..Self::of(shown) }
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
    /// None when there is no rest. What is hidden of the group or of the rest is compared with nothing.
    fn of(group: &Group, shown: &Group, total: &Group) -> Option<Self> {
        let rest = total.without(group);
        let shown_rest = shown_alone(&rest);
        (rest.responses > 0).then(|| Self {
            nps: shown.recommendations.compare(shown_rest.recommendations),
            satisfied: compare_shares((shown.satisfied, shown.rated), (shown_rest.satisfied, shown_rest.rated)),
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
    // An effect of one guest is that guest's answer.
    let effect = effect.filter(|effect| effect.bands.iter().all(|band| *band >= TOO_FEW));
    let enough = n >= TOO_FEW;
    let mean = enough.then(|| number(sums.x) / number(n));
    let asymmetry = effect.map(|effect| effect.asymmetry());
    DriverFigure {
        question: question.id().clone(),
        theme: question.definition.theme.clone(),
        n,
        mean,
        performance: mean.map(|mean| (mean - f64::from(scale.min)) / f64::from(scale.max - scale.min)),
        correlation: correlation(&sums).filter(|_| enough),
        effect,
        impact_asymmetry: asymmetry.and_then(|asymmetry| asymmetry.value),
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
    let nps = answers.nps().filter(|_| answers.n() >= TOO_FEW)?;
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
    let part = share(satisfied, n).filter(|_| n >= TOO_FEW)?;
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
