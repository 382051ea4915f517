//! The journey of guests: how each touchpoint of the brand is rated, and where it breaks.
//!
//! Each driver is set against the mean of the others. What makes a day better or worse for all of them alike cancels in
//! that, and the days show how much of it does.

use serde::Serialize;

use super::{
    CasesFigure, DayFactor, Difference, DriverFigure, Drivers, Estimate, Subject,
    days::Widening,
    drift::Swing,
    drivers::{NO_ERROR, holm},
    hidden::{FEW, TOO_FEW},
};
use crate::{
    Id,
    count::Tally,
    number,
    survey::{Scale, Survey, Texts, Touchpoint},
};

/// A driver matters little if its swing is below this share of the mean swing.
const LITTLE: f64 = 0.5;

/// What differs by less from the others is neither weak nor strong, however certain: a fifth of a step of five.
const LEAST: f64 = 0.05;

/// How a touchpoint of the brand's journey is rated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TouchpointFigure {
    /// Its id.
    pub touchpoint: Id,
    /// Its name, by language.
    pub name: Texts,
    /// Its drivers, in the survey's order.
    pub drivers: Vec<Id>,
    /// Answers to these. A guest who rated two of them counts twice.
    pub n: u64,
    /// The mean of their performances, 0 to 1, each by its answers; none where no driver shows one.
    pub performance: Option<f64>,
    /// Cases of these days with one of its causes; none where it names no cause, and where causes are hidden.
    pub cases: Option<u64>,
    /// Where it breaks, for certain: one for each such driver, in the survey's order.
    pub points: Vec<JourneyPoint>,
}

/// A driver at which the journey breaks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JourneyPoint {
    /// In which way.
    pub kind: JourneyPointKind,
    /// The question.
    pub question: Id,
    /// The experience theme it is about.
    pub theme: Option<Id>,
    /// Its performance less the mean performance of the other drivers, −1 to 1.
    pub against_the_others: Difference,
    /// How much satisfaction swings over it, in points of its scale: reward plus penalty.
    pub importance: Option<Estimate>,
}

/// The ways in which a journey breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum JourneyPointKind {
    /// Weak for certain, and low answers cost something for certain.
    #[serde(rename = "defect point")]
    Defect,
    /// Strong for certain, where it matters little for certain.
    #[serde(rename = "misplaced effort")]
    Misplaced,
}

/// The touchpoints of the brand in their order; none where it has no journey.
pub(super) fn touchpoints(
    subject: &Subject<'_>,
    drivers: &Drivers,
    days: &[&Tally],
    cases: Option<&CasesFigure>,
) -> Vec<TouchpointFigure> {
    let journey = &subject.brand.journey;
    if journey.is_empty() {
        return Vec::new();
    }
    let points = points(subject.survey, &drivers.drivers, days);
    let figure = |(at, touchpoint): (usize, &Touchpoint)| {
        let own: Vec<(&DriverFigure, &Option<JourneyPoint>)> =
            drivers.drivers.iter().zip(&points).filter(|(driver, _)| place(driver, journey) == Some(at)).collect();
        let rated = own.iter().filter_map(|(driver, _)| Some((number(driver.n), driver.performance?)));
        let (n, sum) = rated.fold((0.0, 0.0), |(all, sum), (n, performance)| (all + n, sum + n * performance));
        TouchpointFigure {
            touchpoint: touchpoint.id.clone(),
            name: touchpoint.name.clone(),
            drivers: own.iter().map(|(driver, _)| driver.question.clone()).collect(),
            n: own.iter().map(|(driver, _)| driver.n).sum(),
            performance: (n > 0.0).then(|| sum / n),
            cases: cases_of(touchpoint, cases),
            points: own.iter().filter_map(|(_, point)| (*point).clone()).collect(),
        }
    };
    journey.iter().enumerate().map(figure).collect()
}

/// The touchpoint that a driver belongs to: by its question, else by its theme.
fn place(driver: &DriverFigure, journey: &[Touchpoint]) -> Option<usize> {
    let named = |id: &Id| journey.iter().position(|touchpoint| touchpoint.asks.contains(id));
    named(&driver.question).or_else(|| named(driver.theme.as_ref()?))
}

fn cases_of(touchpoint: &Touchpoint, cases: Option<&CasesFigure>) -> Option<u64> {
    let Some(cases) = cases else { return (!touchpoint.causes.is_empty()).then_some(0) };
    let own = cases.causes.iter().filter(|found| touchpoint.causes.contains(&found.cause));
    (!touchpoint.causes.is_empty() && cases.opened >= TOO_FEW).then(|| own.map(|found| found.n).sum())
}

