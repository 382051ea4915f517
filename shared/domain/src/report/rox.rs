//! Return on experience: temperature beside orders, revenue and refunds, by store and week.
//!
//! Each store is compared with itself, and each week with the same week in the other stores: how many more orders come
//! with a degree more. It is an association. What it does not prove is in `docs/statistics.md`.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::{
    Difference, Estimate,
    days::{WEEK, length},
    drivers::holm,
    hidden::FEW,
    panel::{Point, Slope, slope, without_single},
};
use crate::{
    count::{Group, Operations},
    number,
};

/// The fewest stores with two usable weeks: errors are by store, and of fewer they are not known.
const FEWEST_STORES: u64 = 10;

/// The fewest weeks.
const FEWEST_WEEKS: u64 = 4;

/// What is known of one store, by business day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoreDays {
    /// Its scope, such as `store/12`.
    pub scope: String,
    /// Its responses. A day may come in pieces.
    pub days: Vec<(Date, Group)>,
    /// Its orders and what it sold, on the days for which orders were given.
    pub operations: BTreeMap<Date, Operations>,
}

/// A usable week of a store.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The store's scope.
    pub store: String,
    /// The first business day of the week.
    pub week: Date,
    /// Its responses, with 30 answers or more to each of the two questions.
    pub answers: Group,
    /// Its orders and what it sold.
    pub operations: Operations,
    /// Whether revenue was given for each day with orders.
    pub has_revenue: bool,
    /// Whether refunds were.
    pub has_refunds: bool,
}

/// Return on experience.
#[derive(Debug, Clone, Serialize)]
pub struct Rox {
    /// How many percent more orders come with a degree.
    pub orders: PerDegree,
    /// How many percent more revenue; none where too few stores say how much they sold.
    pub revenue: Option<PerDegree>,
    /// How many percent points more of the revenue is refunded, likewise.
    pub refunds: Option<PerDegree>,
}

/// What comes with a degree of temperature more, of one store in one week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerDegree {
    /// Percent of orders or revenue; of refunds, percent points.
    pub value: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often chance alone gives one as large, two-sided.
    pub p: f64,
    /// Whether it is more than chance, with false claims over orders, revenue and refunds kept to 5 %.
    pub distinguishable: bool,
    /// By how many percent orders or revenue grow if the temperature grows by one percent of its mean. None of refunds.
    pub elasticity: Option<Estimate>,
    /// The mean temperature of these weeks of stores, in degrees.
    pub temperature: f64,
    /// Of how temperatures vary beside stores and weeks, the share that the choice of guests alone explains, 0 to 1. It is
    /// an upper bound. The value is too near to 0 by about that share.
    pub noise: f64,
    /// How many weeks of stores there are.
    pub cells: u64,
    /// Of how many stores.
    pub stores: u64,
    /// In how many weeks.
    pub weeks: u64,
}

/// What a week of a store adds up to.
#[derive(Default)]
struct Week {
    answers: Group,
    operations: Operations,
    /// Days with answers for which nobody gave orders.
    without_orders: bool,
    /// Days with orders for which nobody gave revenue, or refunds.
    without: [bool; 2],
}

impl Week {
    fn add_orders(&mut self, given: &Operations) {
        self.operations.merge(given);
        let [revenue, refunds] = &mut self.without;
        *revenue |= given.orders > 0 && given.revenue.is_empty();
        *refunds |= given.orders > 0 && given.refunds.is_empty();
    }

    /// None of a week that is not usable.
    fn cell(self, store: &str, week: Date) -> Option<Cell> {
        let enough = self.answers.recommendations.n() >= FEW && self.answers.rated >= FEW;
        let usable = enough && !self.without_orders && self.operations.orders > 0;
        let [without_revenue, without_refunds] = self.without;
        usable.then(|| Cell {
            store: store.to_owned(),
            week,
            answers: self.answers,
            operations: self.operations,
            has_revenue: !without_revenue,
            has_refunds: !without_refunds,
        })
    }
}

/// The usable weeks of some stores. A week is seven business days, and the last one ends with `to`. Those that begin
/// before `from` are left out. A week of a store is usable with 30 answers or more to each of the two questions. It has
/// orders too, and these are known for each day with answers.
pub fn cells(stores: &[StoreDays], from: Date, to: Date) -> Vec<Cell> {
    let whole = length(from, to) / WEEK;
    let back = |day: Date| days_until(day, to).map(|days| days / WEEK).filter(|back| *back < whole);
    let mut cells = Vec::new();
    for store in stores {
        // By how many weeks before the last.
        let mut weeks: BTreeMap<i32, Week> = BTreeMap::new();
        for (day, group) in &store.days {
            let Some(back) = back(*day) else { continue };
            let week = weeks.entry(back).or_default();
            week.answers.merge(group);
            week.without_orders |= group.responses > 0 && !store.operations.contains_key(day);
        }
        for (day, given) in &store.operations {
            if let Some(back) = back(*day) {
                weeks.entry(back).or_default().add_orders(given);
            }
        }
        let first = |back: i32| to.saturating_sub((WEEK * (back + 1) - 1).days());
        cells.extend(weeks.into_iter().rev().filter_map(|(back, week)| week.cell(&store.scope, first(back))));
    }
    cells
}

/// Days from one to the other; none where it is later.
fn days_until(day: Date, to: Date) -> Option<i32> {
    day.until(to).ok().map(|span| span.get_days()).filter(|days| *days >= 0)
}

impl Cell {
    /// In degrees, as answered.
    fn temperature(&self) -> f64 {
        temperature(&self.answers)
    }

    /// Its revenue, in hundredths of the one currency that it has.
    fn revenue(&self) -> Option<(&str, f64)> {
        let mut revenue = self.operations.revenue.iter().filter(|_| self.has_revenue);
        match (revenue.next(), revenue.next()) {
            (Some((currency, amount)), None) if *amount > 0 => Some((currency, number(*amount))),
            _ => None,
        }
    }

    /// How many percent of its revenue were refunded, in the same currency.
    fn refunded(&self) -> Option<(&str, f64)> {
        let (currency, revenue) = self.revenue().filter(|_| self.has_refunds)?;
        let in_it = self.operations.refunds.keys().all(|refunded| refunded == currency);
        let refunds = self.operations.refunds.get(currency).filter(|_| in_it)?;
        Some((currency, 100.0 * number(*refunds) / revenue))
    }
}

/// The mean of (NPS + 100)/2 and the satisfied share in percent, as answered: weeks of stores are compared, and adjusted
/// figures would move with the number of answers.
fn temperature(answers: &Group) -> f64 {
    let recommendations = answers.recommendations;
    let promoting = number(recommendations.promoters) - number(recommendations.detractors);
    let nps = 100.0 * promoting / number(recommendations.n());
    f64::midpoint((nps + 100.0) / 2.0, 100.0 * number(answers.satisfied) / number(answers.rated))
}

/// The variance of a temperature if guests came by lot. As for the interval of a temperature, its two parts are taken as
/// fully correlated, which is the most.
fn noise(answers: &Group) -> f64 {
    let recommendations = answers.recommendations;
    let (n, rated) = (number(recommendations.n()), number(answers.rated));
    let (promoters, detractors) = (number(recommendations.promoters) / n, number(recommendations.detractors) / n);
    let satisfied = number(answers.satisfied) / rated;
    let of_nps = (promoters + detractors - (promoters - detractors).powi(2)) / n;
    let of_satisfied = satisfied * (1.0 - satisfied) / rated;
    // A quarter of an NPS, and half of a share in percent.
    (25.0 * of_nps.max(0.0).sqrt() + 50.0 * of_satisfied.sqrt()).powi(2)
}