/// Of each driver, whether the journey breaks there.
fn points(survey: &Survey, drivers: &[DriverFigure], days: &[&Tally]) -> Vec<Option<JourneyPoint>> {
    let scale = |driver: &DriverFigure| survey.drivers().find(|(question, _)| *question.id() == driver.question);
    // Those that have a quadrant: strong and weak are the same there.
    let rated = |driver: &DriverFigure| {
        let (_, scale) = scale(driver).filter(|_| driver.quadrant.is_some())?;
        Some(Rated::of(&driver.question, scale, days))
    };
    let against = against_the_others(&drivers.iter().map(rated).collect::<Vec<_>>());
    let swings: Vec<Option<Swing>> = drivers.iter().map(|driver| Swing::of(&driver.effect?)).collect();
    let little = matter_little(&swings);
    let point = |(at, against): (usize, Option<Difference>)| {
        let (driver, against) = (drivers.get(at)?, against?);
        Some(JourneyPoint {
            kind: kind(driver, &against, little.get(at).copied().unwrap_or(false))?,
            question: driver.question.clone(),
            theme: driver.theme.clone(),
            against_the_others: against,
            importance: swings.get(at).copied().flatten().map(Swing::estimate),
        })
    };
    against.into_iter().enumerate().map(point).collect()
}

/// What for certain is true of a driver. A driver with an advice that asks for something is no misplaced effort.
fn kind(driver: &DriverFigure, against: &Difference, little: bool) -> Option<JourneyPointKind> {
    if against.difference.abs() < LEAST {
        return None;
    }
    let is_weak = against.difference < 0.0;
    let needs_nothing = !driver.penalty_certain && !driver.reward_certain && driver.advice.is_none();
    match (against.distinguishable, is_weak) {
        (true, true) if driver.penalty_certain => Some(JourneyPointKind::Defect),
        (true, false) if little && needs_nothing => Some(JourneyPointKind::Misplaced),
        _ => None,
    }
}

/// How a driver is rated, on 0 to 1.
struct Rated {
    n: u64,
    mean: f64,
    /// The variance of the mean, if guests are independent.
    error: f64,
    /// What each day adds to the error of the mean; none on a day without answers.
    days: Vec<Option<f64>>,
}

impl Rated {
    fn of(question: &Id, scale: Scale, days: &[&Tally]) -> Self {
        let by_day: Vec<(u64, u64, u64)> = days
            .iter()
            .map(|day| day.drivers.get(question).copied().unwrap_or_default())
            .map(|sums| (sums.low.n + sums.middle.n + sums.high.n, sums.x, sums.xx))
            .collect();
        let (n, x, xx) = by_day.iter().fold((0, 0, 0), |(n, x, xx), day| (n + day.0, x + day.1, xx + day.2));
        let span = f64::from(scale.max - scale.min);
        let mean = number(x) / number(n);
        let residual =
            |(of, x, _): &(u64, u64, u64)| (*of > 0).then(|| (number(*x) - mean * number(*of)) / (number(n) * span));
        Self {
            n,
            mean: (mean - f64::from(scale.min)) / span,
            error: (number(xx) / number(n) - mean * mean).max(0.0) / (number(n) - 1.0) / (span * span),
            days: by_day.iter().map(residual).collect(),
        }
    }
}

/// Each of these less the mean of the others; distinguishable with false claims over all of them kept to 5 %. None of
/// fewer than thirty answers, and where there is no other.
fn against_the_others(all: &[Option<Rated>]) -> Vec<Option<Difference>> {
    let known = || all.iter().flatten();
    let others = number(known().count() as u64) - 1.0;
    let sum = |of: fn(&Rated) -> f64| known().map(of).sum::<f64>();
    let (means, errors) = (sum(|rated| rated.mean), sum(|rated| rated.error));
    let days = known().map(|rated| rated.days.len()).max().unwrap_or(0);
    let added = |rated: &Rated, day: usize| rated.days.get(day).copied().flatten();
    let by_day: Vec<Option<f64>> =
        (0..days).map(|day| known().filter_map(|rated| added(rated, day)).reduce(|all, one| all + one)).collect();
    let difference = |rated: &Rated| {
        let residual = |(day, all): (usize, &Option<f64>)| {
            let own = added(rated, day).unwrap_or(0.0);
            all.map(|all| own - (all - own) / others)
        };
        let independent = rated.error + (errors - rated.error) / (others * others);
        let residuals = by_day.iter().enumerate().filter_map(residual);
        let widening = Widening::of_one(DayFactor::of_residuals(residuals, independent));
        let (value, se) = (rated.mean - (means - rated.mean) / others, (widening.factor * independent).sqrt());
        (rated.n >= FEW && others > 0.0 && se > NO_ERROR)
            .then(|| Difference::new(value, value, se, widening.degrees, 1.0))
    };
    let mut against: Vec<Option<Difference>> = all.iter().map(|rated| difference(rated.as_ref()?)).collect();
    let certain = holm(&against.iter().flatten().map(|against| against.p).collect::<Vec<_>>());
    for (against, certain) in against.iter_mut().flatten().zip(certain) {
        against.distinguishable &= certain;
    }
    against
}