/// Return on experience. None with fewer than ten stores of two usable weeks or more, or fewer than four weeks, and where
/// temperatures or orders do not vary.
pub fn rox(cells: &[Cell]) -> Option<Rox> {
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
    let orders = |cell: &Cell| Some(("", (cell.operations.orders as f64).ln()));
    let slopes = [
        Some(regression(cells, orders)?),
        regression(cells, |cell| cell.revenue().map(|(currency, amount)| (currency, amount.ln()))),
        regression(cells, Cell::refunded),
    ];
    let differences = slopes.map(|slope| slope.map(difference));
    let p_values: Vec<f64> = differences.iter().flatten().map(|difference| difference.p).collect();
    let mut certain = holm(&p_values).into_iter();
    let [orders, revenue, refunds] = slopes.map(|slope| slope.map(|slope| (slope, certain.next().unwrap_or(false))));
    Some(Rox {
        orders: orders.map(PerDegree::of_logarithm)?,
        revenue: revenue.map(PerDegree::of_logarithm),
        refunds: refunds.map(PerDegree::of),
    })
}

/// The slope of an outcome over temperature, with fixed effects of stores and weeks. An outcome comes with its currency:
/// a store with weeks in several is left out.
fn regression<'a>(cells: &'a [Cell], outcome: impl Fn(&'a Cell) -> Option<(&'a str, f64)>) -> Option<Slope> {
    let mut weeks: Vec<Date> = cells.iter().map(|cell| cell.week).collect();
    weeks.sort();
    weeks.dedup();
    let mut stores: BTreeMap<&str, Vec<(&str, Point)>> = BTreeMap::new();
    for cell in cells {
        let Some((currency, y)) = outcome(cell) else { continue };
        let time = weeks.binary_search(&cell.week).ok()?;
        let point = Point { time, x: cell.temperature(), noise: noise(&cell.answers), y };
        stores.entry(&cell.store).or_default().push((currency, point));
    }
    stores.retain(|_, points| points.windows(2).all(|two| matches!(two, [(a, _), (b, _)] if a == b)));
    let units = stores.into_values().map(|points| points.into_iter().map(|(_, point)| point).collect()).collect();
    slope(&without_single(units)).filter(|slope| slope.units >= FEWEST_STORES && slope.times >= FEWEST_WEEKS)
}

fn difference(slope: Slope) -> Difference {
    Difference::new(slope.value, slope.value, slope.se, slope.degrees, f64::INFINITY)
}

impl PerDegree {
    /// From a slope, and whether it is certain beside the others.
    fn of((slope, certain): (Slope, bool)) -> Self {
        let Difference { difference: value, low, high, p, distinguishable, .. } = difference(slope);
        Self {
            value,
            low,
            high,
            p,
            distinguishable: certain && distinguishable,
            elasticity: None,
            temperature: slope.mean,
            noise: slope.noise,
            cells: slope.points,
            stores: slope.units,
            weeks: slope.times,
        }
    }

    /// Of a logarithm the slope is a share for each degree, and a percent of the mean temperature is so many degrees.
    fn of_logarithm(slope: (Slope, bool)) -> Self {
        let Self { value, low, high, temperature, .. } = Self::of(slope);
        let [value, low, high] = [value, low, high].map(|share| 100.0 * share);
        let elasticity = [value, low, high].map(|percent| percent * temperature / 100.0);
        let elasticity = Some(Estimate { value: elasticity[0], low: elasticity[1], high: elasticity[2] });
        Self { value, low, high, elasticity, ..Self::of(slope) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        count::Recommendations,
        report::generated::{generator, near},
    };

    const STORES: i64 = 12;
    const WEEKS: i64 = 12;
    const LAST: Date = date(2026, 9, 27);
    /// Twelve weeks, and three days before them that are no whole week.
    const FIRST: Date = date(2026, 7, 3);

    /// A day of a week, both from 0 on.
    fn on(week: i64, day: i64) -> Date {
        LAST.saturating_sub((WEEK_DAYS * (WEEKS - week) - 1 - day).days())
    }

    const WEEK_DAYS: i64 = 7;

    fn answers(n: i64, promoters: i64, detractors: i64, satisfied: i64) -> Group {
        let [n, promoters, detractors, satisfied] =
            [n, promoters, detractors, satisfied].map(|n| n.try_into().unwrap());
        let recommendations = Recommendations { promoters, passives: n - promoters - detractors, detractors };
        Group { responses: n, recommendations, rated: n, satisfied }
    }

    fn sold(currency: &str, [orders, revenue, refunds]: [u64; 3]) -> Operations {
        let amount = |amount| [(currency.to_owned(), amount)].into();
        Operations { store_days: 1, orders, answered: 0, revenue: amount(revenue), refunds: amount(refunds) }
    }

    /// How a week of a store is not usable.
    enum Gap {
        /// Fewer than thirty answers.
        Few,
        /// No orders on a day with answers.
        NoOrders,
        /// Nothing known at all.
        Nothing,
    }

    /// A week of a store: its answers on two days, and what it sold on seven.
    fn add_week(store: &mut StoreDays, week: i64, whole: Group, sales: [u64; 3], gap: Option<Gap>) {
        let whole = if matches!(gap, Some(Gap::Few)) { answers(29, 20, 1, 25) } else { whole };
        let half: Group = <[u64; 6]>::from(whole).map(|count| count / 2).into();
        if !matches!(gap, Some(Gap::Nothing)) {
            store.days.extend([(on(week, 0), half), (on(week, 3), whole.without(&half))]);
        }
        let currency = if store.scope.len().is_multiple_of(2) { "EUR" } else { "CNY" };
        for day in 0..WEEK_DAYS {
            let of_day = |all: u64| if day == 0 { all - all / 7 * 6 } else { all / 7 };
            let mut day_sales = sold(currency, sales.map(of_day));
            // One store leaves out a day's revenue.
            if gap.is_none() && store.scope == "store/3+" && day == 2 {
                day_sales.revenue.clear();
            }
            store.operations.insert(on(week, day), day_sales);
        }
        match gap {
            Some(Gap::NoOrders) => drop(store.operations.remove(&on(week, 3))),
            Some(Gap::Nothing) => (0..WEEK_DAYS).for_each(|day| drop(store.operations.remove(&on(week, day)))),
            _ => {}
        }
    }

    /// Orders and revenue grow by 1 % a degree; drawn alike wherever the figures are worked out apart.
    fn stores(gaps: bool) -> Vec<StoreDays> {
        let mut next = generator(2026);
        let store = |number: i64| {
            let scope = format!("store/{number}{}", if gaps { "+" } else { "" });
            let mut store = StoreDays { scope, ..StoreDays::default() };
            for week in 0..WEEKS {
                let whole = answers(60 + next(30), 20 + next(25), next(12), 35 + next(25));
                let noise = next(200) + next(200) + next(200) - 300;
                let (price, part, left_out) = (4_000 + next(1_000), next(20), next(5));
                let [noise, of_store, of_week] = [noise, number, week].map(|n| f64::from(i32::try_from(n).unwrap()));
                let log = 6.0 + 0.05 * of_store + 0.02 * of_week + 0.01 * temperature(&whole) + noise / 1_000.0;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
                let orders = libm::exp(log).round() as u64;
                let revenue = orders * u64::try_from(price).unwrap();
                let refunds = revenue * (60 - whole.recommendations.promoters + u64::try_from(part).unwrap()) / 1_000;
                let gap = match (number, left_out) {
                    (0, _) if week != 5 => Some(Gap::Few),
                    (_, 0) if week % 2 == 0 => Some(Gap::NoOrders),
                    (_, 0) => Some(Gap::Nothing),
                    _ => None,
                };
                add_week(&mut store, week, whole, [orders, revenue, refunds], gap.filter(|_| gaps));
            }
            store
        };
        let mut stores: Vec<StoreDays> = (0..STORES).map(store).collect();
        // Before the first whole week.
        stores[1].days.push((FIRST, answers(400, 0, 400, 0)));
        stores[1].operations.insert(FIRST, sold("CNY", [9, 9, 9]));
        stores
    }

    fn of(stores: &[StoreDays]) -> Option<Rox> {
        rox(&cells(stores, FIRST, LAST))
    }

    /// A figure, its standard error, the mean temperature, and its noise. Beside them stand the interval and p by the exact
    /// t: ours come close, and far out p is up to an eighth larger.
    fn check(figure: &PerDegree, golden: [f64; 4], [low, high, p]: [f64; 3], counts: [u64; 3]) {
        let half_width = crate::report::Degrees(number(figure.stores - 1)).quantile();
        let se = (figure.high - figure.low) / 2.0 / half_width;
        near(&[figure.value, se, figure.temperature, figure.noise], &golden);
        let close = |a: f64, b: f64, by: f64| assert!((a - b).abs() <= by * (golden[1] + b.abs()), "{a} is not {b}");
        close(figure.low, low, 2e-4);
        close(figure.high, high, 2e-4);
        assert!((figure.p / p).ln().abs() < 0.15, "{} is not {p}", figure.p);
        assert_eq!([figure.cells, figure.stores, figure.weeks], counts);
    }

    /// By statsmodels: `ols("y ~ t + C(store) + C(week)")` with `cov_type="cluster"`, `use_correction` and `use_t`.
    #[test]
    fn a_whole_panel_agrees_with_statsmodels() {
        let rox = of(&stores(false)).unwrap();
        let (mean, noise, counts) = (65.796_402_210_396, 0.310_494_867_219, [144, 12, 12]);
        let orders = [1.041_287_631_433, 0.103_711_834_312, mean, noise];
        check(&rox.orders, orders, [0.813_019_423, 1.269_555_840, 7.102_362e-7], counts);
        let revenue = [1.136_696_173_443, 0.090_489_873_506, mean, noise];
        check(&rox.revenue.unwrap(), revenue, [0.937_529_305, 1.335_863_042, 7.259_752e-8], counts);
        let refunds = [-0.020_175_646_663, 0.011_366_607_889, mean, noise];
        check(&rox.refunds.unwrap(), refunds, [-0.045_193_382, 0.004_842_089, 0.103_539_535], counts);
        // The truth is 1 % a degree, and 0.66 % for each percent of 65.8 degrees.
        assert!(rox.orders.low < 1.0 && 1.0 < rox.orders.high && rox.orders.distinguishable);
        let elasticity = rox.orders.elasticity.unwrap();
        near(&[elasticity.value, elasticity.high], &[orders[0] * mean / 100.0, rox.orders.high * mean / 100.0]);
        let refunds = rox.refunds.unwrap();
        assert_eq!((refunds.elasticity, refunds.distinguishable), (None, false));
    }

    #[test]
    fn a_panel_with_gaps_agrees_with_statsmodels() {
        let rox = of(&stores(true)).unwrap();
        let orders = [0.950_581_854_628, 0.140_958_434_987, 65.562_427_529_802, 0.314_689_151_119];
        // The first store has one week alone.
        check(&rox.orders, orders, [0.636_506_889, 1.264_656_820, 5.081_603e-5], [105, 11, 12]);
        // The fourth store's revenue is not known of every day.
        let (mean, noise, counts) = (66.001_391_168_709, 0.315_547_307_217, [94, 10, 12]);
        let revenue = [1.089_829_023_526, 0.137_219_034_095, mean, noise];
        check(&rox.revenue.unwrap(), revenue, [0.779_418_003, 1.400_240_044, 2.345_255e-5], counts);
        let refunds = [-0.010_720_550_840, 0.014_196_239_262, mean, noise];
        check(&rox.refunds.unwrap(), refunds, [-0.042_834_675, 0.021_393_573, 0.469_448_283], counts);
        assert!(rox.orders.low < 1.0 && 1.0 < rox.orders.high);
    }

    /// One store with one week.
    fn one_week(days: Vec<(Date, Group)>, operations: BTreeMap<Date, Operations>) -> Option<Cell> {
        let store = StoreDays { scope: "store/1".into(), days, operations };
        let mut cells = cells(&[store], on(11, 0), LAST);
        assert!(cells.len() < 2);
        cells.pop()
    }

    #[test]
    fn a_week_is_usable_with_thirty_answers_and_all_its_orders() {
        let given = || BTreeMap::from([(LAST, sold("CNY", [70, 9_000, 90]))]);
        let enough = || vec![(LAST, answers(20, 12, 2, 15)), (LAST, answers(10, 8, 1, 5))];
        let cell = one_week(enough(), given()).unwrap();
        // NPS 56.7 and 66.7 % satisfied.
        near(&[cell.temperature(), cell.revenue().unwrap().1, cell.refunded().unwrap().1], &[72.5, 9_000.0, 1.0]);
        assert_eq!(cell.week, on(11, 0));
        assert_eq!(one_week(vec![(LAST, answers(29, 12, 2, 15))], given()), None);
        let mut unrated = answers(30, 12, 2, 15);
        unrated.rated = 29;
        assert_eq!(one_week(vec![(LAST, unrated)], given()), None);
        assert_eq!(one_week(enough(), BTreeMap::new()), None);
        assert_eq!(
            one_week(enough(), [(on(11, 2), sold("CNY", [70, 9_000, 90]))].into()),
            None,
            "orders of another day"
        );
        assert_eq!(one_week(enough(), [(LAST, sold("CNY", [0, 0, 0]))].into()), None, "no orders");
        // Orders on a day on which nobody answered count.
        let more = [given(), [(on(11, 2), sold("CNY", [5, 0, 0]))].into()].into_iter().flatten().collect();
        assert_eq!(one_week(enough(), more).unwrap().operations.orders, 75);
    }

    #[test]
    fn revenue_is_of_one_currency_and_of_all_days() {
        let enough = || vec![(LAST, answers(30, 20, 3, 20))];
        let with = |other: Operations| {
            one_week(enough(), [(LAST, sold("CNY", [70, 9_000, 90])), (on(11, 2), other)].into()).unwrap()
        };
        let same = with(sold("CNY", [5, 1_000, 10]));
        assert_eq!((same.revenue(), same.refunded()), (Some(("CNY", 10_000.0)), Some(("CNY", 1.0))));
        assert_eq!(with(sold("EUR", [5, 1_000, 10])).revenue(), None);
        let mut other = sold("CNY", [5, 1_000, 10]);
        other.refunds.clear();
        let without = with(other.clone());
        assert_eq!((without.revenue().is_some(), without.refunded()), (true, None));
        other.revenue.clear();
        assert_eq!(with(other.clone()).revenue(), None);
        other.orders = 0;
        assert_eq!(with(other).revenue(), Some(("CNY", 9_000.0)), "a day without orders needs none");
    }

    #[test]
    fn too_few_stores_or_weeks_have_no_return() {
        let all = stores(false);
        assert!(of(&all[..10]).is_some());
        assert!(of(&all[..9]).is_none());
        let last = |weeks: i64| rox(&cells(&all, on(WEEKS - weeks, 0), LAST));
        assert_eq!(last(4).unwrap().orders.weeks, 4);
        assert!(last(3).is_none());
        assert!(rox(&[]).is_none());
        // Two whole weeks and six days are two.
        assert_eq!(cells(&all, on(8, 1), LAST).len(), 3 * 12);
        assert!(cells(&all, LAST, FIRST).is_empty());
        // A store that changes its currency says nothing of revenue.
        let mut cells = cells(&all[..10], FIRST, LAST);
        let of_first = cells.iter_mut().find(|cell| cell.store == "store/0").unwrap();
        of_first.operations.revenue = [("USD".to_owned(), 9_000)].into();
        let changed = rox(&cells).unwrap();
        assert_eq!((changed.orders.stores, changed.revenue), (10, None));
    }
}