/// Whether each of these swings is below half their mean, with false claims over all of them kept to 5 %. They are taken
/// as independent.
fn matter_little(swings: &[Option<Swing>]) -> Vec<bool> {
    let known = || swings.iter().flatten();
    let count = number(known().count() as u64);
    let mean = known().map(|swing| swing.value).sum::<f64>() / count;
    let variances: f64 = known().map(|swing| swing.variance).sum();
    // A swing is itself part of the mean.
    let share = LITTLE / count;
    let below = |swing: &Swing| {
        let of_others = variances - swing.variance;
        let se = (swing.variance * (1.0 - share).powi(2) + of_others * share * share).sqrt();
        let below = swing.value - LITTLE * mean;
        Difference::new(below, below, se, swing.degrees, f64::INFINITY)
    };
    let below: Vec<Option<Difference>> = swings.iter().map(|swing| swing.as_ref().map(below)).collect();
    let mut certain = holm(&below.iter().flatten().map(|below| below.p).collect::<Vec<_>>()).into_iter();
    let little = |below: &Option<Difference>| {
        below.is_some_and(|below| certain.next().unwrap_or(false) && below.distinguishable && below.difference < 0.0)
    };
    below.iter().map(little).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fastrand::Rng;
    use jiff::{ToSpan, civil::date};
    use serde_json::json;

    use super::*;
    use crate::{
        count::{Band, CaseCounts, DriverSums, Series},
        report::{
            Advice, Counts, Degrees, Report,
            generated::{near, responses, survey},
        },
        survey::{Brand, Severity},
    };

    const DRIVERS: usize = 10;

    /// Ten drivers, of which each guest rates three.
    fn ten_drivers() -> Survey {
        let question = |id: String, measures: &str| json!({"id": id, "kind": "scale", "min": 1, "max": 5, "measures": measures, "theme": format!("of-{id}"), "text": {"en": "?"}});
        let mut questions = vec![question("y".into(), "satisfaction")];
        questions.extend((0..DRIVERS).map(|driver| question(format!("d{driver}"), "driver")));
        let survey = json!({"id": "s", "title": {"en": "S"}, "questions": questions});
        Survey::new(serde_json::from_value(survey).unwrap()).unwrap()
    }

    /// The levels of drivers on 1 to 5, and how much satisfaction moves with a point of each.
    struct Guests {
        a_day: usize,
        /// Whether their drivers are worked out together.
        together: bool,
        levels: fn(usize) -> f64,
        weights: fn(usize) -> f64,
    }

    impl Guests {
        /// Four weeks of them. Days are good and bad, for all drivers and for each, and some guests like everything.
        fn month(&self, rng: &mut Rng) -> Vec<Tally> {
            (0..28).map(|_| self.day(rng)).collect()
        }

        fn day(&self, rng: &mut Rng) -> Tally {
            let normal = |rng: &mut Rng| (0..6).map(|_| rng.f64()).sum::<f64>() * 2.0_f64.sqrt() - 18.0_f64.sqrt();
            let whole = |exact: f64| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 5")]
                let whole = exact.round().clamp(1.0, 5.0) as u64;
                whole
            };
            let (mood, likes) = (0.3 * normal(rng), 0.3 * normal(rng));
            let of_day: [f64; DRIVERS] =
                std::array::from_fn(|driver| (self.levels)(driver) + likes + 0.2 * normal(rng));
            let mut sums = [DriverSums::default(); DRIVERS];
            let mut tally = Tally::default();
            let mut order: [usize; DRIVERS] = std::array::from_fn(|driver| driver);
            for _ in 0..self.a_day {
                rng.shuffle(&mut order);
                let halo = 0.5 * normal(rng);
                let rated = [order[0], order[1], order[2]].map(|at| (at, whole(of_day[at] + halo + 0.9 * normal(rng))));
                let swing = rated.iter().map(|(at, x)| (self.weights)(*at) * (number(*x) - 4.0)).sum::<f64>();
                let y = whole(3.9 + mood + swing + 0.8 * normal(rng));
                let answer = u8::try_from(y).unwrap();
                *tally.scales.entry(id("y")).or_default().entry(answer).or_default() += 1;
                if self.together {
                    add_pairs(&mut tally, &rated);
                }
                for (at, x) in rated {
                    let DriverSums { low, middle, high, .. } = &mut sums[at];
                    let band = [low, middle, high].into_iter().nth(band(x)).unwrap();
                    *band = band.with(&Band { n: 1, y, yy: y * y });
                    (sums[at].x, sums[at].xx, sums[at].xy) = (sums[at].x + x, sums[at].xx + x * x, sums[at].xy + x * y);
                }
            }
            tally.drivers = (0..).zip(sums).map(|(driver, sums)| (id(&format!("d{driver}")), sums)).collect();
            tally
        }

        /// The points of a month, as numbers of drivers. None contradicts what is advised.
        fn points(&self, survey: &Survey, seed: u64) -> Vec<(JourneyPointKind, usize)> {
            let month = self.month(&mut Rng::with_seed(seed));
            let days: Vec<&Tally> = month.iter().collect();
            let mut all = Tally::default();
            days.iter().for_each(|day| all.merge(day));
            let together = Drivers::together(survey, &days, &all);
            assert_eq!(together.is_some(), self.together);
            let drivers = together.unwrap_or_else(|| Drivers::marginal(survey, &days, &all));
            let points = points(survey, &drivers.drivers, &days);
            for (point, driver) in points.iter().zip(&drivers.drivers) {
                match point.as_ref().map(|point| point.kind) {
                    Some(JourneyPointKind::Misplaced) => {
                        assert_eq!((driver.advice, drivers.fix_first.contains(&driver.question)), (None, false));
                    }
                    Some(JourneyPointKind::Defect) => {
                        assert!(matches!(driver.advice, Some(Advice::FixFirst | Advice::Watch)));
                    }
                    None => {}
                }
            }
            (0..).zip(points).filter_map(|(at, point)| Some((point?.kind, at))).collect()
        }
    }

    fn id(id: &str) -> Id {
        id.parse().unwrap()
    }

    fn band(x: u64) -> usize {
        usize::from(x > 2) + usize::from(x > 4)
    }

    /// Counts each two drivers that a guest rated.
    fn add_pairs(tally: &mut Tally, rated: &[(usize, u64)]) {
        for (first, x) in rated {
            for (second, other) in rated.iter().filter(|(second, _)| second > first) {
                let pairs = tally.pairs.entry(id(&format!("d{first}"))).or_default();
                pairs.entry(id(&format!("d{second}"))).or_default()[3 * band(*x) + band(*other)] += 1;
            }
        }
    }

    #[test]
    fn where_nothing_breaks_one_report_of_twenty_says_that_something_does() {
        let survey = ten_drivers();
        let alike = Guests { a_day: 80, together: false, levels: |_| 4.0, weights: |_| 0.25 };
        let nothing_matters = Guests { levels: |at| [3.4, 4.3][at % 2], weights: |_| 0.0, ..alike };
        let one_does_not_matter = Guests { weights: |at| if at == 3 { 0.0 } else { 0.25 }, ..alike };
        for guests in [alike, nothing_matters, one_does_not_matter] {
            let said = (0..200).filter(|seed| !guests.points(&survey, *seed).is_empty()).count();
            assert!(said <= 14, "{said} of 200: more than 7 %");
        }
    }

    #[test]
    fn a_planted_defect_is_found_and_so_is_effort_that_nobody_needs() {
        let survey = ten_drivers();
        let found = |guests: &Guests, wanted: (JourneyPointKind, usize), of: u64| {
            (0..of).filter(|seed| guests.points(&survey, *seed).contains(&wanted)).count()
        };
        let weights = |at| if at == 2 { 0.4 } else { 0.25 };
        let defect = Guests { a_day: 80, together: false, levels: |at| if at == 2 { 3.4 } else { 4.0 }, weights };
        let defects = found(&defect, (JourneyPointKind::Defect, 2), 100);
        assert!(defects >= 75, "{defects} of 100");
        let weights = |at| if at == 7 { 0.0 } else { 0.4 };
        let misplaced = Guests { a_day: 400, together: true, levels: |at| if at == 7 { 4.3 } else { 3.8 }, weights };
        let efforts = found(&misplaced, (JourneyPointKind::Misplaced, 7), 20);
        assert!(efforts >= 15, "{efforts} of 20");
    }

    /// By the formulas of the book, apart from this code: difference, low, high, p. The days of the first vary less than
    /// independent guests, those of the others more.
    const AGAINST: [[f64; 4]; 3] = [
        [-0.002_187_5, -0.032_542_781_052, 0.028_167_781_052, 0.887_679_272_036],
        [0.000_625, -0.040_540_826_870, 0.041_790_826_870, 0.975_439_303_710],
        [0.001_562_5, -0.031_279_650_889, 0.034_404_650_889, 0.923_148_999_037],
    ];

    /// The drivers of generated responses, each against the others.
    fn against(days: &[Tally]) -> Vec<Option<Difference>> {
        let (survey, days) = (survey(), days.iter().collect::<Vec<_>>());
        let rated = survey.drivers().map(|(question, scale)| Some(Rated::of(question.id(), scale, &days)));
        against_the_others(&rated.collect::<Vec<_>>())
    }

    #[test]
    fn a_driver_stands_against_the_mean_of_the_others() {
        let figures = against(&responses(1_200, 40, true));
        assert_eq!(figures.len(), AGAINST.len());
        for (figure, golden) in figures.iter().flatten().zip(AGAINST) {
            near(&[figure.difference, figure.low, figure.high, figure.p], &golden);
            assert!(!figure.distinguishable);
        }
        assert_eq!(against(&responses(29, 5, false)), [None; 3], "fewer than thirty");
        let one = Rated { n: 100, mean: 0.5, error: 0.01, days: Vec::new() };
        assert_eq!(against_the_others(&[Some(one), None]), [None, None]);
    }

    #[test]
    fn what_differs_by_a_hundredth_is_no_point_however_certain() {
        let days = responses(1_200, 40, true);
        let mut all = Tally::default();
        days.iter().for_each(|day| all.merge(day));
        let mut driver = Drivers::marginal(&survey(), &days.iter().collect::<Vec<_>>(), &all).drivers.swap_remove(0);
        driver.penalty_certain = true;
        let of = |value: f64| kind(&driver, &Difference::new(value, value, 0.001, Degrees::NORMAL, 1.0), true);
        assert_eq!([-0.01, -0.049, 0.049].map(of), [None; 3]);
        assert_eq!(of(-0.051), Some(JourneyPointKind::Defect));
    }

    #[test]
    fn a_driver_matters_little_if_its_swing_is_certainly_below_half_the_mean() {
        let swing = |value: f64, se: f64| Some(Swing { value, variance: se * se, degrees: Degrees::NORMAL });
        // The mean is 1.0, so that the first is below its half by 0.5, with an error of 0.9 times its own.
        assert_eq!(
            matter_little(&[swing(0.0, 0.15), swing(1.4, 0.15), None, swing(1.3, 0.15), swing(1.3, 0.15)]),
            [true, false, false, false, false]
        );
        // Alone, each of the first two would be certain: p is 2 %.
        assert_eq!(matter_little(&[swing(0.0, 0.07), swing(0.0, 0.07), swing(1.0, 0.5), swing(1.0, 0.5)]), [false; 4]);
        assert_eq!(matter_little(&[None, swing(0.1, 0.01)]), [false; 2], "with no other");
        assert_eq!(matter_little(&[swing(0.0, 0.1), swing(0.0, 0.1)]), [false; 2], "where nothing matters");
    }

    #[test]
    fn what_advice_asks_for_is_no_misplaced_effort() {
        let days = responses(1_200, 40, false);
        let all = days.iter().fold(Tally::default(), |mut all, day| {
            all.merge(day);
            all
        });
        let driver = Drivers::marginal(&survey(), &days.iter().collect::<Vec<_>>(), &all).drivers.swap_remove(0);
        let plain = DriverFigure { penalty_certain: false, reward_certain: false, advice: None, ..driver };
        let against = |difference: f64| Difference::new(difference, difference, 0.01, Degrees::NORMAL, 1.0);
        let (weak, strong, open) = (against(-0.1), against(0.1), against(0.01));
        let costs = DriverFigure { penalty_certain: true, ..plain.clone() };
        let gains = DriverFigure { reward_certain: true, ..plain.clone() };
        assert_eq!(kind(&plain, &strong, true), Some(JourneyPointKind::Misplaced));
        assert_eq!(kind(&costs, &weak, false), Some(JourneyPointKind::Defect));
        for (driver, against, little) in [
            (&plain, &strong, false),
            (&plain, &open, true),
            (&plain, &weak, true),
            (&costs, &strong, true),
            (&costs, &open, false),
            (&gains, &strong, true),
            (&gains, &weak, false),
        ] {
            assert_eq!(kind(driver, against, little), None);
        }
        for advice in [Advice::FixFirst, Advice::Protect, Advice::Keep, Advice::Watch] {
            assert_eq!(kind(&DriverFigure { advice: Some(advice), ..plain.clone() }, &strong, true), None);
        }
    }

    /// The journey in the report of a month, of a brand with such touchpoints.
    fn journey(brand: &serde_json::Value, cases: &[(Severity, u64)]) -> Vec<TouchpointFigure> {
        let survey = ten_drivers();
        let brand: Brand = serde_json::from_value(json!({"journey": brand})).unwrap();
        let (scope, series) = ("store/1".parse().unwrap(), Series::paid(survey.id().clone()));
        let (from, to) = (date(2026, 11, 1), date(2026, 11, 28));
        let subject =
            Subject { scope: &scope, name: "Store", from, to, series: &series, survey: &survey, brand: &brand };
        let weights = |at| if at == 2 { 0.4 } else { 0.25 };
        let guests = Guests { a_day: 80, together: false, levels: |at| if at == 2 { 3.2 } else { 4.0 }, weights };
        let month = guests.month(&mut Rng::with_seed(2026));
        let days = (0_i64..).map(|day| from.saturating_add(day.days())).zip(month).collect();
        let causes = [("order", 7), ("dish", 2), ("bill", 4)].map(|(cause, n)| (cause.parse().unwrap(), n));
        let opened = cases.iter().copied().collect();
        let cases = CaseCounts { opened, causes: BTreeMap::from(causes), ..CaseCounts::default() };
        Report::new(&subject, Counts { days, cases, ..Counts::default() }).journey
    }

    #[test]
    fn each_driver_belongs_to_one_touchpoint_by_its_question_or_else_by_its_theme() {
        let name = json!({"en": "Ordering"});
        let brand = json!([
            {"id": "ordering", "name": name, "asks": ["of-d1", "d4"], "causes": ["order", "dish"]},
            {"id": "eating", "name": name, "asks": ["of-d2", "of-d4", "d1"], "causes": ["delivery"]},
            {"id": "after", "name": name, "asks": ["of-another-survey"]},
        ]);
        let journey_of = |n| journey(&brand, &[(Severity::High, n)]);
        let all = journey_of(13);
        let drivers = |at: usize| all[at].drivers.iter().map(Id::as_str).collect::<Vec<_>>();
        assert_eq!((drivers(0), drivers(1), drivers(2)), (vec!["d4"], vec!["d1", "d2"], vec![]));
        assert_eq!(all.iter().map(|one| one.cases).collect::<Vec<_>>(), [Some(9), Some(0), None]);
        assert_eq!((all[2].n, all[2].performance, all[2].points.len()), (0, None, 0));
        let [d1, d2] = [0.71, 0.55];
        let performance = all[1].performance.unwrap();
        assert!(d2 < performance && performance < d1 && all[1].n > 1_200, "{:?}", all[1]);
        let point = &all[1].points[0];
        assert_eq!((point.kind, point.question.as_str(), all[1].points.len()), (JourneyPointKind::Defect, "d2", 1));
        assert!(point.against_the_others.high < 0.0 && point.importance.is_some());
        // As in the section of cases: of fewer than five no cause is shown.
        assert!(journey_of(4).iter().all(|one| one.cases.is_none()));
        assert!(journey(&json!([]), &[]).is_empty());
    }

    #[test]
    fn without_cases_a_touchpoint_has_none() {
        let touchpoint: Touchpoint =
            serde_json::from_value(json!({"id": "a", "name": {"en": "A"}, "causes": ["dish"]})).unwrap();
        assert_eq!(cases_of(&touchpoint, None), Some(0));
        assert_eq!(cases_of(&Touchpoint { causes: Vec::new(), ..touchpoint }, None), None);
    }
}
